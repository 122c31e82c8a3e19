"""Read the settings for the client: addresses, TLS, password, timeouts, codecs.

Pure, except that :func:`tls_context` reads the operator's PEM files.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import kafka.codec

from config.errors import OperatorError, SettingsError
from config.settings import Settings, secret

MAX_REQUEST_BYTES = 100_000_000
"""Largest request; a broker's default for ``socket.request.max.bytes`` is 104,857,600. The engine
checks the size of each record itself, against the limit of its stream."""

BATCH_BYTES = 131_072
"""Size of a producer's batches: with zstd, articles compress 5.6 times in batches of 128 KiB, and
2.3 times one by one."""

_MEND = "Write kafka://HOST:PORT, or several: kafka://HOST:PORT,HOST:PORT."


@dataclass(frozen=True, slots=True)
class KafkaTimeouts:
    """Timeouts in seconds; tests use shorter ones.

    Attributes:
        session: The brokers remove a member that sends no heartbeat for this long.
        heartbeat: Interval between heartbeats, and the delay with which a rebalance is noticed.
        processing: A member that does not poll for this long loses its partitions.
        transaction: The brokers abort a transaction that is open for this long.
        grace: Added to ``transaction``; then the watchdog ends a process whose call hangs.
        delivery: A record that is not acknowledged by then has failed.
        request: A request that is not answered by then has failed.
        opening: Limit for reaching the first broker.
        closing: Limit for leaving a group and for closing a producer.
    """

    session: float = 10.0
    heartbeat: float = 1.0
    processing: float = 120.0
    transaction: float = 60.0
    grace: float = 10.0
    delivery: float = 20.0
    request: float = 10.0
    opening: float = 10.0
    closing: float = 3.0


@dataclass(frozen=True, slots=True)
class KafkaOptions:
    """Options of all clients of one log.

    Attributes:
        servers: ``host:port`` of the brokers to contact first.
        common: Options of every client: servers, authentication, backoff.
        compression: Codec of appended records; None for no compression.
        timeouts: Limits.
    """

    servers: tuple[str, ...]
    common: dict[str, Any] = field(repr=False)
    compression: str | None
    timeouts: KafkaTimeouts


def client_options(
    location: str, settings: Settings, *, client_id: str, timeouts: KafkaTimeouts | None = None
) -> KafkaOptions:
    """Return the options that the settings ask for.

    Args:
        location: The part of the URL after ``kafka://``.
        settings: Security and compression.
        client_id: Names this process in the brokers' logs.
        timeouts: Limits; the defaults are for production.

    Raises:
        SettingsError: The URL names no broker, or a file of the TLS settings cannot be used.
    """
    timeouts = timeouts or KafkaTimeouts()
    servers = parse_addresses(location)
    common: dict[str, Any] = {
        "bootstrap_servers": list(servers),
        "client_id": client_id,
        "security_protocol": settings.kafka_security.upper(),
        "request_timeout_ms": milliseconds(timeouts.request),
        "retry_backoff_ms": 20,  # delays small transactions: p50 is 30 ms, with 100 it is 115 ms
        "reconnect_backoff_ms": 100,
        "reconnect_backoff_max_ms": 2_000,  # the default waits up to 30 s after a long outage
        "bootstrap_timeout_ms": milliseconds(timeouts.opening),
    }
    if settings.kafka_security.startswith("sasl"):
        common |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": secret(settings.kafka_password),
        }
    if settings.kafka_security.endswith("ssl"):
        common["ssl_context"] = tls_context(settings)
    codec = settings.streams_compression
    return KafkaOptions(servers, common, None if codec == "none" else codec, timeouts)


def parse_addresses(location: str) -> tuple[str, ...]:
    """Return the brokers that a URL names, each as ``host:port``.

    Raises:
        SettingsError: It names none, or not as ``HOST:PORT``.
    """
    addresses = tuple(part.strip() for part in location.rstrip("/").split(",") if part.strip())
    for address in addresses:
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65_536 or "@" in host:
            raise SettingsError(
                "WIREWATCH_STREAMS_URL has a broker that is not HOST:PORT.", mend=_MEND
            )
    if not addresses:
        raise SettingsError("WIREWATCH_STREAMS_URL names no broker.", mend=_MEND)
    return addresses


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Return a context that checks the brokers' certificates and presents the client's own.

    Raises:
        SettingsError: A file cannot be used.
    """
    ca = settings.kafka_ca_file
    try:
        context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    except (OSError, ssl.SSLError) as error:
        raise _unusable("WIREWATCH_KAFKA_CA_FILE", ca, error) from None
    certificate, key = settings.kafka_cert_file, settings.kafka_key_file
    if certificate is None:
        return context
    password = secret(settings.kafka_key_password)
    try:
        # a callback, even of an empty password, keeps OpenSSL from asking at the terminal
        context.load_cert_chain(certificate, key, password=lambda: password)
    except (OSError, ssl.SSLError) as error:
        raise _unusable("WIREWATCH_KAFKA_CERT_FILE", certificate, error) from None
    return context


def _unusable(setting: str, path: Path | None, error: OSError) -> SettingsError:
    return SettingsError(
        f"{setting} names {path}, which cannot be used: {error.strerror or error}.",
        mend="It must be a PEM file that this program may read; for a client certificate check"
        " WIREWATCH_KAFKA_KEY_FILE and WIREWATCH_KAFKA_KEY_PASSWORD too.",
    )


def check_libraries() -> None:
    """Check that the packages for all codecs and for fast checksums are installed.

    A consumer cannot read past a record whose codec is missing, so it must fail at the start.
    Without ``crc32c`` the client is about ten times slower (1,011 instead of 8,592 records of 3 KB
    per second).

    Raises:
        OperatorError: A package is missing.
    """
    packages = {
        "zstandard": kafka.codec.has_zstd(),
        "lz4": kafka.codec.has_lz4(),
        "gzip": kafka.codec.has_gzip(),
        "crc32c": find_spec("crc32c") is not None,
    }
    missing = [name for name, installed in packages.items() if not installed]
    if missing:
        raise OperatorError(
            f"Kafka needs Python packages that are not installed: {', '.join(missing)}.",
            mend="`make install` installs them from the lock file.",
        )


def milliseconds(seconds: float) -> int:
    """Return a duration in milliseconds, as the client's options take it."""
    return round(seconds * 1000)
