"""URLs fit to be put on the wire, from what feeds, pages and servers give.

::

    raw ── trim ── resolve against base ── http(s) only ── host to ASCII ── encode ── no dots ── URL

Only steps that leave the meaning as a browser sees it: path and query keep their order and their
bytes, because links may be signed.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, urljoin, urlsplit

import idna

LONGEST = 2048
"""Characters of the longest URL taken."""

_TRIM = "".join(map(chr, range(0x21)))
_BREAKS = str.maketrans("", "", "\t\r\n")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PATH = "/%:@!$&'()*+,;=~-._[]"
_QUERY = _PATH + "?"


def wire_url(raw: str, base: str | None = None) -> str | None:
    """The absolute http or https URL that ``raw`` means, or None where it means none.

    Args:
        raw: As a feed, page or ``Location`` header gave it.
        base: What a relative ``raw`` is relative to.

    Returns:
        ASCII, scheme and host in lower case, no default port, no dot segments, with its fragment;
        None for other schemes, a URL with a name or password in it, a host that is none (legacy
        spellings of IPv4 among them) and more than 2048 characters.
    """
    text = raw.strip(_TRIM).translate(_BREAKS)
    if not text or len(text) > 4 * LONGEST:
        return None
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        host, port = ascii_host(parts.hostname or ""), parts.port
        if parts.scheme not in ("http", "https") or host is None or "@" in parts.netloc:
            return None
        path = _without_dots(quote(parts.path, safe=_PATH) or "/")
        query, fragment = quote(parts.query, safe=_QUERY), quote(parts.fragment, safe=_QUERY)
    except ValueError:  # a bad port or bracket, or half a surrogate pair
        return None
    standard = {"http": 80, "https": 443}[parts.scheme]
    where = host if port in (None, standard) else f"{host}:{port}"
    url = f"{parts.scheme}://{where}{path}"
    url += f"?{query}" if query else ""
    url += f"#{fragment}" if fragment else ""
    return url if len(url) <= LONGEST else None


def ascii_host(host: str) -> str | None:
    """A host name as DNS knows it (IDNA 2008, UTS 46), or an address as its RFC writes it.

    Returns:
        None for what is neither. An IPv6 address keeps its brackets.
    """
    host = host.strip().lower()
    if ":" in host:
        return _ipv6(host)
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii").lower()
        except idna.IDNAError:
            return None
    labels = host.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(host)
    fits = len(host) <= 253 and all(len(x) <= 63 and _HOST.fullmatch(x) for x in labels)
    return host if fits else None


def _ipv4(host: str) -> str | None:
    """A host that ends in a number is an IPv4 address or nothing (WHATWG URL, 3.5)."""
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError:
        return None


def _ipv6(host: str) -> str | None:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return None
    return None if address.scope_id else f"[{address}]"


def _without_dots(path: str) -> str:
    """Resolve ``.`` and ``..``, also where they are written ``%2e`` (WHATWG URL, 4.5)."""
    if "/." not in path and "/%2" not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        plain = segment.lower().replace("%2e", ".")
        if plain == ".." and kept:
            kept.pop()
        elif plain not in (".", ".."):
            kept.append(segment)
    is_folder = plain in (".", "..")
    return "/" + "/".join([*kept, ""] if is_folder and kept else kept)
