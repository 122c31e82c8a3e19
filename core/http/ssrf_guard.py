"""Keep requests away from the operator's own network, and from ports other than the web's.

Addresses are checked at three points. The last one checks the address that is really connected
to, whatever names led to it::

    URL ── guard.check ──▶ name ── GuardedResolver ──▶ addresses ── guard.open_socket ──▶ connect
           scheme, port,          any blocked address          the address really connected to,
           literal address        refuses the name             whatever named it
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from config.errors import FetchError
from config.i18n import Phrase

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# The union of the addresses that feedkit and lion-reader refuse. `is_global` is not enough: Python
# 3.11 calls NAT64, 6to4, multicast and IPv4-compatible addresses global.
_NETWORKS = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
224.0.0.0/4 240.0.0.0/4 ::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32
2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
BLOCKED = tuple(ipaddress.ip_network(n) for n in _NETWORKS.split())
"""Networks that are not the public internet (IANA special-purpose registries)."""

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All IPv6 addresses assigned so far (RFC 4291)."""

WEB_PORTS = (80, 443)


class BlockedAddressError(OSError):
    """A connection to an address that is not public was about to be made."""


def is_blocked(address: str) -> bool:
    """Return whether an address is not public. Anything that is no IP address is blocked too."""
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if ip.version == 6 and (inner := ip.ipv4_mapped):
        ip = inner
    if ip.version == 6 and ip not in GLOBAL_UNICAST:
        return True
    return not ip.is_global or any(ip in n for n in BLOCKED if n.version == ip.version)


@dataclass(frozen=True, slots=True)
class SsrfGuard:
    """Decides which addresses requests may reach.

    Attributes:
        allow_private: Whether all addresses and ports are allowed, for the operator's own servers
            and for development.
        exempt: Pairs of address and port that are allowed although they are private.
    """

    allow_private: bool = False
    exempt: frozenset[tuple[str, int]] = frozenset()

    def check(self, url: str) -> None:
        """Refuse a URL with a blocked port or IP address.

        Raises:
            FetchError: ``blocked_port`` or ``blocked_address``.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        if self.allow_private or (host, port) in self.exempt:
            return
        if port not in WEB_PORTS:
            reason = Phrase("fetch.blocked_port", port=port)
            raise FetchError(url, "blocked_port", reason, retry=False, mend=_MEND)
        if _is_literal(host) and is_blocked(host):
            raise blocked_error(url)

    def allows(self, address: str, port: int) -> bool:
        """Return whether connections to this address and port are allowed."""
        return self.allow_private or (address, port) in self.exempt or not is_blocked(address)

    def open_socket(self, addr_info: Sequence[Any]) -> socket.socket:
        """Return a socket for an address; the connector's ``socket_factory``.

        Raises:
            BlockedAddressError: The address is not public.
        """
        family, kind, protocol, _, (address, port, *_) = addr_info
        if not self.allows(address, port):
            raise BlockedAddressError("not a public address")
        return socket.socket(family, kind, protocol)


class GuardedResolver(AbstractResolver):
    """A resolver that refuses names with a blocked address among their addresses.

    A single private address is enough to refuse the name: DNS rebinding begins with a mixture.
    """

    def __init__(self, inner: AbstractResolver, guard: SsrfGuard) -> None:
        self._inner = inner
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name.

        Raises:
            BlockedAddressError: One of them is not public.
            OSError: The name cannot be resolved.
        """
        results = await self._inner.resolve(host, port, family)
        if not all(self._guard.allows(result["host"], port) for result in results):
            raise BlockedAddressError("the name has an address that is not public")
        return results

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


_MEND = Phrase("fetch.allow_private")


def blocked_error(url: str) -> FetchError:
    """Return the error for a URL that leads to an address that is not public."""
    return FetchError(
        url,
        "blocked_address",
        Phrase("fetch.blocked_address"),
        retry=False,
        mend=_MEND,
    )


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
