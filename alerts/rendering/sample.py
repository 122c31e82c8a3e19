"""Notifications about nothing that happened: the test of a receiver, and an invented example."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.digest_body import DIGEST
from alerts.notification_body import (
    AlsoIn,
    NotificationArticle,
    NotificationBody,
    NotificationStory,
    NotificationTopic,
    alert_url,
)
from alerts.receivers import DeliveryAttempt
from config.catalog.models import AlertsDefinition
from config.i18n import Phrase, Translator, in_english
from core.ids import hash_parts
from core.messages import Evidence, Field

TEST = "test"
"""The kind of a notification that tests a receiver."""

_TITLE = "Schweden unterzeichnet den Antrag auf NATO-Beitritt"
_SENTENCE = "Den Antrag auf NATO-Beitritt hat die Außenministerin in Brüssel unterzeichnet."

_HEADLINE = "Sweden signs application to join NATO"
_REPORT = "Sweden signed its application to join NATO on Sunday, the foreign ministry said."


def check_attempt(
    receiver: str, target: str, t: Translator, console_url: str, now: datetime
) -> DeliveryAttempt:
    """Return an attempt that tests a target: its notification says so, in the reader's language.

    Args:
        receiver: Id of the receiver.
        target: One of its targets.
        t: The receiver's language.
        console_url: URL of the console.
        now: The present.
    """
    notification_id = uuid.uuid4().hex
    body = _body(
        notification_id,
        kind=TEST,
        severity="normal",
        topic=NotificationTopic(id=TEST, title="Wirewatch"),
        title=t("notification.test_title"),
        reason=Phrase("notification.meaning.test"),
        articles=(),
        url=console_url,
        now=now,
    )
    return DeliveryAttempt(notification_id, receiver, target, TEST, body, 1, False, now)


def sample_attempt(now: datetime) -> DeliveryAttempt:
    """Return an attempt with an invented notification about two articles, one of them with copies.

    Args:
        now: The present; the articles were published minutes ago.
    """
    notification_id, at = hash_parts("sample"), now - timedelta(minutes=4)
    kind = "new_story"
    body = _body(
        notification_id,
        kind=kind,
        severity="urgent",
        topic=NotificationTopic(id="nato-membership", title="NATO"),
        title=_TITLE,
        reason=Phrase(
            "decision.new_story_why",
            why=Phrase("decision.nearest_story", outlet="Bote", percent=12, needed=22),
        ),
        articles=(
            _article("Kurier", "de", _TITLE, _SENTENCE, "NATO-Beitritt", at),
            _article("Post", "en", _HEADLINE, _REPORT, "join NATO", at),
        ),
        url=alert_url(AlertsDefinition().console_url, notification_id),
        now=now,
    )
    return DeliveryAttempt(notification_id, "sample", "sample", kind, body, 1, False, now)


def digest_attempt(now: datetime) -> DeliveryAttempt:
    """Return an attempt with an invented digest: the sample, held during quiet hours.

    Args:
        now: The present.
    """
    attempt = sample_attempt(now)
    body = json.loads(attempt.body)
    reason, held = Phrase("plan.digest.catch_up", n=1), Phrase("plan.held.quiet_hours", until=now)
    item = {key: body[key] for key in ("topic", "story", "kind", "severity", "alert_id")} | {
        "articles": body["articles"][:1],
        "article_id": body["articles"][0]["id"],
        "held_reason": in_english(held),
        "held_code": "quiet_hours",
        "held_phrase": json.loads(held.dump()),
    }
    digest = body | {
        "kind": DIGEST,
        "topic": None,
        "story": None,
        "articles": [],
        "digest": "catch_up",
        "items": [item],
        "reason": in_english(reason),
        "reason_code": "catch_up",
        "reason_phrase": json.loads(reason.dump()),
    }
    return replace(attempt, kind=DIGEST, body=json.dumps(digest).encode())


def _body(
    notification_id: str,
    *,
    kind: str,
    severity: str,
    topic: NotificationTopic,
    title: str,
    reason: Phrase,
    articles: Sequence[NotificationArticle],
    url: str,
    now: datetime,
) -> bytes:
    story = NotificationStory(
        id=notification_id,
        title=title,
        first_seen=now,
        outlets=sum(1 + len(article.also_in) for article in articles),
        independent_outlets=len(articles),
    )
    body = NotificationBody(
        id=notification_id,
        kind=kind,
        alert_id=notification_id,
        topic=topic,
        severity=severity,
        story=story,
        articles=tuple(articles),
        reason=in_english(reason),
        reason_code=kind,
        reason_phrase=json.loads(reason.dump()),
        console_url=url,
    )
    return body.model_dump_json().encode()


def _article(
    outlet: str, language: str, title: str, sentence: str, term: str, at: datetime
) -> NotificationArticle:
    start = sentence.index(term)
    evidence = Evidence(
        field=Field.TEXT,
        start=start,
        end=start + len(term),
        surface=term,
        rule="accession",
        sentence=sentence,
    )
    host = f"https://{outlet.lower()}.example.org"
    copies = ("Bote", "Tagblatt") if language == "de" else ()
    return NotificationArticle(
        id=hash_parts(host),
        revision=1,
        url=f"{host}/nato",
        title=title,
        outlet=outlet,
        language=language,
        published_at=at,
        first_seen_at=at,
        score=55,
        rules=("accession",),
        evidence=(evidence,),
        also_in=tuple(
            AlsoIn(outlet=copy, url=f"https://{copy.lower()}.example.org/nato") for copy in copies
        ),
    )
