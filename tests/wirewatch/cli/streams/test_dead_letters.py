"""``wirewatch streams dead-letter`` on every engine."""

from __future__ import annotations

import signal
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.errors import StreamError, UsageError
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
from tests.support.stream_installation import NOW, Site, new_site
from wirewatch.cli.streams.dead_letters import replay

HEADERS = (("ce_id", b"1"), ("ce_id", b"2"), ("odd", b"\xff\x00"))


@pytest.fixture(params=ENGINES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    site = new_site(request, tmp_path)
    site.create()
    return site


def letter(number: int, *, stage: str = "processors", stream: str = ARTICLES) -> NewRecord:
    record = Record(stream, 1, number, b"k%d" % number, b"\xffbytes %d" % number, HEADERS, NOW)
    error = ValueError("no title") if number % 2 else KeyError("no \x1b[31mlead")
    return dead_letter(ProcessingFailure(record, stage, error, 3, NOW), at=utc_now())


def bury(site: Site, *letters: NewRecord) -> None:
    with site.log() as log:
        log.append(letters)


def many(site: Site) -> int:
    """Letters that take a second to send back: a busy machine may see the first of them late."""
    return 12_000 if site.settings.streams_url.startswith("sqlite") else 6_000


def back(site: Site, stream: str = ARTICLES) -> list[Record]:
    with site.log() as log:
        return list(log.read(stream))


def test_a_list_says_where_a_letter_is_from_and_why_newest_first(site: Site) -> None:
    assert site.json("dead-letter", "list") == []
    for n in range(3):
        bury(site, letter(n, stage="alerts" if n == 2 else "processors"))
        time.sleep(0.005)
    rows = site.json("dead-letter", "list")
    assert [r["key"] for r in rows] == ["k2", "k1", "k0"]
    row = rows[1]
    name = Prefix(site.settings.streams_prefix).add(ARTICLES)
    assert row["position"] == f"{row['partition']}:{row['offset']}"
    assert (row["original_stream"], row["original_partition"], row["original_offset"]) == (
        name,
        1,
        1,
    )
    assert (row["stage"], row["error_class"], row["error_message"], row["attempts"]) == (
        "processors",
        "ValueError",
        "no title",
        3,
    )
    assert row["first_failed_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert row["replayed"] is None
    assert [r["key"] for r in site.json("dead-letter", "list", "--stage", "alerts")] == ["k2"]
    assert [r["key"] for r in site.json("dead-letter", "list", "--error", "LEAD")] == ["k2", "k0"]
    said = site.said("dead-letter", "list", "--limit", "1")
    assert "\x1b" not in said
    assert "… and 2 older" in said


def test_a_letter_goes_back_as_it_was_and_once(site: Site) -> None:
    bury(site, letter(1), letter(2))
    place = next(r["position"] for r in site.json("dead-letter", "list") if r["key"] == "k1")
    dry = site.json("dead-letter", "replay", place, "--dry-run")
    assert (dry["replayed"], dry["dry_run"]) == (1, True)
    assert back(site) == []
    result = site.json("dead-letter", "replay", place)
    name = Prefix(site.settings.streams_prefix).add(ARTICLES)
    assert result == {
        "dry_run": False,
        "replayed": 1,
        "streams": {name: 1},
        "already": 0,
        "impossible": [],
        "left": 0,
    }
    (record,) = back(site)
    assert (record.key, record.value, record.headers, record.time) == (
        b"k1",
        b"\xffbytes 1",
        HEADERS,
        NOW,
    )
    rows = {r["key"]: r["replayed"] for r in site.json("dead-letter", "list")}
    assert rows["k1"] is not None
    assert rows["k2"] is None
    assert "1 went back before." in site.said("dead-letter", "replay", place)
    assert site.json("dead-letter", "replay", "--all")["replayed"] == 1
    assert len(back(site)) == 2
    with site.log() as log:
        assert log.list_groups() == []


def test_all_takes_what_fits_and_leaves_the_rest_for_another_time(site: Site) -> None:
    bury(site, letter(1), letter(2, stage="alerts", stream=MATCHES), letter(3, stage="alerts"))
    only = ("--all", "--stage", "alerts", "--error", "keyerror")
    assert site.json("dead-letter", "replay", *only)["replayed"] == 1
    assert [r.key for r in back(site, MATCHES)] == [b"k2"]
    rest = site.json("dead-letter", "replay", "--all")
    assert (rest["replayed"], rest["already"]) == (2, 1)
    assert sorted(r.key or b"" for r in back(site)) == [b"k1", b"k3"]


def test_what_cannot_go_back_is_named_and_stays(site: Site) -> None:
    bury(site, letter(1, stream="news.gone.v1"), NewRecord(DEAD_LETTER, b"x", b"y", (), NOW))
    bury(site, letter(2))
    result = site.json("dead-letter", "replay", "--all")
    assert result["replayed"] == 1
    reasons = {x["reason"] for x in result["impossible"]}
    assert reasons == {
        "the stream news.gone.v1 does not exist",
        "its headers do not say which stream it came from",
    }
    position = result["impossible"][0]["position"]
    assert "cannot go back" in site.said("dead-letter", "replay", position, code=1)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({}, "Name positions, or --all"),
        ({"everything": True, "positions": ["0:1"]}, "Name positions, or --all"),
        ({"positions": ["0:x"]}, "'0:x' is no position"),
        ({"positions": ["0:1"], "stage": "alerts"}, "go with --all"),
    ],
)
def test_wrong_usage_says_what_is_right(args: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        replay(**{"positions": None, "everything": False, **args})


def test_a_position_where_no_letter_lies_is_2(site: Site) -> None:
    assert "There is no dead letter at 0:999" in site.said("dead-letter", "replay", "0:999", code=2)


def test_a_record_that_fails_again_is_a_new_letter_that_may_go_again(site: Site) -> None:
    site.send(b"{")
    site.process()
    assert site.json("dead-letter", "replay", "--all")["replayed"] == 1
    site.process()
    rows = site.json("dead-letter", "list")
    assert [r["replayed"] is None for r in rows] == [True, False]
    assert {r["key"] for r in rows} == {"bad0"}
    assert site.json("dead-letter", "replay", "--all")["replayed"] == 1


def test_killed_anywhere_and_run_again_nothing_goes_twice_and_nothing_is_lost(site: Site) -> None:
    total = many(site)
    bury(site, *(letter(n) for n in range(total)))
    kills = 3 if site.settings.streams_url.startswith("sqlite") else 1
    with site.log() as log:
        for _ in range(kills):
            before = len(list(log.read(ARTICLES)))
            child = site.walk.start("streams", "dead-letter", "replay", "--all")
            _wait_until_more(log, before)
            child.kill()
            child.communicate()
        done = len(list(log.read(ARTICLES)))
    assert 0 < done < total
    result = site.json("dead-letter", "replay", "--all")
    assert (result["already"], result["replayed"]) == (done, total - done)
    assert Counter(r.key for r in back(site)) == Counter(b"k%d" % n for n in range(total))
    assert len(back(site, RECEIPTS)) == total


def _wait_until_more(log: StreamLog, before: int) -> None:
    deadline = time.monotonic() + 60
    while len(list(log.read(ARTICLES))) == before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_sigterm_ends_a_replay_with_0_and_what_is_left_goes_next_time(site: Site) -> None:
    total = many(site)
    bury(site, *(letter(n) for n in range(total)))
    child = site.walk.start("streams", "dead-letter", "replay", "--all")
    with site.log() as log:
        _wait_until_more(log, 0)
    child.send_signal(signal.SIGTERM)
    out, err = child.communicate(timeout=30)
    assert child.returncode == 0, err
    assert "did not go; run it again" in out
    site.json("dead-letter", "replay", "--all")
    assert len(back(site)) == total


def test_another_replay_at_work_is_not_disturbed(site: Site) -> None:
    bury(site, letter(1))
    with site.log() as log, closing(log.consumer(GROUP, [DEAD_LETTER], slot=SLOT)) as member:
        log.create([receipts_spec(site.settings)])
        batch = member.poll(timeout=20)
        wanted = plan_replay(load_dead_letters(log), ReplaySelection(), log.list_streams())
        with pytest.raises(StreamError, match="Another replay of dead letters is running"):
            replay_dead_letters(log, wanted, clock=utc_now, stop=lambda: False, patience=0.3)
        member.commit(batch)
    assert back(site) == []
