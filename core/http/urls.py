"""Turn the URLs of feeds, pages and servers into ones that can be requested.

::

    raw ── trim ── resolve against base ── http(s) only ── host to ASCII ── encode ── no dots ── URL

A browser would request the same resource: path and query keep their order and their bytes, because
links may be signed.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, urljoin, urlsplit

import idna

LONGEST = 2048
"""Characters of a URL at most."""

_TRIM = "".join(map(chr, range(0x21)))
_BREAKS = str.maketrans("", "", "\t\r\n")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PATH = "/%:@!$&'()*+,;=~-._[]"
_QUERY = _PATH + "?"


def wire_url(raw: str, base: str | None = None) -> str | None:
    """Return the absolute http or https URL that a text means, or None where it means none.

    Args:
        raw: The text, from a feed, a page or a ``Location`` header.
        base: The URL that a relative one is relative to.

    Returns:
        A URL in ASCII with scheme and host in lower case, without default port and dot segments,
        with its fragment. None for other schemes, for a URL with a user name or password, for an
        invalid host (legacy spellings of IPv4 among them), and for more than 2048 characters.
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
    authority = host if port in (None, standard) else f"{host}:{port}"
    url = f"{parts.scheme}://{authority}{path}"
    url += f"?{query}" if query else ""
    url += f"#{fragment}" if fragment else ""
    return url if len(url) <= LONGEST else None


def ascii_host(host: str) -> str | None:
    """Return a host name as DNS has it (IDNA 2008, UTS 46), or an address in its standard form.

    Returns:
        The host, an IPv6 address in brackets; None where it is neither name nor address.
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
    """Return the address: a host that ends in a number can be nothing else (WHATWG URL, 3.5)."""
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
    """Return a path without ``.`` and ``..``, also spelled ``%2e`` (WHATWG URL, 4.5)."""
    if "/." not in path and "/%2" not in path:
        return path
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        plain = segment.lower().replace("%2e", ".")
        if plain == ".." and segments:
            segments.pop()
        elif plain not in (".", ".."):
            segments.append(segment)
    is_folder = plain in (".", "..")
    return "/" + "/".join([*segments, ""] if is_folder and segments else segments)
