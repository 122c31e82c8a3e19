"""What may be shown of a URL that the operator or a server has named."""

from __future__ import annotations

from urllib.parse import urlsplit

from config.secrets import MASK


def without_login(url: str) -> str:
    """Return a URL without the user name and password that it may contain."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def public_url(url: str) -> str:
    """Return a URL without user name and password, and with its query masked: it may be a token."""
    parts = urlsplit(without_login(url))
    return parts._replace(query=MASK if parts.query else "").geturl()
