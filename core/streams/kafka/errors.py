"""kafka-python's errors in the words of our own tree: the one place.

Whether an error may be tried again is decided by the type it gets here (``config.errors``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import errors as theirs

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

_TAKEN = (
    theirs.ProducerFencedError,
    theirs.FencedInstanceIdError,
    theirs.InvalidProducerEpochError,
)
_FENCED = (
    theirs.CommitFailedError,
    theirs.IllegalGenerationError,
    theirs.UnknownMemberIdError,
    theirs.RebalanceInProgressError,
)
_REFUSED = (
    theirs.SaslAuthenticationFailedError,
    theirs.UnsupportedSaslMechanismError,
    theirs.IllegalSaslStateError,
)
_TOO_LARGE = (theirs.MessageSizeTooLargeError, theirs.RecordListTooLargeError)
_TOO_OLD = (theirs.UnsupportedVersionError, theirs.UnrecognizedBrokerVersion)
_AWAY = (
    theirs.RetriableError,
    theirs.BrokerNotAvailableError,
    theirs.UnknownBrokerIdError,
    theirs.KafkaProtocolError,
    theirs.UnknownError,
    # of a producer that must be made anew; the work is done again
    theirs.TransactionAbortedError,
    theirs.TransactionAbortableError,
    theirs.InvalidTxnStateError,
    theirs.InvalidProducerIdMappingError,
    theirs.UnknownProducerIdError,
    theirs.OutOfOrderSequenceNumberError,
    theirs.TransactionCoordinatorFencedError,
)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise what the client raises as an error of :mod:`config.errors`.

    Args:
        doing: What failed, as the subject of a sentence: ``Appending``.
    """
    try:
        yield
    except WirewatchError:
        raise
    except (theirs.KafkaError, OSError, TimeoutError) as error:
        raise in_our_words(error, doing) from error


def in_our_words(error: BaseException, doing: str) -> WirewatchError:
    """The error of ours that says what ``error`` means for the operator."""
    if isinstance(error, WirewatchError):
        return error
    if isinstance(error, _TAKEN):
        return SlotTakenError("Another process runs under this one's name.", mend=_OWN_SLOT)
    if isinstance(error, _FENCED):
        return FencedError("The group has shared out its partitions anew.")
    if isinstance(error, _REFUSED):
        return SettingsError("Kafka refuses the user name or the password.", mend=_PASSWORD)
    if isinstance(error, theirs.AuthorizationError):
        return SettingsError(f"{doing} is not allowed to this user by Kafka.", mend=_RIGHTS)
    if isinstance(error, theirs.UnsupportedCodecError):
        return OperatorError("A record is packed with a codec that is not installed.", mend=_CODEC)
    if isinstance(error, _TOO_LARGE):
        return RecordTooLargeError("A record is larger than Kafka takes.", mend=_LARGE)
    if isinstance(error, theirs.KafkaStorageError):
        return StreamFullError(f"{doing} failed: a disk of Kafka's is full or broken.")
    if isinstance(error, theirs.UnknownTopicOrPartitionError):
        return StreamUnavailableError(f"{doing} failed: Kafka has no such stream yet, or any more.")
    if isinstance(error, (*_AWAY, OSError)):
        return StreamUnavailableError(f"{doing} failed: Kafka is away or busy.")
    if isinstance(error, _TOO_OLD):
        return OperatorError("Kafka is too old.", mend="Version 2.5 or later is needed.")
    return StreamError(f"{doing} failed: Kafka refused.")


def is_gone(error: BaseException) -> bool:
    """Whether a producer that met this error has nobody to talk to, so that an abort would hang."""
    return isinstance(error, (*_AWAY, OSError, theirs.KafkaStorageError))


_OWN_SLOT = "Give each process a WIREWATCH_SLOT of its own."
_PASSWORD = (
    "Check WIREWATCH_KAFKA_USERNAME, WIREWATCH_KAFKA_PASSWORD and WIREWATCH_KAFKA_SASL_MECHANISM."  # noqa: S105
)
_RIGHTS = "docs/streams.md lists the rights that are needed."
_CODEC = "Install its Python package (python-snappy), then start again; nothing was skipped."
_LARGE = "WIREWATCH_STREAMS_MAX_RECORD_BYTES sets the limit; `streams list` shows what is in force."
