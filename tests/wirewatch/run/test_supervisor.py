"""The parent process of `run`: what it restarts, what ends the run, and that no process is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.i18n import in_english
from tests.support.running_program import wait_until
from wirewatch.run.child import SLOT_TAKEN, run_at_low_priority
from wirewatch.run.supervisor import Exit, Restart, after_exit, explain_exit

SCRIPT = """
import ctypes, os, signal, sys, time
from pathlib import Path
from config.errors import SlotTakenError
from config.logs import set_up_logs
from config.settings import Settings
from core.processes.slots import claim_slot
from wirewatch.run import supervisor
from wirewatch.run.child import SLOT_TAKEN, Child

supervisor.FIRST_PAUSE = supervisor.SECOND_SIGNAL_SECONDS = 0.1
def write(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())  # one write: lines stay whole

folder, count, behaviour = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
settings = Settings(slot="desk", data_dir=folder)
set_up_logs(settings)

def work(child):
    def ready():
        child.report_ready()
        write("ready", child.number, os.getpid(), child.claim.slot)
    def idle():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        time.sleep(60)
    def is_first_start():
        try:
            (folder / f"started-{child.number}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True
    if behaviour == "fail":
        sys.exit(1)
    if behaviour == "die-once" and is_first_start():
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour == "orphan" and is_first_start():
        ready()
        if (orphan := os.fork()) == 0:
            time.sleep(0.3)
            os._exit(7)
        write("orphan", orphan)
        os._exit(3)
    if behaviour == "deaf":  # before it is ready: from then on it may be stopped
        signal.signal(signal.SIGTERM, lambda *_: write("signalled"))
    ready()
    if behaviour == "deaf":
        time.sleep(60)
    if behaviour == "stuck":
        ctypes.PyDLL(None).sleep(60)  # keeps the interpreter's lock: no Python thread can run
    if behaviour == "taken" and child.number == 2:
        sys.exit(SLOT_TAKEN)
    idle()

if behaviour == "orphan":
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: as a container's init process
try:
    claims = [claim_slot(settings, parent=folder) for _ in range(count)]
    result = supervisor.Supervisor(claims).run()
except SlotTakenError as error:
    write("error", error)
    sys.exit(error.exit_code)
if isinstance(result, Child):
    work(result)
sys.exit(result)
"""


class Family:
    """A parent process whose children behave as the test demands."""

    def __init__(self, folder: Path, count: int, behaviour: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(folder), str(count), behaviour],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def line(self) -> list[str]:
        """Return the words of the next line that any process wrote."""
        assert self.process.stdout
        return self.process.stdout.readline().split(maxsplit=3)

    def next_ready(self) -> tuple[int, int, str]:
        """Return number, pid and slot of the next child that is ready."""
        word, number, pid, slot = self.line()
        assert word == "ready"
        return int(number), int(pid), slot.strip()

    def stop(self) -> tuple[int, float]:
        """Return the exit code after SIGTERM, and the seconds it took."""
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

    def __call__(self, count: int, behaviour: str = "idle") -> Family:
        self._started.append(Family(self._folder, count, behaviour))
        return self._started[-1]

    def close(self) -> None:
        for family in self._started:
            family.close()


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Families]:
    families = Families(tmp_path)
    yield families
    families.close()


def is_alive(pid: int) -> bool:
    """Return whether a process runs and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


# ── decisions ────────────────────────────────────────────────────────────────────────────────────


def test_pauses_grow_to_a_minute() -> None:
    assert [Restart(n).pause for n in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(
    ("code", "any_ready", "worked", "failures", "expected"),
    [
        (1, False, 0, 0, Exit(1)),
        (3, False, 0, 0, Exit(3)),
        (-9, False, 0, 0, Restart(1)),
        (0, False, 0, 0, Restart(1)),
        (1, True, 0, 0, Restart(1)),
        (3, True, 5, 4, Restart(5)),
        (-9, True, 59, 7, Restart(8)),
        (-9, True, 60, 7, Restart(1)),
        (SLOT_TAKEN, False, 0, 0, Exit(3)),
        (SLOT_TAKEN, True, 600, 0, Exit(3)),
    ],
)
def test_an_exit_leads_to_a_restart_or_ends_the_run(
    code: int, any_ready: bool, worked: float, failures: int, expected: Restart | Exit
) -> None:
    decision = after_exit(code, any_ready=any_ready, worked=worked, failures=failures)
    assert decision == expected


def test_an_exit_is_described() -> None:
    assert in_english(explain_exit(3)) == "It ended with exit code 3 and is restarted."
    assert in_english(explain_exit(-99)) == "It was ended by signal 99 and is restarted."


# ── processes ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.processes
def test_a_killed_process_is_restarted_with_its_slot_and_the_others_keep_running(
    family: Families,
) -> None:
    parent = family(3)
    children = sorted(parent.next_ready() for _ in range(3))
    assert [(number, slot) for number, _, slot in children] == [
        (1, "desk-1"),
        (2, "desk-2"),
        (3, "desk-3"),
    ]
    os.kill(children[1][1], signal.SIGKILL)
    number, pid, slot = parent.next_ready()
    assert (number, slot) == (2, "desk-2")
    assert pid != children[1][1]
    assert is_alive(children[0][1])
    code, seconds = parent.stop()
    assert (code, seconds < 5) == (0, True)
    assert not any(is_alive(p) for p in (children[0][1], pid, children[2][1]))


@pytest.mark.processes
def test_a_process_that_was_never_ready_ends_the_run_with_its_code(family: Families) -> None:
    parent = family(3, "fail")
    assert parent.process.wait(20) == 1
    assert parent.line() == []


@pytest.mark.processes
def test_a_process_killed_before_it_is_ready_is_restarted(family: Families) -> None:
    parent = family(1, "die-once")
    assert parent.next_ready()[2] == "desk-1"
    assert parent.stop()[0] == 0


@pytest.mark.processes
def test_a_taken_slot_ends_the_run_with_3_and_a_message(
    family: Families,
) -> None:
    parent = family(2, "taken")
    lines = list(iter(parent.line, []))  # the other may end before it reports that it is ready
    assert parent.process.wait(20) == 3
    assert " ".join(lines[-1]).strip() == (
        "error Another process uses the slot desk-2. "
        "Give each host and each container a WIREWATCH_SLOT of its own."
    )


@pytest.mark.processes
def test_a_second_signal_kills_the_processes(family: Families) -> None:
    parent = family(2, "deaf")
    pids = [parent.next_ready()[1] for _ in range(2)]
    parent.process.terminate()
    assert [parent.line() for _ in pids] == [["signalled"]] * 2  # the parent has handled it
    time.sleep(0.3)
    assert parent.process.poll() is None
    code, seconds = parent.stop()
    assert (code, seconds < 5) == (0, True)
    assert not any(is_alive(pid) for pid in pids)


@pytest.mark.processes
@pytest.mark.parametrize("behaviour", ["idle", "deaf", "stuck"])
def test_a_killed_parent_leaves_no_process(family: Families, behaviour: str) -> None:
    parent = family(2, behaviour)
    pids = [parent.next_ready()[1] for _ in range(2)]
    parent.process.kill()
    wait_until(lambda: not any(is_alive(pid) for pid in pids), "a process is left")


@pytest.mark.processes
def test_orphans_are_reaped_and_not_mistaken_for_own_children(family: Families) -> None:
    parent = family(1, "orphan")
    first = parent.next_ready()
    orphan = int(parent.line()[1])
    assert parent.next_ready()[1] not in (first[1], orphan)
    wait_until(lambda: not Path(f"/proc/{orphan}").exists(), "the orphan is not reaped")
    assert parent.process.poll() is None
    assert parent.stop()[0] == 0


def test_work_at_low_priority_leaves_the_priority_of_the_process_as_it_is() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = priority()
    assert run_at_low_priority(priority) == min(before + 4, 19)
    assert priority() == before
    with pytest.raises(ZeroDivisionError):
        run_at_low_priority(lambda: 1 // 0)
