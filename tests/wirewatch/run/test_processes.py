"""`run` with several processes, and several of `run` at once."""

from __future__ import annotations

import json
import os
import random
import re
import resource
import signal
import socket
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.settings import Settings
from core.processes.slots import read_statuses
from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.newsroom import Newsroom, Story, WebhookReceiver, unique_story
from tests.support.running_program import (
    RunningProgram,
    handles_signals,
    health,
    run_program,
    wait_until,
)

pytestmark = pytest.mark.processes


def new_program(folder: Path, newsroom: Newsroom, webhook: WebhookReceiver) -> CliInstallation:
    installation = new_installation(folder)
    installation.write_sources(**{f"blatt{n}": newsroom.feed_url(f"blatt{n}") for n in range(3)})
    for n in range(3):
        newsroom.publish(f"blatt{n}", Story(f"/start{n}", "Haushalt", "Der Rat tagte lange. " * 20))
    installation.route_to_webhook(f"{webhook.url}/hook")
    return installation


def processes(pid: int) -> dict[int, list[int]]:
    """Return the living processes of a session, by parent."""
    by_parent: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == pid and fields[0] != "Z":
            by_parent.setdefault(int(fields[1]), []).append(int(path.parent.name))
    return by_parent


def all_extract(pid: int) -> bool:
    """Return whether the three processes of the stages have their extraction processes."""
    return len(extracting(pid)) == 3


def extracting(pid: int) -> dict[int, list[int]]:
    """Return the extraction processes of each child that has some; the console has none."""
    by_parent = processes(pid)
    return {child: by_parent[child] for child in by_parent[pid] if child in by_parent}


def kernel_status(pid: int, name: str) -> int:
    """Return a number from /proc/PID/status."""
    match = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert match
    return int(match[1])


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def notified(webhook: WebhookReceiver) -> set[str]:
    return {body["story"]["title"] for body in webhook.notifications}


def slots(running: RunningProgram) -> list[str]:
    return [
        match.group()
        for line in running.logged("stages_started ")
        if (match := SLOT.search(line)) and "stages=['web']" not in line
    ]


SLOT = re.compile(r"(?<=slot=)\S+")


def test_processes_killed_at_random_lose_nothing_and_repeat_nothing(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    installation = new_program(tmp_path, newsroom, webhook)
    installation.environment |= {"WIREWATCH_PROCESSES": "3", "WIREWATCH_SLOT": "drei"}
    installation.extraction_processes = True
    dice = random.Random(4)
    titles = [f"Nummer {n}" for n in range(12)]
    pools: set[int] = set()
    with run_program(installation) as running:
        wait_until(lambda: len(slots(running)) == 3, "not all processes are ready", running)
        assert sorted(slots(running)) == ["drei-1", "drei-2", "drei-3"]
        running.wait_for(" console_started ")
        assert len(running.logged(" console_started ")) == 1
        wait_until(lambda: all_extract(running.process.pid), "not all can extract", running)
        for number, title in enumerate(titles):
            newsroom.publish(f"blatt{number % 3}", unique_story(f"/{number}", title))
            if number % 5 == 3:
                wait_until(lambda: webhook.notifications, "nothing was notified", running)
                family = extracting(running.process.pid)
                child = dice.choice([*family])
                pools |= set(family[child])
                os.kill(child, signal.SIGKILL)
            time.sleep(dice.uniform(0, 0.4))
        wait_until(
            lambda: notified(webhook) == set(titles), "not every story was notified", running
        )
        wait_until(lambda: not any(map(is_alive, pools)), "extraction processes are left", running)
        assert pools
        running.wait_for("ended by SIGKILL")
        os.killpg(running.process.pid, signal.SIGINT)  # as a terminal does
        assert running.process.wait(20) == 0
        # multiprocessing's resource tracker ends a moment after the extraction processes.
        wait_until(lambda: not processes(running.process.pid), "processes are left", running)
    assert set(slots(running)) == {"drei-1", "drei-2", "drei-3"}
    assert Counter(
        title for title, _ in {(t["story"]["title"], t["id"]) for t in webhook.notifications}
    ) == (Counter(titles))
    for stream in ("news.articles.v1", "news.matches.v1"):
        ids = Counter(r["headers"]["ce_id"] for r in installation.tail(stream))
        assert set(ids.values()) == {1}
    assert json.loads(installation.invoke("streams", "tail", "news.dead-letter.v1") or "[]") == []


def test_the_console_answers_for_all_processes_and_neither_end_stops_the_other(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    installation = new_program(tmp_path, newsroom, webhook)
    installation.environment |= {"WIREWATCH_PROCESSES": "2", "WIREWATCH_SLOT": "haus"}
    with run_program(installation) as running:
        wait_until(lambda: len(running.logged("stages_started")) == 3, "not all run", running)
        wait_until(lambda: healthy_slots(running) == SLOTS, "not all are healthy", running)
        first, console, _ = sorted(processes(running.process.pid)[running.process.pid])
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (256, 256))
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: "haus-1" in " ".join(health(running)["wrong"]), "it is fine", running)
        assert "It was ended by SIGKILL and is restarted." in running.get("/feeds")[1]
        assert 'wirewatch_process_up{slot="haus-1"} 0.0' in running.get("/metrics")[1]
        wait_until(lambda: healthy_slots(running) == SLOTS, "it does not recover", running)
        os.kill(console, signal.SIGKILL)
        wait_until(lambda: healthy_slots(running) == SLOTS, "the console is gone", running)
        with ExitStack() as stack:
            for number in range(300):
                stack.enter_context(connect(running, f"127.0.0.{2 + number // 20}"))
            newsroom.publish("blatt1", unique_story("/b", "Oslo bewegt sich"))
            wait_until(lambda: "Oslo bewegt sich" in notified(webhook), "it stops", running)
        wait_until(lambda: healthy_slots(running) == SLOTS, "the console is gone", running)
        running.stop()


SLOTS = {"haus-1", "haus-2", "haus-3"}


def healthy_slots(running: RunningProgram) -> set[str]:
    """Return the slots that the health check names as healthy; none while it cannot be asked."""
    try:
        return {row["slot"] for row in health(running)["processes"] if row["status"] == "ok"}
    except OSError:
        return set()


def connect(running: RunningProgram, host: str) -> socket.socket:
    """Open a connection from an address of loopback, and say nothing on it."""
    port = int(running.url().rsplit(":", 1)[1].strip("/"))
    return socket.create_connection(("127.0.0.1", port), source_address=(host, 0))


def test_a_command_checks_the_health_of_a_program_without_a_console(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    installation = new_program(tmp_path, newsroom, webhook)
    installation.environment["WIREWATCH_SLOT"] = "werk"
    with run_program(installation, "--only", "processors", as_executable=True) as running:
        running.wait_for("stages_started ")
        assert not running.logged("http://")
        settings = Settings(_env_file=None, slot="werk", data_dir=installation.data)
        wait_until(
            lambda: read_statuses(settings).get("werk-1"), "it does not report its health", running
        )
        [process] = json.loads(installation.invoke("health", "--json"))
        assert (process["slot"], process["status"], process["wrong"]) == ("werk-1", "ok", [])
        assert kernel_status(running.process.pid, "Threads") == 1, "it forks: no threads"
        assert kernel_status(running.process.pid, "VmRSS") < 80_000
        running.stop()
    assert "No `wirewatch run` with the streams in" in installation.invoke("health", code=1)


def test_two_programs_get_two_slots_and_one_whose_slot_is_taken_exits_with_3(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    installation = new_program(tmp_path, newsroom, webhook)
    installation.environment["WIREWATCH_SLOT"] = "hand"
    (tmp_path / "elsewhere").mkdir()
    with (
        run_program(installation, "--only", "processors") as first,
        run_program(installation, "--only", "processors") as second,
    ):
        wait_until(lambda: slots(first) and slots(second), "they are not running", first)
        assert sorted(slots(first) + slots(second)) == ["hand-1", "hand-2"]
        loser = first if slots(first) == ["hand-1"] else second
        installation.environment["TMPDIR"] = str(tmp_path / "elsewhere")  # as in another container
        with run_program(installation, "--only", "processors") as third:
            wait_until(lambda: slots(third) == ["hand-1"], "the third is not running", third)
            assert loser.process.wait(30) == 3
            line = loser.wait_for("wirewatch: ")
            assert third.process.poll() is None
    assert line == (
        "wirewatch: Another process uses the slot hand-1. "
        "Give each host and each container a WIREWATCH_SLOT of its own."
    )


def test_faulty_files_are_reported_once_and_end_all_processes(tmp_path: Path) -> None:
    installation = new_installation(tmp_path)
    installation.environment["WIREWATCH_PROCESSES"] = "3"
    installation.write("sources.yaml", "outlets: 7")
    with run_program(installation) as running:
        assert running.process.wait(30) == 1
        running.wait_for("sources.yaml")
    assert max(Counter(running.lines).values()) == 1


def test_a_signal_at_any_instant_of_the_start_ends_it_with_0(tmp_path: Path) -> None:
    starting = new_installation(tmp_path)
    starting.write("sources.yaml", "outlets: []")
    for number, moment in enumerate((0.0, 0.15, 0.3, 0.5, 0.8, 1.2)):
        stop_during_start(starting, moment, (signal.SIGTERM, signal.SIGINT)[number % 2])


def stop_during_start(installation: CliInstallation, moment: float, number: signal.Signals) -> None:
    with run_program(installation, as_executable=True) as running:
        pid = running.process.pid
        wait_until(lambda: handles_signals(pid), "it never handles signals", running)
        time.sleep(moment)
        running.process.send_signal(number)
        assert running.process.wait(15) == 0
        wait_until(lambda: not processes(pid), "processes are left", running)
    assert not running.logged("Traceback")
