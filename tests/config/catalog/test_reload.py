from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config.catalog.models import Catalog, FilePosition
from config.catalog.reload import CatalogKeeper, Validate
from config.errors import CatalogError
from config.faults import Fault
from config.yaml.nodes import fault

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
Write = Callable[[Mapping[str, str]], Path]


class Kept:
    """A keeper over files a test writes, with what it told its hook."""

    def __init__(self, write: Write, tmp_path: Path, *validate: Validate) -> None:
        self.write = write
        self.told: list[bool] = []
        self.environ: dict[str, str] = {}
        self.dotenv = tmp_path / ".env"
        self.folder = write({"topics/a.yaml": "{id: a, query: NATO}"})
        self.keeper = CatalogKeeper(
            self.folder,
            self.environ,
            validate,
            lambda: NOW,
            on_reload=self.told.append,
            dotenv=self.dotenv,
        )

    def topics(self) -> dict[str, str]:
        return {t.id: t.rules[0].query.value for t in self.keeper.current.topics}


@pytest.fixture
def kept(write: Write, tmp_path: Path) -> Kept:
    return Kept(write, tmp_path)


def test_nothing_is_read_again_while_nothing_changes(kept: Kept) -> None:
    first = kept.keeper.current
    assert kept.keeper.refresh() is False
    os.utime(kept.folder / "topics/a.yaml")
    assert kept.keeper.refresh() is False
    assert kept.keeper.current is first
    assert kept.told == [True]


def test_changed_new_and_removed_files_are_used(kept: Kept) -> None:
    kept.write({"topics/a.yaml": "{id: a, query: OTAN}"})
    assert kept.keeper.refresh() is True
    assert kept.topics() == {"a": "OTAN"}
    kept.write({"topics/b.yaml": "{id: b, query: EU}"})
    assert kept.keeper.refresh() is True
    assert kept.topics() == {"a": "OTAN", "b": "EU"}
    (kept.folder / "topics/a.yaml").unlink()
    assert kept.keeper.refresh() is True
    assert kept.topics() == {"b": "EU"}


def test_a_file_changed_within_one_tick_of_the_clock_is_noticed(kept: Kept) -> None:
    path = kept.folder / "topics/a.yaml"
    status = path.stat()
    with path.open("r+") as file:
        file.write("{id: a, query: OTAN}")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert kept.keeper.refresh() is True
    assert kept.topics() == {"a": "OTAN"}


def test_a_changed_comment_does_not_change_the_catalog(kept: Kept) -> None:
    kept.write({"topics/a.yaml": "{id: a, query: NATO} # why"})
    assert kept.keeper.refresh() is False
    assert kept.topics() == {"a": "NATO"}


def test_faults_keep_the_last_good_catalog(kept: Kept) -> None:
    first = kept.keeper.current
    kept.write({"topics/a.yaml": "{id: a, query: "})
    assert kept.keeper.refresh() is False
    assert kept.keeper.current is first
    assert [f.code for f in kept.keeper.faults] == ["E204"]
    assert kept.keeper.refresh() is False
    assert kept.told == [True, False]
    kept.write({"topics/a.yaml": "{id: a, query: EU}"})
    assert kept.keeper.refresh() is True
    assert kept.keeper.faults == ()
    assert kept.told == [True, False, True]


def test_faults_and_their_correction_are_logged_once(kept: Kept) -> None:
    said = []
    for text in ("{id: a, query: ", "{id: a, query: # same", "{id: a, query: NATO}"):
        kept.write({"topics/a.yaml": text})
        with capture_logs() as lines:
            kept.keeper.refresh()
            kept.keeper.refresh()
        said += [(line["event"], line["log_level"]) for line in lines]
    assert said == [
        ("configuration_rejected", "error"),
        ("configuration_rejected", "error"),
        ("configuration_fixed", "info"),
    ]
    assert kept.told == [True, False, False, True]


def test_a_file_that_may_be_half_written_is_not_read_yet(write: Write) -> None:
    moment = datetime.now(UTC)
    folder = write({"topics/a.yaml": "{id: a, query: NATO}"})
    keeper = CatalogKeeper(folder, {}, [], lambda: moment)
    path = folder / "topics/a.yaml"
    path.write_text("")
    # Of the file's own time: between a write and a look at the clock anything may pass.
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC) + timedelta(milliseconds=1)
    assert keeper.refresh() is False
    assert len(keeper.current.topics) == 1
    write({"topics/a.yaml": "{id: a, query: EU}"})
    moment = datetime.now(UTC) + timedelta(seconds=1)
    assert keeper.refresh() is True
    assert keeper.current.topics[0].rules[0].query.value == "EU"


def test_a_removed_folder_is_a_fault_until_it_is_back(kept: Kept) -> None:
    away = kept.folder.rename(kept.folder.with_name("away"))
    assert kept.keeper.refresh() is False
    assert [f.code for f in kept.keeper.faults] == ["E201"]
    away.rename(kept.folder)
    assert kept.keeper.refresh() is False
    assert kept.topics() == {"a": "NATO"}
    assert kept.told == [True, False, True]


def test_an_error_of_a_further_check_prevents_a_reload(write: Write, tmp_path: Path) -> None:
    def no_otan(catalog: Catalog) -> list[Fault]:
        queries = [t.rules[0].query for t in catalog.topics]
        return [
            fault(query.position, "E001", "No.", "Write NATO.")
            for query in queries
            if query.value == "OTAN"
        ]

    kept = Kept(write, tmp_path, no_otan)
    kept.write({"topics/a.yaml": "{id: a, query: OTAN}"})
    assert kept.keeper.refresh() is False
    assert kept.topics() == {"a": "NATO"}
    assert [(f.code, f.line, f.column) for f in kept.keeper.faults] == [("E001", 1, 16)]


def test_files_with_warnings_are_used_and_the_warnings_are_listed(
    write: Write, tmp_path: Path
) -> None:
    def warn(_: Catalog) -> list[Fault]:
        return [fault(FilePosition("x", 1, 1), "W101", "Hm.", "Look.")]

    kept = Kept(write, tmp_path, warn)
    assert [f.code for f in kept.keeper.faults] == ["W101"]
    assert kept.topics() == {"a": "NATO"}


def test_the_first_load_raises_all_faults(write: Write) -> None:
    folder = write({"topics/a.yaml": "{id: a}", "alerts.yaml": "routes: x"})
    told: list[bool] = []
    with pytest.raises(CatalogError) as caught:
        CatalogKeeper(folder, {}, [], lambda: NOW, on_reload=told.append)
    assert [f.code for f in caught.value.faults] == ["E213", "E212"]
    assert told == [False]


def test_a_changed_secret_is_used(kept: Kept, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("http://one.example/")
    kept.environ["CONSOLE_FILE"] = str(secret)
    kept.write({"alerts.yaml": "console_url: ${CONSOLE}"})
    assert kept.keeper.refresh() is True
    assert kept.keeper.current.alerts.console_url == "http://one.example/"
    secret.write_text("http://two.example/")
    assert kept.keeper.refresh() is True
    assert kept.keeper.current.alerts.console_url == "http://two.example/"
    assert kept.keeper.refresh() is False


def test_many_threads_can_refresh_and_read(kept: Kept, tmp_path: Path) -> None:
    seen: list[str] = []

    def work() -> None:
        for _ in range(20):
            kept.keeper.refresh()
            seen.append(kept.topics()["a"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(10):
        (tmp_path / "new").write_text(f"{{id: a, query: N{number}}}")
        (tmp_path / "new").replace(kept.folder / "topics/a.yaml")
    for thread in threads:
        thread.join()
    kept.keeper.refresh()
    assert kept.topics() == {"a": "N9"}
    assert len(seen) == 80
