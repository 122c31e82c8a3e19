"""Types of settings, and how each is parsed."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from config.durations import parse_duration


def _short_duration(value: object) -> object:
    duration = parse_duration(value) if isinstance(value, str) else None
    return value if duration is None else duration


def _home(path: Path) -> Path:
    """Expand ``~``; pydantic reports a ValueError, but not the RuntimeError of a missing home."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(str(error)) from None


def ip_or_localhost(host: str) -> str:
    """Return the host if it is an IP address or ``localhost``.

    Raises:
        ValueError: It is neither.
    """
    try:
        host == "localhost" or ip_address(host)
    except ValueError:
        raise ValueError("it should be an IP address or localhost") from None
    return host


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the host."""
    return host == "localhost" or ip_address(host).is_loopback


def long_enough(token: SecretStr) -> SecretStr:
    """Return the token if it is empty or has at least 16 characters.

    The console allows five guesses a minute, which never find a random token of this length.

    Raises:
        ValueError: It is shorter.
    """
    if 0 < len(token.get_secret_value()) < 16:
        raise ValueError("it should have 16 characters or more; `openssl rand -hex 16` makes one")
    return token


def web_address(url: SecretStr) -> SecretStr:
    """Return the URL if it is empty or has http or https and a host.

    Raises:
        ValueError: It is another one.
    """
    try:
        parts = urlsplit(url.get_secret_value())
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_usable = False
    if url.get_secret_value() and not is_usable:
        raise ValueError("it should be a URL such as https://monitor.example.org/ping/…")
    return url


def public_address(url: str) -> str:
    """Return the URL if it is empty, or an http or https URL with a host and no more than a path.

    Raises:
        ValueError: It is another one.
    """
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme in ("http", "https") and parts.port != 0 and bool(parts.hostname)
    except ValueError:
        is_plain = False
    is_usable = is_plain and url.isascii() and not re.search(r"[?#@\s\\\"<>]", url)
    if url and not is_usable:
        raise ValueError("it should be a URL such as https://wire.example.org, without a query")
    return url


def durations(text: str) -> str:
    """Return a list of durations, such as ``15m,6h``, if all can be read and each is longer.

    Raises:
        ValueError: One is no duration, or not longer than the one before.
    """
    times = [parse_duration(part.strip()) for part in text.split(",")] if text.strip() else []
    if None in times or times != sorted(set(times), key=lambda time: time or timedelta()):
        raise ValueError("it should be durations, each longer than the last, such as 15m,1h,6h")
    return text


def parse_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks of a list such as ``127.0.0.1,10.0.0.0/8``.

    Raises:
        ValueError: One is neither an address nor a network.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def networks(text: str) -> str:
    """Return a list of addresses and networks if all can be read.

    Raises:
        ValueError: One cannot.
    """
    try:
        parse_networks(text)
    except ValueError:
        example = "127.0.0.1,10.0.0.0/8"
        raise ValueError(f"it should be addresses or networks, such as {example}") from None
    return text


Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Duration = Annotated[timedelta, BeforeValidator(_short_duration), Field(ge=timedelta(0))]
OwnPath = Annotated[Path, AfterValidator(_home)]


def same_file(a: str, b: str) -> bool:
    """Return whether two SQLite URLs name the same file, however it is spelled."""
    scheme = "sqlite:///"
    if not (a.startswith(scheme) and b.startswith(scheme)):
        return a == b
    return os.path.realpath(a.removeprefix(scheme)) == os.path.realpath(b.removeprefix(scheme))
