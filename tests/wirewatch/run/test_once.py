"""`run --once`, from a newsroom on loopback to a webhook receiver on loopback."""

from __future__ import annotations

import random
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from config.catalog.last_good import HeldFile
from config.faults import Fault
from tests.support.cli_installation import SECRET, CliInstallation, new_installation
from tests.support.newsroom import Answer, Newsroom, Story, WebhookReceiver
from tests.wirewatch.run.many_stories import (
    BODY,
    OTHER,
    assert_decided_once,
    publish_many,
    run_two_rounds,
)
from wirewatch.run.once import describe_faults
from wirewatch.run.summary import Summary


@pytest.fixture
def installation(tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver) -> CliInstallation:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier=newsroom.feed_url("kurier"))
    installation.route_to_webhook(webhook.url + "/hook")
    return installation


@pytest.fixture
def on_any_engine(installation: CliInstallation, engines: dict[str, str]) -> CliInstallation:
    """The same installation on each combination of engines."""
    installation.environment.update(engines)
    return installation


@pytest.mark.processes
def test_a_new_article_on_a_topic_is_notified_once(
    on_any_engine: CliInstallation, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    on_any_engine.extraction_processes = True
    newsroom.publish(
        "kurier",
        Story("/a", "Schweden unterzeichnet Antrag", BODY),
        Story("/b", "Haushalt beschlossen", OTHER),
    )
    summary = on_any_engine.run_once()
    assert summary["feeds"] == {"polled": 1, "not_modified": 0, "failed": 0}
    assert summary["articles"] == {"new": 2, "revised": 0, "known": 0}
    assert summary["matches"] == 1
    assert summary["alerts"] == {"opened": 1, "updated": 0, "suppressed": 0}
    assert summary["deliveries"] == {"delivered": 1, "failed": 0, "pending": 0, "held": 0}
    assert sum(summary["dispositions"]["processors"].values()) == 2
    [body] = webhook.notifications
    assert body["kind"] == "new_story"
    assert body["topic"]["id"] == "nato-membership"
    evidence = body["articles"][0]["evidence"][0]
    assert evidence["surface"] == "Nato-Beitritt"
    assert evidence["sentence"].startswith("Die Regierung in Stockholm")
    [request] = [r for r in webhook.requests if r.method == "POST"]
    assert Webhook(SECRET).verify(request.body, request.headers)["id"] == body["id"]

    second = on_any_engine.run_once()
    assert (second["articles"]["new"], second["articles"]["revised"]) == (0, 0)
    assert second["feeds"]["not_modified"] == 1
    assert second["alerts"] == {"opened": 0, "updated": 0, "suppressed": 0}
    assert len(webhook.notifications) == 1


@pytest.mark.slow
def test_a_topic_with_an_error_ends_a_round_with_1_and_stops_no_other_topic(
    installation: CliInstallation, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    installation.write("topics/new.yaml", '{id: new, query: "(Nato"}')
    newsroom.publish("kurier", Story("/a", "Schweden unterzeichnet Antrag", BODY))
    summary = installation.invoke_once(code=1)
    [fault] = summary["faults"]
    assert "topics/new.yaml:1:23: E001" in fault
    assert fault.endswith("It is off: it never was without an error.")
    assert (summary["matches"], summary["deliveries"]["delivered"]) == (1, 1)
    assert len(webhook.notifications) == 1


def test_the_summary_says_of_each_file_with_an_error_what_is_in_force() -> None:
    good_at = datetime(2026, 11, 22, 9, 0, 0, 5, tzinfo=UTC)
    error = Fault(file="a.yaml", line=1, column=2, code="E001", message="Bad.", mend="Mend.")
    warning = error.model_copy(update={"code": "W101"})
    held = [HeldFile("a.yaml", "topic", good_at), HeldFile("v.yaml", "vocabulary", good_at)]
    since = "Its last good version of 2026-11-22T09:00:00Z is in force."
    lines = [f"a.yaml:1:2: E001 Bad. Mend. {since}", f"v.yaml: A topic needs it. {since}"]
    assert describe_faults([error, warning], held) == lines
    assert describe_faults([warning], []) == []
    assert Summary(faults=lines, troubles=["away"]).exit_code == 1
    assert Summary(troubles=["away"]).exit_code == 3


@pytest.mark.slow
def test_reader_comments_match_nothing(
    installation: CliInstallation, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    comments = "".join(
        f"<div><div>{name} | Sa., 8. Januar 2022 - 18:{minute}</div>"
        "<div>Der Nato-Beitritt der Ukraine wäre ein Fehler, das sage ich seit Jahren.</div></div>"
        for minute, name in enumerate(["Otto Meier", "Ina Kuhn", "Paul Adam", "Lea Wolf"], 10)
    )
    page = Story("/c", "Haushalt beschlossen", OTHER).html()
    page = page.replace(b"</article>", f"</article><div>{comments}</div>".encode())
    newsroom.publish("kurier", Story("/c", "Haushalt beschlossen", OTHER, page=page))
    summary = installation.invoke_once()
    assert summary["articles"]["new"] == 1
    assert summary["matches"] == 0
    assert webhook.notifications == []
    [record] = installation.tail("news.articles.v1")
    assert "Otto Meier" not in record["value"]["text"]
    assert "comments" in {z["zone"] for z in record["value"]["zones"]}


@pytest.mark.slow
def test_a_failed_delivery_stays_pending_and_is_repeated_with_the_same_id(
    installation: CliInstallation, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    webhook.statuses = [500]
    newsroom.publish("kurier", Story("/a", "Schweden unterzeichnet Antrag", BODY))
    first_round = installation.invoke_once(code=3)
    assert first_round["deliveries"] == {"delivered": 0, "failed": 0, "pending": 1, "held": 0}
    second_round = installation.invoke_once()
    assert second_round["deliveries"] == {"delivered": 1, "failed": 0, "pending": 0, "held": 0}
    first, second = [r for r in webhook.requests if r.method == "POST"]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


@pytest.mark.slow
def test_who_was_told_of_an_article_is_told_once_that_its_page_has_vanished(
    installation: CliInstallation, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    installation.environment |= {"WIREWATCH_REREAD_AFTER": "0s", "WIREWATCH_VANISHED_AFTER": "0s"}
    told, other = Story("/a", "Schweden unterzeichnet Antrag", BODY), Story("/b", "Haushalt", OTHER)
    newsroom.publish("kurier", told, other)
    assert installation.invoke_once()["alerts"]["opened"] == 1
    newsroom.answers["/a"] = Answer(b"gone", 410)
    assert installation.invoke_once()["alerts"]["updated"] == 0  # a page is read once in a round
    summary = installation.invoke_once()
    assert summary["alerts"] == {"opened": 0, "updated": 1, "suppressed": 0}
    assert summary["dispositions"]["ingest"]["page_gone"] == 1
    assert [body["kind"] for body in webhook.notifications] == ["new_story", "retraction"]
    retraction = webhook.notifications[-1]
    assert retraction["articles"][0]["url"].endswith("/a")
    assert retraction["articles"][0]["gone"]
    assert "vanished" in retraction["reason"]
    assert installation.invoke_once()["alerts"]["updated"] == 0
    assert len(webhook.notifications) == 2


def test_a_round_that_reaches_no_outlet_exits_with_3(installation: CliInstallation) -> None:
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    summary = installation.invoke_once(code=3)
    assert summary["feeds"] == {"polled": 1, "not_modified": 0, "failed": 1}


@pytest.mark.processes
def test_rounds_killed_at_any_instant_lose_nothing_and_decide_nothing_twice(
    on_any_engine: CliInstallation, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    publish_many(on_any_engine, newsroom, 30)
    dice, kills = random.Random(7), 6
    for _ in range(kills):
        process = on_any_engine.start("run", "--once", new_session=True)
        time.sleep(dice.uniform(0.2, 2.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    on_any_engine.run_once()
    assert on_any_engine.run_once()["articles"]["new"] == 0
    on_kafka = "WIREWATCH_STREAMS_URL" in on_any_engine.environment
    # Each kill may hit between an answer of the webhook and its record, for one message at most.
    assert_decided_once(on_any_engine, webhook, 30, repeats=on_kafka, notified_again=kills)


@pytest.mark.processes
def test_two_rounds_at_once_share_the_work(
    on_any_engine: CliInstallation, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    publish_many(on_any_engine, newsroom, 30)
    run_two_rounds(on_any_engine)
    assert_decided_once(on_any_engine, webhook, 30)
