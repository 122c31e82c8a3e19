from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config.catalog.last_good import HeldFile, Validate
from config.catalog.models import Catalog, FilePosition
from config.catalog.reload import CatalogKeeper
from config.errors import CatalogError
from config.faults import Fault
from config.yaml.nodes import fault

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
Write = Callable[[Mapping[str, str]], Path]


class Reloading:
    """A keeper of files that the test writes, and the results of its reloads."""

    def __init__(self, write: Write, tmp_path: Path, *validate: Validate) -> None:
        self.write = write
        self.reloads: list[bool] = []
        self.environ: dict[str, str] = {}
        self.dotenv = tmp_path / ".env"
        self.folder = write({"topics/a.yaml": "{id: a, query: NATO}"})
        self.keeper = CatalogKeeper(
            self.folder,
            self.environ,
            validate,
            lambda: NOW,
            on_reload=self.note,
            dotenv=self.dotenv,
        )

    def note(self, faults: Sequence[Fault], _: Sequence[HeldFile]) -> None:
        self.reloads.append(not any(fault.is_error for fault in faults))

    def topics(self) -> dict[str, str]:
        return {t.id: t.rules[0].query.value for t in self.keeper.current.topics}


@pytest.fixture
def files(write: Write, tmp_path: Path) -> Reloading:
    return Reloading(write, tmp_path)


def test_nothing_is_read_again_while_nothing_changes(files: Reloading) -> None:
    first = files.keeper.current
    assert files.keeper.refresh() is False
    os.utime(files.folder / "topics/a.yaml")
    assert files.keeper.refresh() is False
    assert files.keeper.current is first
    assert files.reloads == [True]


def test_changed_new_and_removed_files_are_used(files: Reloading) -> None:
    files.write({"topics/a.yaml": "{id: a, query: OTAN}"})
    assert files.keeper.refresh() is True
    assert files.topics() == {"a": "OTAN"}
    files.write({"topics/b.yaml": "{id: b, query: EU}"})
    assert files.keeper.refresh() is True
    assert files.topics() == {"a": "OTAN", "b": "EU"}
    (files.folder / "topics/a.yaml").unlink()
    assert files.keeper.refresh() is True
    assert files.topics() == {"b": "EU"}


def test_a_file_changed_within_one_tick_of_the_clock_is_noticed(files: Reloading) -> None:
    path = files.folder / "topics/a.yaml"
    status = path.stat()
    with path.open("r+") as file:
        file.write("{id: a, query: OTAN}")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert files.keeper.refresh() is True
    assert files.topics() == {"a": "OTAN"}


def test_a_changed_comment_does_not_change_the_catalog(files: Reloading) -> None:
    files.write({"topics/a.yaml": "{id: a, query: NATO} # why"})
    assert files.keeper.refresh() is False
    assert files.topics() == {"a": "NATO"}


def test_faults_keep_the_last_good_catalog(files: Reloading) -> None:
    first = files.keeper.current
    files.write({"topics/a.yaml": "{id: a, query: "})
    assert files.keeper.refresh() is False
    assert files.keeper.current is first
    assert [f.code for f in files.keeper.faults] == ["E204"]
    assert files.keeper.refresh() is False
    assert files.reloads == [True, False]
    files.write({"topics/a.yaml": "{id: a, query: EU}"})
    assert files.keeper.refresh() is True
    assert files.keeper.faults == ()
    assert files.reloads == [True, False, True]


def test_faults_and_their_correction_are_logged_once(files: Reloading) -> None:
    events = []
    for text in ("{id: a, query: ", "{id: a, query: # same", "{id: a, query: NATO}"):
        files.write({"topics/a.yaml": text})
        with capture_logs() as lines:
            files.keeper.refresh()
            files.keeper.refresh()
        events += [(line["event"], line["log_level"]) for line in lines]
    assert events == [
        ("configuration_rejected", "error"),
        ("configuration_rejected", "error"),
        ("configuration_fixed", "info"),
    ]
    assert files.reloads == [True, False, False, True]


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


def test_a_removed_folder_is_a_fault_until_it_is_back(files: Reloading) -> None:
    away = files.folder.rename(files.folder.with_name("away"))
    assert files.keeper.refresh() is False
    assert [f.code for f in files.keeper.faults] == ["E201"]
    away.rename(files.folder)
    assert files.keeper.refresh() is False
    assert files.topics() == {"a": "NATO"}
    assert files.reloads == [True, False, True]


def test_an_error_of_a_further_check_prevents_a_reload(write: Write, tmp_path: Path) -> None:
    def no_otan(catalog: Catalog) -> list[Fault]:
        queries = [t.rules[0].query for t in catalog.topics]
        return [
            fault(query.position, "E001", "No.", "Write NATO.")
            for query in queries
            if query.value == "OTAN"
        ]

    files = Reloading(write, tmp_path, no_otan)
    files.write({"topics/a.yaml": "{id: a, query: OTAN}"})
    assert files.keeper.refresh() is False
    assert files.topics() == {"a": "NATO"}
    assert [(f.code, f.line, f.column) for f in files.keeper.faults] == [("E001", 1, 16)]


def test_files_with_warnings_are_used_and_the_warnings_are_listed(
    write: Write, tmp_path: Path
) -> None:
    def warn(_: Catalog) -> list[Fault]:
        return [fault(FilePosition("x", 1, 1), "W101", "Hm.", "Look.")]

    files = Reloading(write, tmp_path, warn)
    assert [f.code for f in files.keeper.faults] == ["W101"]
    assert files.topics() == {"a": "NATO"}


def test_the_first_load_raises_all_faults(write: Write) -> None:
    folder = write({"topics/a.yaml": "{id: a}", "alerts.yaml": "routes: x"})
    reloads: list[Sequence[Fault]] = []
    with pytest.raises(CatalogError) as caught:
        CatalogKeeper(
            folder, {}, [], lambda: NOW, on_reload=lambda faults, _: reloads.append(faults)
        )
    assert [f.code for f in caught.value.faults] == ["E213", "E212"]
    assert reloads == [caught.value.faults]


def test_a_changed_secret_is_used(files: Reloading, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("http://one.example/")
    files.environ["CONSOLE_FILE"] = str(secret)
    files.write({"alerts.yaml": "console_url: ${CONSOLE}"})
    assert files.keeper.refresh() is True
    assert files.keeper.current.alerts.console_url == "http://one.example/"
    secret.write_text("http://two.example/")
    assert files.keeper.refresh() is True
    assert files.keeper.current.alerts.console_url == "http://two.example/"
    assert files.keeper.refresh() is False


def test_many_threads_can_refresh_and_read(files: Reloading, tmp_path: Path) -> None:
    queries: list[str] = []

    def work() -> None:
        for _ in range(20):
            files.keeper.refresh()
            queries.append(files.topics()["a"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(10):
        (tmp_path / "new").write_text(f"{{id: a, query: N{number}}}")
        (tmp_path / "new").replace(files.folder / "topics/a.yaml")
    for thread in threads:
        thread.join()
    files.keeper.refresh()
    assert files.topics() == {"a": "N9"}
    assert len(queries) == 80
