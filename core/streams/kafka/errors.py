"""Translate kafka-python's errors into those of :mod:`config.errors`.

The type decides whether the caller may try again, so this is the only place that decides it for
the Kafka engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import errors as kafka_errors

from config.errors import (
    FencedError,
    OperatorError,
    RecordTooLargeError,
    SettingsError,
    SlotTakenError,
    StreamError,
    StreamFullError,
    StreamUnavailableError,
    WirewatchError,
)
from core.streams.kafka.denied import denied

_SLOT_TAKEN = (
    kafka_errors.ProducerFencedError,
    kafka_errors.FencedInstanceIdError,
    kafka_errors.InvalidProducerEpochError,
)
_FENCED = (
    kafka_errors.CommitFailedError,
    kafka_errors.IllegalGenerationError,
    kafka_errors.UnknownMemberIdError,
    kafka_errors.RebalanceInProgressError,
)
_REFUSED = (
    kafka_errors.SaslAuthenticationFailedError,
    kafka_errors.UnsupportedSaslMechanismError,
    kafka_errors.IllegalSaslStateError,
)
_TOO_LARGE = (kafka_errors.MessageSizeTooLargeError, kafka_errors.RecordListTooLargeError)
_TOO_OLD = (kafka_errors.UnsupportedVersionError, kafka_errors.UnrecognizedBrokerVersion)
_UNAVAILABLE = (
    kafka_errors.RetriableError,
    kafka_errors.BrokerNotAvailableError,
    kafka_errors.UnknownBrokerIdError,
    kafka_errors.KafkaProtocolError,
    kafka_errors.UnknownError,
    # the producer must be replaced; the work is repeated
    kafka_errors.TransactionAbortedError,
    kafka_errors.TransactionAbortableError,
    kafka_errors.InvalidTxnStateError,
    kafka_errors.InvalidProducerIdMappingError,
    kafka_errors.UnknownProducerIdError,
    kafka_errors.OutOfOrderSequenceNumberError,
    kafka_errors.TransactionCoordinatorFencedError,
)


@contextmanager
def translate_errors(action: str, name: str = "") -> Iterator[None]:
    """Raise the client's errors as errors of :mod:`config.errors`.

    Args:
        action: What failed, as the subject of a sentence: ``Appending``.
        name: What it failed on, as the brokers know it.
    """
    try:
        yield
    except WirewatchError:
        raise
    except (kafka_errors.KafkaError, OSError, TimeoutError) as error:
        raise to_stream_error(error, action, name) from cause_to_show(error)


def cause_to_show(error: BaseException) -> BaseException | None:
    """Return an error as a cause; None where its text would add nothing."""
    return None if isinstance(error, kafka_errors.AuthorizationError) else error


def to_stream_error(error: BaseException, action: str, name: str = "") -> WirewatchError:
    """Return the error that says what ``error`` means for the operator."""
    if isinstance(error, WirewatchError):
        return error
    if isinstance(error, _SLOT_TAKEN):
        return SlotTakenError("Another process runs with the same slot.", mend=_OWN_SLOT)
    if isinstance(error, _FENCED):
        return FencedError("The group has reassigned its partitions.")
    if isinstance(error, _REFUSED):
        return SettingsError("Kafka rejects the user name or the password.", mend=_PASSWORD)
    if isinstance(error, kafka_errors.AuthorizationError):
        return denied(error, action, name)
    if isinstance(error, kafka_errors.UnsupportedCodecError):
        return OperatorError(
            "A record is compressed with a codec that is not installed.", mend=_CODEC
        )
    if isinstance(error, _TOO_LARGE):
        return RecordTooLargeError("A record is larger than Kafka accepts.", mend=_LARGE)
    if isinstance(error, kafka_errors.KafkaStorageError):
        return StreamFullError(f"{action} failed: a disk of a Kafka broker is full or broken.")
    if isinstance(error, kafka_errors.UnknownTopicOrPartitionError):
        return StreamUnavailableError(f"{action} failed: the stream does not exist on Kafka.")
    if isinstance(error, (*_UNAVAILABLE, OSError)):
        return StreamUnavailableError(f"{action} failed: Kafka is unavailable or busy.")
    if isinstance(error, _TOO_OLD):
        return OperatorError("Kafka is too old.", mend="Version 2.5 or later is needed.")
    return StreamError(f"{action} failed: Kafka refused.")


def is_unreachable(error: BaseException) -> bool:
    """Return whether a producer met this error because no broker answers: an abort would hang."""
    return isinstance(error, (*_UNAVAILABLE, OSError, kafka_errors.KafkaStorageError))


_OWN_SLOT = "Give each process a WIREWATCH_SLOT of its own."
_PASSWORD = (
    "Check WIREWATCH_KAFKA_USERNAME, WIREWATCH_KAFKA_PASSWORD and WIREWATCH_KAFKA_SASL_MECHANISM."  # noqa: S105
)
_CODEC = "Install its Python package (python-snappy), then start again; no record was skipped."
_LARGE = "WIREWATCH_STREAMS_MAX_RECORD_BYTES sets the limit; `streams list` shows the one in force."
