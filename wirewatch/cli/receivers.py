"""``wirewatch receivers``: the configured receivers, and a test of one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import CatalogError, DeliveryError, NotFoundError
from config.i18n import in_english
from core.clock import utc_now
from wirewatch.cli.output import print_rows
from wirewatch.run.bootstrap import load_files, open_settings

if TYPE_CHECKING:
    from alerts.receivers import DeliveryAttempt, Notifier
    from config.catalog.models import Catalog, ReceiverDefinition
    from config.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Look at the receivers and test them.")

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@app.command("list")
def list_receivers(*, as_json: JsonOption = False) -> None:
    """List the receivers of alerts.yaml with their targets."""
    catalog = _load(open_settings())
    rows = [
        {"id": r.id, "kind": r.kind, "targets": list(_targets(r))} for r in catalog.alerts.receivers
    ]
    empty = "There are no receivers besides the console. Add one to alerts.yaml."
    print_rows(rows, ("id", "kind", "targets"), as_json=as_json, empty=empty)


@app.command("test")
def check_receiver(
    receiver: Annotated[str, typer.Argument(help="The receiver's id")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Send a notification of kind "test" to each target now. Exits with 3 if a target failed.

    Nothing is stored and nothing is tried again.
    """
    from alerts.receivers import definition_of

    settings = open_settings()
    catalog = _load(settings)
    definition = definition_of(catalog.alerts.receivers, receiver)
    if definition is None:
        known = ", ".join(r.id for r in catalog.alerts.receivers)
        raise NotFoundError(
            f"There is no receiver {receiver!r}.", mend=f"Receivers: {known or 'none'}."
        )
    rows = asyncio.run(_notify_all(definition, settings, catalog.alerts.console_url))
    print_rows(rows, ("target", "result", "reason"), as_json=as_json, empty="It has no target.")
    if any(row["result"] != "delivered" for row in rows):
        raise typer.Exit(3)


def _load(settings: Settings) -> Catalog:
    """Load the receivers.

    Raises:
        CatalogError: ``alerts.yaml`` has errors.
    """
    from alerts.receivers import receiver_faults

    catalog, faults = load_files(settings)
    found = [f for f in faults if f.file.endswith("alerts.yaml")] + receiver_faults(catalog)
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
