"""Receivers: the kinds of destination, loaded when first used.

::

    alerts.yaml ──▶ ReceiverDefinition(kind, options) ──RECEIVERS[kind]──▶ class
                        │ faults()   what is wrong in the file
                        │ targets()  one delivery row each, named without secrets
                        └ open()     a Notifier: notify(outgoing) -> Receipt | DeliveryError
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from config.catalog.alerts import CONSOLE
from config.catalog.models import Catalog, FilePosition, ReceiverDefinition
from config.faults import Fault, in_file_order
from core.clock import Clock
from core.http import HttpClient

RECEIVERS: dict[str, str] = {
    "console": "alerts.receivers.console:ConsoleReceiver",
    "email": "alerts.receivers.email:EmailReceiver",
    "webhook": "alerts.receivers.webhook:WebhookReceiver",
}
"""Kind to ``module:class``."""

CONSOLE_RECEIVER = ReceiverDefinition(CONSOLE, CONSOLE, {}, {}, FilePosition("alerts.yaml", 1, 1))
"""The receiver that always exists."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt's worth of work.

    Attributes:
        id: Of the notification: the same at every attempt.
        target: Which of the receiver's targets.
        body: JSON, the same bytes at every attempt.
        attempt: 1 for the first.
        possible_repeat: An earlier attempt may have reached the target: a message that a person
            reads must say so.
        created_at: When the notification was made.
    """

    id: str
    receiver: str
    target: str
    kind: str
    body: bytes
    attempt: int
    possible_repeat: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The target took it.

    Attributes:
        detail: What it answered, in words.
    """

    detail: str


@dataclass(frozen=True, slots=True)
class ReceiverTools:
    """What receivers work with.

    Attributes:
        timeout: Seconds one attempt may take.
    """

    http: HttpClient
    clock: Clock
    timeout: float


class Notifier(Protocol):
    """A destination that can be told."""

    async def notify(self, outgoing: DeliveryAttempt) -> Receipt:
        """Tell one target once.

        Raises:
            DeliveryError: It did not work, or nobody knows whether it did.
        """
        ...


class ReceiverKind(Protocol):
    """What a class in :data:`RECEIVERS` offers."""

    @staticmethod
    def faults(definition: ReceiverDefinition) -> list[Fault]:
        """What is wrong with the receiver's options."""
        ...

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:
        """The receiver's targets, fit to be shown: no secrets."""
        ...

    @staticmethod
    def open(definition: ReceiverDefinition, tools: ReceiverTools) -> Notifier:
        """The notifier; the definition has no faults."""
        ...


def receiver_kind(kind: str) -> ReceiverKind:
    """The class of a kind in :data:`RECEIVERS`, imported now if it was not before."""
    module, _, name = RECEIVERS[kind].partition(":")
    return cast("ReceiverKind", getattr(import_module(module), name))


def definition_of(receivers: Sequence[ReceiverDefinition], name: str) -> ReceiverDefinition | None:
    """The receiver of that id; the console is always there."""
    found = next((r for r in receivers if r.id == name), None)
    return CONSOLE_RECEIVER if found is None and name == CONSOLE else found


def receiver_faults(catalog: Catalog) -> list[Fault]:
    """Faults of every receiver in ``alerts.yaml`` (codes: docs/faults.md)."""
    return in_file_order(f for r in catalog.alerts.receivers for f in _faults(r))


def fault(place: FilePosition, code: str, message: str, mend: str) -> Fault:
    """A fault at a place."""
    return Fault(
        file=place.file,
        line=place.line,
        column=place.column,
        code=code,
        message=message,
        mend=mend,
    )


def unknown_options(definition: ReceiverDefinition, known: Sequence[str]) -> list[Fault]:
    """A fault for each option the kind does not have."""
    return [
        fault(
            definition.positions.get(name, definition.position),
            "R002",
            f"A {definition.kind} receiver has no {name!r}.",
            f"Remove it; the keys are id, kind{''.join(f', {k}' for k in known)}.",
        )
        for name in definition.options
        if name not in known
    ]


def _faults(definition: ReceiverDefinition) -> list[Fault]:
    if definition.kind in RECEIVERS:
        return receiver_kind(definition.kind).faults(definition)
    place = definition.positions.get("kind", definition.position)
    message = f"Receivers of kind {definition.kind!r} are not available in this version."
    return [fault(place, "R001", message, f"Write one of: {', '.join(sorted(RECEIVERS))}.")]
