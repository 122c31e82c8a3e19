"""`run --once` through the real command line, from a loopback newsroom to a loopback desk."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.support.cli_installation import SECRET, CliInstallation, new_installation
from tests.support.newsroom import Desk, Newsroom, Story

BODY = (
    "Die Regierung in Stockholm hat am Montag den Antrag auf den Nato-Beitritt unterzeichnet. "
    "Das sagte die Ministerin vor der Presse in der Hauptstadt und nannte Einzelheiten.\n"
    "Nun müssen die Parlamente aller Mitgliedstaaten zustimmen, was mehrere Monate dauern kann. "
    "Beobachter rechnen mit einem Beschluss im kommenden Frühjahr."
)
OTHER = (
    "Der Stadtrat hat am Dienstag den Haushalt für das kommende Jahr beschlossen. "
    "Vorgesehen sind mehr Mittel für Schulen und für den Ausbau der Radwege.\n"
    "Die Opposition kritisierte die geplante Erhöhung der Gebühren scharf und kündigte an, "
    "gegen den Beschluss vorzugehen."
)


@pytest.fixture
def walk(tmp_path: Path, room: Newsroom, desk: Desk) -> CliInstallation:
    walk = new_installation(tmp_path)
    walk.sources(kurier=room.feed_url("kurier"))
    walk.webhook(desk.url + "/hook")
    return walk


@pytest.fixture
def walk_on_any(walk: CliInstallation, engines: dict[str, str]) -> CliInstallation:
    """The same on each combination of engines."""
    walk.environment.update(engines)
    return walk


def test_a_new_article_on_a_tracked_topic_is_told_once(
    walk_on_any: CliInstallation, room: Newsroom, desk: Desk
) -> None:
    walk = walk_on_any
    room.publish(
        "kurier",
        Story("/a", "Schweden unterzeichnet Antrag", BODY),
        Story("/b", "Haushalt beschlossen", OTHER),
    )
    summary = walk.once()
    assert summary["feeds"] == {"polled": 1, "not_modified": 0, "failed": 0}
    assert summary["articles"] == {"new": 2, "revised": 0, "known": 0}
    assert summary["matches"] == 1
    assert summary["alerts"] == {"opened": 1, "updated": 0, "suppressed": 0}
    assert summary["deliveries"] == {"delivered": 1, "failed": 0, "pending": 0}
    assert sum(summary["dispositions"]["processors"].values()) == 2
    [told] = desk.told
    assert told["kind"] == "new_story"
    assert told["topic"]["id"] == "nato-membership"
    evidence = told["articles"][0]["evidence"][0]
    assert evidence["surface"] == "Nato-Beitritt"
    assert evidence["sentence"].startswith("Die Regierung in Stockholm")
    [request] = [r for r in desk.requests if r.method == "POST"]
    assert Webhook(SECRET).verify(request.body, request.headers)["id"] == told["id"]

    again = walk.once()
    assert again["articles"] == {"new": 0, "revised": 0, "known": 0} | {
        "known": again["articles"]["known"]
    }
    assert again["feeds"]["not_modified"] == 1
    assert again["alerts"] == {"opened": 0, "updated": 0, "suppressed": 0}
    assert len(desk.told) == 1


def test_reader_comments_fire_nothing(walk: CliInstallation, room: Newsroom, desk: Desk) -> None:
    comments = "".join(
        f"<div><div>{name} | Sa., 8. Januar 2022 - 18:{minute}</div>"
        "<div>Der Nato-Beitritt der Ukraine wäre ein Fehler, das sage ich seit Jahren.</div></div>"
        for minute, name in enumerate(["Otto Meier", "Ina Kuhn", "Paul Adam", "Lea Wolf"], 10)
    )
    page = Story("/c", "Haushalt beschlossen", OTHER).html()
    page = page.replace(b"</article>", f"</article><div>{comments}</div>".encode())
    room.publish("kurier", Story("/c", "Haushalt beschlossen", OTHER, page=page))
    summary = walk.once()
    assert summary["articles"]["new"] == 1
    assert summary["matches"] == 0
    assert desk.told == []
    [record] = walk.tail("news.articles.v1")
    assert "Otto Meier" not in record["value"]["text"]
    assert "comments" in {z["zone"] for z in record["value"]["zones"]}


def test_a_failing_webhook_stays_pending_and_is_told_later_with_the_same_id(
    walk: CliInstallation, room: Newsroom, desk: Desk
) -> None:
    desk.statuses = [500]
    room.publish("kurier", Story("/a", "Schweden unterzeichnet Antrag", BODY))
    assert walk.once(code=3)["deliveries"] == {"delivered": 0, "failed": 0, "pending": 1}
    assert walk.once()["deliveries"] == {"delivered": 1, "failed": 0, "pending": 0}
    first, second = [r for r in desk.requests if r.method == "POST"]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_nothing_reachable_exits_3(walk: CliInstallation, room: Newsroom, desk: Desk) -> None:
    walk.sources(kurier="http://127.0.0.1:1/feed.xml")
    assert walk.once(code=3)["feeds"] == {"polled": 1, "not_modified": 0, "failed": 1}


def _many(room: Newsroom, count: int) -> None:
    for number in range(count):
        text = BODY if number % 2 else OTHER
        unique = f"Das ist der Bericht mit der Nummer {number} aus der Redaktion. " * 12
        room.publish(
            f"feed{number % 3}",
            Story(f"/s{number}", f"Bericht Nummer {number}", f"{unique}\n{text}"),
        )


def _decided_once(
    walk: CliInstallation, desk: Desk, count: int, *, repeats: bool = False, told_again: int = 1
) -> None:
    """Every article is decided once; only a killed relay may have repeated records."""
    articles = walk.tail("news.articles.v1")
    times = Counter(r["value"]["article_id"] for r in articles)
    assert len(times) == count
    assert len({r["headers"]["ce_id"] for r in articles}) == count
    matches = Counter(r["value"]["article_id"] for r in walk.tail("news.matches.v1"))
    assert len(matches) == count // 2
    assert all(times[article] == number for article, number in matches.items())
    assert repeats or set(times.values()) == {1}
    events = {r["headers"]["ce_id"]: r["value"] for r in walk.tail("news.alerts.v1")}.values()
    decided = Counter(
        e["article_id"] for e in events if e["event"] in ("opened", "updated", "suppressed")
    )
    assert len(decided) == count // 2
    assert set(decided.values()) == {1}
    opened = sum(e["event"] == "opened" for e in events)
    told = Counter(t["id"] for t in desk.told)
    assert len(told) == opened
    assert sum(told.values()) - len(told) <= told_again


def test_killed_at_any_instant_nothing_is_lost_or_decided_twice(
    walk_on_any: CliInstallation, room: Newsroom, desk: Desk
) -> None:
    walk = walk_on_any
    walk.sources(**{f"blatt{n}": room.feed_url(f"feed{n}") for n in range(3)})
    _many(room, 30)
    dice, kills = random.Random(7), 6
    for _ in range(kills):
        process = walk.start("run", "--once", start_new_session=True)
        time.sleep(dice.uniform(0.6, 3.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    walk.once()
    assert walk.once()["articles"]["new"] == 0
    on_kafka = "WIREWATCH_STREAMS_URL" in walk.environment
    # Each kill may fall between an answer of the desk and its mark, of one message at most.
    _decided_once(walk, desk, 30, repeats=on_kafka, told_again=kills)


def test_two_at_once_share_the_work(
    walk_on_any: CliInstallation, room: Newsroom, desk: Desk
) -> None:
    walk = walk_on_any
    walk.sources(**{f"blatt{n}": room.feed_url(f"feed{n}") for n in range(3)})
    _many(room, 30)
    pair = [walk.start("run", "--once", "--json") for _ in range(2)]
    for process in pair:
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, out + err
    _decided_once(walk, desk, 30)
