"""Slots: names that living processes never share, and that come back after a death."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import SettingsError
from config.settings import Settings
from core.processes.slots import MOST_SAID, SlotClaim, base, claim_slot, held

CHILD = """
import os, sys
from pathlib import Path
from config.settings import load_settings
from core.processes.slots import claim_slot
mine = claim_slot(load_settings(), home=Path(sys.argv[1]))
mine.say("up")
if sys.argv[2] == "alone" or os.fork():
    print(mine.slot, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(slot="desk", streams_url="kafka://one:9092,two:9092", data_dir=tmp_path / "d")


class Claims:
    """Claims made by this process, closed at the end."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.made: list[SlotClaim] = []

    def __call__(self, settings: Settings) -> str:
        self.made.append(claim_slot(settings, home=self.home))
        return self.made[-1].slot


@pytest.fixture
def claims(tmp_path: Path) -> Iterator[Claims]:
    found = Claims(tmp_path)
    yield found
    for one in found.made:
        one.close()


def changed(settings: Settings, **values: object) -> Settings:
    return settings.model_copy(update=values)


class Starts:
    """Starts processes that claim a slot and wait; ends them at the end."""

    def __init__(self, settings: Settings, home: Path) -> None:
        self._environment = {
            **os.environ,
            "WIREWATCH_SLOT": settings.slot,
            "WIREWATCH_STREAMS_URL": settings.streams_url,
        }
        self._home = home
        self.started: list[subprocess.Popen[str]] = []

    def __call__(self, how: str) -> tuple[subprocess.Popen[str], str]:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(self._home), how],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.started.append(child)
        assert child.stdout is not None
        return child, child.stdout.readline().strip()


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Starts]:
    starts = Starts(settings, tmp_path)
    yield starts
    for child in starts.started:
        child.kill()
        child.communicate()


def test_each_gets_the_lowest_number_that_is_free(settings: Settings, claims: Claims) -> None:
    assert [claims(settings) for _ in range(3)] == ["desk-1", "desk-2", "desk-3"]
    claims.made[1].close()
    claims.made[1].close()
    assert claims(settings) == "desk-2"
    assert claims(settings) == "desk-4"
    for claimed in claims.made:
        claimed.close()
    assert [path for path in claims.home.rglob("*") if path.is_file()] == []


def test_who_shares_streams_shares_the_count_whatever_the_data_folder_or_the_spelling(
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


def test_another_base_counts_for_itself_even_where_it_looks_like_a_slot(
    settings: Settings, claims: Claims
) -> None:
    assert claims(settings) == "desk-1"
    assert claims(changed(settings, slot="desk-1")) == "desk-1-1"
    claims.made[1].say("fine")
    assert held(settings, home=claims.home) == {"desk-1": ""}


def test_without_a_setting_it_is_the_host_in_letters_every_engine_takes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "büro eins.example/" + "x" * 90)
    assert base(changed(settings, slot="")) == "b-ro-eins.example-" + "x" * 62
    monkeypatch.setattr("socket.gethostname", lambda: "")
    assert base(changed(settings, slot="")) == "host"


def test_another_process_is_seen_and_its_slot_is_free_as_soon_as_it_is_killed(
    settings: Settings, claims: Claims, start: Starts
) -> None:
    child, slot = start("alone")
    assert (slot, claims(settings)) == ("desk-1", "desk-2")
    assert held(settings, home=claims.home) == {"desk-1": "up", "desk-2": ""}
    child.kill()
    child.wait(10)
    assert held(settings, home=claims.home) == {"desk-2": ""}
    assert claims(settings) == "desk-1"
    assert held(settings, home=claims.home)["desk-1"] == ""


def test_a_claim_is_kept_while_a_forked_child_of_a_dead_parent_lives(
    settings: Settings, tmp_path: Path, start: Starts
) -> None:
    parent, slot = start("forking")
    assert slot == "desk-1"
    parent.kill()
    parent.wait(10)
    assert held(settings, home=tmp_path) == {"desk-1": "up"}
    parent.communicate()  # ends its input, which the child waits for, and reads to its end
    assert held(settings, home=tmp_path) == {}


def test_what_is_said_replaces_what_was_said(settings: Settings, claims: Claims) -> None:
    claims(settings)
    claims.made[0].say("a longer text than the next, with ü")
    claims.made[0].say("short")
    assert held(settings, home=claims.home) == {"desk-1": "short"}
    with pytest.raises(ValueError, match="too many"):
        claims.made[0].say("x" * MOST_SAID)


def test_a_file_swept_away_while_it_is_held_is_made_anew(
    settings: Settings, claims: Claims
) -> None:
    claims(settings)
    for path in claims.home.rglob("*-desk-1"):
        path.unlink()
    assert claims(settings) == "desk-1"
    assert claims(settings) == "desk-2"


@pytest.mark.parametrize("mode", [0o777, 0o720])
def test_a_folder_others_may_write_to_is_refused(
    settings: Settings, tmp_path: Path, mode: int
) -> None:
    own = tmp_path / f"wirewatch-slots-{os.geteuid()}"
    own.mkdir()
    own.chmod(mode)
    with pytest.raises(SettingsError, match=r"belongs to somebody else.*Set TMPDIR"):
        claim_slot(settings, home=tmp_path)


def test_a_link_in_its_place_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / f"wirewatch-slots-{os.geteuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="cannot be used"):
        claim_slot(settings, home=tmp_path)


def test_no_folder_for_temporary_files_is_a_sentence(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"No such file or directory.*Set TMPDIR"):
        claim_slot(settings, home=tmp_path / "nowhere")
