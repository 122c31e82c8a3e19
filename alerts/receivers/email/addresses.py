"""Mail addresses and servers, as an operator writes them and as they are put on the wire.

::

    Wirewatch <alerts@müller.example> ──mailbox()──▶ name, local part, xn--mller-kva.example
    smtp://user:p@ss%25@host:587 ──server()──▶ where to connect, how, and as whom

Domains are sent in their ASCII form (IDNA), which every server takes. A local part that is not
ASCII needs a server that offers SMTPUTF8 (RFC 6531). Quoted local parts and address literals,
which no mailbox of today has, are refused.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from core.http import ascii_host
from core.text import clean_line

LONGEST_NAME = 60

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*")
_NAMED = re.compile(r'\s*"?([^"<>]*?)"?\s*<([^<>]*)>\s*')
_SERVER = re.compile(
    r"(smtps?)://(?:(?P<who>.*)@)?(?P<host>\[[^\]@]+\]|[^\[\]:/@\s]+)(?::(?P<port>[0-9]{1,5}))?/?"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whom mail is from, or for.

    Attributes:
        name: As it is displayed; empty where there is none.
        local: What stands before the ``@``.
        domain: What stands behind it, in ASCII.
    """

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        """``local@domain``."""
        return f"{self.local}@{self.domain}"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in.

    Attributes:
        implicit_tls: ``smtps``: TLS from the first byte.
        host: A name in ASCII, or an address without brackets.
        user: Empty where nobody signs in.
        password: Never shown.
    """

    implicit_tls: bool
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_loopback(self) -> bool:
        """Whether it is this very machine: what is said to it passes no network."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def mailbox(text: object, *, named: bool = False) -> Mailbox | None:
    """The mailbox that a text means, or None.

    Args:
        text: ``local@domain``.
        named: Whether ``Name <local@domain>`` will do too.
    """
    if not isinstance(text, str) or _CONTROL.search(text):
        return None
    found = _NAMED.fullmatch(text) if named else None
    name, address = found.groups() if found else ("", text.strip())
    local, at, domain = address.rpartition("@")
    host = ascii_host(domain) if at else None
    if host is None or not _is_name(host) or not _is_local(local):
        return None
    fits = len(local.encode()) <= 64 and len(local.encode()) + len(host) < 254  # RFC 5321, 4.5.3.1
    return Mailbox(clean_line(name, LONGEST_NAME), local, host.removesuffix(".")) if fits else None


def server(text: object) -> MailServer | None:
    """The server that an URL means, or None.

    The password is all between the first ``:`` and the last ``@``, so that one from the
    environment needs no escapes; ``%`` followed by two hex digits stands for that byte.
    """
    found = _SERVER.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    scheme, who = found[1], found["who"]
    host = ascii_host(found["host"].strip("[]"))
    port = int(found["port"] or _PORTS[scheme])
    user, _, password = (unquote(part) for part in (who or "").partition(":"))
    usable = host and 0 < port < 65536 and not _CONTROL.search(user + password)
    if host is None or not usable or (who is not None and not (user and password)):
        return None
    return MailServer(scheme == "smtps", host.strip("[]"), port, user, password)


def _is_local(text: str) -> bool:
    """Whether it can stand before the ``@``; what orders or hides text cannot."""
    return text.isprintable() and _LOCAL.fullmatch(text) is not None


def _is_name(host: str) -> bool:
    """Whether it is a host's name, not its address."""
    return not host.startswith("[") and not host.rpartition(".")[2].isdigit()
