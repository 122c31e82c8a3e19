"""A mail server on loopback: aiosmtpd, and one that misbehaves word by word.

::

    with mail_server() as server:
        ... hand in mail at server.url() ...
        assert server.inbox[0].message["Subject"]
"""

from __future__ import annotations

import socket
import ssl
import threading
from asyncio import AbstractServer
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTPUTF8
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass(frozen=True)
class Received:
    """A message as it came, and the envelope it came in."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    tls: bool
    user: bytes
    options: tuple[str, ...]
    greeted_as: str

    @property
    def message(self) -> EmailMessage:
        """Read by the standard library, which is not what wrote it."""
        parsed = BytesParser(policy=SMTPUTF8).parsebytes(self.data)
        assert isinstance(parsed, EmailMessage)
        assert [d for part in parsed.walk() for d in part.defects] == []
        return parsed

    def part(self, subtype: str) -> str:
        """The text of the part ``text/<subtype>``."""
        [found] = [p for p in self.message.iter_parts() if p.get_content_subtype() == subtype]
        content = found.get_content()
        assert isinstance(content, str)
        return content.replace("\r\n", "\n")


@dataclass
class Inbox:
    """What a server took.

    Attributes:
        answers: Called at MAIL, RCPT and DATA with the address; a text is the answer instead.
    """

    port: int = 0
    inbox: list[Received] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: dict[str, Callable[[str], str | None]] = field(default_factory=dict)

    def url(self, who: str = "", scheme: str = "smtp", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{who}{'@' if who else ''}{host}:{self.port}"

    def _answer(self, stage: str, address: str) -> str | None:
        self.asked.append(f"{stage} {address}")
        return self.answers[stage](address) if stage in self.answers else None

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("MAIL", address)
        if answer is None:
            envelope.mail_from, envelope.mail_options = address, options
        return answer or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("RCPT", address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._answer("DATA", str(envelope.rcpt_tos[0]))
        if answer is None:
            assert isinstance(envelope.content, bytes)
            self.inbox.append(
                Received(
                    sender=envelope.mail_from or "",
                    recipients=tuple(map(str, envelope.rcpt_tos)),
                    data=envelope.content,
                    tls=server.transport.get_extra_info("sslcontext") is not None,
                    user=cast("Any", session.auth_data) or b"",
                    options=tuple(envelope.mail_options),
                    greeted_as=session.host_name or "",
                )
            )
        return answer or "250 2.0.0 taken as Q1"


class _Controller(Controller):
    """``smtps`` where ``implicit`` is given; a free port."""

    def __init__(self, inbox: Inbox, implicit: ssl.SSLContext | None, **options: Any) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        inbox.port = self._listener.getsockname()[1]
        super().__init__(
            inbox, "127.0.0.1", inbox.port, ssl_context=implicit, ready_timeout=30.0, **options
        )

    def _create_server(self) -> Awaitable[AbstractServer]:
        """On the socket that has the port: one let go and bound again may be another's by then."""
        return self.loop.create_server(
            self._factory_invoker, sock=self._listener, ssl=self.ssl_context
        )

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_server(
    *,
    tls: ssl.SSLContext | None = None,
    implicit: ssl.SSLContext | None = None,
    accounts: dict[bytes, bytes] | None = None,
    **options: Any,
) -> Iterator[Inbox]:
    """A server that takes mail.

    Args:
        tls: Offers STARTTLS with it.
        implicit: Speaks TLS from the first byte.
        accounts: Users and passwords; sign-in, under TLS, is required where there are any.
        options: Of ``aiosmtpd.smtp.SMTP``.
    """

    def known(_: object, __: object, ___: object, ____: str, data: Any) -> AuthResult:
        right = (accounts or {}).get(data.login) == data.password
        return AuthResult(success=right, handled=False, auth_data=data.login)

    if accounts is not None:
        options |= {"authenticator": known, "auth_required": True}
        options |= {"auth_exclude_mechanism": options.pop("without", ())}
    options = {"enable_SMTPUTF8": False} | options
    inbox = Inbox()
    controller = _Controller(inbox, implicit, tls_context=tls, **options)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop(no_assert=True)


class Line:
    """One conversation of a server that says what it is told to."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.heard: list[str] = []
        self._file = connection.makefile("rb")

    def say(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def hear(self) -> str:
        self.heard.append(self._file.readline().decode("utf-8", "replace").rstrip("\r\n"))
        return self.heard[-1]

    def hear_message(self) -> bytes:
        """All up to the final dot."""
        lines = []
        while (line := self._file.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)

    def until_data(self, *extensions: str) -> bytes:
        """Everything an ordinary server says, until the whole message is here."""
        self.say("220 odd.example.org ESMTP")
        while (command := self.hear().upper()) != "DATA":
            if command.startswith("EHLO"):
                self.say(*(f"250-{e}" for e in ("odd.example.org", *extensions)), "250 HELP")
            else:
                self.say("250 OK")
        self.say("354 go ahead")
        return self.hear_message()

    def close(self) -> None:
        self._file.close()
        self.connection.close()


@contextmanager
def odd_server(talk: Callable[[Line], None]) -> Iterator[tuple[int, list[Line]]]:
    """A server that runs ``talk`` on each connection; its port and what was said."""
    lines: list[Line] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):  # the listener is closed at the end
            while True:
                line = Line(listener.accept()[0])
                lines.append(line)
                with suppress(OSError):  # the client may hang up first
                    talk(line)
                line.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], lines
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
