"""Slots: living processes never share one, and a process that restarts gets its slot again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import SettingsError
from config.settings import Settings
from core.processes.slots import (
    MAX_SNAPSHOT_BYTES,
    MAX_STATUS_BYTES,
    SlotClaim,
    claim_slot,
    read_snapshots,
    read_statuses,
    slot_base,
)

CHILD = """
import os, sys
from pathlib import Path
from config.settings.load import load_settings
from core.processes.slots import claim_slot
claim = claim_slot(load_settings(), parent=Path(sys.argv[1]))
claim.write_status("up")
if sys.argv[2] == "alone" or os.fork():
    print(claim.slot, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(slot="desk", streams_url="kafka://one:9092,two:9092", data_dir=tmp_path / "d")


class Claims:
    """Claims made by this process, closed at the end."""

    def __init__(self, parent: Path) -> None:
        self.parent = parent
        self.made: list[SlotClaim] = []

    def __call__(self, settings: Settings) -> str:
        self.made.append(claim_slot(settings, parent=self.parent))
        return self.made[-1].slot


@pytest.fixture
def claims(tmp_path: Path) -> Iterator[Claims]:
    claims = Claims(tmp_path)
    yield claims
    for claim in claims.made:
        claim.close()


def changed(settings: Settings, **values: object) -> Settings:
    return settings.model_copy(update=values)


class Launcher:
    """Starts processes that claim a slot and wait; kills them after the test."""

    def __init__(self, settings: Settings, parent: Path) -> None:
        self._environment = {
            **os.environ,
            "WIREWATCH_SLOT": settings.slot,
            "WIREWATCH_STREAMS_URL": settings.streams_url,
        }
        self._parent = parent
        self.started: list[subprocess.Popen[str]] = []

    def __call__(self, mode: str) -> tuple[subprocess.Popen[str], str]:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(self._parent), mode],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.started.append(child)
        assert child.stdout is not None
        return child, child.stdout.readline().strip()


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Launcher]:
    launcher = Launcher(settings, tmp_path)
    yield launcher
    for child in launcher.started:
        child.kill()
        child.communicate()


def test_a_claim_gets_the_lowest_free_number(settings: Settings, claims: Claims) -> None:
    assert [claims(settings) for _ in range(3)] == ["desk-1", "desk-2", "desk-3"]
    claims.made[1].close()
    claims.made[1].close()
    assert claims(settings) == "desk-2"
    assert claims(settings) == "desk-4"
    for claimed in claims.made:
        claimed.close()
    assert [path for path in claims.parent.rglob("*") if path.is_file()] == []


def test_processes_of_one_deployment_share_the_numbers_whatever_the_data_folder_or_spelling(
    settings: Settings, claims: Claims, tmp_path: Path
) -> None:
    assert claims(settings) == "desk-1"
    assert claims(changed(settings, data_dir=tmp_path / "other")) == "desk-2"
    assert claims(changed(settings, streams_url="kafka://TWO:9092, one:9092")) == "desk-3"
    assert claims(changed(settings, streams_prefix="acme")) == "desk-1"
    assert claims(changed(settings, streams_prefix="acme.")) == "desk-2"
    assert claims(changed(settings, streams_url="")) == "desk-1"
    (tmp_path / "link").symlink_to(tmp_path)
    assert claims(changed(settings, streams_url=f"sqlite:///{tmp_path}/link/d/streams.db")) == (
        "desk-2"
    )


def test_another_base_has_its_own_numbers_even_where_it_looks_like_a_slot(
    settings: Settings, claims: Claims
) -> None:
    assert claims(settings) == "desk-1"
    assert claims(changed(settings, slot="desk-1")) == "desk-1-1"
    claims.made[1].write_status("fine")
    assert read_statuses(settings, parent=claims.parent) == {"desk-1": ""}


def test_without_a_setting_the_base_is_the_host_in_characters_every_engine_accepts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "büro eins.example/" + "x" * 90)
    assert slot_base(changed(settings, slot="")) == "b-ro-eins.example-" + "x" * 62
    monkeypatch.setattr("socket.gethostname", lambda: "")
    assert slot_base(changed(settings, slot="")) == "host"


@pytest.mark.processes
def test_the_slot_of_a_killed_process_is_free_at_once(
    settings: Settings, claims: Claims, start: Launcher
) -> None:
    child, slot = start("alone")
    assert (slot, claims(settings)) == ("desk-1", "desk-2")
    assert read_statuses(settings, parent=claims.parent) == {"desk-1": "up", "desk-2": ""}
    child.kill()
    child.wait(10)
    assert read_statuses(settings, parent=claims.parent) == {"desk-2": ""}
    assert claims(settings) == "desk-1"
    assert read_statuses(settings, parent=claims.parent)["desk-1"] == ""


@pytest.mark.processes
def test_a_claim_lasts_while_a_forked_child_of_a_dead_parent_is_alive(
    settings: Settings, tmp_path: Path, start: Launcher
) -> None:
    process, slot = start("forking")
    assert slot == "desk-1"
    process.kill()
    process.wait(10)
    assert read_statuses(settings, parent=tmp_path) == {"desk-1": "up"}
    process.communicate()  # closes the input that the child waits for, then reads to the end
    assert read_statuses(settings, parent=tmp_path) == {}


def test_a_status_replaces_the_last_one(settings: Settings, claims: Claims) -> None:
    claims(settings)
    claims.made[0].write_status("a longer text than the next, with ü")
    claims.made[0].write_status("short")
    assert read_statuses(settings, parent=claims.parent) == {"desk-1": "short"}
    with pytest.raises(ValueError, match="too long"):
        claims.made[0].write_status("x" * MAX_STATUS_BYTES)


def test_a_snapshot_is_replaced_as_a_whole_and_goes_with_its_process(
    settings: Settings, claims: Claims
) -> None:
    claims(settings)
    claims(settings)
    first, second = claims.made
    assert read_snapshots(settings, parent=claims.parent) == {}
    first.write_snapshot(b"{" * 100_000)
    first.write_snapshot(b"{}")
    second.write_snapshot(b"[]")
    assert read_snapshots(settings, parent=claims.parent) == {"desk-1": b"{}", "desk-2": b"[]"}
    [*files] = claims.parent.glob("wirewatch-slots-*/*.snapshot")
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 2
    with pytest.raises(ValueError, match="too long"):
        first.write_snapshot(b"x" * (MAX_SNAPSHOT_BYTES + 1))
    second.detach()  # as its process is killed, which cannot delete the file
    assert read_snapshots(settings, parent=claims.parent) == {"desk-1": b"{}"}
    assert claims(settings) == "desk-2"
    assert read_snapshots(settings, parent=claims.parent) == {"desk-1": b"{}"}
    first.close()
    assert read_snapshots(settings, parent=claims.parent) == {}


def test_a_slot_whose_file_was_deleted_is_claimed_again_under_its_number(
    settings: Settings, claims: Claims
) -> None:
    claims(settings)
    for path in claims.parent.rglob("*-desk-1"):
        path.unlink()
    assert claims(settings) == "desk-1"
    assert claims(settings) == "desk-2"


@pytest.mark.parametrize("mode", [0o777, 0o720])
def test_a_folder_that_other_users_may_write_to_is_refused(
    settings: Settings, tmp_path: Path, mode: int
) -> None:
    folder = tmp_path / f"wirewatch-slots-{os.geteuid()}"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(SettingsError, match=r"belongs to another user.*Set TMPDIR"):
        claim_slot(settings, parent=tmp_path)


def test_a_symbolic_link_in_place_of_the_folder_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / f"wirewatch-slots-{os.geteuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="cannot be used"):
        claim_slot(settings, parent=tmp_path)


def test_a_missing_folder_of_temporary_files_is_reported_with_what_to_do(
    settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=r"No such file or directory.*Set TMPDIR"):
        claim_slot(settings, parent=tmp_path / "nowhere")
