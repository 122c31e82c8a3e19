"""``alerts close|reopen|assign|snooze|split|merge``."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from core.store import Store, alerts, outbox, stories
from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.stories import add_article

pytestmark = pytest.mark.slow


@pytest.fixture
def installation(tmp_path: Path) -> CliInstallation:
    return new_installation(tmp_path)


@pytest.fixture
def alert(installation: CliInstallation) -> str:
    """Id of an open alert."""
    with opened(installation) as store, store.write() as connection:
        return add_article(connection, "a")


def opened(installation: CliInstallation) -> closing[Store]:
    settings = Settings(_env_file=None, data_dir=installation.data)
    return closing(Store.open(settings.database_location))


def announced(installation: CliInstallation) -> list[str]:
    """Return the reason codes that wait for the streams, which no run has created yet."""
    with opened(installation) as store, store.read() as connection:
        values = [record.value or b"" for record in outbox.load_oldest(connection, 100)]
    return [json.loads(value)["reason_code"] for value in values]


def listed(installation: CliInstallation, name: str) -> list[dict[str, Any]]:
    """Return the alerts that a person takes care of."""
    out = installation.invoke("alerts", "list", "--assigned-to", name, "--json")
    rows: list[dict[str, Any]] = json.loads(out)
    return rows


def act(installation: CliInstallation, *arguments: str) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(
        installation.invoke("alerts", *arguments, "--by", "Anna", "--json")
    )
    return row


def test_an_alert_is_assigned_snoozed_and_closed_with_a_reason(
    installation: CliInstallation, alert: str
) -> None:
    assert act(installation, "assign", alert, "--to", "Bert")["assigned_to"] == "Bert"
    assert [len(listed(installation, name)) for name in ("Bert", "Cleo")] == [1, 0]
    assert act(installation, "snooze", alert[:8], "--for", "4h")["snoozed_until"] is not None
    assert act(installation, "snooze", alert[:8], "--for", "0h")["snoozed_until"] is None
    closed = act(installation, "close", alert, "--reason", "wrong sense", "--note", "a name")
    assert (closed["state"], closed["closed_by"]) == ("closed", "Anna")
    assert announced(installation) == [
        "assigned",
        "snoozed",
        "snooze_ended",
        "irrelevant_wrong_sense",
    ]


def test_a_closed_alert_is_reopened_once(installation: CliInstallation, alert: str) -> None:
    assert act(installation, "reopen", alert)["state"] == "open"
    assert act(installation, "close", alert)["state"] == "closed"
    reopened = [act(installation, "reopen", alert[:8]) for _ in range(2)]
    assert [(row["state"], row["closed_by"]) for row in reopened] == [("open", None)] * 2
    assert announced(installation) == ["closed", "reopened"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("close", "--reason", "boring"), "no reason to close"),
        (("close", "--note", "boring"), "A note needs a reason"),
        (("snooze", "--for", "soon"), "no length of time"),
        (("snooze", "--for", "31d"), "too long"),
    ],
)
def test_what_is_written_wrongly_is_refused_and_changes_nothing(
    installation: CliInstallation, alert: str, arguments: tuple[str, ...], complaint: str
) -> None:
    name, *options = arguments
    done = installation.execute("alerts", name, alert, *options)
    assert done.code == 2
    assert complaint in done.err
    (row,) = json.loads(installation.invoke("alerts", "list", "--json"))
    assert (row["state"], row["snoozed_until"]) == ("open", None)


def test_stories_are_merged_and_split_again(installation: CliInstallation, alert: str) -> None:
    with opened(installation) as store, store.write() as connection:
        other = add_article(connection, "b", outlet="bote")
        stories.mark_growth(connection, alerts.get_alert(connection, other).story_id, 5)
    kept, gone = json.loads(installation.invoke("alerts", "merge", alert, other[:8], "--json"))
    assert (kept["id"], gone["id"], gone["merged_into"]) == (alert, other, alert)
    shown = json.loads(installation.invoke("alerts", "show", other, "--json"))
    assert (shown["id"], len(shown["articles"])) == (alert, 2)
    assert (shown["outlets"], shown["independent_outlets"]) == (2, 2)
    url = "https://bote.example/b"
    kept, split_off = json.loads(installation.invoke("alerts", "split", alert, url, "--json"))
    assert (kept["id"], split_off["state"]) == (alert, "open")
    with opened(installation) as store, store.read() as connection:
        rows = alerts.list_alerts(connection, state="open")
        both = [stories.find_story(connection, row.story_id) for row in rows]
    assert [story.growth for story in both if story] == [5, 5]  # told once for both
    assert announced(installation) == ["merged", "merged", "split", "split"]
    refused = installation.execute("alerts", "split", alert, url)
    assert (refused.code, "is no article of the story" in refused.err) == (2, True)
