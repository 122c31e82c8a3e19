"""``wirewatch backup`` and ``wirewatch restore``, on the embedded log and SQLite."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import BackupError
from core.backup.new_folder import new_folder
from core.streams.prefix import Prefix
from tests.support.cli_installation import CliInstallation
from tests.support.engines import ENGINES
from tests.support.stream_installation import StreamInstallation, new_stream_installation
from wirewatch.cli.backup import load_positions, move_groups

pytestmark = pytest.mark.slow


@pytest.fixture(params=ENGINES)
def any_streams(request: pytest.FixtureRequest, tmp_path: Path) -> StreamInstallation:
    installation = new_stream_installation(request, tmp_path)
    installation.create()
    return installation


@pytest.fixture(scope="module", params=["embedded"])
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> CliInstallation:
    """An installation with an article that is matched and archived, and a file of words."""
    streams = new_stream_installation(request, tmp_path_factory.mktemp("backup"))
    streams.create()
    streams.installation.write("topics/words.txt", "Kiew\n")
    streams.append("Nato-Beitritt der Ukraine")
    streams.process()
    streams.installation.invoke("run", "--once", "--only", "archive")
    return streams.installation


def test_a_backup_is_restored_with_everything_that_it_had(
    installation: CliInstallation, tmp_path: Path
) -> None:
    backup, new = tmp_path / "backups" / "monday", tmp_path / "new"
    made = json.loads(installation.invoke("backup", str(backup), "--json"))
    assert (made["store"], made["streams"], made["format"]) == ("sqlite", "sqlite", 1)
    modes = {stat.S_IMODE(path.lstat().st_mode) for path in (backup, *backup.rglob("*"))}
    assert modes == {0o700, 0o600}
    assert not list(backup.parent.glob(".*"))

    refused = installation.execute("backup", str(backup))
    assert (refused.code, "nothing is overwritten" in refused.err) == (2, True)

    restored = json.loads(installation.invoke("restore", str(backup), "--to", str(new), "--json"))
    assert restored["archived"] == 1
    assert restored["streams"]["news.matches.v1"] == 1
    assert restored["unread"] == {"archive": 0, "processors": 0}
    assert (new / "config" / "topics" / "words.txt").read_text() == "Kiew\n"
    assert installation.execute("restore", str(backup), "--to", str(new)).code == 2

    moved = CliInstallation(tmp_path, installation.environment | {"WIREWATCH_DATA_DIR": str(new)})
    moved.environment["WIREWATCH_STREAMS_URL"] = ""
    assert len(moved.tail("news.matches.v1")) == 1
    assert "Nato-Beitritt" in moved.invoke("archive", "search", '"nato"')
    text = installation.invoke("restore", str(backup), "--to", str(tmp_path / "other"))
    assert "Group processors: 0 records unread." in text


def test_a_backup_that_is_not_what_was_written_is_refused_and_leaves_nothing(
    installation: CliInstallation, tmp_path: Path
) -> None:
    backup, new = tmp_path / "backup", tmp_path / "new"
    installation.invoke("backup", str(backup))
    manifest, store = backup / "manifest.json", backup / "store.db"
    written, content = manifest.read_text(), store.read_bytes()

    def rewrite(pattern: str, text: str) -> Callable[[], object]:
        changed = re.sub(pattern, text, written, count=1)
        assert changed != written
        return lambda: manifest.write_text(changed)

    cases: dict[str, Callable[[], object]] = {
        "its hash differs": lambda: store.write_bytes(content[:-1] + b"\x01"),
        "store.db is missing": store.unlink,
        "is not valid at format": rewrite('"format": 1', '"format": null'),
        "The backup was written by version": rewrite('"format": 1', '"format": 2'),
        "The store's schema 9999 was": rewrite('revision": "[0-9]+"', 'revision": "9999"'),
        "The store's schema ../0001 was": rewrite('revision": "[0-9]+"', 'revision": "../0001"'),
        "The stream file was written": rewrite('streams_version": 1', 'streams_version": 2'),
        "The archive was written": rewrite('archive_version": 1', 'archive_version": 2'),
        "is not valid at files.0.path": rewrite('"path": "archive', '"path": "../archive'),
        "is no complete backup": manifest.unlink,
    }
    wrong = []
    for message, damage in cases.items():
        damage()
        done = installation.execute("restore", str(backup), "--to", str(new))
        if done.code != 1 or message not in done.err or new.exists():
            wrong.append((message, done))
        manifest.write_text(written)
        store.write_bytes(content)
    assert wrong == []
    assert not list(tmp_path.glob(".new*"))


def test_what_a_killed_backup_left_is_no_backup_and_the_next_one_replaces_it(
    tmp_path: Path,
) -> None:
    target = tmp_path / "backup"
    left = tmp_path / ".backup.unfinished"
    left.mkdir()
    (left / "store.db").write_text("half")
    with new_folder(target) as folder:
        assert not target.exists()
        assert list(folder.iterdir()) == []
    assert target.is_dir()
    assert list(tmp_path.iterdir()) == [target]


def test_groups_are_set_back_to_the_positions_of_the_backup(
    any_streams: StreamInstallation,
) -> None:
    any_streams.append("Nato-Beitritt der Ukraine")
    any_streams.process()
    noted = load_positions(any_streams.settings)
    assert {each.group for each in noted} == {"processors"}
    any_streams.append("Nato-Beitritt von Schweden", "Regen in Kiew")
    any_streams.process()

    group = Prefix(any_streams.settings.streams_prefix).add("processors")

    def unread() -> int:
        rows = [row for row in any_streams.json("lag") if row["group"] == group]
        assert rows
        return sum(row["records"] for row in rows)

    assert unread() == 0
    before = set(any_streams.settings.data_dir.rglob("*"))
    move_groups(any_streams.settings, noted)
    assert set(any_streams.settings.data_dir.rglob("*")) == before
    assert unread() == 2
    any_streams.process()
    assert len(any_streams.installation.tail("news.matches.v1")) == 3, "one is matched again"


def test_two_backups_at_once_do_not_write_into_one_folder(tmp_path: Path) -> None:
    with (
        new_folder(tmp_path / "backup"),
        pytest.raises(BackupError, match="Another process is writing"),
        new_folder(tmp_path / "backup"),
    ):
        pass
    assert (tmp_path / "backup").is_dir()


def test_a_folder_without_an_installation_is_not_backed_up(tmp_path: Path) -> None:
    installation = CliInstallation(tmp_path)
    done = installation.execute("backup", str(tmp_path / "backup"))
    assert (done.code, "There is no store.db" in done.err) == (2, True)
    assert list(tmp_path.iterdir()) == []
