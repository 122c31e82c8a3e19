"""The body of a digest: what one message tells a receiver of several stories, each with a reason.

::

    items, their stories ──▶ NotificationBody(kind="digest", items=…) ──▶ JSON of at most 100 kB

Where that is too long, spans are left out; where it still is, the last items are in a message that
follows (:mod:`core.store.digest_parts`). The bundle of a notification says which form it has::

    rollup TOPIC            held by a cap
    catch_up TIME           held by quiet hours
    catch_up gap TOPIC      published while the feed was not read; a catch-up too
    backlog …               waited for a broken target; a catch-up too
    digest ID               waits for a scheduled digest
    scheduled ID TIME       a scheduled digest that goes out, of what came since a time
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate
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
from config.catalog.models import AlertPolicy
from config.i18n import Phrase, in_english
from core.clock import rfc3339
from core.store.notification_items import NotificationItem
from core.store.stories import Story, StoryArticle

DIGEST = "digest"
DEFAULT_SEVERITY = AlertPolicy().severity
MAX_SPANS = 2
MAX_ALSO_IN = 5
RESERVE = 100
"""Bytes by which the severity and the reason of a part may be longer than those of the whole."""

Form = Literal["rollup", "catch_up", "scheduled"]

LISTED = "unacknowledged"
"""``hold_code`` of an item that lists a story because nobody has acknowledged it."""

TARGET_BROKEN = "target_broken"
"""``hold_code`` of an item that waited because its target was broken."""

BACKLOG_BUNDLE = "backlog "
"""How the bundles of digests begin that make up for a broken target."""

Stories = Mapping[str, tuple[Story, Sequence[StoryArticle]]]
"""Story id to the story and its articles."""


def digest_body(
    notification_id: str,
    alert_id: str,
    items: Sequence[NotificationItem],
    stories: Stories,
    bundle: str,
    console_url: str,
) -> tuple[str, int]:
    """Return the JSON of a digest, and how many of its items fit into it, from the first on.

    Args:
        notification_id: Its id.
        alert_id: Its alert where it has no items.
        items: What it tells, in order.
        stories: The stories of the items.
        bundle: The bundle of the notification.
        console_url: URL of the console.
    """
    whole = _without_items(notification_id, alert_id, items, bundle, console_url)
    room = MAX_BYTES - RESERVE - len(whole.model_dump_json().encode())
    fitting = _fit([_digest_item(item, *stories[item.story_id]) for item in items], room)
    told = items[: len(fitting)]
    body = _without_items(notification_id, alert_id, told, bundle, console_url)
    return body.model_copy(update={"items": fitting}).model_dump_json(), len(told)


def _without_items(
    notification_id: str,
    alert_id: str,
    items: Sequence[NotificationItem],
    bundle: str,
    console_url: str,
) -> NotificationBody:
    """Return the body of a digest of these items, which are not yet in it."""
    first = next(iter(by_importance(items)), None)
    form, reason = _form(bundle, items)
    return NotificationBody(
        id=notification_id,
        kind=DIGEST,
        alert_id=first.alert_id if first else alert_id,
        topic=None,
        severity=first.severity if first else DEFAULT_SEVERITY,
        story=None,
        articles=(),
        reason=in_english(reason),
        reason_code=form,
        reason_phrase=json.loads(reason.dump()),
        console_url=console_url,
        digest=form,
    )


def scheduled_bundle(digest_id: str, since: datetime) -> str:
    """Return the bundle of a scheduled digest that goes out, of what came since a time."""
    return f"scheduled {digest_id} {rfc3339(since)}"


def _form(bundle: str, items: Sequence[NotificationItem]) -> tuple[Form, Phrase]:
    """Return the form of a digest and its reason."""
    name, *rest = bundle.split(" ")
    if name == "scheduled":
        since = datetime.fromisoformat(rest[1])
        code = "plan.digest.scheduled" if items else "plan.digest.empty"
        return "scheduled", Phrase(code, digest=rest[0], n=len(items), since=since)
    if name == "digest":
        since = items[0].added_at
        return "scheduled", Phrase(
            "plan.digest.scheduled", digest=rest[0], n=len(items), since=since
        )
    form: Form = "rollup" if name == "rollup" else "catch_up"
    code = "gap" if rest[:1] == ["gap"] and form == "catch_up" else form
    code = "backlog" if bundle.startswith(BACKLOG_BUNDLE) else code
    return form, Phrase(f"plan.digest.{code}", n=len(items))


def _digest_item(
    item: NotificationItem, story: Story, articles: Sequence[StoryArticle]
) -> DigestItem:
    held = Phrase.load(item.hold_reason)
    part = story_part(story, item.development)
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


def _fit(items: Sequence[DigestItem], room: int) -> tuple[DigestItem, ...]:
    """Return the first items, at least one, that fit into a number of bytes.

    Spans are left out where not all items fit with them.
    """
    for spans in range(MAX_SPANS, -1, -1):
        shortened = tuple(_without_spans(item, spans) for item in items)
        ends = list(accumulate(len(item.model_dump_json().encode()) + 1 for item in shortened))
        if not ends or ends[-1] <= room:
            return shortened
    return shortened[: max(1, bisect_right(ends, room))]


def _without_spans(item: DigestItem, spans: int) -> DigestItem:
    articles = tuple(_shortened(article, spans) for article in item.articles)
    return item.model_copy(update={"articles": articles})
