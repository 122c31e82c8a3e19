"""The embedded log follows the settings, and what it keeps of groups that were forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from config.errors import FencedError, RecordTooLargeError, StreamMismatchError
from core.streams.port import StreamSpec
from tests.core.streams.support import DAY, SPECS, Moment, Opener, new, numbered


def test_a_stream_follows_the_settings_and_the_log_says_what_changed(opener: Opener) -> None:
    log = opener()
    with capture_logs() as said:
        log.create(SPECS)
        log.create([StreamSpec("in", 6, 2 * DAY, 5), StreamSpec("out", 3, DAY, 10_000)])
    assert said == [
        {
            "event": "stream_changed",
            "log_level": "info",
            "stream": "in",
            "retention": "1d to 2d",
            "max_record_bytes": "10000 to 5",
        }
    ]
    info = next(i for i in log.streams() if i.name == "in")
    assert (info.retention, info.max_record_bytes, info.replication) == (2 * DAY, 5, 1)
    with pytest.raises(RecordTooLargeError):
        log.append([new(b"k", b"123456")])


def test_other_partitions_change_nothing_at_all(opener: Opener) -> None:
    log = opener()
    with capture_logs() as said, pytest.raises(StreamMismatchError):
        log.create([StreamSpec("out", 3, 9 * DAY), StreamSpec("in", 7, DAY)])
    assert said == []
    assert {i.retention for i in log.streams()} == {DAY}


def test_more_copies_than_one_are_not_promised(opener: Opener) -> None:
    log = opener()
    with capture_logs() as said:
        log.create([StreamSpec("in", 6, DAY, 10_000, replication=3)])
    assert [(line["event"], line["wanted"]) for line in said] == [("replication_ignored", 3)]
    assert {i.replication for i in log.streams()} == {1}


def test_a_member_of_a_group_that_was_forgotten_can_commit_nothing(opener: Opener) -> None:
    clock = Moment()
    log = opener(clock=clock)
    log.append(numbered(10))
    zombie = log.consumer("g", ["in"], slot="a")
    batch = zombie.poll()
    clock.now += timedelta(minutes=5)
    log.forget("g")
    fresh = log.consumer("g", ["in"], slot="a")
    assert len(fresh.poll().records) == 10
    with pytest.raises(FencedError), zombie.transaction(batch) as out:
        out.append(*numbered(10, "out"))
    assert list(log.read("out")) == []
