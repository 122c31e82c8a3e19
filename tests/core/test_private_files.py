"""What this program writes is for its user alone, whatever the umask is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config.settings import Settings
from core.private_files import tighten
from core.processes.instance import Instance
from core.store import Store
from core.streams.embedded.database import Database
from tests.support.cli_installation import new_installation
from wirewatch.run.bootstrap import make_data_private


@pytest.fixture(autouse=True)
def _no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """Return the mode of a folder and of all in it."""
    return {
        str(path.relative_to(folder.parent)): f"{path.stat().st_mode & 0o777:o}"
        for path in (folder, *folder.rglob("*"))
    }


def test_databases_journals_and_lock_files_are_for_this_user_alone(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    instance = Instance.start(data)
    store = Store.open(f"sqlite:///{data / 'store.db'}")
    streams = Database(data / "streams.db")
    with store.write():
        found = modes(data.parent)
    files = {"new/data/store.db", "new/data/streams.db", "new/data/streams.db-wal"}
    assert files <= found.keys()
    assert {name for name, mode in found.items() if mode not in ("600", "700")} == set()
    streams.close()
    store.close()
    instance.close()


def test_data_that_others_could_read_is_made_private_and_nothing_else_is(tmp_path: Path) -> None:
    data, config = tmp_path / "data", tmp_path / "data" / "operator"
    elsewhere = tmp_path / "elsewhere" / "store.db"
    for path in (data / "streams.db", data / "streams.db-wal", data / "instances" / "h.1",
                 config / "topics.yaml", elsewhere, data / "notes.txt"):  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o664)
    (data / "store.db").symlink_to(config / "topics.yaml")
    databases = [data / "store.db", data / "streams.db", elsewhere]
    (tmp_path / "link").symlink_to(data)
    changed = tighten(tmp_path / "link", databases, never=tmp_path / "config")
    private = {"data", "streams.db", "streams.db-wal", "instances", "h.1", "store.db"}
    assert {path.name for path in changed} == private
    assert elsewhere in changed
    found = modes(tmp_path)
    del found[tmp_path.name], found[f"{tmp_path.name}/link"]
    assert {Path(name).name for name, mode in found.items() if mode in ("600", "700")} == private
    assert tighten(data, databases, never=tmp_path / "config") == []


def test_a_folder_with_the_operators_files_a_shared_or_a_foreign_one_keeps_its_mode(
    tmp_path: Path,
) -> None:
    (tmp_path / "config").mkdir(0o755)
    tmp_path.chmod(0o755)
    assert tighten(tmp_path, [], never=tmp_path / "config") == []
    assert tighten(tmp_path, [], never=tmp_path) == []
    assert tighten(tmp_path, [], never=Path("/nowhere"), user=os.geteuid() + 1) == []
    tmp_path.chmod(0o1777)
    assert tighten(tmp_path, [], never=Path("/nowhere")) == []


def test_where_modes_cannot_be_changed_the_program_says_so_and_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(Path, "chmod", refuse)
    tmp_path.joinpath("data").mkdir(0o755)
    with capture_logs() as lines:
        make_data_private(Settings(data_dir=tmp_path / "data", config_dir=tmp_path / "config"))
    assert "data_not_made_private" in [line["event"] for line in lines]


def test_run_makes_old_data_private_and_says_so(tmp_path: Path) -> None:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    installation.data.mkdir(0o755)
    done = installation.execute("run", "--once", "--only", "processors")
    assert (done.code, "data_made_private" in done.err) == (0, True), done.err
    assert modes(installation.data).pop("data") == "700"
