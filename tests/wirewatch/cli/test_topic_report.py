"""``topics report``: how matches ended, how precise rules are, what was missed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.clock import utc_now
from core.messages import Match
from core.store.console import actions
from core.store.missed_articles import MissedArticle, report_missed
from tests.alerts.harness import Harness, match, open_harness
from tests.support.cli_installation import CliInstallation, new_installation

pytestmark = pytest.mark.slow


@pytest.fixture
def installation(tmp_path: Path) -> CliInstallation:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    return installation


def story(harness: Harness, number: int, rules: tuple[str, ...] = ("direct",)) -> Match:
    """A match of now on an article about an event of its own."""
    times = dict.fromkeys(("published_at", "first_seen_at", "fetched_at"), harness.now)
    made = match(
        f"https://kurier.example.org/{number}",
        title=f"Nummer{number * 7919}",
        text=" ".join(f"w{number}x{n}" for n in range(40)),
        **times,  # type: ignore[arg-type]
    )
    return made.model_copy(update={"rules": rules})


def fill(installation: CliInstallation) -> None:
    """Tell four stories, three of which are judged; a fifth article is too old, one is missed."""
    with open_harness(installation.data) as harness:
        harness.now = utc_now()
        old = story(harness, 9)
        long_ago = harness.now.replace(year=2020)
        old = old.model_copy(
            update={"article": old.article.model_copy(update={"published_at": long_ago})}
        )
        stories = [
            story(harness, n, ("direct", "near") if n < 2 else ("direct",)) for n in range(4)
        ]
        harness.decide(*stories, old)
        harness.dispatcher().run_once()
        ids = {alert.article_id: alert.id for alert in harness.alerts()}
        told = [ids[each.article_id] for each in stories]
        with harness.store.write() as connection:
            actions.judge(connection, told[1:3], verdict="relevant", by="Anna", at=harness.now)
            actions.judge(connection, told[:1], verdict="irrelevant", reason="too_minor", by="Anna",
                          at=harness.now)  # fmt: skip
            missed = ("nato-membership", "m" * 32, "https://x.org", "", "never_seen", "", "Anna")
            report_missed(connection, MissedArticle(*missed, harness.now))


def report(installation: CliInstallation, *options: str) -> Any:
    return json.loads(installation.invoke("topics", "report", *options, "--json"))


def test_the_report_adds_up_and_says_how_precise_each_rule_is(
    installation: CliInstallation,
) -> None:
    fill(installation)
    [topic] = [each for each in report(installation) if each["topic"] == "nato-membership"]
    ends = [topic[name] for name in ("matches", "told", "joined", "held", "suppressed")]
    assert ends == [5, 4, 0, 0, 1]
    assert topic["suppressed_by"] == {"too_old": 1}
    [day] = topic["days"]
    assert (day["matches"], day["day"]) == (5, utc_now().date().isoformat())
    rules = {rule.pop("rule"): rule for rule in topic["rules"]}
    near, direct = rules["near"], rules["direct"]
    assert (near["fired"], near["decided"], near["irrelevant"]) == (2, 2, 1)
    assert (direct["fired"], direct["decided"], direct["irrelevant"]) == (4, 3, 1)
    assert direct["precision"] == pytest.approx(2 / 3)
    assert (direct["low"], direct["high"]) == (pytest.approx(0.208, abs=1e-3),
                                               pytest.approx(0.939, abs=1e-3))  # fmt: skip
    assert topic["missed_by"] == {"never_seen": 1}


def test_the_report_is_a_table_for_people(installation: CliInstallation) -> None:
    fill(installation)
    text = installation.invoke("topics", "report", "nato-membership")
    assert "1 (too_old 1)" in text
    assert "near: 2 fired, 2 decided, 1 irrelevant: precision 50% (9% to 91%)" in text
    assert "missed 1 (never_seen 1)" in text


def test_a_topic_without_matches_reports_zeros_and_an_unknown_one_is_refused(
    installation: CliInstallation,
) -> None:
    installation.write("topics/rail.yaml", "id: rail\ntitle: Rail\nquery: Bahn\n")
    [topic] = report(installation, "rail", "--since", "30d")
    assert (topic["matches"], topic["days"], topic["rules"]) == (0, [], [])
    for options, problem in ((("road",), "no topic"), (("--since", "soon"), "no duration")):
        done = installation.execute("topics", "report", *options)
        assert done.code == 2
        assert problem in done.err
