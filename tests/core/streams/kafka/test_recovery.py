"""When a batch that cannot be decoded is fetched again, skipped, or left to the operator."""

from __future__ import annotations

import pytest
from kafka import errors as kafka_errors
from kafka.structs import TopicPartition
from structlog.testing import capture_logs

from config.errors import OperatorError
from core.streams.kafka.kafka_python import UndecodableError
from core.streams.kafka.recovery import FETCH_ATTEMPTS, MAX_SKIPPED, UndecodableBatches

PARTITION = TopicPartition("acme.in", 3)


def undecodable(cause: Exception, start: int = 10, following: int = 15) -> UndecodableError:
    error = UndecodableError(PARTITION, start, following)
    error.__cause__ = cause
    return error


def test_a_damaged_batch_is_fetched_again_before_it_is_skipped() -> None:
    batches = UndecodableBatches()
    error = undecodable(kafka_errors.CorruptRecordError("checksum"))
    with capture_logs() as events:
        offsets = [batches.offset_after(error) for _ in range(FETCH_ATTEMPTS)]
    assert offsets == [None, None, 15]
    assert [e["event"] for e in events] == [
        "undecodable_batch_refetched",
        "undecodable_batch_refetched",
        "undecodable_records_skipped",
    ]
    assert (events[-1]["log_level"], events[-1]["first"], events[-1]["last"]) == (
        "critical",
        10,
        14,
    )


def test_each_batch_has_its_own_attempts() -> None:
    batches = UndecodableBatches()
    cause = kafka_errors.CorruptRecordError("checksum")
    for start in (10, 20, 30):
        assert batches.offset_after(undecodable(cause, start, start + 5)) is None


def test_of_a_batch_with_an_implausible_length_one_record_is_skipped() -> None:
    batches = UndecodableBatches()
    error = undecodable(kafka_errors.CorruptRecordError("checksum"), 10, 11 + MAX_SKIPPED)
    assert [batches.offset_after(error) for _ in range(FETCH_ATTEMPTS)][-1] == 11


def test_a_batch_whose_codec_is_missing_is_never_skipped() -> None:
    batches = UndecodableBatches()
    error = undecodable(kafka_errors.UnsupportedCodecError("snappy"))
    for _ in range(FETCH_ATTEMPTS + 1):
        with pytest.raises(OperatorError, match="codec that is not installed"):
            batches.offset_after(error)
