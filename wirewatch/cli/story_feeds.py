"""``wirewatch alerts feed-address``: gives out and revokes addresses of the list of stories."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from config.catalog.values import InvalidValue, identifier
from config.errors import UsageError
from config.secrets import MASK
from core.clock import rfc3339, utc_now
from wirewatch.cli.output import print_json, write
from wirewatch.cli.receivers import TOKEN_BYTES
from wirewatch.run.bootstrap import load_files, open_settings, open_store
from wirewatch.run.reading import read_store

if TYPE_CHECKING:
    from core.store import Connection, Store
    from core.store.feed_addresses import FeedAddress


def feed_address(
    name: Annotated[str, typer.Argument(help="Who reads the list, for example night-desk")],
    *,
    renew: Annotated[bool, typer.Option("--renew", help="Make a new address.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Close the list again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show, renew or revoke a reader's address of the list of stories, as Atom and JSON Feed.

    Who knows the address can read the list with every filter, and nothing else. Only a hash of it
    is stored, so it is shown in full when it is made and never again.
    """
    if renew and revoke:
        raise UsageError("An address is either renewed or revoked.", mend="Leave one option out.")
    if isinstance(checked := identifier(name), InvalidValue):
        raise UsageError(checked.message, mend=checked.mend)
    settings = open_settings()
    catalog, _ = load_files(settings)
    token = secrets.token_urlsafe(TOKEN_BYTES) if renew else MASK
    open_it = open_store if renew or revoke else read_store
    with open_it(settings) as store:
        row = _change(store, name, token, renew=renew, revoke=revoke)
    shown = _address_row(name, catalog.alerts.console_url, token, row)
    if as_json:
        print_json(shown)
        return
    for key, value in shown.items():
        write(f"{key}: {value or '-'}")


def _change(
    store: Store, name: str, token: str, *, renew: bool, revoke: bool
) -> FeedAddress | None:
    """Change the address as requested. Return the one that is in force now, or None."""
    from core.store import feed_addresses

    reader = feed_addresses.list_reader(name)

    def change(connection: Connection) -> FeedAddress | None:
        if renew or revoke:
            feed_addresses.revoke_address(connection, reader)
        if renew:
            digest = hashlib.sha256(token.encode()).hexdigest()
            address = feed_addresses.FeedAddress(reader, digest, utc_now())
            feed_addresses.add_address(connection, address)
        return feed_addresses.find_address(connection, receiver=reader)

    return store.transact(change)


def _address_row(
    name: str, console_url: str, token: str, address: FeedAddress | None
) -> dict[str, str | None]:
    from alerts.receivers.feed import ATOM, FOLDER, JSON

    folder = f"{console_url.rstrip('/')}{FOLDER / token / 'stories'}"
    return {
        "reader": name,
        "atom": f"{folder}/{ATOM}" if address else None,
        "json": f"{folder}/{JSON}" if address else None,
        "made_at": rfc3339(address.created_at) if address else None,
    }
