"""`run` with several processes, and several of `run`: through the real command line."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from config.settings import Settings
from core.processes.slots import read_statuses
from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.newsroom import Desk, Newsroom, Story
from tests.support.running_program import Live, heeds, live, until
from wirewatch.cli.run import doubts, share_out


def story(path: str, title: str) -> Story:
    """A story whose text is like no other's."""
    dice = random.Random(title)
    words = ["".join(dice.choices("abdegiklmnoprstu", k=7)) for _ in range(144)]
    lines = (" ".join(words[n : n + 12]).capitalize() + "." for n in range(0, 144, 12))
    return Story(path, title, f"{' '.join(lines)}\nDas sagte sie zum Nato-Beitritt.")


def installation(folder: Path, room: Newsroom, desk: Desk) -> CliInstallation:
    walk = new_installation(folder)
    walk.sources(**{f"blatt{n}": room.feed_url(f"blatt{n}") for n in range(3)})
    for n in range(3):
        room.publish(f"blatt{n}", Story(f"/start{n}", "Haushalt", "Der Rat tagte lange. " * 20))
    walk.webhook(f"{desk.url}/hook")
    return walk


def processes(pid: int) -> dict[int, list[int]]:
    """Living processes of a session, the leader's children and theirs: by parent."""
    found: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == pid and fields[0] != "Z":
            found.setdefault(int(fields[1]), []).append(int(path.parent.name))
    return found


def all_extract(pid: int) -> bool:
    """Whether each child of a session's leader has its own children, those that extract."""
    found = processes(pid)
    return all(child in found for child in found[pid])


def of_status(pid: int, name: str) -> int:
    """A number the kernel tells of a process."""
    found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1])


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def heard(desk: Desk) -> set[str]:
    return {told["story"]["title"] for told in desk.told}


def slots(running: Live) -> list[str]:
    return [found.group() for line in running.logged("running ") if (found := SLOT.search(line))]


SLOT = re.compile(r"(?<=slot=)\S+")


def test_processes_killed_at_random_lose_nothing_and_tell_nothing_twice(
    tmp_path: Path, room: Newsroom, desk: Desk
) -> None:
    walk = installation(tmp_path, room, desk)
    walk.environment |= {"WIREWATCH_PROCESSES": "3", "WIREWATCH_SLOT": "drei"}
    dice = random.Random(4)
    titles = [f"Nummer {n}" for n in range(12)]
    pools: set[int] = set()
    with live(walk) as running:
        until(lambda: len(slots(running)) == 3, "not all are up", running)
        assert sorted(slots(running)) == ["drei-1", "drei-2", "drei-3"]
        running.wait_for(" console ")
        assert len(running.logged(" console ")) == 1
        until(lambda: all_extract(running.process.pid), "not all can extract", running)
        for number, title in enumerate(titles):
            room.publish(f"blatt{number % 3}", story(f"/{number}", title))
            if number % 5 == 3:
                until(lambda: desk.told, "nothing was told", running)
                family = processes(running.process.pid)
                child = dice.choice(family[running.process.pid])
                pools |= set(family.get(child, []))
                os.kill(child, signal.SIGKILL)
            time.sleep(dice.uniform(0, 0.4))
        until(lambda: heard(desk) == set(titles), "not all was told", running)
        until(lambda: not any(map(lives, pools)), "extraction goes on without its process", running)
        assert pools
        running.wait_for("SIGKILL ended it")
        os.killpg(running.process.pid, signal.SIGINT)  # as a terminal does
        assert running.process.wait(20) == 0
        # What watches over the extraction's processes ends a moment after them.
        until(lambda: not processes(running.process.pid), "it left somebody behind", running)
    assert set(slots(running)) == {"drei-1", "drei-2", "drei-3"}
    assert Counter(title for title, _ in {(t["story"]["title"], t["id"]) for t in desk.told}) == (
        Counter(titles)
    )
    for stream in ("news.articles.v1", "news.matches.v1"):
        ids = Counter(r["headers"]["ce_id"] for r in walk.tail(stream))
        assert set(ids.values()) == {1}
    assert json.loads(walk.call("streams", "tail", "news.dead-letter.v1") or "[]") == []


def test_without_a_console_health_is_asked_by_a_command(
    tmp_path: Path, room: Newsroom, desk: Desk
) -> None:
    walk = installation(tmp_path, room, desk)
    walk.environment["WIREWATCH_SLOT"] = "werk"
    with live(walk, "--only", "processors") as running:
        running.wait_for("running ")
        assert not running.logged("http://")
        settings = Settings(_env_file=None, slot="werk", data_dir=walk.data)
        until(lambda: read_statuses(settings).get("werk-1"), "it does not say how it is", running)
        [found] = json.loads(walk.call("health", "--json"))
        assert (found["slot"], found["status"], found["wrong"]) == ("werk-1", "ok", [])
        assert of_status(running.process.pid, "Threads") == 1, "who has threads must not fork"
        assert of_status(running.process.pid, "VmRSS") < 80_000
        running.end()
    assert "No `wirewatch run` is at work here." in walk.call("health", code=1)


def test_two_by_hand_get_two_slots_and_one_that_finds_its_own_taken_ends_with_3(
    tmp_path: Path, room: Newsroom, desk: Desk
) -> None:
    walk = installation(tmp_path, room, desk)
    walk.environment["WIREWATCH_SLOT"] = "hand"
    (tmp_path / "elsewhere").mkdir()
    with live(walk, "--only", "processors") as first, live(walk, "--only", "processors") as second:
        until(lambda: slots(first) and slots(second), "they do not run", first)
        assert sorted(slots(first) + slots(second)) == ["hand-1", "hand-2"]
        held = first if slots(first) == ["hand-1"] else second
        walk.environment["TMPDIR"] = str(tmp_path / "elsewhere")  # as in another container
        with live(walk, "--only", "processors") as third:
            until(lambda: slots(third) == ["hand-1"], "the third does not run", third)
            assert held.process.wait(30) == 3
            line = held.wait_for("wirewatch: ")
            assert third.process.poll() is None
    assert line == (
        "wirewatch: Another process runs under the slot hand-1. "
        "Give each host and each container a WIREWATCH_SLOT of its own."
    )


def test_faulty_files_are_told_once_and_end_all_of_it(tmp_path: Path) -> None:
    walk = new_installation(tmp_path)
    walk.environment["WIREWATCH_PROCESSES"] = "3"
    walk.write("sources.yaml", "outlets: 7")
    with live(walk) as running:
        assert running.process.wait(30) == 1
        running.wait_for("sources.yaml")
    assert max(Counter(running.lines).values()) == 1


def test_a_signal_at_any_instant_of_the_start_ends_it_with_0(tmp_path: Path) -> None:
    starting = new_installation(tmp_path)
    starting.write("sources.yaml", "outlets: []")
    for number, moment in enumerate((0.0, 0.15, 0.3, 0.5, 0.8, 1.2)):
        ended_while_starting(starting, moment, (signal.SIGTERM, signal.SIGINT)[number % 2])


def ended_while_starting(walk: CliInstallation, moment: float, number: signal.Signals) -> None:
    with live(walk) as running:
        pid = running.process.pid
        until(lambda: heeds(pid), "it never heeds a signal", running)
        time.sleep(moment)
        running.process.send_signal(number)
        assert running.process.wait(15) == 0
        until(lambda: not processes(pid), "it left somebody behind", running)
    assert not running.logged("Traceback")


def test_kafka_beside_a_store_in_a_file_is_said_and_who_has_no_contact() -> None:
    kafka = Settings(streams_url="kafka://a:9092")
    assert [event for event, _ in doubts(kafka, frozenset({"ingest"}))] == [
        "kafka_with_sqlite_store",
        "no_contact",
    ]
    assert doubts(kafka.model_copy(update={"database_url": "postgresql://d"}), frozenset()) == []
    assert doubts(Settings(http_contact="a@example.org"), frozenset({"ingest"})) == []


@pytest.mark.parametrize(
    ("asked", "processes", "cores", "expected"),
    [(0, 1, 8, 8), (0, 3, 8, 2), (0, 4, 2, 1), (5, 4, 2, 5)],
)
def test_processes_share_the_cores(asked: int, processes: int, cores: int, expected: int) -> None:
    settings = Settings(extract_workers=asked, processes=processes)
    assert share_out(settings, cores).extract_workers == expected
