"""Commands that only read: they create nothing, and name the folder in which data is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import UsageError
from tests.support.cli_installation import CliInstallation
from wirewatch.run.reading import describe_location, require_existing

READING = {
    "store.db": (
        ("alerts", "list", "--json"),
        ("feeds", "list", "--json"),
        ("topics", "report", "--json"),
    ),
    "archive.db": (("archive", "search", '"nato"', "--json"),),
    "streams.db": (
        ("streams", "list", "--json"),
        ("streams", "tail", "news.articles.v1"),
        ("streams", "dead-letter", "list", "--json"),
    ),
}
CHANGING = (
    ("alerts", "ack", "1"),
    ("alerts", "resend", "--failed"),
    ("streams", "tail", "news.articles.v1", "--follow"),
    ("streams", "dead-letter", "replay", "--all"),
)


@pytest.mark.slow
def test_commands_that_read_create_nothing_and_name_the_folder_without_data(
    own_installation: CliInstallation,
) -> None:
    wrong = []
    for file, commands in READING.items():
        for command in commands:
            done = own_installation.execute(*command)
            is_named = f"There is no {file} in {own_installation.data}." in done.err
            if done.code or not is_named or own_installation.data.exists():
                wrong.append((command, done))
    assert wrong == []
    said = own_installation.execute("alerts", "list").out
    assert said == f"There are no alerts in {own_installation.data}/store.db.\n"


def test_commands_that_change_what_is_stored_refuse_to_create_it(
    own_installation: CliInstallation,
) -> None:
    wrong = []
    for command in CHANGING:
        done = own_installation.execute(*command)
        if done.code != 2 or "There is no " not in done.err or own_installation.data.exists():
            wrong.append((command, done))
    assert wrong == []


def test_a_location_is_described_without_its_password(tmp_path: Path) -> None:
    database = "postgresql://user:secret@db.example.org/wirewatch?sslmode=require"
    assert describe_location(database) == "postgresql://db.example.org/wirewatch"
    assert describe_location(f"sqlite:///{tmp_path}/store.db") == f"{tmp_path}/store.db"
    require_existing(database)
    with pytest.raises(UsageError, match=r"There is no store\.db in "):
        require_existing(f"sqlite:///{tmp_path}/store.db")
