"""The body of a notification: the JSON that a webhook posts and other receivers render.

::

    story, its articles, the decision ──▶ NotificationBody ──▶ JSON of at most 100 kB

A copy is listed under its original (``also_in``). What does not fit is left out from the end, spans
before articles; the story's page on the console shows everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from config.i18n import Phrase, in_english, verbatim
from core.messages import Evidence, Match
from core.messages.base import Moment
from core.store.stories import ArticleFacts, Story, StoryArticle

MAX_BYTES = 100_000
MAX_ARTICLES = 20
MAX_SPANS = 50
MAX_SENTENCE = 1_000


class _BodyPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class AlsoIn(_BodyPart):
    """Another outlet with the same text."""

    outlet: str
    url: str
    title: str = ""


class NotificationArticle(ArticleFacts):
    """An article of the story, with the outlets that have its text."""

    also_in: tuple[AlsoIn, ...] = ()


class NotificationTopic(_BodyPart):
    """The topic of the alert."""

    id: str
    title: str


class NotificationStory(_BodyPart):
    """The story of the alert.

    Attributes:
        development: What is new in the story; empty where that is the story itself.
    """

    id: str
    title: str
    first_seen: Moment
    outlets: int
    development: str = ""


class NotificationBody(_BodyPart):
    """Everything a receiver may say about a notification.

    Attributes:
        reason: Why it is sent, in English.
        reason_code: Why it is sent, for programs: a reason code of ``news.alerts``.
        reason_phrase: The same as a code of the catalogues and its parameters, for receivers that
            write in another language; None in bodies stored by older versions.
    """

    id: str
    kind: str
    alert_id: str
    topic: NotificationTopic
    severity: str
    story: NotificationStory
    articles: tuple[NotificationArticle, ...]
    reason: str
    reason_code: str = ""
    reason_phrase: dict[str, Any] | None = None
    console_url: str

    def phrase(self) -> Phrase:
        """Return the reason as a phrase; the English text verbatim where the body has none."""
        if self.reason_phrase is None:
            return verbatim(self.reason)
        return Phrase.load(json.dumps(self.reason_phrase))


def article_facts(match: Match) -> ArticleFacts:
    """Return what is stored of a match to show it later."""
    article = match.article
    return ArticleFacts(
        id=match.article_id,
        revision=match.revision,
        url=article.url,
        title=article.title,
        outlet=article.outlet,
        language=match.language,
        published_at=article.published_at,
        first_seen_at=article.first_seen_at,
        score=match.score,
        rules=match.rules,
        evidence=tuple(_shorten_sentence(e) for e in match.evidence[:MAX_SPANS]),
    )


def group_copies(articles: Iterable[StoryArticle]) -> tuple[NotificationArticle, ...]:
    """Return a story's articles that are not copies, each with the outlets that copied it."""
    articles = tuple(articles)
    facts = {a.article_id: a.shown() for a in articles}
    copies: dict[str, list[AlsoIn]] = {}
    for a in articles:
        if a.copy_of is not None:
            copy = facts[a.article_id]
            also = AlsoIn(outlet=copy.outlet, url=copy.url, title=copy.title)
            copies.setdefault(a.copy_of, []).append(also)
    originals = (a.article_id for a in articles if a.copy_of is None)
    return tuple(
        NotificationArticle(**dict(facts[id_]), also_in=tuple(copies.get(id_, ())))
        for id_ in originals
    )


def told_first(
    articles: Sequence[NotificationArticle], article_id: str
) -> tuple[NotificationArticle, ...]:
    """Return a story's articles with the one that the notification is about first.

    The others follow, newest first, so that what does not fit into a message is what is oldest.
    """
    told = [article for article in articles if article.id == article_id]
    others = [article for article in reversed(articles) if article.id != article_id]
    return (*told, *others)


def notification_body(
    *,
    notification_id: str,
    kind: str,
    alert_id: str,
    topic: NotificationTopic,
    severity: str,
    story: Story,
    articles: Sequence[StoryArticle],
    article_id: str,
    reason: Phrase,
    reason_code: str,
    console_url: str,
) -> str:
    """Return the JSON of a notification, at most :data:`MAX_BYTES` long."""
    body = NotificationBody(
        id=notification_id,
        kind=kind,
        alert_id=alert_id,
        topic=topic,
        severity=severity,
        story=NotificationStory(
            id=story.id, title=story.title, first_seen=story.first_seen, outlets=story.outlets
        ),
        articles=told_first(group_copies(articles), article_id)[:MAX_ARTICLES],
        reason=in_english(reason),
        reason_code=reason_code,
        reason_phrase=json.loads(reason.dump()),
        console_url=alert_url(console_url, alert_id),
    )
    return _fit(body)


def alert_url(console_url: str, alert_id: str) -> str:
    """Return the URL of an alert's page on the console."""
    return f"{console_url.rstrip('/')}/alerts/{quote(alert_id, safe='')}"


def _shorten_sentence(evidence: Evidence) -> Evidence:
    """Cut a long sentence around the words that matched."""
    sentence = evidence.sentence
    if len(sentence) <= MAX_SENTENCE:
        return evidence
    at = max(0, sentence.find(evidence.surface))
    start = max(0, min(at - MAX_SENTENCE // 2, len(sentence) - MAX_SENTENCE))
    cut = sentence[start : start + MAX_SENTENCE].strip()
    before, after = "…" * (start > 0), "…" * (start + MAX_SENTENCE < len(sentence))
    return evidence.model_copy(update={"sentence": f"{before}{cut}{after}"})


def _fit(body: NotificationBody) -> str:
    """Shorten a body until it fits: fewer spans per article first, then fewer articles."""
    text = body.model_dump_json()
    spans, articles = MAX_SPANS, body.articles
    while len(text.encode()) > MAX_BYTES and (spans > 1 or len(articles) > 1):
        if spans > 1:
            spans //= 2
        else:
            articles = articles[:-1]
        articles = tuple(_limit_spans(a, spans) for a in articles)
        text = body.model_copy(update={"articles": articles}).model_dump_json()
    return text


def _limit_spans(article: NotificationArticle, spans: int) -> NotificationArticle:
    return article.model_copy(
        update={"evidence": article.evidence[:spans], "also_in": article.also_in[: 10 * spans]}
    )
