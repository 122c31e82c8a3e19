"""Kinds of values that settings have, and how each is read."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from config.durations import parse_duration


def _short_duration(value: object) -> object:
    found = parse_duration(value) if isinstance(value, str) else None
    return value if found is None else found


def _home(path: Path) -> Path:
    """``~`` is the home folder; RuntimeError, where there is none, is not a value's fault."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(str(error)) from None


def ip_or_localhost(host: str) -> str:
    """The address, where it is one.

    Raises:
        ValueError: It is none.
    """
    try:
        host == "localhost" or ip_address(host)
    except ValueError:
        raise ValueError("it should be an IP address or localhost") from None
    return host


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    return host == "localhost" or ip_address(host).is_loopback


def long_enough(token: SecretStr) -> SecretStr:
    """The token: five guesses a minute find no random word of this length.

    Raises:
        ValueError: It is shorter.
    """
    if 0 < len(token.get_secret_value()) < 16:
        raise ValueError("it should have 16 characters or more; `openssl rand -hex 16` makes one")
    return token


Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Duration = Annotated[timedelta, BeforeValidator(_short_duration), Field(ge=timedelta(0))]
OwnPath = Annotated[Path, AfterValidator(_home)]
