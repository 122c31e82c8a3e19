"""Submitting one message to a server for one recipient (RFC 5321), within a time limit.

::

    resolve, connect ─▶ greeting ─▶ EHLO ─▶ STARTTLS ─▶ AUTH ─▶ MAIL ─▶ RCPT ─▶ DATA ─▶ . ─▶ 250
    └─────────── nothing was sent; the operator may have to act ──────────┘ └ final ─┘  └ unknown

What a failure means depends on the stage the conversation reached (:func:`failure`). smtplib runs
in a thread. The connection is made outside of it and shut down when the time is over, so that a
server that answers one byte at a time cannot hold a delivery beyond its lease.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import smtplib
import socket
import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum

from alerts.receivers import Receipt
from alerts.receivers.email.addresses import MailServer
from alerts.receivers.email.mime import MimeMessage
from config.errors import DeliveryError
from config.i18n import Phrase
from config.secrets import credentials
from core.text import for_log, foreign_text

OPERATOR_WAIT = 600.0
"""Seconds until the next attempt where only the operator can help: servers lock accounts and ban
addresses after a few refusals within ten minutes (fail2ban's default is five)."""

_AUTHENTICATION = frozenset({530, 534, 535, 538})
"""Replies about signing in (RFC 4954, 6): never the recipient's fault, at whatever stage."""

_TOO_LARGE = 552


class TlsMode(StrEnum):
    """Whether a connection to ``smtp://`` is encrypted."""

    REQUIRED = "required"
    OFFERED = "offered"
    NEVER = "never"


class SmtpStage(StrEnum):
    """The stage a conversation reached."""

    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "tls"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    END = "end"

    @property
    def phrase(self) -> Phrase:
        """What failed at this stage, for people."""
        return Phrase(f"delivery.smtp_stage.{self}")


async def submit(
    message: MimeMessage, server: MailServer, tls: TlsMode, ca_file: str | None, limit: float
) -> Receipt:
    """Submit a message.

    Args:
        message: For one recipient.
        server: Where to.
        tls: What is required of a server that is not ``smtps``.
        ca_file: Certificates to trust besides the machine's own.
        limit: Seconds it may take.

    Raises:
        DeliveryError: It failed, or it is unknown whether it did.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit
    try:
        async with asyncio.timeout_at(deadline):
            connection = await _connect(server, limit)
    except OSError as error:  # TimeoutError too
        raise failure(SmtpStage.CONNECT, error) from error
    connection.settimeout(limit)
    conversation = _Conversation(message, server, tls, ca_file, connection)
    timer = loop.call_at(deadline, conversation.cut)
    # A thread of its own: in the loop's pool it could wait for one until its time is over.
    with ThreadPoolExecutor(1, "mail") as thread:
        try:
            return await loop.run_in_executor(thread, conversation.run)
        finally:
            timer.cancel()
            conversation.cut()
            conversation.close()


def failure(
    stage: SmtpStage, cause: int | Exception, reply: str = "", secrets: Sequence[str] = ()
) -> DeliveryError:
    """Return what a failure means for the delivery. Pure.

    Args:
        stage: The stage the conversation reached.
        cause: The code of the server's reply, or what broke.
        reply: The text of the server's reply.
        secrets: What was sent and must not be shown where the reply repeats it.
    """
    if isinstance(cause, Exception):
        return _broken(stage, cause)
    if not 400 <= cause < 600:
        reason = Phrase("delivery.smtp_no_reply", stage=stage.phrase)
        return DeliveryError(reason, unknown=stage is SmtpStage.END)
    answer = f"{cause} {foreign_text(reply, secrets)}".rstrip(" .")
    failed = (SmtpStage.DATA if stage is SmtpStage.END else stage).phrase
    if cause < 500:
        return DeliveryError(Phrase("delivery.smtp_deferred", stage=failed, answer=answer))
    if _is_for_operator(stage, cause):
        return _for_operator(stage, Phrase("delivery.smtp_answer", answer=answer))
    reason = Phrase("delivery.smtp_refused", stage=failed, answer=answer)
    return DeliveryError(reason, permanent=True)


def _is_for_operator(stage: SmtpStage, code: int) -> bool:
    """Return whether a permanent refusal is about the server or the sender, not the recipient."""
    if code in _AUTHENTICATION or stage in (SmtpStage.GREETING, SmtpStage.TLS, SmtpStage.SIGN_IN):
        return True
    return stage is SmtpStage.SENDER and code != _TOO_LARGE


def _for_operator(stage: SmtpStage, why: Phrase) -> DeliveryError:
    """Return a failure that the operator has to fix: nothing is lost, and the server is spared."""
    reason = Phrase("delivery.smtp_operator", stage=stage.phrase, why=why)
    return DeliveryError(reason, retry_after=OPERATOR_WAIT, target_fault=True)


def _broken(stage: SmtpStage, cause: Exception) -> DeliveryError:
    if stage is SmtpStage.END:
        return DeliveryError(Phrase("delivery.smtp_lost"), unknown=True)
    if isinstance(cause, ssl.SSLCertVerificationError):
        error = foreign_text(cause.verify_message)
        return _for_operator(SmtpStage.TLS, Phrase("delivery.smtp_untrusted", error=error))
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        why = Phrase("delivery.smtp_tls_not_spoken", error=foreign_text(str(cause)))
        return _for_operator(SmtpStage.TLS, why)
    if isinstance(cause, TimeoutError):
        connecting = stage is SmtpStage.CONNECT
        return DeliveryError(
            Phrase("delivery.smtp_connect_timeout" if connecting else "delivery.smtp_timeout")
        )
    if stage is SmtpStage.CONNECT:
        error = for_log(_error_text(cause))
        return DeliveryError(Phrase("delivery.smtp_no_connection", error=error))
    return DeliveryError(Phrase("delivery.smtp_cut"))


def _error_text(error: Exception) -> str:
    if isinstance(error, OSError) and (error.errno or 0) > 0:  # asyncio's text names the address
        return os.strerror(error.errno or 0).lower()
    return (getattr(error, "strerror", None) or type(error).__name__).lower()


async def _connect(server: MailServer, limit: float) -> socket.socket:
    """Return a connection to the first of the server's addresses that accepts one."""
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    last: OSError = ConnectionError("no address")
    for family, kind, protocol, _, address in addresses:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.setblocking(False)
            async with asyncio.timeout(limit / len(addresses)):
                await loop.sock_connect(connection, address)
        except OSError as error:
            connection.close()
            last = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise last


class _Conversation:
    """One message over one connection. ``run`` in a thread, ``cut`` from another."""

    def __init__(
        self,
        message: MimeMessage,
        server: MailServer,
        tls: TlsMode,
        ca_file: str | None,
        connection: socket.socket,
    ) -> None:
        self._message = message
        self._server = server
        self._secrets = credentials(server.user, server.password)
        self._tls = tls
        self._ca_file = ca_file
        self._stage = SmtpStage.GREETING
        self._is_over = False
        self._smtp = smtplib.SMTP(local_hostname=_address_literal(connection))
        self._smtp.sock = connection

    def run(self) -> Receipt:
        try:
            self._greet()
            self._sign_in()
            return self._send()
        except (OSError, smtplib.SMTPException) as error:  # ssl's and disconnections too
            raise failure(self._stage, self._cause(error)) from error

    def cut(self) -> None:
        """Shut the connection down, so that whatever waits for the server wakes up."""
        self._is_over = True
        connection = self._smtp.sock
        if connection is not None:
            with suppress(OSError):  # already closed, by either side
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def close(self) -> None:
        self._smtp.close()

    def _cause(self, error: Exception) -> Exception:
        """Return what really broke: smtplib turns a time-out into a disconnection."""
        if self._is_over:
            return TimeoutError()
        cause = error.__cause__ or error.__context__
        return cause if isinstance(cause, OSError) else error

    def _greet(self) -> None:
        if self._server.implicit_tls:
            self._encrypt()
            self._stage = SmtpStage.GREETING
        self._expect(220, self._smtp.getreply())
        self._say_hello()
        if self._server.implicit_tls or self._tls is TlsMode.NEVER:
            return
        self._stage = SmtpStage.TLS
        if self._smtp.has_extn("starttls"):
            self._expect(220, self._smtp.docmd("STARTTLS"))
            self._encrypt()
            self._say_hello()
        elif self._tls is TlsMode.REQUIRED:
            raise _for_operator(SmtpStage.TLS, Phrase("delivery.smtp_no_starttls"))

    def _say_hello(self) -> None:
        self._smtp.ehlo()
        if not self._smtp.does_esmtp:
            self._expect(250, self._smtp.helo())

    def _encrypt(self) -> None:
        """Start TLS; what was read before is dropped, it may be injected (CVE-2021-38371)."""
        self._stage = SmtpStage.TLS
        context, plain = _tls_context(self._ca_file), self._smtp.sock
        if plain is None:
            raise smtplib.SMTPServerDisconnected
        self._smtp.sock = context.wrap_socket(
            plain, server_hostname=self._server.host, do_handshake_on_connect=False
        )
        self._smtp.file = None
        self._smtp.sock.do_handshake()

    def _sign_in(self) -> None:
        if not self._server.user:
            return
        self._stage = SmtpStage.SIGN_IN
        offered = self._smtp.esmtp_features.get("auth", "").upper().split()
        user, password = self._server.user, self._server.password
        if "PLAIN" in offered:  # RFC 4616: UTF-8, which smtplib's own method cannot send
            credentials = _base64(f"\0{user}\0{password}")
            reply = self._smtp.docmd("AUTH", f"PLAIN {credentials}")
        elif "LOGIN" in offered:
            self._expect(334, self._smtp.docmd("AUTH", "LOGIN"))
            self._expect(334, self._smtp.docmd(_base64(user)))
            reply = self._smtp.docmd(_base64(password))
        else:
            raise _for_operator(SmtpStage.SIGN_IN, Phrase("delivery.smtp_no_auth"))
        self._expect(235, reply)

    def _send(self) -> Receipt:
        message, smtp = self._message, self._smtp
        self._stage = SmtpStage.SENDER
        self._check_limits()
        self._expect(250, smtp.mail(message.sender, self._mail_options()))
        self._stage = SmtpStage.RECIPIENT
        self._expect(250, smtp.rcpt(message.recipient), also=251)
        self._stage = SmtpStage.DATA
        self._expect(354, smtp.docmd("DATA"))
        smtp.send(re.sub(rb"(?m)^\.", b"..", message.data))
        self._stage = SmtpStage.END
        smtp.send(b".\r\n")
        reply = self._expect(250, smtp.getreply())
        with suppress(OSError, smtplib.SMTPException):  # the message is accepted in any case
            smtp.docmd("QUIT")
        return Receipt(Phrase("delivery.smtp", answer=f"250 {reply}".rstrip()))

    def _check_limits(self) -> None:
        """Raise a permanent failure where the server says in advance that it will refuse."""
        size, limit = len(self._message.data), self._smtp.esmtp_features.get("size", "")
        if self._message.needs_utf8 and not self._smtp.has_extn("smtputf8"):
            raise DeliveryError(Phrase("delivery.smtp_no_utf8"), permanent=True)
        if limit.isdecimal() and 0 < int(limit) < size:
            reason = Phrase("delivery.smtp_too_large", size=size, limit=int(limit))
            raise DeliveryError(reason, permanent=True)

    def _mail_options(self) -> tuple[str, ...]:
        wanted = {"size": f"SIZE={len(self._message.data)}"}
        if self._message.needs_utf8:
            wanted |= {"8bitmime": "BODY=8BITMIME", "smtputf8": "SMTPUTF8"}
        return tuple(option for name, option in wanted.items() if self._smtp.has_extn(name))

    def _expect(self, code: int, reply: tuple[int, bytes], also: int = 0) -> str:
        """Return the text of a reply that has the expected code."""
        text = reply[1].decode("utf-8", "replace")
        if self._is_over and self._stage is not SmtpStage.END:
            raise TimeoutError  # the reply may be incomplete, and nothing follows it
        if reply[0] not in (code, also):
            raise failure(self._stage, reply[0], text, self._secrets)
        return foreign_text(text, self._secrets)


def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:  # ssl's too
            why = Phrase("delivery.smtp_ca_file", error=for_log(_error_text(error)))
            raise _for_operator(SmtpStage.TLS, why) from error
    return context


def _address_literal(connection: socket.socket) -> str:
    """Return our name in EHLO: without a host name it is our IP address (RFC 5321, 4.1.3)."""
    address = connection.getsockname()[0]
    return f"[IPv6:{address}]" if connection.family == socket.AF_INET6 else f"[{address}]"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
