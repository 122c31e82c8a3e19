"""The body of a digest: the messages that were held for one receiver, each with its reason.

::

    items, their stories ──▶ NotificationBody(kind="digest", items=…) ──▶ JSON of at most 100 kB

Where that is too long, spans are left out first, then items from the end; ``reason`` has the number
of all. The console shows what is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from alerts.notification_body import (
    MAX_BYTES,
    DigestItem,
    NotificationArticle,
    NotificationBody,
    NotificationTopic,
    by_importance,
    group_copies,
    story_part,
)
from config.i18n import Phrase, in_english
from core.store.notification_items import NotificationItem
from core.store.stories import Story, StoryArticle

DIGEST = "digest"
MAX_SPANS = 2
MAX_ALSO_IN = 5

Form = Literal["rollup", "catch_up", "gap", "backlog"]
"""What held the messages: a cap, quiet hours, a gap in which the feed was not read, or a target
that was broken."""

TARGET_BROKEN = "target_broken"
"""``hold_code`` of an item that waited because its target was broken."""

BACKLOG_BUNDLE = "backlog "
"""How the bundles of digests begin that make up for a broken target."""

Stories = Mapping[str, tuple[Story, Sequence[StoryArticle]]]
"""Story id to the story and its articles."""


def digest_body(
    notification_id: str,
    items: Sequence[NotificationItem],
    stories: Stories,
    form: Form,
    console_url: str,
) -> str:
    """Return the JSON of a digest.

    Args:
        notification_id: Its id.
        items: What was held, in the order in which it was decided.
        stories: The stories of the items.
        form: What held them. A gap and a backlog are made up for by a catch-up too.
        console_url: URL of the console.
    """
    first = by_importance(items)[0]
    reason = Phrase(f"plan.digest.{form}", n=len(items))
    body = NotificationBody(
        id=notification_id,
        kind=DIGEST,
        alert_id=first.alert_id,
        topic=None,
        severity=first.severity,
        story=None,
        articles=(),
        reason=in_english(reason),
        reason_code="rollup" if form == "rollup" else "catch_up",
        reason_phrase=json.loads(reason.dump()),
        console_url=console_url,
        digest="rollup" if form == "rollup" else "catch_up",
        items=tuple(_digest_item(item, *stories[item.story_id]) for item in items),
    )
    return _fit(body)


def _digest_item(
    item: NotificationItem, story: Story, articles: Sequence[StoryArticle]
) -> DigestItem:
    held = Phrase.load(item.hold_reason)
    part = story_part(story, item)
    told = [a for a in group_copies(articles) if a.id == item.article_id]
    return DigestItem(
        topic=NotificationTopic(id=item.topic_id, title=item.topic_title),
        story=part,
        articles=tuple(_shortened(article, MAX_SPANS) for article in told),
        kind=item.kind,
        severity=item.severity,
        alert_id=item.alert_id,
        article_id=item.article_id,
        held_reason=in_english(held),
        held_code=item.hold_code,
        held_phrase=json.loads(item.hold_reason),
    )


def _shortened(article: NotificationArticle, spans: int) -> NotificationArticle:
    return article.model_copy(
        update={"evidence": article.evidence[:spans], "also_in": article.also_in[:MAX_ALSO_IN]}
    )


def _fit(body: NotificationBody) -> str:
    text = body.model_dump_json()
    spans, items = MAX_SPANS, body.items
    while len(text.encode()) > MAX_BYTES and len(items) > 1:
        spans -= 1
        if spans >= 0:
            items = tuple(_without_spans(item, spans) for item in items)
        else:
            items = items[: len(items) * 9 // 10]
        text = body.model_copy(update={"items": items}).model_dump_json()
    return text


def _without_spans(item: DigestItem, spans: int) -> DigestItem:
    articles = tuple(_shortened(article, spans) for article in item.articles)
    return item.model_copy(update={"articles": articles})
