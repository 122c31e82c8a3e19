"""Translation of the client's errors, whose type decides whether to try again."""

from __future__ import annotations

import inspect
import ssl

import pytest
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
    retryable,
)
from core.streams.kafka.errors import is_unreachable, to_stream_error, translate_errors

ALL = [
    kind
    for _, kind in inspect.getmembers(kafka_errors, inspect.isclass)
    if issubclass(kind, kafka_errors.KafkaError) and kind is not kafka_errors.LogTruncationError
]


TRANSLATED: dict[type[Exception], type[WirewatchError]] = {
    kafka_errors.ProducerFencedError: SlotTakenError,
    kafka_errors.FencedInstanceIdError: SlotTakenError,
    kafka_errors.InvalidProducerEpochError: SlotTakenError,
    kafka_errors.CommitFailedError: FencedError,
    kafka_errors.IllegalGenerationError: FencedError,
    kafka_errors.UnknownMemberIdError: FencedError,
    kafka_errors.RebalanceInProgressError: FencedError,
    kafka_errors.SaslAuthenticationFailedError: SettingsError,
    kafka_errors.UnsupportedSaslMechanismError: SettingsError,
    kafka_errors.TopicAuthorizationFailedError: SettingsError,
    kafka_errors.TransactionalIdAuthorizationFailedError: SettingsError,
    kafka_errors.UnsupportedCodecError: OperatorError,
    kafka_errors.UnsupportedVersionError: OperatorError,
    kafka_errors.MessageSizeTooLargeError: RecordTooLargeError,
    kafka_errors.KafkaStorageError: StreamFullError,
    kafka_errors.UnknownTopicOrPartitionError: StreamUnavailableError,
    kafka_errors.KafkaConnectionError: StreamUnavailableError,
    kafka_errors.KafkaTimeoutError: StreamUnavailableError,
    kafka_errors.NodeNotReadyError: StreamUnavailableError,
    kafka_errors.NotEnoughReplicasError: StreamUnavailableError,
    kafka_errors.InvalidTxnStateError: StreamUnavailableError,
    kafka_errors.InvalidProducerIdMappingError: StreamUnavailableError,
    ConnectionResetError: StreamUnavailableError,
    ssl.SSLError: StreamUnavailableError,
    kafka_errors.PolicyViolationError: StreamError,
}


def test_every_error_has_one_translation() -> None:
    translated = {kind: type(to_stream_error(kind(), "Reading")) for kind in TRANSLATED}
    assert translated == TRANSLATED


def test_an_error_that_the_client_calls_retriable_is_retryable() -> None:
    translated = {kind: to_stream_error(kind(), "Reading") for kind in ALL}
    assert len(translated) > 100
    assert [kind for kind in ALL if kind.retriable and not retryable(translated[kind])] == []
    assert [kind for kind in ALL if not translated[kind].message.endswith(".")] == []


def test_an_unreachable_broker_is_distinguished_from_one_that_refuses() -> None:
    assert is_unreachable(kafka_errors.KafkaTimeoutError())
    assert is_unreachable(kafka_errors.KafkaConnectionError())
    assert not is_unreachable(kafka_errors.CommitFailedError())
    assert not is_unreachable(kafka_errors.ProducerFencedError())


def test_translation_keeps_the_cause_and_does_not_touch_own_errors() -> None:
    with pytest.raises(StreamUnavailableError) as caught, translate_errors("Reading"):
        raise kafka_errors.KafkaTimeoutError("late")
    assert isinstance(caught.value.__cause__, kafka_errors.KafkaTimeoutError)
    own = FencedError("own")
    with pytest.raises(FencedError) as unchanged, translate_errors("Reading"):
        raise own
    assert unchanged.value is own


DENIED = [
    ("Appending", kafka_errors.TopicAuthorizationFailedError("p.in"), "WRITE on the stream 'p.in'"),
    ("Reading", kafka_errors.TopicAuthorizationFailedError({"in"}), "READ on the stream 'in'"),
    ("Reading", kafka_errors.GroupAuthorizationFailedError("p.g"), "READ on the group 'p.g'"),
    (
        "Reading the position of a group",
        kafka_errors.GroupAuthorizationFailedError("FindCoordinatorResponse error for GROUP/g: "),
        "DESCRIBE on the group 'g'",
    ),
    (
        "Starting transactions",
        kafka_errors.TransactionalIdAuthorizationFailedError(),
        "WRITE on the transactional id 'known'",
    ),
]


def test_a_missing_right_is_named_with_what_it_is_missing_on() -> None:
    for action, error, right in DENIED:
        with pytest.raises(SettingsError) as raised, translate_errors(action, "known"):
            raise error
        text = f"{action} failed: Kafka does not allow this user {right}. docs/kafka.md has"
        assert str(raised.value).startswith(text)
        assert "***" not in str(raised.value)
