"""The log itself: prefixes, records that it accepts, retention, slow readers, closing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.errors import StreamError
from core.clock import utc_now
from core.streams.port import NewRecord, Record
from tests.core.streams.support import FixedClock, OpenLog, numbered


def test_prefixes_separate_deployments_that_share_a_file(open_log: OpenLog) -> None:
    one, two = open_log(prefix="acme"), open_log(prefix="other.")
    one.append(numbered(3))
    first, second = (log.consumer("g", ["in"], slot="a") for log in (one, two))
    assert len(first.poll(timeout=0).records) == 3
    assert not second.poll(timeout=0)
    first.commit(first.poll(timeout=0))
    assert one.list_groups() == two.list_groups() == ["g"]
    assert [i.records for i in two.list_streams()] == [0, 0, 0]


def test_records_without_a_key_spread_over_the_partitions(open_log: OpenLog) -> None:
    log = open_log()
    log.append([NewRecord("in", None, b"v", (), utc_now()) for _ in range(60)])
    partitions = [r.partition for r in log.read("in")]
    assert {partitions.count(p) for p in range(6)} == {10}


def test_a_record_that_is_not_bytes_or_has_no_zone_is_refused_before_anything_is_appended(
    open_log: OpenLog,
) -> None:
    log = open_log()
    good = numbered(1)
    text: bytes = "text"  # type: ignore[assignment]
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
    for bad, error in (
        (NewRecord("in", text, b"v", (), utc_now()), TypeError),
        (NewRecord("in", b"k", text, (), utc_now()), TypeError),
        (NewRecord("in", b"k", b"v", (("h", text),), utc_now()), TypeError),
        (NewRecord("in", b"k", b"v", (), naive), ValueError),
    ):
        with pytest.raises(error):
            log.append([*good, bad])
    assert list(log.read("in")) == []


def test_retention_reclaims_space_and_a_record_dated_in_the_future_is_not_kept_longer(
    open_log: OpenLog, tmp_path: Path
) -> None:
    clock = FixedClock()
    log = open_log(clock=clock)
    future = clock.now + timedelta(days=400)
    log.append([NewRecord("in", b"k", b"x" * 9_000, (), future)] * 600)
    log.maintain()
    full = (tmp_path / "streams.db").stat().st_size
    clock.now += timedelta(days=2)
    log.maintain()
    info = next(i for i in log.list_streams() if i.name == "in")
    assert (info.records, info.bytes, info.newest) == (0, 0, None)
    assert (tmp_path / "streams.db").stat().st_size < full / 10


def test_a_slow_reader_skips_what_retention_deletes_meanwhile(open_log: OpenLog) -> None:
    clock = FixedClock()
    log = open_log(clock=clock)
    log.append([NewRecord("in", b"k", b"old", (), clock.now)] * 300)
    clock.now += timedelta(days=2)
    log.append([NewRecord("in", b"k", b"new", (), clock.now)] * 3)
    reader = log.read("in")
    first = [next(reader) for _ in range(10)]
    log.maintain()
    rest: list[Record] = list(reader)
    assert {r.value for r in first} == {b"old"}
    assert [r.value for r in rest[-3:]] == [b"new"] * 3
    assert len(rest) < 293


def test_a_closed_log_refuses_every_call_and_its_members_have_left(open_log: OpenLog) -> None:
    log = open_log()
    consumer = log.consumer("g", ["in"], slot="a")
    log.close()
    log.close()
    with pytest.raises(StreamError, match="closed"):
        log.append(numbered(1))
    with pytest.raises(StreamError, match="closed"):
        consumer.poll(timeout=0)
    assert {lag.member for lag in open_log().lag("g", ["in"])} == {None}


def test_a_file_that_is_deleted_under_the_log_is_noticed(open_log: OpenLog, tmp_path: Path) -> None:
    log = open_log()
    (tmp_path / "streams.db").unlink()
    with pytest.raises(StreamError, match="was deleted or replaced"):
        log.check_writable()
