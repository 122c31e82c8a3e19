"""E-mail addresses and servers, as operators write them and as SMTP needs them.

::

    Wirewatch <alerts@müller.example> ──parse_mailbox()──▶ name, local part, xn--mller-kva.example
    smtp://user:p@ss%25@host:587 ──parse_mail_server()──▶ host, port, TLS, user, password

Domains are sent in their ASCII form (IDNA), which every server accepts. A local part that is not
ASCII needs a server that offers SMTPUTF8 (RFC 6531). Quoted local parts and address literals are
refused; no mailbox in use has them.
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
    """An e-mail address.

    Attributes:
        name: As it is displayed; empty where there is none.
        local: The part before the ``@``.
        domain: The part after it, in ASCII.
        text: The address as it was written.
    """

    name: str
    local: str
    domain: str
    text: str = field(default="", compare=False)

    @property
    def address(self) -> str:
        """``local@domain``."""
        return f"{self.local}@{self.domain}"


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that messages are submitted to.

    Attributes:
        implicit_tls: ``smtps``: TLS from the first byte.
        host: A name in ASCII, or an IP address without brackets.
        user: Empty where there is no sign-in.
        password: Not part of the representation.
    """

    implicit_tls: bool
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine, so that nothing crosses a network."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_mailbox(text: str, *, named: bool = False) -> Mailbox | None:
    """Parse an address; None where it is none.

    Args:
        text: ``local@domain``.
        named: Whether ``Name <local@domain>`` is allowed too.
    """
    if _CONTROL.search(text):
        return None
    parts = _NAMED.fullmatch(text) if named else None
    name, address = parts.groups() if parts else ("", text.strip())
    local, at, domain = address.rpartition("@")
    host = ascii_host(domain) if at else None
    if host is None or not _is_name(host) or not _is_local(local):
        return None
    fits = len(local.encode()) <= 64 and len(local.encode()) + len(host) < 254  # RFC 5321, 4.5.3.1
    if not fits:
        return None
    return Mailbox(clean_line(name, LONGEST_NAME), local, host.removesuffix("."), text.strip())


def parse_mail_server(text: str) -> MailServer | None:
    """Parse the URL of a server; None where it is none.

    The password is everything between the first ``:`` and the last ``@``, so that one from the
    environment needs no escapes; ``%`` followed by two hex digits stands for that byte.
    """
    parts = _SERVER.fullmatch(text.strip())
    if parts is None:
        return None
    scheme, credentials = parts[1], parts["who"]
    host = ascii_host(parts["host"].strip("[]"))
    port = int(parts["port"] or _PORTS[scheme])
    user, _, password = (unquote(part) for part in (credentials or "").partition(":"))
    if host is None or not 0 < port < 65536 or _CONTROL.search(user + password):
        return None
    if credentials is not None and not (user and password):
        return None
    return MailServer(scheme == "smtps", host.strip("[]"), port, user, password)


def _is_local(text: str) -> bool:
    """Return whether a text can be a local part; invisible and direction characters cannot."""
    return text.isprintable() and _LOCAL.fullmatch(text) is not None


def _is_name(host: str) -> bool:
    """Return whether a host is given by name, not by IP address."""
    return not host.startswith("[") and not host.rpartition(".")[2].isdigit()
