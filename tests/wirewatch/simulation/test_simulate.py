"""Simulations from the command line: real topics, decisions and routes on a simulated clock."""

from __future__ import annotations

import json
import signal
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.ids import article_id
from core.messages import ArticleRevision
from core.store import Store, articles
from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.records import article_record
from tests.wirewatch.simulation.lines import (
    HARBOUR,
    REFERENDUM,
    json_lines,
    line,
    referendum,
    simulate,
)
from wirewatch.cli.terminal import Progress

pytestmark = pytest.mark.slow

SWEDEN = (
    "Sweden signed its application to join NATO in Brussels on Sunday, the government announced. "
    "The NATO membership of the country must be ratified by all the members of the alliance."
)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> CliInstallation:
    """An installation without alerts.yaml that has never run."""
    installation = new_installation(tmp_path_factory.mktemp("simulation"))
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    return installation


def store_article(installation: CliInstallation, url: str, at: datetime, **texts: str) -> None:
    """Store an article as ingest does."""
    record = article_record(article_id=article_id(url), url_key=url, url=url, first_seen_at=at)
    revision = ArticleRevision(
        article_id=record.article_id,
        revision=1,
        url=url,
        outlet="kurier",
        feed_id="kurier-1",
        language="de",
        country="DE",
        first_seen_at=at,
        fetched_at=at,
        **texts,
    )
    url_of_store = f"sqlite:///{installation.data / 'store.db'}"
    with closing(Store.open(url_of_store)) as store, store.write() as connection:
        articles.add_revision(connection, record, revision)


def test_messages_and_decisions_carry_the_time_of_the_lines(installation: CliInstallation) -> None:
    report = simulate(
        installation,
        referendum("bote.example/wien", "10:00"),
        line("kurier.example/oslo", "09:00"),
        line("bote.example/oslo", "09:30"),
        line("bote.example/wetter", "09:40", title="Regen", text="Es regnet im Norden."),
    )
    assert (report["articles"], report["matches"], report["gone"]) == (4, 3, 0)
    assert [(m["at"], m["urls"], m["receivers"]) for m in report["messages"]] == [
        ("2026-11-22T09:01:30Z", ["https://kurier.example/oslo"], ["console"]),
        ("2026-11-22T10:01:30Z", ["https://bote.example/wien"], ["console"]),
    ]
    first = report["messages"][0]
    assert (first["kind"], first["topic"], first["held_until"], first["development"]) == (
        "new_story", "nato-membership", None, None,
    )  # fmt: skip
    decisions = [(d["url"], d["role"], d["event"], d["reason_code"]) for d in report["decisions"]]
    assert decisions == [
        ("https://kurier.example/oslo", "original", "opened", "new_story"),
        ("https://bote.example/oslo", "copy", "suppressed", "copy"),
        ("https://bote.example/wien", "original", "opened", "new_story"),
    ]
    assert [d["story"] for d in report["decisions"]][:2] == [first["story"]] * 2
    assert report["decisions"][1]["reason"] == "The same text as in kurier."


def test_messages_of_one_moment_go_out_in_the_order_of_their_lines(
    installation: CliInstallation,
) -> None:
    towns = ("Aarau", "Bregenz", "Coburg", "Dresden", "Erfurt", "Mainz")
    texts = {t: f"In {t} wird {t * 2} gebaut. {t * 3} und {t * 4}: Nato-Beitritt." for t in towns}
    lines = [line(f"kurier.example/{t}", "09:00", title=t, text=texts[t]) for t in towns]
    report = simulate(installation, *lines)
    assert [m["title"] for m in report["messages"]] == list(towns)
    assert {d["at"] for d in report["decisions"]} == {"2026-11-22T09:00:00Z"}


def test_the_same_url_again_is_the_next_revision(installation: CliInstallation) -> None:
    report = simulate(
        installation,
        line("kurier.example/oslo?utm_source=x", "11:00", title="Oslo verschiebt Ausbau"),
        line("kurier.example/oslo", "09:00"),
    )
    assert [(d["url"], d["revision"]) for d in report["decisions"]] == [
        ("https://kurier.example/oslo", 1),
        ("https://kurier.example/oslo", 2),
    ]


def test_an_article_of_the_past_or_of_a_backfill_is_suppressed(
    installation: CliInstallation,
) -> None:
    report = simulate(
        installation,
        line("kurier.example/alt", "09:00", published_at="2026-11-01T09:00:00Z"),
        referendum("kurier.example/nach", "09:00", origin="backfill"),
        referendum("kurier.example/nochmal", "09:01", origin="replay"),
    )
    assert report["messages"] == []
    assert [(d["event"], d["reason_code"], d["role"]) for d in report["decisions"]] == [
        ("suppressed", "too_old", None),
        ("suppressed", "not_live", None),
        ("suppressed", "not_live", None),
    ]


def gone(url: str, at: str) -> dict[str, Any]:
    return {"url": f"https://{url}", "first_seen_at": f"2026-11-22T{at}:00Z", "gone": True}


def test_those_who_were_told_of_an_article_are_told_that_its_page_has_vanished(
    installation: CliInstallation,
) -> None:
    english = {"language": "en", "title": "Sweden signs application", "text": SWEDEN}
    report = simulate(
        installation,
        line("kurier.example/oslo", "09:00"),
        line("herald.example/sweden", "09:10", **english),
        line("kurier.example/oslo", "09:30", title="Wetter im Norden", text="Es regnet."),
        gone("kurier.example/oslo", "12:00"),
        gone("kurier.example/oslo", "13:00"),
        gone("herald.example/sweden", "14:00"),
        gone("herald.example/never-seen", "15:00"),
        line("herald.example/sweden", "16:00", **english),
    )
    assert (report["articles"], report["gone"], report["matches"]) == (4, 4, 5)
    retractions = [
        (m["at"], m["title"], m["urls"]) for m in report["messages"] if m["kind"] == "retraction"
    ]
    assert retractions == [
        (
            "2026-11-22T12:01:30Z",
            "Oslo zieht Ausbau der Häfen vor",
            ["https://kurier.example/oslo"],
        ),
        ("2026-11-22T14:01:30Z", "Sweden signs application", ["https://herald.example/sweden"]),
    ]
    decisions = [(d["url"][8:], d["revision"], d["role"]) for d in report["decisions"][2:]]
    assert decisions == [
        ("kurier.example/oslo", 3, "retraction"),
        ("herald.example/sweden", 2, "retraction"),
        ("herald.example/sweden", 3, "minor"),
    ]
    assert "has vanished" in report["decisions"][2]["reason"]


def test_a_copy_that_vanishes_is_not_retracted(installation: CliInstallation) -> None:
    report = simulate(
        installation,
        line("kurier.example/oslo", "09:00"),
        line("bote.example/oslo", "09:30"),
        gone("bote.example/oslo", "12:00"),
    )
    assert [m["kind"] for m in report["messages"]] == ["new_story"]
    last = report["decisions"][-1]
    assert (last["event"], last["reason_code"]) == ("suppressed", "retraction")


def test_articles_of_the_store_arrive_when_they_were_fetched(tmp_path: Path) -> None:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for number, (title, text) in enumerate([("Häfen", HARBOUR), ("Wien", REFERENDUM)]):
        at, url = noon + number * timedelta(hours=1), f"https://kurier.example/{number}"
        store_article(installation, url, at, title=title, text=text)
    report = json.loads(
        installation.invoke("alerts", "simulate", "--since", "2026-11-22", "--json")
    )
    assert (report["articles"], report["matches"]) == (2, 2)
    assert [(d["at"], d["url"]) for d in report["decisions"]] == [
        ("2026-11-22T12:00:00Z", "https://kurier.example/0"),
        ("2026-11-22T13:00:00Z", "https://kurier.example/1"),
    ]
    assert [m["urls"] for m in report["messages"]] == [[d["url"]] for d in report["decisions"]]
    later = ("alerts", "simulate", "--json", "--since", "2026-11-22T12:30")
    assert json.loads(installation.invoke(*later))["articles"] == 1
    assert json.loads(installation.invoke("alerts", "list", "--json")) == []


@pytest.mark.parametrize("arguments", [(), ("-", "--since", "2d"), ("--since", "gestern")])
def test_a_simulation_needs_either_a_file_or_a_time(
    installation: CliInstallation, arguments: tuple[str, ...]
) -> None:
    assert installation.execute("alerts", "simulate", *arguments).code == 2


def test_only_the_named_topics_are_simulated(tmp_path: Path) -> None:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    installation.write("topics/ports.yaml", "id: ports\ntitle: Ports\nquery: Häfen\n")
    article = json_lines(line("kurier.example/oslo", "09:00"))
    command = ("alerts", "simulate", "-", "--json", "--topic")
    for wanted in (["ports"], ["nato-membership"], ["ports", "--topic", "nato-membership"]):
        report = json.loads(installation.invoke(*command, *wanted, stdin=article))
        [message] = report["messages"]
        assert {topic["id"] for topic in message["topics"]} == set(wanted) - {"--topic"}
    done = installation.execute(*command, "nope", stdin=article)
    assert (done.code, "Topics: nato-membership, ports." in done.err) == (2, True)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which temporary files are created."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_a_simulation_leaves_nothing_behind(tmp_path: Path, temporary: Path) -> None:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    simulate(installation, line("kurier.example/oslo", "09:00"))
    assert not installation.data.exists()
    assert list(temporary.iterdir()) == []


def test_a_simulation_that_is_stopped_leaves_nothing_behind(
    installation: CliInstallation, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Progress, "show", lambda *_: signal.raise_signal(signal.SIGTERM))
    lines = line("kurier.example/oslo", "09:00"), line("bote.example/oslo", "09:30")
    done = installation.execute("alerts", "simulate", "-", stdin=json_lines(*lines))
    assert (done.code, done.out) == (130, "")
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (b"{", "it is not JSON"),
        (b"[1]", "it is not a JSON object"),
        (b'{"a":' + b"[" * 100_000, "it is not JSON"),
        (b'{"title": "\xff"}', "it is not JSON"),
        (b'{"url": "https://a.example/"}', "first_seen_at: Field required"),
        (b'{"url": " ", "first_seen_at": "2026-11-22T09:00:00Z"}', "url: "),
        (b'{"url": "a", "first_seen_at": "2026-11-22T09:00:00"}', "a time without a time zone"),
        (b'{"url": "a", "first_seen_at": "9999-11-22T09:00:00Z"}', "after 2999"),
        (b'{"url": "a", "first_seen_at": "2026-11-22T09:00:00Z", "tier": "Z"}', "tier: "),
    ],
)
def test_a_bad_line_is_an_error_that_names_file_and_line(
    installation: CliInstallation, broken: bytes, problem: str
) -> None:
    path = installation.folder / "articles.jsonl"
    path.write_bytes(json_lines(line("kurier.example/oslo", "09:00")) + b"\n\n" + broken + b"\n")
    done = installation.execute("alerts", "simulate", str(path))
    assert (done.code, done.out) == (1, "")
    assert f"{path}, line 3: " in done.err
    assert problem in done.err


def test_a_file_that_is_missing_is_wrong_usage(installation: CliInstallation) -> None:
    done = installation.execute("alerts", "simulate", "missing.jsonl")
    assert (done.code, "missing.jsonl: No such file" in done.err) == (2, True)


def test_people_read_a_timeline_and_the_number_of_each_decision(
    installation: CliInstallation,
) -> None:
    lines = line("kurier.example/oslo", "09:00"), line("bote.example/oslo", "09:30")
    out = installation.invoke("alerts", "simulate", "-", stdin=json_lines(*lines))
    assert out.splitlines() == [
        "2026-11-22T09:01:30Z new_story nato-membership -> console",
        "    Oslo zieht Ausbau der Häfen vor",
        "    New story. The topic has no similar story within 72 h of it.",
        "    https://kurier.example/oslo",
        "",
        "Articles: 2. Matches: 2. Messages: 1.",
        "       1  opened: new_story",
        "       1  suppressed: copy",
    ]


def test_a_topic_has_a_spike_after_fourteen_days_of_articles(
    installation: CliInstallation,
) -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    daily = [noon - timedelta(days=days) for days in range(14, 0, -1)]
    burst = [noon + timedelta(minutes=5 * number) for number in range(6)]
    lines = [
        line(
            f"blatt{number}.example/{number}",
            "09:00",
            title=f"Nato-Beitritt: Nummer{number * 7919}",
            text=f"Ganz{number * 104729} anderes{number} zum Nato-Beitritt.",
            first_seen_at=at.isoformat(),
        )
        for number, at in enumerate((*daily, *burst))
    ]
    [spike] = [m for m in simulate(installation, *lines)["messages"] if m["kind"] == "spike"]
    assert (spike["at"], spike["topic"]) == ("2026-11-24T12:21:30Z", "nato-membership")
    assert spike["reason"] == (
        "5 articles from 5 outlets within an hour; usually there is 1 at this time."
    )
