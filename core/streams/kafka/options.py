"""What the settings mean for the client: addresses, TLS, the password, times, codecs.

Pure but for :func:`tls`, which reads the operator's PEM files.
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
"""What a broker takes in one request (its socket.request.max.bytes is 104,857,600 by default). The
size of a record is checked by us, against what its stream takes."""

BATCH_BYTES = 131_072
"""Batches of a producer: with zstd, 128 KiB of articles pack 5.6 times, single ones 2.3 times."""

_MEND = "Write kafka://HOST:PORT, or several: kafka://HOST:PORT,HOST:PORT."


@dataclass(frozen=True, slots=True)
class KafkaTimeouts:
    """Seconds. Shorter ones are for tests.

    Attributes:
        session: A member that is silent for so long is dead.
        heartbeat: Between signs of life; a rebalance is noticed so late.
        processing: A member that has not polled for so long loses its partitions.
        transaction: The brokers abort what is open for so long.
        grace: Added to that before a transaction call that does not return ends the process.
        delivery: A record that is not acknowledged by then has failed.
        request: A request that is not answered by then has failed.
        opening: To reach the first broker.
        closing: To leave a group, and to give a producer up.
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
    """What every client of one log is made with.

    Attributes:
        servers: ``host:port`` of the brokers to ask first.
        common: Of every client: where, how to prove who we are, how to back off.
        compression: Codec of what is appended, None for none.
        times: Limits.
        user: Name on the brokers, "" where none is used; for sentences.
    """

    servers: tuple[str, ...]
    common: dict[str, Any] = field(repr=False)
    compression: str | None
    times: KafkaTimeouts
    user: str


def options(
    rest: str, settings: Settings, *, client: str, times: KafkaTimeouts | None = None
) -> KafkaOptions:
    """Read the settings.

    Args:
        rest: What follows ``kafka://`` in the URL.
        settings: Security and compression.
        client: Names this process in the brokers' logs.
        times: Limits; the defaults are for a running system.

    Raises:
        SettingsError: The URL names no broker, or a file of the TLS settings cannot be used.
    """
    times = times or KafkaTimeouts()
    servers = addresses(rest)
    common: dict[str, Any] = {
        "bootstrap_servers": list(servers),
        "client_id": client,
        "security_protocol": settings.kafka_security.upper(),
        "request_timeout_ms": _ms(times.request),
        "retry_backoff_ms": 20,  # also the latency of a small transaction: 100 made it 115 ms
        "reconnect_backoff_ms": 100,
        "reconnect_backoff_max_ms": 2_000,  # by default half a minute passes after a long outage
        "bootstrap_timeout_ms": _ms(times.opening),
    }
    if settings.kafka_security.startswith("sasl"):
        common |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": secret(settings.kafka_password),
        }
    if settings.kafka_security.endswith("ssl"):
        common["ssl_context"] = tls(settings)
    codec = settings.streams_compression
    return KafkaOptions(
        servers,
        common,
        None if codec == "none" else codec,
        times,
        settings.kafka_username if settings.kafka_security.startswith("sasl") else "",
    )


def addresses(rest: str) -> tuple[str, ...]:
    """The brokers a URL names.

    Raises:
        SettingsError: It names none, or not as ``HOST:PORT``.
    """
    found = tuple(part.strip() for part in rest.rstrip("/").split(",") if part.strip())
    for address in found:
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65_536 or "@" in host:
            raise SettingsError("WIREWATCH_STREAMS_URL names a broker wrongly.", mend=_MEND)
    if not found:
        raise SettingsError("WIREWATCH_STREAMS_URL names no broker.", mend=_MEND)
    return found


def tls(settings: Settings) -> ssl.SSLContext:
    """How the brokers' certificates are checked, and our own shown.

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
        # an empty answer makes OpenSSL say what is wrong instead of asking at the terminal
        context.load_cert_chain(certificate, key, password=lambda: password)
    except (OSError, ssl.SSLError) as error:
        raise _unusable("WIREWATCH_KAFKA_CERT_FILE", certificate, error) from None
    return context


def _unusable(setting: str, path: Path | None, error: OSError) -> SettingsError:
    return SettingsError(
        f"{setting} names {path}, which cannot be used: {error.strerror or error}.",
        mend="It must be a PEM file this program may read; WIREWATCH_KAFKA_KEY_FILE and"
        " WIREWATCH_KAFKA_KEY_PASSWORD belong to it where it is our own certificate.",
    )


def check_libraries() -> None:
    """See that every codec can be read and checksums are quick.

    A consumer that meets a codec it cannot read can read nothing after it; so that is seen at the
    start. Without ``crc32c`` the client is about ten times slower (1,011 records of 3 KB a second
    instead of 8,592).

    Raises:
        OperatorError: Something is missing.
    """
    codecs = {
        "zstandard": kafka.codec.has_zstd(),
        "lz4": kafka.codec.has_lz4(),
        "gzip": kafka.codec.has_gzip(),
        "crc32c": find_spec("crc32c") is not None,
    }
    missing = [name for name, there in codecs.items() if not there]
    if missing:
        raise OperatorError(
            f"Kafka needs Python packages that are not installed: {', '.join(missing)}.",
            mend="`make install` installs what the lock file names.",
        )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
