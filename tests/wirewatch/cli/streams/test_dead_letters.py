"""``wirewatch streams dead-letter`` on every engine."""

from __future__ import annotations

import signal
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.errors import PoisonError, RecordTooLargeError, StreamError, UsageError
from core.clock import utc_now
from core.messages.envelope import ARTICLES, DEAD_LETTER, MATCHES
from core.streams.bounded_replay import SLOT
from core.streams.dead_letter import RECEIPTS, ProcessingFailure, dead_letter
from core.streams.dead_letter_replay import (
    GROUP,
    ReplaySelection,
    load_dead_letters,
    plan_replay,
    replay_dead_letters,
)
from core.streams.port import NewRecord, Record, StreamLog
from core.streams.prefix import Prefix
from core.streams.topology import receipts_spec
from tests.support.engines import ENGINES
from tests.support.running_program import wait_until
from tests.support.stream_installation import NOW, StreamInstallation, new_stream_installation
from wirewatch.cli.streams.dead_letters import replay

pytestmark = pytest.mark.slow

HEADERS = (("ce_id", b"1"), ("ce_id", b"2"), ("odd", b"\xff\x00"))


@pytest.fixture(params=ENGINES)
def streams(request: pytest.FixtureRequest, tmp_path: Path) -> StreamInstallation:
    streams = new_stream_installation(request, tmp_path)
    streams.create()
    return streams


def letter(number: int, *, stage: str = "processors", stream: str = ARTICLES) -> NewRecord:
    record = Record(stream, 1, number, b"k%d" % number, b"\xffbytes %d" % number, HEADERS, NOW)
    error = RecordTooLargeError("no title") if number % 2 else PoisonError("no \x1b[31mlead")
    return dead_letter(ProcessingFailure(record, stage, error, 3, NOW), at=utc_now())


def append(streams: StreamInstallation, *letters: NewRecord) -> None:
    with streams.log() as log:
        log.append(letters)


def many(streams: StreamInstallation) -> int:
    """Return a number of dead letters whose replay takes a second: time to interrupt it."""
    return 12_000 if streams.settings.streams_url.startswith("sqlite") else 6_000


def replayed(streams: StreamInstallation, stream: str = ARTICLES) -> list[Record]:
    with streams.log() as log:
        return list(log.read(stream))


def test_a_list_shows_origin_and_error_newest_first(streams: StreamInstallation) -> None:
    assert streams.json("dead-letter", "list") == []
    for n in range(3):
        append(streams, letter(n, stage="alerts" if n == 2 else "processors"))
        time.sleep(0.005)
    rows = streams.json("dead-letter", "list")
    assert [r["key"] for r in rows] == ["k2", "k1", "k0"]
    row = rows[1]
    name = Prefix(streams.settings.streams_prefix).add(ARTICLES)
    assert row["position"] == f"{row['partition']}:{row['offset']}"
    assert (row["original_stream"], row["original_partition"], row["original_offset"]) == (
        name,
        1,
        1,
    )
    assert (row["stage"], row["error_class"], row["error_message"], row["attempts"]) == (
        "processors",
        "RecordTooLargeError",
        "no title",
        3,
    )
    assert row["first_failed_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert row["replayed"] is None
    assert [r["key"] for r in streams.json("dead-letter", "list", "--stage", "alerts")] == ["k2"]
    assert [r["key"] for r in streams.json("dead-letter", "list", "--error", "LEAD")] == [
        "k2",
        "k0",
    ]
    text = streams.text("dead-letter", "list", "--limit", "1")
    assert "\x1b" not in text
    assert "… and 2 older" in text


def test_a_dead_letter_is_replayed_unchanged_and_once(streams: StreamInstallation) -> None:
    append(streams, letter(1), letter(2))
    place = next(r["position"] for r in streams.json("dead-letter", "list") if r["key"] == "k1")
    dry = streams.json("dead-letter", "replay", place, "--dry-run")
    assert (dry["replayed"], dry["dry_run"]) == (1, True)
    assert replayed(streams) == []
    result = streams.json("dead-letter", "replay", place)
    name = Prefix(streams.settings.streams_prefix).add(ARTICLES)
    assert result == {
        "dry_run": False,
        "replayed": 1,
        "streams": {name: 1},
        "already": 0,
        "impossible": [],
        "left": 0,
    }
    (record,) = replayed(streams)
    assert (record.key, record.value, record.headers, record.time) == (
        b"k1",
        b"\xffbytes 1",
        HEADERS,
        NOW,
    )
    rows = {r["key"]: r["replayed"] for r in streams.json("dead-letter", "list")}
    assert rows["k1"] is not None
    assert rows["k2"] is None
    assert "1 were replayed before." in streams.text("dead-letter", "replay", place)
    assert streams.json("dead-letter", "replay", "--all")["replayed"] == 1
    assert len(replayed(streams)) == 2
    with streams.log() as log:
        assert log.list_groups() == []


def test_all_replays_what_the_filters_select_and_leaves_the_rest(
    streams: StreamInstallation,
) -> None:
    append(streams, letter(1), letter(2, stage="alerts", stream=MATCHES), letter(3, stage="alerts"))
    only = ("--all", "--stage", "alerts", "--error", "POISONerror")
    assert streams.json("dead-letter", "replay", *only)["replayed"] == 1
    assert [r.key for r in replayed(streams, MATCHES)] == [b"k2"]
    rest = streams.json("dead-letter", "replay", "--all")
    assert (rest["replayed"], rest["already"]) == (2, 1)
    assert sorted(r.key or b"" for r in replayed(streams)) == [b"k1", b"k3"]


def test_what_cannot_be_replayed_is_named_and_stays(streams: StreamInstallation) -> None:
    append(streams, letter(1, stream="news.gone.v1"), NewRecord(DEAD_LETTER, b"x", b"y", (), NOW))
    append(streams, letter(2))
    result = streams.json("dead-letter", "replay", "--all")
    assert result["replayed"] == 1
    reasons = {x["reason"] for x in result["impossible"]}
    assert reasons == {
        "the stream news.gone.v1 does not exist",
        "its headers do not say which stream it came from",
    }
    position = result["impossible"][0]["position"]
    assert "cannot be replayed" in streams.text("dead-letter", "replay", position, code=1)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "Give positions, or --all"),
        ({"everything": True, "positions": ["0:1"]}, "Give positions, or --all"),
        ({"positions": ["0:x"]}, "'0:x' is not a position"),
        ({"positions": ["0:1"], "stage": "alerts"}, "need --all"),
    ],
)
def test_wrong_usage_says_what_is_right(args: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        replay(**{"positions": None, "everything": False, **args})


def test_a_position_without_a_dead_letter_is_wrong_usage(streams: StreamInstallation) -> None:
    assert "There is no dead letter at 0:999" in streams.text(
        "dead-letter", "replay", "0:999", code=2
    )


def test_a_record_that_fails_again_is_a_new_dead_letter_that_can_be_replayed(
    streams: StreamInstallation,
) -> None:
    streams.append(b"{")
    streams.process()
    assert streams.json("dead-letter", "replay", "--all")["replayed"] == 1
    streams.process()
    rows = streams.json("dead-letter", "list")
    assert [r["replayed"] is None for r in rows] == [True, False]
    assert {r["key"] for r in rows} == {"bad0"}
    assert streams.json("dead-letter", "replay", "--all")["replayed"] == 1


@pytest.mark.processes
def test_an_interrupted_replay_loses_and_repeats_nothing_when_it_is_run_again(
    streams: StreamInstallation,
) -> None:
    total = many(streams)
    append(streams, *(letter(n) for n in range(total)))
    kills = 3 if streams.settings.streams_url.startswith("sqlite") else 1
    with streams.log() as log:
        for written, number in [(count, signal.SIGKILL)] * kills + [(committed, signal.SIGTERM)]:
            before = written(log, ARTICLES)
            child = streams.installation.start("streams", "dead-letter", "replay", "--all")
            wait_until(lambda: written(log, ARTICLES) > before, "the replay does not start")  # noqa: B023
            child.send_signal(number)
            out, err = child.communicate(timeout=30)
        assert child.returncode == 0, err
        assert "were not replayed. Run the command again." in out
        done = len(list(log.read(ARTICLES)))
    assert 0 < done < total
    result = streams.json("dead-letter", "replay", "--all")
    assert (result["already"], result["replayed"]) == (done, total - done)
    assert Counter(r.key for r in replayed(streams)) == Counter(b"k%d" % n for n in range(total))
    assert len(replayed(streams, RECEIPTS)) == total


def count(log: StreamLog, stream: str) -> int:
    """Return the length of a stream, with records and markers of transactions that were aborted."""
    return next(info.records for info in log.list_streams() if info.name == stream)


def committed(log: StreamLog, stream: str) -> int:
    return len(list(log.read(stream)))


def test_a_second_replay_at_the_same_time_is_refused(streams: StreamInstallation) -> None:
    append(streams, letter(1))
    with streams.log() as log, closing(log.consumer(GROUP, [DEAD_LETTER], slot=SLOT)) as member:
        log.create([receipts_spec(streams.settings)])
        batch = member.poll(timeout=20)
        wanted = plan_replay(load_dead_letters(log), ReplaySelection(), log.list_streams())
        with pytest.raises(StreamError, match="Another replay of dead letters is running"):
            replay_dead_letters(log, wanted, clock=utc_now, stop=lambda: False, patience=0.3)
        member.commit(batch)
    assert replayed(streams) == []
