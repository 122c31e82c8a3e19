"""The body of a notification: the JSON that a webhook posts, made from what is stored.

::

    story, its articles, the decision ──▶ Body ──▶ JSON of at most 100 kB

Copies stand under the article whose text they are (``also_in``). What does not fit is left out from
the end, spans before articles; the story's page on the console has everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from core.messages import Evidence, Match
from core.messages.base import Moment
from core.store.stories import ArticleFacts, Story, StoryArticle

MAX_BYTES = 100_000
MAX_ARTICLES = 20
MAX_SPANS = 50
MAX_SENTENCE = 1_000


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class AlsoIn(_Shown):
    """Another outlet with the same text."""

    outlet: str
    url: str
    title: str = ""


class ShownArticle(ArticleFacts):
    """An article as people are shown it, with the outlets that have its text."""

    also_in: tuple[AlsoIn, ...] = ()


class ShownTopic(_Shown):
    """A topic as people are shown it."""

    id: str
    title: str


class ShownStory(_Shown):
    """A story as people are shown it."""

    id: str
    title: str
    first_seen: Moment
    outlets: int


class NotificationBody(_Shown):
    """What a receiver is told."""

    id: str
    kind: str
    alert_id: str
    topic: ShownTopic
    severity: str
    story: ShownStory
    articles: tuple[ShownArticle, ...]
    reason: str
    console_url: str


def facts_of(match: Match) -> ArticleFacts:
    """Return what is kept of a match to show it later."""
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
        evidence=tuple(_short(e) for e in match.evidence[:MAX_SPANS]),
    )


def shown_articles(articles: Iterable[StoryArticle]) -> tuple[ShownArticle, ...]:
    """A story's articles as shown, each with the outlets that have its text."""
    articles = tuple(articles)
    facts = {a.article_id: a.shown() for a in articles}
    copies: dict[str, list[AlsoIn]] = {}
    for a in articles:
        if a.copy_of is not None:
            fact = facts[a.article_id]
            also = AlsoIn(outlet=fact.outlet, url=fact.url, title=fact.title)
            copies.setdefault(a.copy_of, []).append(also)
    return tuple(
        ShownArticle(**dict(facts[a.article_id]), also_in=tuple(copies.get(a.article_id, ())))
        for a in articles
        if a.copy_of is None
    )


def body(
    *,
    notification_id: str,
    kind: str,
    alert_id: str,
    topic: ShownTopic,
    severity: str,
    story: Story,
    articles: Sequence[StoryArticle],
    reason: str,
    console_url: str,
) -> str:
    """The JSON of a notification, at most :data:`MAX_BYTES` long."""
    whole = NotificationBody(
        id=notification_id,
        kind=kind,
        alert_id=alert_id,
        topic=topic,
        severity=severity,
        story=ShownStory(
            id=story.id, title=story.title, first_seen=story.first_seen, outlets=story.outlets
        ),
        articles=shown_articles(articles)[:MAX_ARTICLES],
        reason=reason,
        console_url=alert_url(console_url, alert_id),
    )
    return _fitting(whole)


def alert_url(console_url: str, alert_id: str) -> str:
    """The page of an alert on the console."""
    return f"{console_url.rstrip('/')}/alerts/{quote(alert_id, safe='')}"


def _short(evidence: Evidence) -> Evidence:
    sentence = evidence.sentence
    if len(sentence) <= MAX_SENTENCE:
        return evidence
    at = max(0, sentence.find(evidence.surface))
    start = max(0, min(at - MAX_SENTENCE // 2, len(sentence) - MAX_SENTENCE))
    cut = sentence[start : start + MAX_SENTENCE].strip()
    before, after = "…" * (start > 0), "…" * (start + MAX_SENTENCE < len(sentence))
    return evidence.model_copy(update={"sentence": f"{before}{cut}{after}"})


def _fitting(whole: NotificationBody) -> str:
    """Shorten until it fits: fewer spans an article, then fewer articles."""
    text = whole.model_dump_json()
    spans, articles = MAX_SPANS, whole.articles
    while len(text.encode()) > MAX_BYTES and (spans > 1 or len(articles) > 1):
        if spans > 1:
            spans //= 2
        else:
            articles = articles[:-1]
        articles = tuple(_with_spans(a, spans) for a in articles)
        text = whole.model_copy(update={"articles": articles}).model_dump_json()
    return text


def _with_spans(article: ShownArticle, spans: int) -> ShownArticle:
    return article.model_copy(
        update={"evidence": article.evidence[:spans], "also_in": article.also_in[: 10 * spans]}
    )
