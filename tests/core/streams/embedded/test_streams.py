"""The streams of the file follow the settings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from config.errors import RecordTooLargeError, StreamError, StreamMismatchError
from core.clock import utc_now
from core.streams.port import NewRecord, StreamSpec
from tests.core.streams.support import DAY, SPECS, OpenLog, new


def test_a_stream_follows_the_settings_and_the_log_shows_what_changed(open_log: OpenLog) -> None:
    log = open_log()
    with capture_logs() as events:
        log.create(SPECS)
        log.create([StreamSpec("in", 6, 2 * DAY, 5), StreamSpec("out", 3, DAY, 10_000)])
    assert events == [
        {
            "event": "stream_changed",
            "log_level": "info",
            "stream": "in",
            "retention": "1d to 2d",
            "max_record_bytes": "10000 to 5",
        }
    ]
    info = next(i for i in log.list_streams() if i.name == "in")
    assert (info.retention, info.max_record_bytes, info.replication) == (2 * DAY, 5, 1)
    with pytest.raises(RecordTooLargeError):
        log.append([new(b"k", b"123456")])


def test_new_limits_apply_to_a_stream_that_exists(open_log: OpenLog) -> None:
    log = open_log()
    log.create([StreamSpec("in", 6, timedelta(days=9), 20)])
    assert next(i.retention for i in log.list_streams() if i.name == "in") == timedelta(days=9)
    with pytest.raises(StreamError, match="larger"):
        log.append([NewRecord("in", b"k", b"x" * 21, (), utc_now())])


def test_another_number_of_partitions_changes_nothing_at_all(open_log: OpenLog) -> None:
    log = open_log()
    with capture_logs() as events, pytest.raises(StreamMismatchError):
        log.create([StreamSpec("out", 3, 9 * DAY), StreamSpec("in", 7, DAY)])
    assert events == []
    assert {i.retention for i in log.list_streams()} == {DAY}


def test_more_than_one_copy_is_reported_as_ignored(open_log: OpenLog) -> None:
    log = open_log()
    with capture_logs() as events:
        log.create([StreamSpec("in", 6, DAY, 10_000, replication=3)])
    assert [(e["event"], e["wanted"]) for e in events] == [("replication_ignored", 3)]
    assert {i.replication for i in log.list_streams()} == {1}
