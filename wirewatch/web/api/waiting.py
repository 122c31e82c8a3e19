"""What waits, as the API shows it: held messages, and broken targets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from config.catalog.models import Catalog
from config.i18n import Phrase, in_english
from core.store.held_items import HeldItem
from core.store.targets import TargetState
from wirewatch.owners import owner_of_receiver


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class HeldMessage(_Model):
    """A message about a story that is held."""

    alert_id: str
    topic_id: str
    receiver: str
    notification_id: str
    kind: str
    severity: str
    reason_code: str
    reason: str = Field(description="Why it is held, in English.")
    decided_at: datetime
    held_until: datetime = Field(description="When it goes out.")


class HeldList(_Model):
    """Everything that is held, what goes out first in front."""

    held: tuple[HeldMessage, ...]


class BrokenTarget(_Model):
    """A target that is broken: its messages wait until it accepts one again."""

    receiver: str
    owner: str = Field(description="The owner of the receiver; empty if none is named.")
    target: str = Field(description="The address, without secrets.")
    since: datetime
    reason: str = Field(description="Why the last attempt failed, in English.")
    waiting: int = Field(description="Number of deliveries that wait for it.")
    next_attempt_at: datetime | None


class TargetList(_Model):
    """The broken targets, the one that is broken longest in front."""

    broken: tuple[BrokenTarget, ...]


def held_list(held: Iterable[HeldItem], topic: str = "") -> HeldList:
    """Return held messages, only those of a topic where one is named."""
    chosen = (each for each in held if topic in ("", each.item.topic_id))
    return HeldList(held=tuple(map(held_message, chosen)))


def target_list(broken: Iterable[tuple[TargetState, int]], catalog: Catalog) -> TargetList:
    """Return broken targets, each given with the number of deliveries that wait for it."""
    return TargetList(broken=tuple(broken_target(state, n, catalog) for state, n in broken))


def held_message(held: HeldItem) -> HeldMessage:
    """Return a held message with its reason in English."""
    item = held.item
    return HeldMessage(
        alert_id=item.alert_id,
        topic_id=item.topic_id,
        receiver=held.receiver,
        notification_id=item.notification_id,
        kind=item.kind,
        severity=item.severity,
        reason_code=item.hold_code,
        reason=in_english(Phrase.load(item.hold_reason)),
        decided_at=item.added_at,
        held_until=held.held_until,
    )


def broken_target(state: TargetState, waiting: int, catalog: Catalog) -> BrokenTarget:
    """Return a broken target with its reason in English, and the owner of its receiver."""
    return BrokenTarget(
        receiver=state.receiver,
        owner=owner_of_receiver(catalog, state.receiver),
        target=state.target,
        since=state.broken_since or state.updated_at,
        reason=in_english(Phrase.load(state.reason)),
        waiting=waiting,
        next_attempt_at=state.probe_at,
    )
