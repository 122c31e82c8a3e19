"""The whole program on PostgreSQL: the same results, shared work, and a server that goes away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.newsroom import Desk, Newsroom, Story
from tests.support.postgres import Server
from tests.support.running_program import live, until
from tests.wirewatch.run.test_daemon import story
from tests.wirewatch.run.test_once import BODY, OTHER, _decided_once, _many


def installation(folder: Path, room: Newsroom, desk: Desk, **environment: str) -> CliInstallation:
    walk = new_installation(folder)
    walk.environment.update(environment)
    walk.sources(kurier=room.feed_url("kurier"), bote=room.feed_url("bote"))
    walk.webhook(desk.url + "/hook")
    return walk


def test_a_run_comes_to_the_same_as_on_sqlite(
    tmp_path: Path, room: Newsroom, desk: Desk, migrated_postgres: str
) -> None:
    on_postgres = {"WIREWATCH_DATABASE_URL": migrated_postgres}
    walks = [
        installation(tmp_path / "sqlite", room, desk),
        installation(tmp_path / "postgres", room, desk, **on_postgres),
    ]
    copy = Story("/copy", "Antrag unterzeichnet", BODY)
    history: list[Callable[[], None]] = [
        lambda: room.publish("kurier", Story("/a", "Schweden unterzeichnet Antrag", BODY)),
        lambda: room.publish("bote", copy, Story("/b", "Haushalt beschlossen", OTHER)),
    ]
    for happens in history:
        happens()
        here, there = [walk.once() for walk in walks]
        assert there == here
    told = [{k: v for k, v in one.items() if k != "reason"} for one in desk.told]
    assert len(told) % 2 == 0
    assert [_timeless(t) for t in told[::2]] == [_timeless(t) for t in told[1::2]]
    assert not (walks[1].data / "store.db").exists()


def _timeless(said: Any) -> str:
    """Without the times at which the two runs happened to look."""
    return re.sub(r"\d\d:\d\d(:\d\d(\.\d+)?)?", "", str(said))


def test_two_runs_at_once_share_the_work(
    tmp_path: Path, room: Newsroom, desk: Desk, postgres: str
) -> None:
    walk = installation(tmp_path, room, desk, WIREWATCH_DATABASE_URL=postgres)
    walk.sources(**{f"blatt{n}": room.feed_url(f"feed{n}") for n in range(3)})
    _many(room, 12)
    pair = [walk.start("run", "--once", "--json") for _ in range(2)]
    for process in pair:
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, out + err
    _decided_once(walk, desk, 12)


def test_a_server_that_is_killed_and_comes_back_costs_nothing_and_doubles_nothing(
    tmp_path: Path, room: Newsroom, desk: Desk, own_postgres: Server
) -> None:
    url = own_postgres.url()
    walk = installation(tmp_path, room, desk, WIREWATCH_DATABASE_URL=url)
    walk.sources(**{f"blatt{n}": room.feed_url(f"feed{n}") for n in range(3)})
    walk.write("sources.yaml", (walk.config / "sources.yaml").read_text().replace('"0s"', '"1s"'))
    room.publish("feed0", story("/s0", "Bericht Nummer 0"))
    with live(walk, "--only", "ingest,processors,alerts") as running:
        until(lambda: desk.told, "nothing was told", running)
        room.publish("feed1", story("/s1", "Bericht Nummer 1"))
        own_postgres.kill()
        room.publish("feed2", story("/s2", "Bericht Nummer 2"))
        own_postgres.start()
        until(lambda: len(desk.told) >= 3, "not told after a crash", running)
        running.end()
    assert set(Counter(t["id"] for t in desk.told).values()) == {1}
    events = {r["headers"]["ce_id"]: r["value"] for r in walk.tail("news.alerts.v1")}.values()
    opened = Counter(e["article_id"] for e in events if e["event"] == "opened")
    assert sorted(opened.values()) == [1, 1, 1]


def test_a_password_that_is_wrong_ends_the_program_with_a_sentence_that_does_not_show_it(
    tmp_path: Path, room: Newsroom, desk: Desk, migrated_postgres: str
) -> None:
    url = re.sub(r":[^:@]+@", ":geheim@", migrated_postgres)
    walk = installation(tmp_path, room, desk, WIREWATCH_DATABASE_URL=url)
    process = walk.start("run", "--once")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, out + err
    assert "Check user and password" in " ".join(err.split())
    assert "geheim" not in out + err
    assert "Traceback" not in err
