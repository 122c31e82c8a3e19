"""E-mail: one message to one recipient, handed to the operator's own server.

::

    - {id: mail, kind: email, smtp: "smtp://user:pass@host:587", from: alerts@example.org,
       to: [desk@example.org]}

    targets ── one address each ──▶ compose (same message at every attempt) ──▶ submit ──▶ Receipt

Every address is a target of its own: a refused one does not touch the others, and nobody sees who
else is told. The Message-ID is made of the notification's id and the target, so a repeat can be
told for one; all mail about a story refers to one root, so it threads.

Refused for now (4xx), no connection, no answer: later. Refused for good (5xx) for the recipient
or the message: never again. No TLS, sign-in or sender refused: that is for the operator to mend,
so it is tried again, every ten minutes. Lost after the final dot: unknown, and the repeat says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alerts.notification import NotificationBody
from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools, fault, unknown_options
from alerts.receivers.email.addresses import MailServer, mailbox, server
from alerts.receivers.email.mime import MimeMessage, compose
from alerts.receivers.email.smtp import TlsMode, submit
from alerts.rendering.content import DeliveryContext, late_since
from config.catalog.models import ReceiverDefinition
from config.catalog.values import shown
from config.errors import DeliveryError
from config.faults import Fault
from config.i18n import LANGUAGES, translator

OPTIONS = ("smtp", "from", "to", "language", "starttls", "ca_file")

_SERVER_MEND = (
    'Write smtp: "smtp://user:password@host:587", or smtps://; without user:password nobody signs '
    "in. A % in the password is written %25."
)


class EmailReceiver:
    """Sends each notification to each address of ``to``."""

    def __init__(self, definition: ReceiverDefinition, tools: ReceiverTools) -> None:
        self._definition = definition
        self._tools = tools

    @staticmethod
    def faults(definition: ReceiverDefinition) -> list[Fault]:
        """Unknown options, a server or an address that is none, nobody to tell."""
        return [
            *unknown_options(definition, OPTIONS),
            *_server_faults(definition),
            *_address_faults(definition),
            *_choice_faults(definition),
        ]

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:
        """The addresses, each once."""
        once: dict[str, str] = {}
        for text in _addresses(definition.options.get("to")):
            if box := mailbox(text):
                once.setdefault(box.address, text.strip())
        return tuple(once.values())

    @staticmethod
    def open(definition: ReceiverDefinition, tools: ReceiverTools) -> EmailReceiver:
        """The receiver of a definition without faults."""
        return EmailReceiver(definition, tools)

    async def notify(self, outgoing: DeliveryAttempt) -> Receipt:
        """Send once.

        Raises:
            DeliveryError: Permanent, for later, or unknown.
        """
        options = self._definition.options
        message, where = self.message(outgoing), server(options["smtp"])
        known = outgoing.target in self.targets(self._definition)
        if message is None or where is None or not known:
            gone = f"{outgoing.target!r} is no longer an address of the receiver in alerts.yaml."
            raise DeliveryError(gone, permanent=True)
        tls = TlsMode(options.get("starttls", default_tls(where)))
        return await submit(message, where, tls, options.get("ca_file"), self._tools.timeout)

    def message(self, outgoing: DeliveryAttempt) -> MimeMessage | None:
        """What is sent for an attempt; None where the target is no address."""
        options = self._definition.options
        sender, recipient = mailbox(options["from"], named=True), mailbox(outgoing.target)
        if sender is None or recipient is None:
            return None
        context = DeliveryContext(
            receiver=outgoing.receiver,
            target=outgoing.target,
            possible_repeat=outgoing.possible_repeat,
            late_since=late_since(outgoing.created_at, self._tools.clock()),
        )
        return compose(
            NotificationBody.model_validate_json(outgoing.body),
            context,
            translator(options.get("language", "en")),
            sender=sender,
            recipient=recipient,
            created_at=outgoing.created_at,
        )


def default_tls(where: MailServer) -> TlsMode:
    """A password never goes over a network in the clear unless the operator says so."""
    return TlsMode.REQUIRED if where.password and not where.is_loopback else TlsMode.OFFERED


def _addresses(value: Any) -> tuple[Any, ...]:
    """``to`` may be one address or a list of them."""
    return value if isinstance(value, tuple) else () if value in (None, "") else (value,)


def _server_faults(definition: ReceiverDefinition) -> list[Fault]:
    where = server(definition.options.get("smtp"))
    if where is None:
        place = definition.positions.get("smtp", definition.position)
        message = f"The e-mail receiver {definition.id!r} has no usable SMTP server."
        return [fault(place, "R005", message, _SERVER_MEND)]
    if where.implicit_tls and "starttls" in definition.options:
        message = "`starttls` has no meaning with smtps://, which is encrypted from the start."
        place = definition.positions.get("starttls", definition.position)
        return [fault(place, "R008", message, "Remove it.")]
    return []


def _address_faults(definition: ReceiverDefinition) -> list[Fault]:
    found: list[Fault] = []
    sender = definition.options.get("from")
    if mailbox(sender, named=True) is None:
        place = definition.positions.get("from", definition.position)
        message = _no_address("from", sender)
        found.append(fault(place, "R006", message, "Write from: alerts@example.org."))
    recipients = _addresses(definition.options.get("to"))
    place = definition.positions.get("to", definition.position)
    if not recipients:
        message = f"The e-mail receiver {definition.id!r} tells nobody."
        found.append(fault(place, "R007", message, "Write to: [desk@example.org]."))
    for n, text in enumerate(recipients):
        if mailbox(text) is None:
            where = definition.positions.get(f"to[{n}]", place)
            mend = "Write plain addresses: to: [desk@example.org]."
            found.append(fault(where, "R006", _no_address("to", text), mend))
    return found


def _no_address(key: str, value: object) -> str:
    if isinstance(value, str) and value:
        return f"{shown(value)} in `{key}` is not an e-mail address."
    return f"`{key}` has no e-mail address."


def _choice_faults(definition: ReceiverDefinition) -> list[Fault]:
    found: list[Fault] = []
    for key, known in (("language", [*LANGUAGES]), ("starttls", [*TlsMode])):
        value = definition.options.get(key, known[0])
        if value not in known:
            place = definition.positions.get(key, definition.position)
            message = f"{shown(str(value))} is no `{key}` of an e-mail receiver."
            found.append(fault(place, "R008", message, f"Write one of: {', '.join(known)}."))
    ca_file = definition.options.get("ca_file")
    if ca_file is not None and not (isinstance(ca_file, str) and Path(ca_file).is_file()):
        place = definition.positions.get("ca_file", definition.position)
        message = f"There is no file {shown(str(ca_file))} with certificates."
        found.append(fault(place, "R008", message, "Write the path of a PEM file."))
    return found
