"""Who sends a request: the address behind a trusted proxy, or the peer of the connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

Networks = Sequence[IPv4Network | IPv6Network]


def is_trusted(host: str, proxies: Networks) -> bool:
    """Return whether an address belongs to one of the proxies."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any((mapped or address) in network for network in proxies)


def last_hop(headers: Iterable[tuple[bytes, bytes]], host: str) -> str:
    """Return the last address in ``X-Forwarded-For``, which the proxy itself appended.

    Args:
        headers: The headers of a request from a trusted proxy, with names in lower case.
        host: The proxy's address, which is returned where it forwards none.
    """
    values = [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]
    hops = [hop.strip() for hop in ",".join(values).split(",") if hop.strip()]
    return hops[-1] if hops else host


def client_network(host: str) -> str:
    """Return what one client has: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:60]
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or address.exploded[:19])
