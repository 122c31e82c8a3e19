"""A notification as it is stored, for tests of what mail makes of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from alerts.notification_body import (
    AlsoIn,
    DigestItem,
    NotificationArticle,
    NotificationBody,
    NotificationStory,
    NotificationTopic,
)
from config.i18n import Phrase, in_english
from core.messages import Evidence, Field
from tests.alerts.harness import NOON

REASON = Phrase(
    "decision.new_story_why",
    why=Phrase("decision.nearest_story", outlet="bote", percent=12, needed=22),
)
TITLE = "Schweden unterzeichnet den Antrag auf NATO-Beitritt"


def evidence(sentence: str, surface: str, field: Field = Field.TEXT) -> Evidence:
    return Evidence(
        field=field, start=0, end=len(surface), surface=surface, rule="direct", sentence=sentence
    )


def article(**values: Any) -> NotificationArticle:
    fields: dict[str, Any] = {
        "id": "a" * 32,
        "revision": 1,
        "url": "https://kurier.example.org/politik/schweden?a=1&b=2",
        "title": TITLE,
        "outlet": "kurier",
        "language": "de",
        "published_at": NOON,
        "first_seen_at": NOON,
        "score": 55,
        "rules": ("direct", "near"),
        "also_in": tuple(
            AlsoIn(outlet=o, url=f"https://{o}.example.org/1") for o in ("bote", "tagblatt")
        ),
        "evidence": (
            evidence(TITLE, "NATO-Beitritt", Field.TITLE),
            evidence("Den NATO-Beitritt hat die Außenministerin beantragt.", "NATO-Beitritt"),
        ),
    }
    return NotificationArticle(**fields | values)


def second_article(**values: Any) -> NotificationArticle:
    fields: dict[str, Any] = {
        "id": "b" * 32,
        "url": "https://post.example.org/world/sweden",
        "title": "Sweden signs application to join NATO",
        "outlet": "post",
        "language": "en",
        "published_at": NOON + timedelta(minutes=20),
        "score": 30,
        "rules": ("english",),
        "also_in": (),
        "evidence": (evidence("Sweden asked to join NATO & the EU on Sunday.", "join NATO"),),
    }
    return article(**fields | values)


def story_with(**values: Any) -> NotificationStory:
    fields = {"id": "3" * 32, "title": TITLE, "first_seen": NOON, "outlets": 4}
    return NotificationStory(**fields | values)


def body(**values: Any) -> NotificationBody:
    fields: dict[str, Any] = {
        "id": "1" * 32,
        "kind": "new_story",
        "alert_id": "2" * 32,
        "topic": NotificationTopic(id="nato-membership", title="NATO membership negotiations"),
        "severity": "urgent",
        "story": story_with(),
        "articles": (article(), second_article()),
        "reason": in_english(REASON),
        "reason_code": "new_story",
        "reason_phrase": None if "reason" in values else json.loads(REASON.dump()),
        "console_url": "http://127.0.0.1:8080/alerts/" + "2" * 32,
    }
    return NotificationBody(**fields | values)


def held_item(number: int = 1, **values: Any) -> DigestItem:
    held = Phrase("plan.held.cap", n=6, cap=6)
    fields: dict[str, Any] = {
        "topic": NotificationTopic(id="rail", title="Railways"),
        "story": story_with(id=f"{number:032}", title=f"Held {number}"),
        "articles": (article(title=f"Held {number}"),),
        "kind": "new_story",
        "severity": "normal",
        "alert_id": f"{number:032}",
        "article_id": "a" * 32,
        "held_reason": in_english(held),
        "held_code": "cap",
        "held_phrase": json.loads(held.dump()),
    }
    return DigestItem(**fields | values)


def digest(count: int) -> NotificationBody:
    reason = Phrase("plan.digest.rollup", n=count)
    return body(
        kind="digest",
        topic=None,
        story=None,
        articles=(),
        severity="normal",
        reason=in_english(reason),
        reason_code="rollup",
        reason_phrase=json.loads(reason.dump()),
        digest="rollup",
        items=tuple(held_item(n) for n in range(1, count + 1)),
    )
