"""Owners: the person or team that a topic or a receiver belongs to, as its file names them."""

from __future__ import annotations

from collections.abc import Iterator

from config.catalog.models import Catalog, FilePosition
from core.store.accounts import account_id


def is_owner(owner: str, name: str) -> bool:
    """Return whether a name is that of an owner, whatever its case."""
    return account_id(owner) == account_id(name)


def owner_of_receiver(catalog: Catalog, receiver: str) -> str:
    """Return the owner of a receiver, also by its former id; empty where none is named."""
    owners = {r.was: r.owner for r in catalog.alerts.receivers if r.was}
    owners |= {r.id: r.owner for r in catalog.alerts.receivers}
    return owners.get(receiver, "")


def find_mentions(catalog: Catalog, name: str) -> list[FilePosition]:
    """Return where the operator's files name somebody as an owner or author, in file order."""
    named = (position for who, position in _named_people(catalog) if who and is_owner(who, name))
    return sorted(named, key=lambda position: (position.file, position.line))


def _named_people(catalog: Catalog) -> Iterator[tuple[str, FilePosition]]:
    yield from ((topic.owner, topic.position) for topic in catalog.topics)
    for receiver in catalog.alerts.receivers:
        yield receiver.owner, receiver.positions.get("owner", receiver.position)
    yield from ((silence.author, silence.position) for silence in catalog.alerts.silences)
