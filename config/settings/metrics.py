"""Settings of the metrics."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from config.settings.types import ip_or_localhost


def split_address(address: str) -> tuple[str, int]:
    """Return the host and the port of ``HOST:PORT``; an IPv6 address is in brackets.

    Raises:
        ValueError: It is not written like this.
    """
    host, _, port = address.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("it should be an address and a port, such as 127.0.0.1:9464")
    return ip_or_localhost(host.removeprefix("[").removesuffix("]")), int(port)


def _address_or_empty(address: str) -> str:
    if address:
        split_address(address)
    return address


class MetricsSettings(BaseSettings):
    """Where the metrics of a run without the console can be read."""

    metrics_listen: Annotated[str, AfterValidator(_address_or_empty)] = Field(
        default="",
        description="Address and port at which the first process of a run answers /metrics, "
        "without sign-in, for hosts and containers without the console: `127.0.0.1:9464`; empty: "
        "none.",
    )
