"""``wirewatch receivers``: the configured receivers, a test of one, the address of a feed."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import CatalogError, DeliveryError, NotFoundError, UsageError
from config.i18n import in_english
from config.secrets import MASK
from core.clock import rfc3339, utc_now
from wirewatch.cli.output import print_json, print_rows, write
from wirewatch.run.bootstrap import load_files, open_settings, open_store
from wirewatch.run.reading import read_store

if TYPE_CHECKING:
    from alerts.receivers import DeliveryAttempt, Notifier
    from config.catalog.models import Catalog, ReceiverDefinition
    from config.settings import Settings
    from core.store import Connection, Store
    from core.store.feed_addresses import FeedAddress

app = typer.Typer(no_args_is_help=True, help="Look at the receivers, test them, give out feeds.")

TOKEN_BYTES = 32
"""Length of a feed's token before it is written as text: 256 bits cannot be guessed."""

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@app.command("list")
def list_receivers(*, as_json: JsonOption = False) -> None:
    """List the receivers of alerts.yaml with their targets."""
    catalog = _load(open_settings())
    rows = [
        {"id": r.id, "kind": r.kind, "targets": list(_targets(r)), "owner": r.owner}
        for r in catalog.alerts.receivers
    ]
    empty = "There are no receivers besides the console. Add one to alerts.yaml."
    print_rows(rows, ("id", "kind", "targets", "owner"), as_json=as_json, empty=empty)


@app.command("test")
def check_receiver(
    receiver: Annotated[str, typer.Argument(help="The receiver's id")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Send a notification of kind "test" to each target now. Exits with 3 if a target failed.

    Nothing is stored and nothing is tried again.
    """
    settings = open_settings()
    catalog = _load(settings)
    definition = _find(catalog, receiver)
    rows = asyncio.run(_notify_all(definition, settings, catalog.alerts.console_url))
    print_rows(rows, ("target", "result", "reason"), as_json=as_json, empty="It has no target.")
    if any(row["result"] != "delivered" for row in rows):
        raise typer.Exit(3)


@app.command()
def address(
    receiver: Annotated[str, typer.Argument(help="Id of a receiver of kind feed")],
    *,
    renew: Annotated[bool, typer.Option("--renew", help="Make a new address.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Close the feed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show, renew or revoke the address of a feed of alerts.

    Who knows the address can read the feed, and nothing else. Only a hash of it is stored, so it is
    shown in full when it is made and never again.
    """
    if renew and revoke:
        raise UsageError("An address is either renewed or revoked.", mend="Leave one option out.")
    settings = open_settings()
    catalog = _load(settings)
    definition = _find(catalog, receiver)
    if definition.kind != "feed":
        message = f"The receiver {receiver!r} is of kind {definition.kind}, so it has no address."
        raise UsageError(message, mend="Name a receiver of kind feed.")
    open_it = open_store if renew or revoke else read_store
    with open_it(settings) as store:
        row = _change_address(store, definition, catalog, renew=renew, revoke=revoke)
    if as_json:
        print_json(row)
        return
    for name, value in row.items():
        write(f"{name}: {value or '-'}")


def _change_address(
    store: Store, definition: ReceiverDefinition, catalog: Catalog, *, renew: bool, revoke: bool
) -> dict[str, str | None]:
    """Change the address as requested; return what there is to show of it."""
    from core.store import feed_addresses

    token = secrets.token_urlsafe(TOKEN_BYTES) if renew else MASK
    names = [name for name in (definition.id, definition.was) if name]

    def change(connection: Connection) -> FeedAddress | None:
        if renew or revoke:
            for name in names:
                feed_addresses.revoke_address(connection, name)
        if renew:
            digest = hashlib.sha256(token.encode()).hexdigest()
            row = feed_addresses.FeedAddress(definition.id, digest, utc_now())
            feed_addresses.add_address(connection, row)
        known = (feed_addresses.find_address(connection, receiver=name) for name in names)
        return next(filter(None, known), None)

    found = store.transact(change)
    return _address_row(definition, catalog.alerts.console_url, token, found)


def _address_row(
    definition: ReceiverDefinition, console_url: str, token: str, found: FeedAddress | None
) -> dict[str, str | None]:
    from alerts.receivers.feed import ATOM, JSON, feed_url

    return {
        "receiver": definition.id,
        "atom": feed_url(console_url, token, ATOM) if found else None,
        "json": feed_url(console_url, token, JSON) if found else None,
        "made_at": rfc3339(found.created_at) if found else None,
    }


def _find(catalog: Catalog, receiver: str) -> ReceiverDefinition:
    """Return the receiver of an id.

    Raises:
        NotFoundError: There is none.
    """
    from alerts.receivers import definition_of

    definition = definition_of(catalog.alerts.receivers, receiver)
    if definition is None:
        known = ", ".join(r.id for r in catalog.alerts.receivers)
        raise NotFoundError(
            f"There is no receiver {receiver!r}.", mend=f"Receivers: {known or 'none'}."
        )
    return definition


def _load(settings: Settings) -> Catalog:
    """Load the receivers.

    Raises:
        CatalogError: ``alerts.yaml`` has errors, or there is no configuration folder.
    """
    from alerts.receivers import receiver_faults

    catalog, faults = load_files(settings)
    is_missing = not settings.config_dir.is_dir()
    of_alerts = [f for f in faults if is_missing or f.file.endswith("alerts.yaml")]
    found = of_alerts + receiver_faults(catalog)
    if errors := [fault for fault in found if fault.is_error]:
        raise CatalogError(errors)
    return catalog


def _targets(definition: ReceiverDefinition) -> tuple[str, ...]:
    from alerts.receivers import receiver_kind

    return receiver_kind(definition.kind).targets(definition)


async def _notify_all(
    definition: ReceiverDefinition, settings: Settings, console_url: str
) -> list[dict[str, Any]]:
    """Return the result of each target; one after the other, as deliveries are made."""
    from alerts.receivers import ReceiverTools, receiver_kind
    from alerts.rendering.sample import check_attempt
    from config.i18n import translator
    from core.http.client import HttpClient

    t = translator(definition.options.get("language") or "en")
    async with HttpClient.open(settings) as http:
        tools = ReceiverTools(http, utc_now, settings.delivery_timeout)
        notifier = receiver_kind(definition.kind).open(definition, tools)
        return [
            await _notify(notifier, check_attempt(definition.id, target, t, console_url, utc_now()))
            for target in _targets(definition)
        ]


async def _notify(notifier: Notifier, attempt: DeliveryAttempt) -> dict[str, Any]:
    try:
        receipt = await notifier.notify(attempt)
    except DeliveryError as error:
        result = "unknown" if error.unknown else "failed"
        return {"target": attempt.target, "result": result, "reason": error.message}
    reason = in_english(receipt.reason)
    return {"target": attempt.target, "result": "delivered", "reason": reason}
