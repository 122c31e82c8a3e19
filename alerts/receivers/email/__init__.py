"""E-mail: one message to one recipient, submitted to the operator's own mail server.

::

    - {id: mail, kind: email, smtp: "smtp://user:pass@host:587", from: alerts@example.org,
       to: [desk@example.org]}

    targets, one per address ──▶ compose (the same message at every attempt) ──▶ submit ──▶ Receipt

Every address is a target of its own: one that is refused does not affect the others, and no
recipient sees who else is notified. The Message-ID is derived from the notification's id and the
target, so a repeat can be recognised; all messages about a story refer to one root, so they thread.

A temporary refusal (4xx), no connection or no answer is retried. A permanent refusal (5xx) of the
recipient or the message is final. What the operator has to fix (TLS, sign-in, the sender address)
is retried every ten minutes. A connection lost after the final dot is *unknown*: the message is
sent again and says that it may be a repeat.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alerts.notification_body import NotificationBody
from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools
from alerts.receivers.email.addresses import Mailbox, MailServer, parse_mail_server, parse_mailbox
from alerts.receivers.email.mime import MAX_BYTES, MimeMessage, compose
from alerts.receivers.email.smtp import TlsMode, submit
from alerts.receivers.options import INVALID, LANGUAGE, TIME_ZONE, Option, Options, choice
from alerts.rendering.content import delivery_context
from alerts.rendering.fit import RenderedMessage, Size
from config.catalog.models import ReceiverDefinition
from config.catalog.values import InvalidValue, shown
from config.errors import DeliveryError
from config.faults import Fault
from config.i18n import Phrase, Translator
from config.yaml.nodes import fault


def smtp_url(text: str) -> MailServer | InvalidValue:
    """Parse the URL of a mail server."""
    return parse_mail_server(text) or InvalidValue("This is not the URL of an SMTP server.", "")


def sender_address(text: str) -> Mailbox | InvalidValue:
    """Parse an address, with or without a name."""
    return parse_mailbox(text, named=True) or _no_address("from", text)


def recipient_address(text: str) -> Mailbox | InvalidValue:
    """Parse an address without a name."""
    return parse_mailbox(text) or _no_address("to", text)


def _no_address(option: str, text: str) -> InvalidValue:
    return InvalidValue(f"{shown(text)} in `{option}` is not an e-mail address.", "")


def certificate_file(text: str) -> str | InvalidValue:
    """Parse the path of a file that exists."""
    if Path(text).is_file():
        return text
    return InvalidValue(f"There is no file {shown(text)} with certificates.", "")


SMTP = Option(
    "smtp",
    smtp_url,
    "Messages are submitted to this server.",
    'Write smtp: "smtp://user:password@host:587", or smtps://; without user:password there is no '
    "sign-in. A % in the password is written %25.",
    required=True,
    secret=True,
    code="R005",
)
FROM = Option(
    "from",
    sender_address,
    "Messages are sent from this address.",
    "Write from: alerts@example.org.",
    required=True,
    code="R006",
)
TO = Option(
    "to",
    recipient_address,
    "These addresses are notified, each by a message of its own.",
    "Write plain addresses: to: [desk@example.org].",
    required=True,
    many=True,
    code="R006",
    missing="R007",
)
STARTTLS = choice(
    "starttls", tuple(TlsMode), "Whether a connection to smtp:// has to be encrypted."
)
CA_FILE: Option[str | None] = Option(
    "ca_file",
    certificate_file,
    "Certificates to trust besides the machine's own.",
    "Write the path of a PEM file.",
)
OPTIONS = Options(SMTP, FROM, TO, LANGUAGE, TIME_ZONE, STARTTLS, CA_FILE)


class EmailReceiver:
    """Sends each notification to each address of ``to``."""

    def __init__(self, definition: ReceiverDefinition, tools: ReceiverTools) -> None:
        self._definition = definition
        self._options = OPTIONS.values(definition)
        self._tools = tools

    @staticmethod
    def faults(definition: ReceiverDefinition) -> list[Fault]:
        """Return the faults of the options, and of ``starttls`` beside smtps://."""
        return [*OPTIONS.faults(definition), *_starttls_faults(definition)]

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:
        """Return the addresses, each once, as they are written."""
        texts: dict[str, str] = {}
        for box in OPTIONS.values(definition).all(TO):
            texts.setdefault(box.address, box.text)
        return tuple(texts.values())

    @staticmethod
    def open(definition: ReceiverDefinition, tools: ReceiverTools) -> EmailReceiver:
        """Return the receiver of a definition."""
        return EmailReceiver(definition, tools)

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:
        """Return the message as it would be sent from and to example addresses."""
        message = compose(
            NotificationBody.model_validate_json(attempt.body),
            delivery_context(attempt, now),
            t,
            sender=Mailbox("Wirewatch", "alerts", "example.org"),
            recipient=Mailbox("", "desk", "example.org"),
            created_at=attempt.created_at,
        )
        size = Size("bytes", len(message.data), MAX_BYTES)
        return RenderedMessage({}, (size,), raw=message.data.decode())

    async def notify(self, attempt: DeliveryAttempt) -> Receipt:
        """Send one message to one address."""
        recipient = parse_mailbox(attempt.target)
        if recipient is None or attempt.target not in self.targets(self._definition):
            raise DeliveryError(
                Phrase("delivery.address_removed", address=attempt.target), permanent=True
            )
        server = self._options[SMTP]
        tls = self._options[STARTTLS] or default_tls(server)
        message = self._compose(attempt, recipient)
        return await submit(message, server, tls, self._options[CA_FILE], self._tools.timeout)

    def _compose(self, attempt: DeliveryAttempt, recipient: Mailbox) -> MimeMessage:
        return compose(
            NotificationBody.model_validate_json(attempt.body),
            delivery_context(attempt, self._tools.clock()),
            self._options.translator,
            sender=self._options[FROM],
            recipient=recipient,
            created_at=attempt.created_at,
        )


def default_tls(server: MailServer) -> TlsMode:
    """Return the mode where ``starttls`` is not written.

    A password is never sent over a network unencrypted unless the operator says so.
    """
    return TlsMode.REQUIRED if server.password and not server.is_loopback else TlsMode.OFFERED


def _starttls_faults(definition: ReceiverDefinition) -> list[Fault]:
    servers = OPTIONS.values(definition).all(SMTP)
    if "starttls" not in definition.options or not any(s.implicit_tls for s in servers):
        return []
    position = definition.positions.get("starttls", definition.position)
    message = "`starttls` has no meaning with smtps://, which is encrypted from the start."
    return [fault(position, INVALID, message, "Remove it.")]
