"""Reaching the brokers for the first time, and saying what is wrong where that fails.

kafka-python tries again until its time is over, whatever the reason, and says only that it was in
vain. So when it has given up, each broker is tried once more by hand: its name, its port, its
certificate.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

import structlog
from kafka import errors as theirs

from config.errors import SettingsError, StreamUnavailableError, WirewatchError
from core.streams.kafka.admin import KafkaAdmin
from core.streams.kafka.errors import in_our_words
from core.streams.kafka.options import KafkaOptions, check_libraries
from core.text import for_log

TRY = 2.0
"""Seconds to try one broker by hand."""

log = structlog.get_logger(__name__)


def connect(options: KafkaOptions) -> KafkaAdmin:
    """The first connection.

    Raises:
        SettingsError: What the settings say cannot be right.
        OperatorError: A package is missing, or the brokers are too old.
        StreamUnavailableError: No broker answers.
    """
    check_libraries()
    try:
        return KafkaAdmin(options)
    except (theirs.KafkaTimeoutError, theirs.KafkaConnectionError):
        raise _diagnosed(options) from None  # it says what the cause does not
    except theirs.KafkaError as error:
        raise in_our_words(error, "Connecting") from error


def _diagnosed(options: KafkaOptions) -> WirewatchError:
    reasons = {address: _reason(address, options) for address in options.servers}
    refused = [r for r in reasons.values() if isinstance(r, SettingsError)]
    if refused:
        return refused[0]
    said = "; ".join(f"{address}: {reason}" for address, reason in reasons.items())
    return StreamUnavailableError(f"Kafka cannot be reached ({said}).", mend=_MEND)


def _reason(address: str, options: KafkaOptions) -> WirewatchError | str:
    """Why a broker cannot be used, as far as one can see from here."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=TRY) as connection:
            return _behind(connection, host, options)
    except socket.gaierror:
        return "no such host"
    except TimeoutError:
        return "no answer"
    except OSError as error:
        return for_log(error.strerror or str(error))


def _behind(connection: socket.socket, host: str, options: KafkaOptions) -> WirewatchError | str:
    context: ssl.SSLContext | None = options.common.get("ssl_context")
    if context is None:
        return _SILENT
    try:
        with context.wrap_socket(connection, server_hostname=host) as secured:
            return _after(secured)
    except ssl.SSLCertVerificationError as error:
        return SettingsError(
            f"The certificate of {host} cannot be trusted: {for_log(error.verify_message)}.",
            mend="WIREWATCH_KAFKA_CA_FILE names the authority that signed it.",
        )
    except TimeoutError:
        return "it accepts connections, but does not answer"
    except ssl.SSLError as error:
        return SettingsError(
            f"{host} does not accept TLS as it is set up: {for_log(str(error))}.", mend=_TLS
        )


def _after(secured: ssl.SSLSocket) -> str:
    """TLS 1.3 tells only now that a certificate of ours is missing; Kafka itself says nothing."""
    secured.settimeout(TRY)
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
