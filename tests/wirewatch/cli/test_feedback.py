"""``alerts missed`` and ``alerts export --tests``."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.catalog.load import load_catalog
from config.catalog.models import TopicState
from config.settings import Settings
from core.clock import utc_now
from core.messages import ArticleRevision, Evidence, Field, Match, Origin
from core.store import Store, articles
from core.store.articles import ArticleRecord
from core.store.cards import cards
from core.store.console import actions
from ingest.urls import canonical_url
from processors import Processors
from tests.alerts.harness import Harness, match, open_harness
from tests.alerts.harness import topic as a_topic
from tests.support.cli_installation import CliInstallation, new_installation
from wirewatch.missed_outcome import find_article, find_outcome

pytestmark = pytest.mark.slow

TOPIC = """id: nato-membership
title: NATO
threshold: 30
rules:
  - {id: direct, weight: 30, query: '"NATO Beitritt*"'}
  - {id: often, weight: 30, query: 'count(Bahn*)>=3'}
  - {id: history, weight: -30, query: 'Jahrestag*'}
"""
SENTENCE = "Schweden will den NATO-Beitritt: \"bald\", sagt 'er' \\ und: # - {ja}."


@pytest.fixture
def installation(tmp_path: Path) -> CliInstallation:
    installation = new_installation(tmp_path, TOPIC)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    return installation


def arrive(harness: Harness, name: str, text: str, **values: Any) -> Match:
    """Store an article of now, and return a match on it."""
    url = f"https://kurier.example.org/{name}"
    now = harness.now
    times: dict[str, Any] = dict.fromkeys(("published_at", "first_seen_at", "fetched_at"), now)
    evidence = Evidence(
        field=Field.TEXT,
        start=0,
        end=4,
        surface=text[:4],
        rule="direct",
        sentence=text.split("\n")[0],
    )
    made = match(url, text=text, **{"title": f"Titel {name} {name * 3}"} | times | values)
    made = made.model_copy(update={"evidence": (evidence,)})
    article: ArticleRevision = made.article
    record = ArticleRecord(
        article.article_id, canonical_url(url), url, "kurier", "kurier-1", now, "live", 1, now,
        "page", "", "",
    )  # fmt: skip
    with harness.store.write() as connection:
        articles.add_revision(connection, record, article)
    return made


def url_of(name: str) -> str:
    return f"https://kurier.example.org/{name}?utm_source=mail"


def missed(installation: CliInstallation, name: str, *options: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(
        installation.invoke("alerts", "missed", url_of(name), *options, "--json")
    )
    return answer


def outcomes(installation: CliInstallation, *names: str) -> dict[str, str]:
    """Return what became of articles under the topic, as the command finds it."""
    catalog, _ = load_catalog(installation.config, {})
    assert catalog is not None
    processors = Processors.compile(catalog, ("de", "en"))
    settings = Settings(_env_file=None, data_dir=installation.data)
    store = Store.open(settings.database_location)
    try:
        with store.read() as connection:
            known = {name: find_article(connection, url_of(name)) for name in names}
            return {
                name: find_outcome(connection, article, "nato-membership", processors).outcome
                for name, article in known.items()
            }
    finally:
        store.close()


@pytest.mark.slow
def test_it_says_what_became_of_an_article_and_records_it(installation: CliInstallation) -> None:
    with open_harness(installation.data) as harness:
        harness.now = utc_now()
        old = harness.now - timedelta(days=9)
        words = {
            n: " ".join(f"{n}{i}x" for i in range(40)) for n in ("told", "old", "back", "draft")
        }
        told = arrive(harness, "told", words["told"])
        harness.decide(
            told,
            arrive(harness, "old", words["old"], published_at=old),
            arrive(harness, "back", words["back"], origin=Origin.BACKFILL),
        )
        harness.decide(arrive(harness, "copy", words["told"], outlet="bote"))
        harness.set_topics(a_topic(TopicState.DRAFT))
        harness.decide(arrive(harness, "draft", words["draft"]))
        arrive(harness, "other", "Die Bahn fährt, die Bahn steht.")
        arrive(harness, "now", "Der NATO-Beitritt.")
        assert outcomes(installation, "told") == {"told": "held"}
        harness.dispatcher().run_once()
    names = ("told", "old", "back", "copy", "draft", "other", "now", "unseen")
    assert outcomes(installation, *names) == {
        "told": "told",
        "old": "too_old",
        "back": "backfill",
        "copy": "copy",
        "draft": "draft",
        "other": "not_matched",
        "now": "not_decided",
        "unseen": "never_seen",
    }
    recorded = [missed(installation, name)["recorded"] for name in ("told", "other")]
    assert recorded == [False, True]
    [named, unnamed] = json.loads(installation.invoke("topics", "report", "--json"))
    assert (unnamed["missed"], named["missed_by"]) == (0, {"not_matched": 1})


def test_what_did_not_match_names_its_best_score_and_its_rules(
    installation: CliInstallation,
) -> None:
    with open_harness(installation.data) as harness:
        arrive(harness, "far", "Der NATO-Beitritt vor Jahren: Jahrestag heute.")
    answer = missed(installation, "far")
    assert (answer["recorded"], answer["title"].split()[:2]) == (True, ["Titel", "far"])
    [row] = answer["outcomes"]
    assert (row["outcome"], row["score"], row["threshold"]) == ("not_matched", 0, 30)
    fired = [rule["id"] for rule in row["rules"] if rule["fired"]]
    assert fired == ["direct", "history"]
    text = installation.invoke("alerts", "missed", url_of("far"))
    assert "the best score is 0, and the threshold 30" in text
    assert "Recorded as missed." in text


def judge(installation: CliInstallation) -> None:
    """Tell two stories; one is relevant, the other, which needs its whole text, is not."""
    with open_harness(installation.data) as harness:
        harness.now = utc_now()
        good = arrive(harness, "good", f"{SENTENCE}\nUnd nichts weiter.", title="Oslo zum Beitritt")
        trains = "Eine Bahn kommt. Die zweite Bahn auch.\nUnd die dritte Bahn."
        bad = arrive(harness, "bad", trains, title="Züge in Wien")
        harness.decide(good, bad)
        ids = {alert.article_id: alert.id for alert in harness.alerts()}
        arrive(harness, "lost", "Von der Nato ist hier nicht die Rede.")
        with harness.store.write() as connection:
            actions.judge(connection, [ids[good.article_id]], verdict="relevant", by="A",
                          at=harness.now)  # fmt: skip
            actions.judge(connection, [ids[bad.article_id]], verdict="irrelevant",
                          reason="wrong_sense", by="A", at=harness.now)  # fmt: skip
    missed(installation, "lost", "--topic", "nato-membership")


def test_judged_alerts_become_tests_that_pass_or_fail_as_people_judged(
    installation: CliInstallation,
) -> None:
    judge(installation)
    yaml = installation.invoke("alerts", "export", "--tests", "--topic", "nato-membership")
    assert yaml.count("  - name: ") == 3
    assert "Und nichts weiter." not in yaml
    assert "dritte Bahn" in yaml
    installation.write("topics/nato-membership.yaml", TOPIC + yaml)
    done = installation.execute("topics", "test", "--json")
    assert done.code == 1
    failed = [fault["message"] for fault in json.loads(done.out)]
    assert [message.split(":")[0] for message in failed] == [
        "Test 'irrelevant wrong sense",
        "Test 'missed",
    ]
    again = installation.invoke("alerts", "export", "--tests")
    assert "No alert has been judged" in again


def test_a_story_that_was_already_reported_becomes_no_test(installation: CliInstallation) -> None:
    judge(installation)
    with open_harness(installation.data) as harness, harness.store.write() as connection:
        known = {"verdict": "irrelevant", "verdict_reason": "duplicate"}
        connection.execute(cards.update().where(cards.c.verdict == "relevant").values(**known))
    yaml = installation.invoke("alerts", "export", "--tests", "--topic", "nato-membership")
    assert (yaml.count("  - name: "), "Oslo" in yaml) == (2, False)


def test_nothing_is_exported_without_the_option(installation: CliInstallation) -> None:
    done = installation.execute("alerts", "export")
    assert (done.code, "--tests" in done.err) == (2, True)
