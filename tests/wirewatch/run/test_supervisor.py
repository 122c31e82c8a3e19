"""The parent of `run`: who is started again, what ends the run, and that nobody is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.running_program import until
from wirewatch.run.child import SLOT_TAKEN
from wirewatch.run.supervisor import Exit, Restart, after_exit, in_words, longer

SCRIPT = """
import ctypes, os, signal, sys, time
from pathlib import Path
from config.errors import SlotTakenError
from config.logs import set_up_logs
from config.settings import Settings
from core.processes.slots import claim_slot
from wirewatch.run import supervisor
from wirewatch.run.child import SLOT_TAKEN, Child

supervisor.FIRST_PAUSE = supervisor.HURRY_SECONDS = 0.1
def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())  # one write: lines stay whole

folder, count, verb = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
settings = Settings(slot="desk", data_dir=folder)
set_up_logs(settings)

def be(child):
    def up():
        child.up()
        say("up", child.number, os.getpid(), child.claim.slot)
    def idle():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        time.sleep(60)
    def first_time():
        try:
            (folder / f"been-{child.number}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True
    if verb == "fail":
        sys.exit(1)
    if verb == "die-once" and first_time():
        os.kill(os.getpid(), signal.SIGKILL)
    if verb == "orphan" and first_time():
        up()
        if (orphan := os.fork()) == 0:
            time.sleep(0.3)
            os._exit(7)
        say("orphan", orphan)
        os._exit(3)
    if verb == "deaf":  # before it is up: from then on it may be told to end
        signal.signal(signal.SIGTERM, lambda *_: say("told"))
    up()
    if verb == "deaf":
        time.sleep(60)
    if verb == "stuck":
        ctypes.PyDLL(None).sleep(60)  # holds the interpreter: no thread of Python's runs
    if verb == "taken" and child.number == 2:
        sys.exit(SLOT_TAKEN)
    idle()

if verb == "orphan":
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: as an init process is, in a container
try:
    found = supervisor.Supervisor([claim_slot(settings, parent=folder) for _ in range(count)]).run()
except SlotTakenError as error:
    say("error", error)
    sys.exit(error.exit_code)
if isinstance(found, Child):
    be(found)
sys.exit(found)
"""


class Family:
    """A parent with children that do as they are told."""

    def __init__(self, folder: Path, count: int, verb: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(folder), str(count), verb],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def line(self) -> list[str]:
        """The next line that somebody said."""
        assert self.process.stdout
        return self.process.stdout.readline().split(maxsplit=3)

    def up(self) -> tuple[int, int, str]:
        """The next child that is up: number, pid, slot."""
        word, number, pid, slot = self.line()
        assert word == "up"
        return int(number), int(pid), slot.strip()

    def end(self) -> tuple[int, float]:
        """Exit code after SIGTERM, and the seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        return self.process.wait(20), time.monotonic() - began

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


class Families:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[Family] = []

    def __call__(self, count: int, verb: str = "idle") -> Family:
        self._started.append(Family(self._folder, count, verb))
        return self._started[-1]

    def close(self) -> None:
        for family in self._started:
            family.close()


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Families]:
    families = Families(tmp_path)
    yield families
    families.close()


def lives(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


# ── decisions ────────────────────────────────────────────────────────────────────────────────────


def test_pauses_grow_to_a_minute() -> None:
    pauses = [0.0]
    for _ in range(8):
        pauses.append(longer(pauses[-1]))
    assert pauses[1:] == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(
    ("code", "anybody_up", "lasted", "before", "expected"),
    [
        (1, False, 0, 0, Exit(1)),
        (3, False, 0, 0, Exit(3)),
        (-9, False, 0, 0, Restart(1)),
        (0, False, 0, 0, Restart(1)),
        (1, True, 0, 0, Restart(1)),
        (3, True, 5, 8, Restart(16)),
        (-9, True, 59, 60, Restart(60)),
        (-9, True, 60, 60, Restart(1)),
        (SLOT_TAKEN, False, 0, 0, Exit(3)),
        (SLOT_TAKEN, True, 600, 0, Exit(3)),
    ],
)
def test_what_a_death_means(
    code: int, anybody_up: bool, lasted: float, before: float, expected: Restart | Exit
) -> None:
    assert after_exit(code, anybody_up=anybody_up, lasted=lasted, before=before) == expected


def test_a_death_in_words() -> None:
    assert in_words(3) == "it ended with 3"
    assert in_words(-9) == "SIGKILL ended it"
    assert in_words(-99) == "signal 99 ended it"


# ── processes ────────────────────────────────────────────────────────────────────────────────────


def test_a_killed_process_comes_back_under_its_slot_and_the_others_stay(family: Families) -> None:
    parent = family(3)
    found = sorted(parent.up() for _ in range(3))
    assert [(number, slot) for number, _, slot in found] == [
        (1, "desk-1"),
        (2, "desk-2"),
        (3, "desk-3"),
    ]
    os.kill(found[1][1], signal.SIGKILL)
    number, pid, slot = parent.up()
    assert (number, slot) == (2, "desk-2")
    assert pid != found[1][1]
    assert lives(found[0][1])
    code, seconds = parent.end()
    assert (code, seconds < 5) == (0, True)
    assert not any(lives(p) for p in (found[0][1], pid, found[2][1]))


def test_one_that_was_never_up_ends_the_run_with_its_code(family: Families) -> None:
    parent = family(3, "fail")
    assert parent.process.wait(20) == 1
    assert parent.line() == []


def test_a_signal_before_it_was_up_is_no_fault_of_the_settings(family: Families) -> None:
    parent = family(1, "die-once")
    assert parent.up()[2] == "desk-1"
    assert parent.end()[0] == 0


def test_one_that_finds_its_slot_taken_ends_the_run_with_3_and_a_sentence(
    family: Families,
) -> None:
    parent = family(2, "taken")
    said = list(iter(parent.line, []))  # one may be ended before it could say that it is up
    assert parent.process.wait(20) == 3
    assert " ".join(said[-1]).strip() == (
        "error Another process runs under the slot desk-2. "
        "Give each host and each container a WIREWATCH_SLOT of its own."
    )


def test_a_second_signal_hurries(family: Families) -> None:
    parent = family(2, "deaf")
    pids = [parent.up()[1] for _ in range(2)]
    parent.process.terminate()
    assert [parent.line() for _ in pids] == [["told"]] * 2  # the parent has heard it
    time.sleep(0.3)
    assert parent.process.poll() is None
    code, seconds = parent.end()
    assert (code, seconds < 5) == (0, True)
    assert not any(lives(pid) for pid in pids)


@pytest.mark.parametrize("verb", ["idle", "deaf", "stuck"])
def test_a_killed_parent_leaves_nobody_behind(family: Families, verb: str) -> None:
    parent = family(2, verb)
    pids = [parent.up()[1] for _ in range(2)]
    parent.process.kill()
    until(lambda: not any(lives(pid) for pid in pids), "a process is left behind")


def test_orphans_given_to_it_are_buried_and_not_taken_for_its_own(family: Families) -> None:
    parent = family(1, "orphan")
    first = parent.up()
    orphan = int(parent.line()[1])
    assert parent.up()[1] not in (first[1], orphan)
    until(lambda: not Path(f"/proc/{orphan}").exists(), "the orphan is not buried")
    assert parent.process.poll() is None
    assert parent.end()[0] == 0
