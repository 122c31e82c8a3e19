"""The client's errors in our words; whether to try again goes by the type."""

from __future__ import annotations

import inspect
import ssl

import pytest
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
    retryable,
)
from core.streams.kafka.errors import in_our_words, is_gone, translated

ALL = [
    kind
    for _, kind in inspect.getmembers(theirs, inspect.isclass)
    if issubclass(kind, theirs.KafkaError) and kind is not theirs.LogTruncationError
]


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        (theirs.ProducerFencedError, SlotTakenError),
        (theirs.FencedInstanceIdError, SlotTakenError),
        (theirs.InvalidProducerEpochError, SlotTakenError),
        (theirs.CommitFailedError, FencedError),
        (theirs.IllegalGenerationError, FencedError),
        (theirs.UnknownMemberIdError, FencedError),
        (theirs.RebalanceInProgressError, FencedError),
        (theirs.SaslAuthenticationFailedError, SettingsError),
        (theirs.UnsupportedSaslMechanismError, SettingsError),
        (theirs.TopicAuthorizationFailedError, SettingsError),
        (theirs.TransactionalIdAuthorizationFailedError, SettingsError),
        (theirs.UnsupportedCodecError, OperatorError),
        (theirs.UnsupportedVersionError, OperatorError),
        (theirs.MessageSizeTooLargeError, RecordTooLargeError),
        (theirs.KafkaStorageError, StreamFullError),
        (theirs.UnknownTopicOrPartitionError, StreamUnavailableError),
        (theirs.KafkaConnectionError, StreamUnavailableError),
        (theirs.KafkaTimeoutError, StreamUnavailableError),
        (theirs.NodeNotReadyError, StreamUnavailableError),
        (theirs.NotEnoughReplicasError, StreamUnavailableError),
        (theirs.InvalidTxnStateError, StreamUnavailableError),
        (theirs.InvalidProducerIdMappingError, StreamUnavailableError),
        (ConnectionResetError, StreamUnavailableError),
        (ssl.SSLError, StreamUnavailableError),
        (theirs.PolicyViolationError, StreamError),
    ],
)
def test_an_error_has_one_meaning(kind: type[Exception], ours: type[WirewatchError]) -> None:
    assert type(in_our_words(kind(), "Reading")) is ours


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_what_the_client_itself_would_try_again_may_be_tried_again(
    kind: type[theirs.KafkaError],
) -> None:
    ours = in_our_words(kind(), "Reading")
    assert ours.message.endswith(".")
    assert not kind.retriable or retryable(ours)


def test_a_producer_with_nobody_to_talk_to_is_told_from_one_that_was_refused() -> None:
    assert is_gone(theirs.KafkaTimeoutError())
    assert is_gone(theirs.KafkaConnectionError())
    assert not is_gone(theirs.CommitFailedError())
    assert not is_gone(theirs.ProducerFencedError())


def test_translating_keeps_the_cause_and_our_own_errors() -> None:
    with pytest.raises(StreamUnavailableError) as caught, translated("Reading"):
        raise theirs.KafkaTimeoutError("late")
    assert isinstance(caught.value.__cause__, theirs.KafkaTimeoutError)
    own = FencedError("ours")
    with pytest.raises(FencedError) as kept, translated("Reading"):
        raise own
    assert kept.value is own
