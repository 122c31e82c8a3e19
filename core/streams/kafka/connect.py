"""Opening clients of kafka-python with the options they need, and diagnosing a failed connection.

Measured on kafka-python 3.0.12 and Apache Kafka 4.3.1:

- ``enable_auto_commit`` is off: with it ``close()`` commits what was polled but not processed.
- ``auto_offset_reset`` is ``none``: the engine chooses positions and reports it; the client never
  skips records on its own.
- No client gets a (de)serializer that may raise (:mod:`core.streams.kafka.kafka_python`).

The client retries until its time is over, whatever the reason, and then only reports a timeout.
:func:`diagnosed` therefore tries each broker itself: name, port and certificate.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka import errors as kafka_errors

from config.errors import SettingsError, StreamUnavailableError, WirewatchError
from core.streams.kafka.errors import to_stream_error
from core.streams.kafka.kafka_python import (
    NullableValues,
    close_producer,
    open_client,
    stop_at_undecodable,
)
from core.streams.kafka.options import (
    BATCH_BYTES,
    MAX_REQUEST_BYTES,
    KafkaOptions,
    check_libraries,
    milliseconds,
)
from core.text import foreign_text

PROBE_SECONDS = 2.0
"""Time to try one broker when the client could not connect."""


def open_admin(options: KafkaOptions) -> Any:
    """Open a client that describes and changes streams and groups."""
    return open_client(KafkaAdminClient, **options.common)


def open_reader(options: KafkaOptions, **config: Any) -> Any:
    """Open a consumer without a group; it sees committed records only."""
    return _open_consumer(options, **config)


def open_member(options: KafkaOptions, group: str, instance: str) -> Any:
    """Open a consumer that is a static member of a group, so a restart causes no rebalance."""
    timeouts = options.timeouts
    return _open_consumer(
        options,
        group_id=group,
        group_instance_id=instance,
        session_timeout_ms=milliseconds(timeouts.session),
        heartbeat_interval_ms=milliseconds(timeouts.heartbeat),
        max_poll_interval_ms=milliseconds(timeouts.processing),
    )


def open_producer(options: KafkaOptions) -> Any:
    """Open an idempotent producer for appends outside a transaction."""
    return _open_producer(
        options, linger_ms=5, delivery_timeout_ms=milliseconds(options.timeouts.delivery)
    )


def open_transactional_producer(options: KafkaOptions, name: str, seconds: float) -> Any:
    """Open a producer of transactions.

    It fences an earlier producer of the same name and aborts the transaction that it left open.

    Args:
        options: How to reach the brokers.
        name: The transactional id.
        seconds: Limit for reaching the first broker.

    Raises:
        KafkaError: The brokers do not answer. No producer is left open.
    """
    timeouts = options.timeouts
    # within the transaction, but not shorter than one attempt
    delivery = max(min(timeouts.delivery, timeouts.transaction / 2), timeouts.request + 1)
    producer = _open_producer(
        options,
        bootstrap_timeout_ms=milliseconds(seconds),
        linger_ms=5,
        transactional_id=name,
        transaction_timeout_ms=milliseconds(timeouts.transaction),
        delivery_timeout_ms=milliseconds(delivery),
    )
    try:
        producer.init_transactions()
    except BaseException:
        close_producer(producer, 0.2)
        raise
    return producer


def _open_producer(options: KafkaOptions, **config: Any) -> Any:
    return open_client(
        KafkaProducer,
        acks="all",
        enable_idempotence=True,
        compression_type=options.compression,
        batch_size=BATCH_BYTES,
        max_request_size=MAX_REQUEST_BYTES,
        max_block_ms=milliseconds(options.timeouts.request),
        metrics_enabled=False,
        value_serializer=NullableValues(),
        **{**options.common, **config},
    )


def _open_consumer(options: KafkaOptions, **config: Any) -> Any:
    consumer = open_client(
        KafkaConsumer,
        **options.common,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        fetch_max_bytes=16_777_216,
        metrics_enabled=False,
        **{"max_partition_fetch_bytes": 262_144, **config},
    )
    stop_at_undecodable(consumer)
    return consumer


# ── a connection that fails ──────────────────────────────────────────────────────────────────


@contextmanager
def diagnosed(options: KafkaOptions) -> Iterator[None]:
    """Raise an error that says why, where the first client cannot be opened.

    Raises:
        SettingsError: The settings cannot be right.
        OperatorError: A package is missing, or the brokers are too old.
        StreamUnavailableError: No broker answers.
    """
    check_libraries()
    try:
        yield
    except (kafka_errors.KafkaTimeoutError, kafka_errors.KafkaConnectionError):
        raise _diagnose(options) from None  # the client's own error does not name the reason
    except kafka_errors.KafkaError as error:
        raise to_stream_error(error, "Connecting") from error


def _diagnose(options: KafkaOptions) -> WirewatchError:
    reasons = {address: _probe(address, options) for address in options.servers}
    wrong_settings = [r for r in reasons.values() if isinstance(r, SettingsError)]
    if wrong_settings:
        return wrong_settings[0]
    text = "; ".join(f"{address}: {reason}" for address, reason in reasons.items())
    return StreamUnavailableError(f"Kafka cannot be reached ({text}).", mend=_MEND)


def _probe(address: str, options: KafkaOptions) -> WirewatchError | str:
    """Return why a broker cannot be used, as far as a connection from here shows."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), PROBE_SECONDS) as connection:
            return _probe_tls(connection, host, options)
    except socket.gaierror:
        return "no such host"
    except TimeoutError:
        return "no answer"
    except OSError as error:
        return foreign_text(error.strerror or str(error))


def _probe_tls(connection: socket.socket, host: str, options: KafkaOptions) -> WirewatchError | str:
    context: ssl.SSLContext | None = options.common.get("ssl_context")
    if context is None:
        return _SILENT
    try:
        with context.wrap_socket(connection, server_hostname=host) as secured:
            return _await_alert(secured)
    except ssl.SSLCertVerificationError as error:
        return SettingsError(
            f"The certificate of {host} cannot be trusted: {foreign_text(error.verify_message)}.",
            mend="WIREWATCH_KAFKA_CA_FILE names the authority that signed it.",
        )
    except TimeoutError:
        return "it accepts connections, but does not answer"
    except ssl.SSLError as error:
        return SettingsError(
            f"{host} does not accept TLS as it is set up: {foreign_text(str(error))}.", mend=_TLS
        )


def _await_alert(secured: ssl.SSLSocket) -> str:
    """Read once: with TLS 1.3 a broker rejects a missing client certificate only at this point."""
    secured.settimeout(PROBE_SECONDS)
    with suppress(TimeoutError):
        secured.recv(1)
    return "it speaks TLS, but does not answer as Kafka does"


_SILENT = (
    "it accepts connections, but does not answer: it is busy, or wants TLS or a password"
    " (WIREWATCH_KAFKA_SECURITY)"
)
_MEND = "Start it, or correct WIREWATCH_STREAMS_URL."
_TLS = (
    "Check WIREWATCH_KAFKA_SECURITY, and WIREWATCH_KAFKA_CERT_FILE where it asks for a certificate."
)
