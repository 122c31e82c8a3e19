"""Handing one message to a server for one recipient (RFC 5321), within a time limit.

::

    resolve, connect ─▶ greeting ─▶ EHLO ─▶ STARTTLS ─▶ AUTH ─▶ MAIL ─▶ RCPT ─▶ DATA ─▶ . ─▶ 250
    └──────────── the way there: nobody was told, to be mended here ───────┘ └ this one ┘  └ unknown

What an answer means depends on how far the conversation came (:func:`failure`). smtplib speaks,
in a thread; the connection is made outside it and cut when the time is over, so that a server
that answers a byte at a time cannot hold a delivery beyond its lease.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum

from alerts.receivers import Receipt
from alerts.receivers.email.addresses import MailServer
from alerts.receivers.email.mime import MimeMessage
from config.errors import DeliveryError
from core.text import for_log

SLOWLY = 600.0
"""Seconds until the next attempt where only the operator can mend it: servers lock accounts and
ban addresses after a few refusals in ten minutes (fail2ban's default is five)."""

_OPERATORS = frozenset({530, 534, 535, 538})
"""Sign in, or sign in otherwise (RFC 4954, 6): not this recipient's fault, whenever it comes."""

_TOO_LARGE = 552


class TlsMode(StrEnum):
    """Whether a conversation on an open port is encrypted."""

    REQUIRED = "required"
    OFFERED = "offered"
    NEVER = "never"


class SmtpStage(StrEnum):
    """How far a conversation came; in the words of a failure."""

    CONNECT = "no connection"
    GREETING = "no greeting"
    TLS = "no TLS"
    SIGN_IN = "sign-in refused"
    SENDER = "sender refused"
    RECIPIENT = "recipient refused"
    DATA = "message refused"
    END = "message sent"


async def submit(
    message: MimeMessage, server: MailServer, tls: TlsMode, ca_file: str | None, limit: float
) -> Receipt:
    """Hand in a message.

    Args:
        message: For one recipient.
        server: Where.
        tls: What is asked of a server that is not ``smtps``.
        ca_file: Certificates to trust besides the machine's own.
        limit: Seconds it may take.

    Raises:
        DeliveryError: It did not work, or nobody knows whether it did.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + limit
    try:
        async with asyncio.timeout_at(until):
            connection = await _connected(server, limit)
    except OSError as error:  # TimeoutError too
        raise failure(SmtpStage.CONNECT, error) from error
    connection.settimeout(limit)
    talk = _Conversation(message, server, tls, ca_file, connection)
    timer = loop.call_at(until, talk.cut)
    # A thread of its own: in the loop's pool it could wait for one until its time is over.
    with ThreadPoolExecutor(1, "mail") as own:
        try:
            return await loop.run_in_executor(own, talk.run)
        finally:
            timer.cancel()
            talk.cut()
            talk.close()


def failure(stage: SmtpStage, cause: int | Exception, said: str = "") -> DeliveryError:
    """What a failure means for the delivery. Pure.

    Args:
        stage: How far the conversation came.
        cause: The server's code, or what broke.
        said: The server's words.
    """
    if isinstance(cause, Exception):
        return _broken(stage, cause)
    answer = f"{cause} {for_log(said)}".rstrip()
    if not 400 <= cause < 600:
        return DeliveryError(f"Mail: {stage}, not an SMTP answer.", unknown=stage is SmtpStage.END)
    if cause < 500:
        return DeliveryError(f"Mail: {_refused(stage)} for now: {answer}")
    if cause in _OPERATORS or stage in (SmtpStage.GREETING, SmtpStage.TLS, SmtpStage.SIGN_IN):
        return _to_mend(stage, answer)
    if stage is SmtpStage.SENDER and cause != _TOO_LARGE:
        return _to_mend(stage, answer)
    return DeliveryError(f"Mail: {_refused(stage)}: {answer}", permanent=True)


def _refused(stage: SmtpStage) -> str:
    return str(SmtpStage.DATA if stage is SmtpStage.END else stage)


def _to_mend(stage: SmtpStage, why: str) -> DeliveryError:
    """Everything waits for the operator, and nothing is lost while the server is not pestered."""
    words = f"Mail: {stage}: {why}{'' if why.endswith('.') else '.'} See the receiver's options."
    return DeliveryError(words, retry_after=SLOWLY)


def _broken(stage: SmtpStage, cause: Exception) -> DeliveryError:
    if stage is SmtpStage.END:
        words = "Mail: the connection ended after the message was sent; nobody knows if it arrived."
        return DeliveryError(words, unknown=True)
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = f"the certificate is not trusted ({for_log(cause.verify_message)})"
        return _to_mend(SmtpStage.TLS, f"{why}; `ca_file` names further certificates to trust.")
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        return _to_mend(
            SmtpStage.TLS, f"the server does not speak it here ({for_log(str(cause))})."
        )
    if isinstance(cause, TimeoutError):
        what = "connection" if stage is SmtpStage.CONNECT else "answer"
        return DeliveryError(f"Mail: no {what} in time.")
    if stage is SmtpStage.CONNECT:
        return DeliveryError(f"Mail: no connection ({for_log(_strerror(cause))}).")
    return DeliveryError("Mail: the connection was cut before the message was sent.")


def _strerror(error: Exception) -> str:
    if isinstance(error, OSError) and (error.errno or 0) > 0:  # asyncio's words name the address
        return os.strerror(error.errno or 0).lower()
    return (getattr(error, "strerror", None) or type(error).__name__).lower()


async def _connected(server: MailServer, limit: float) -> socket.socket:
    """A connection to the first address that takes one."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    last: OSError = ConnectionError("no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.setblocking(False)
            async with asyncio.timeout(limit / len(found)):
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
        self._tls = tls
        self._ca_file = ca_file
        self._stage = SmtpStage.GREETING
        self._over = False
        self._smtp = smtplib.SMTP(local_hostname=_literal(connection))
        self._smtp.sock = connection

    def run(self) -> Receipt:
        try:
            self._greet()
            self._sign_in()
            return self._hand_in()
        except (OSError, smtplib.SMTPException) as error:  # includes ssl's and disconnections
            cause = TimeoutError() if self._over else error.__cause__ or error.__context__ or error
            raise failure(self._stage, _known(cause, error)) from error

    def cut(self) -> None:
        """The time is over: whatever waits for the server wakes up."""
        self._over = True
        connection = self._smtp.sock
        if connection is not None:
            with suppress(OSError):  # already closed, by either side
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def close(self) -> None:
        self._smtp.close()

    def _greet(self) -> None:
        if self._server.implicit_tls:
            self._encrypt()
            self._stage = SmtpStage.GREETING
        self._expect(220, self._smtp.getreply())
        self._hello()
        if self._server.implicit_tls or self._tls is TlsMode.NEVER:
            return
        self._stage = SmtpStage.TLS
        if self._smtp.has_extn("starttls"):
            self._expect(220, self._smtp.docmd("STARTTLS"))
            self._encrypt()
            self._hello()
        elif self._tls is TlsMode.REQUIRED:
            raise _to_mend(
                SmtpStage.TLS,
                "the server offers no STARTTLS; where that is right write `starttls: offered`.",
            )

    def _hello(self) -> None:
        self._smtp.ehlo()
        if not self._smtp.does_esmtp:
            self._expect(250, self._smtp.helo())

    def _encrypt(self) -> None:
        """What was read in the clear is forgotten: it may be somebody else's (CVE-2021-38371)."""
        self._stage = SmtpStage.TLS
        trust, plain = _trust(self._ca_file), self._smtp.sock
        if plain is None:
            raise smtplib.SMTPServerDisconnected
        self._smtp.sock = trust.wrap_socket(
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
        if "PLAIN" in offered:  # RFC 4616: UTF-8, which smtplib's own cannot send
            both = _b64(f"\0{user}\0{password}")
            reply = self._smtp.docmd("AUTH", f"PLAIN {both}")
        elif "LOGIN" in offered:
            self._expect(334, self._smtp.docmd("AUTH", "LOGIN"))
            self._expect(334, self._smtp.docmd(_b64(user)))
            reply = self._smtp.docmd(_b64(password))
        else:
            raise _to_mend(SmtpStage.SIGN_IN, "the server offers neither AUTH PLAIN nor LOGIN.")
        self._expect(235, reply)

    def _hand_in(self) -> Receipt:
        message, smtp = self._message, self._smtp
        self._stage = SmtpStage.SENDER
        self._check_fit()
        self._expect(250, smtp.mail(message.sender, self._options()))
        self._stage = SmtpStage.RECIPIENT
        self._expect(250, smtp.rcpt(message.recipient), also=251)
        self._stage = SmtpStage.DATA
        self._expect(354, smtp.docmd("DATA"))
        smtp.send(re.sub(rb"(?m)^\.", b"..", message.data))
        self._stage = SmtpStage.END
        smtp.send(b".\r\n")
        said = self._expect(250, smtp.getreply())
        with suppress(OSError, smtplib.SMTPException):  # it is handed in, whatever comes now
            smtp.docmd("QUIT")
        return Receipt(f"SMTP 250 {said}".rstrip())

    def _check_fit(self) -> None:
        message, largest = self._message, self._smtp.esmtp_features.get("size", "")
        if message.needs_utf8 and not self._smtp.has_extn("smtputf8"):
            words = "Mail: the server takes no address that is not ASCII (SMTPUTF8)."
            raise DeliveryError(words, permanent=True)
        if largest.isdecimal() and 0 < int(largest) < len(message.data):
            words = f"Mail: {len(message.data)} bytes, and the server takes {int(largest)}."
            raise DeliveryError(words, permanent=True)

    def _options(self) -> tuple[str, ...]:
        wanted = {"size": f"SIZE={len(self._message.data)}"}
        if self._message.needs_utf8:
            wanted |= {"8bitmime": "BODY=8BITMIME", "smtputf8": "SMTPUTF8"}
        return tuple(option for name, option in wanted.items() if self._smtp.has_extn(name))

    def _expect(self, code: int, reply: tuple[int, bytes], also: int = 0) -> str:
        """The server's words, where it answered as it should."""
        said = reply[1].decode("utf-8", "replace")
        if self._over and self._stage is not SmtpStage.END:
            raise TimeoutError  # what was read may be a piece only, and nothing is to follow
        if reply[0] not in (code, also):
            raise failure(self._stage, reply[0], said)
        return for_log(said)


def _known(cause: BaseException, error: Exception) -> Exception:
    """What really broke: smtplib wraps a time-out into a disconnection."""
    return cause if isinstance(cause, OSError) else error


def _trust(ca_file: str | None) -> ssl.SSLContext:
    trust = ssl.create_default_context()
    if ca_file:
        try:
            trust.load_verify_locations(ca_file)
        except OSError as error:  # ssl's too
            why = f"the certificates of `ca_file` cannot be read ({for_log(_strerror(error))})"
            raise _to_mend(SmtpStage.TLS, why) from error
    return trust


def _literal(connection: socket.socket) -> str:
    """How we introduce ourselves where we have no name: by our address (RFC 5321, 4.1.3)."""
    address = connection.getsockname()[0]
    return f"[IPv6:{address}]" if connection.family == socket.AF_INET6 else f"[{address}]"


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
