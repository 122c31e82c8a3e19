"""``alerts silence`` and ``alerts list --held``."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.worker import AlertsWorker
from config.catalog.models import AlertsDefinition, Catalog, RouteDefinition
from config.settings import Settings
from config.weekly_hours import Hours, WeeklyHours
from core.clock import utc_now
from core.dispositions import Dispositions
from core.ids import hash_parts
from core.store import Store
from tests.alerts.harness import PLACE, batch, match, topic
from tests.support.cli_installation import CliInstallation, new_installation

pytestmark = pytest.mark.slow

NATO = ("--match", "topic=nato-*")


@pytest.fixture
def installation(tmp_path: Path) -> CliInstallation:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    return installation


def decide(installation: CliInstallation, url: str, *, is_quiet: bool = False) -> list[str]:
    """Decide about an article of now; return the codes with their number, like ``new_story 1``."""
    now = utc_now()
    start = (now.hour * 60 + now.minute - 30) % 1440
    night = WeeklyHours((Hours(frozenset(range(7)), start, (start + 120) % 1440),), "UTC")
    routes = (RouteDefinition({}, ("console",), PLACE),)
    alerts = AlertsDefinition(routes=routes, quiet_hours=night if is_quiet else None)
    catalog, settings = (
        Catalog((), (topic(),), (), alerts),
        Settings(_env_file=None, data_dir=installation.data),
    )
    store, dispositions = Store.open(settings.database_location), Dispositions()
    try:
        worker = AlertsWorker(store, lambda: catalog, settings, utc_now, dispositions)
        times: dict[str, Any] = dict.fromkeys(("published_at", "first_seen_at", "fetched_at"), now)
        words = [hash_parts(url, str(n))[:9] for n in range(30)]
        title = f"{words[0]} {words[1]}"
        worker.handle(batch(match(url, title=title, text=" ".join(words), **times)))
    finally:
        store.close()
    return [f"{code} {number}" for code, number in dispositions.of("alerts").items()]


def silence(installation: CliInstallation, *options: str) -> Any:
    return json.loads(installation.invoke("alerts", "silence", *options, "--json"))


def test_a_preview_says_what_a_silence_would_do_and_makes_none(
    installation: CliInstallation,
) -> None:
    for number in range(3):
        decide(installation, f"https://kurier.example.org/{number}")
    preview = silence(installation, *NATO, "--preview")
    assert (preview["mutes_now"], preview["would_have_muted_in_7_days"]) == (3, 3)
    other = silence(installation, "--match", "topic=rail", "--preview")
    assert (other["mutes_now"], other["would_have_muted_in_7_days"]) == (0, 0)
    assert silence(installation) == []
    text = installation.invoke("alerts", "silence", *NATO, "--preview")
    assert text == (
        "Mutes 3 now, would have muted 3 in 7 days; messages that wait and are withdrawn: 3.\n"
    )
    installation.invoke("alerts", "silence", *NATO, "--reason", "Gipfel")
    assert silence(installation, *NATO, "--preview")["withdraws"] == 0
    assert silence(installation, *NATO, "--preview")["mutes_now"] == 0


def test_while_a_silence_is_in_force_what_it_matches_is_suppressed(
    installation: CliInstallation,
) -> None:
    made = silence(installation, *NATO, "--for", "2h", "--reason", "Gipfel", "--by", "Anna")
    assert decide(installation, "https://kurier.example.org/1") == ["silenced 1"]
    assert json.loads(installation.invoke("alerts", "list", "--json")) == []
    [listed] = silence(installation)
    assert (listed["match"], listed["reason"], listed["by"]) == (
        {"topic": "nato-*"},
        "Gipfel",
        "Anna",
    )
    ended = silence(installation, "--end", made["id"][:8])
    assert ended["id"] == made["id"]
    assert silence(installation) == []
    assert decide(installation, "https://kurier.example.org/2") == ["new_story 1"]


@pytest.mark.parametrize(
    "options",
    [
        (*NATO,),
        (*NATO, "--reason", " "),
        ("--match", "topic", "--reason", "x"),
        ("--match", "colour=red", "--reason", "x"),
        (*NATO, "--reason", "x", "--for", "31d"),
        (*NATO, "--reason", "x", "--for", "0s"),
        (*NATO, "--reason", "x", "--for", "soon"),
        ("--end", "abcdef12"),
    ],
)
def test_a_silence_that_cannot_be_made_is_wrong_usage(
    installation: CliInstallation, options: tuple[str, ...]
) -> None:
    assert installation.execute("alerts", "silence", *options).code == 2
    assert silence(installation) == []


def test_what_is_held_is_listed_with_its_reason_and_time(installation: CliInstallation) -> None:
    assert installation.invoke("alerts", "list", "--held").startswith("Nothing is held in ")
    decide(installation, "https://kurier.example.org/1", is_quiet=True)
    [held] = json.loads(installation.invoke("alerts", "list", "--held", "--json"))
    assert (held["receiver"], held["topic"], held["kind"]) == (
        "console",
        "nato-membership",
        "new_story",
    )
    assert held["reason_code"] == "quiet_hours"
    assert held["reason"].startswith("Held until the quiet hours end on ")
    assert held["title"].startswith(hash_parts("https://kurier.example.org/1", "0")[:9])
    [alert] = json.loads(installation.invoke("alerts", "list", "--json"))
    assert held["id"] == alert["id"]
    until = held["held_until"].replace("Z", "+00:00")
    assert until > (utc_now() + timedelta(hours=1)).isoformat()
