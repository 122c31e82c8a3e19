"""Receivers: the kinds of destinations, imported when first used.

::

    alerts.yaml ──▶ ReceiverDefinition(kind, options) ──RECEIVERS[kind]──▶ class
                        │ faults()   what is wrong with the options
                        │ targets()  one delivery each, named without secrets
                        └ open()     a Notifier: notify(attempt) -> Receipt, or DeliveryError

To add a kind:

1. Write a module like ``webhook.py``. Its options are declared (:mod:`alerts.receivers.options`),
   and ``faults`` comes from the declaration. What people read is made by
   :func:`alerts.rendering.content.attempt_content`; an HTTP request is made and its answer judged
   by :func:`alerts.receivers.http.post`. What is left is the vendor's payload. A kind that posts to
   a chat extends :class:`alerts.receivers.chat.ChatReceiver`.
2. Name its class in :data:`RECEIVERS`.
3. Test it against a local server: success, 429 with Retry-After, a permanent failure, a lost
   answer, and that no secret is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from config.catalog.alerts import CONSOLE
from config.catalog.models import Catalog, FilePosition, ReceiverDefinition
from config.faults import Fault, in_file_order
from config.i18n import Phrase
from config.yaml.nodes import fault
from core.clock import Clock

if TYPE_CHECKING:
    from core.http.client import HttpClient

RECEIVERS: dict[str, str] = {
    "apprise": "alerts.receivers.apprise:AppriseReceiver",
    "console": "alerts.receivers.console:ConsoleReceiver",
    "discord": "alerts.receivers.discord:DiscordReceiver",
    "feed": "alerts.receivers.feed:FeedReceiver",
    "email": "alerts.receivers.email:EmailReceiver",
    "mattermost": "alerts.receivers.mattermost:MattermostReceiver",
    "ntfy": "alerts.receivers.ntfy:NtfyReceiver",
    "slack": "alerts.receivers.slack:SlackReceiver",
    "teams": "alerts.receivers.teams:TeamsReceiver",
    "telegram": "alerts.receivers.telegram:TelegramReceiver",
    "webhook": "alerts.receivers.webhook:WebhookReceiver",
}
"""Kind to ``module:class``."""

SENDS_NOTHING = frozenset({CONSOLE, "feed"})
"""Kinds whose messages are read from the store."""

CONSOLE_RECEIVER = ReceiverDefinition(CONSOLE, CONSOLE, {}, {}, FilePosition("alerts.yaml", 1, 1))
"""The receiver that always exists."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt to deliver a notification to a target.

    Attributes:
        id: Id of the notification, the same at every attempt.
        target: One of the receiver's targets.
        body: JSON of :class:`alerts.notification_body.NotificationBody`, the same at every attempt.
        attempt: 1 for the first.
        possible_repeat: An earlier attempt may have arrived: a message that people read says so.
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
    """The target accepted the notification.

    Attributes:
        reason: What it answered.
    """

    reason: Phrase


@dataclass(frozen=True, slots=True)
class ReceiverTools:
    """The client, clock and time limit that receivers use.

    Attributes:
        timeout: Seconds that one attempt may take.
    """

    http: HttpClient
    clock: Clock
    timeout: float


class Notifier(Protocol):
    """An open receiver."""

    async def notify(self, attempt: DeliveryAttempt) -> Receipt:
        """Make one attempt.

        Raises:
            DeliveryError: It failed, or it is unknown whether it did.
        """
        ...


class ReceiverKind(Protocol):
    """The interface of a class in :data:`RECEIVERS`."""

    @staticmethod
    def faults(definition: ReceiverDefinition) -> list[Fault]:
        """Return what is wrong with the receiver's options."""
        ...

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:
        """Return the targets of a definition without faults; they are shown, so no secrets."""
        ...

    @staticmethod
    def open(definition: ReceiverDefinition, tools: ReceiverTools) -> Notifier:
        """Return the notifier of a definition without faults."""
        ...


def receiver_kind(kind: str) -> ReceiverKind:
    """Return the class of a kind in :data:`RECEIVERS`; its module is imported now."""
    module, _, name = RECEIVERS[kind].partition(":")
    return cast("ReceiverKind", getattr(import_module(module), name))


def definition_of(receivers: Sequence[ReceiverDefinition], name: str) -> ReceiverDefinition | None:
    """Return the receiver of that id; the console exists even if the file does not name it."""
    definition = next((r for r in receivers if r.id == name), None)
    return CONSOLE_RECEIVER if definition is None and name == CONSOLE else definition


def receiver_faults(catalog: Catalog) -> list[Fault]:
    """Return the faults of every receiver in ``alerts.yaml`` (codes: docs/faults.md)."""
    return in_file_order(f for r in catalog.alerts.receivers for f in _faults(r))


def stranded_faults(
    catalog: Catalog, waiting: Mapping[str, int], position: FilePosition
) -> list[Fault]:
    """Return a warning for each receiver that is gone while deliveries wait for it.

    Args:
        catalog: The operator's files.
        waiting: Number of unfinished deliveries by receiver.
        position: Of ``alerts.yaml``.
    """
    receivers = catalog.alerts.receivers
    known = {CONSOLE, *(r.id for r in receivers), *(r.was for r in receivers)}
    mend = "Write `was: {}` into the receiver that inherits them; else they are given up."
    return [
        fault(
            position,
            "W234",
            f"Deliveries to the receiver {receiver!r}, which is gone: {number} waiting.",
            mend.format(receiver),
        )
        for receiver, number in sorted(waiting.items())
        if receiver not in known
    ]


def _faults(definition: ReceiverDefinition) -> list[Fault]:
    if definition.kind in RECEIVERS:
        return [*receiver_kind(definition.kind).faults(definition), *_canary_faults(definition)]
    position = definition.positions.get("kind", definition.position)
    message = f"Receivers of kind {definition.kind!r} are not available in this version."
    return [fault(position, "R001", message, f"Write one of: {', '.join(sorted(RECEIVERS))}.")]


def _canary_faults(definition: ReceiverDefinition) -> list[Fault]:
    if not definition.canary or definition.kind not in SENDS_NOTHING:
        return []
    message = f"A receiver of kind `{definition.kind}` sends nothing, so a canary proves nothing."
    return [fault(definition.positions["canary"], "R010", message, "Remove `canary`.")]
