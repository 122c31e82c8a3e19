"""The body of a notification: the JSON that a webhook posts and other receivers render.

::

    story, its articles, the decision ──▶ NotificationBody ──▶ JSON of at most 100 kB

A copy is listed under its original (``also_in``), and so is an outlet whose feed shows the very
article, as an aggregator's does. What does not fit is left out from the end, spans
before articles; the story's page on the console shows everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from alerts.revisions import shown_evidence
from config.catalog.topics import SEVERITIES
from config.i18n import Phrase, in_english, verbatim
from core.messages import ArticleNames, Evidence, Match, article_names
from core.messages.base import Moment
from core.store.notification_items import NotificationItem
from core.store.stories import ArticleFacts, Story, StoryArticle

MAX_BYTES = 100_000
MAX_ARTICLES = 20
MAX_SPANS = 50
MAX_SENTENCE = 1_000
DEVELOPMENT_SEPARATOR = " · "
"""Between the developments of one message."""


class _BodyPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class AlsoIn(_BodyPart):
    """Another outlet with the same text, or whose feed shows the article."""

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


class BundledTopic(NotificationTopic):
    """One of the topics that a notification is about.

    Attributes:
        story_id: The topic's own story of the article, and ``alert_id`` the alert about it.
    """

    severity: str
    story_id: str
    alert_id: str
    article_id: str


class NotificationStory(_BodyPart):
    """The story of the alert.

    Attributes:
        outlets: Number of outlets that have the story, copies included.
        independent_outlets: Number of outlets with a text of their own; an agency counts once.
        development: What is new in the story; empty where that is the story itself.
    """

    id: str
    title: str
    first_seen: Moment
    outlets: int
    independent_outlets: int = 0
    development: str = ""


class DigestItem(_BodyPart):
    """A message that was held, or a story that a digest lists.

    Attributes:
        articles: The article that the message was about, without its spans where room is short.
        held_reason: Why it was held, in English.
        held_code: Why it was held, for programs: ``cap``, ``quiet_hours``, ``gap``, ``digest`` or
            ``target_broken``; or ``unacknowledged`` where it was not, but nobody has acknowledged
            the story.
        held_phrase: The same as a code of the catalogues and its parameters.
    """

    topic: NotificationTopic
    story: NotificationStory
    articles: tuple[NotificationArticle, ...]
    kind: str
    severity: str
    alert_id: str
    article_id: str
    held_reason: str
    held_code: str
    held_phrase: dict[str, Any]


class NotificationBody(_BodyPart):
    """Everything a receiver may say about a notification.

    Attributes:
        topic: The topic of the highest severity, then score; None in a digest, and so is ``story``;
            None in a message of the system too.
        topics: All topics that it is about, ``topic`` first; empty where ``topic`` is None.
        escalation: Step of the escalation that sends it, because nobody took care of the alert; 0
            for the first message.
        digest: ``rollup``, ``catch_up`` or ``scheduled``; None where it is not a digest.
        items: The messages that a digest replaces.
        about: Ids of the articles that it tells, which are the first of ``articles``: more than one
            where several were decided within one group wait; empty in a digest.
        reason: Why it is sent, in English.
        reason_code: Why it is sent, for programs: a reason code of ``news.alerts``.
        reason_phrase: The same as a code of the catalogues and its parameters, for receivers that
            write in another language; None in bodies stored by older versions.
    """

    id: str
    kind: str
    alert_id: str
    topic: NotificationTopic | None
    topics: tuple[BundledTopic, ...] = ()
    severity: str
    story: NotificationStory | None
    articles: tuple[NotificationArticle, ...]
    about: tuple[str, ...] = ()
    reason: str
    reason_code: str = ""
    reason_phrase: dict[str, Any] | None = None
    console_url: str
    escalation: int = 0
    digest: Literal["rollup", "catch_up", "scheduled"] | None = None
    items: tuple[DigestItem, ...] = ()

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
        evidence=tuple(_shorten_sentence(e) for e in shown_evidence(match)[:MAX_SPANS]),
        gone=article.gone,
    )


def group_copies(articles: Iterable[StoryArticle]) -> tuple[NotificationArticle, ...]:
    """Return a story's articles that are not copies, each with the other outlets that have it."""
    articles = tuple(articles)
    facts = {a.article_id: a.shown() for a in articles}
    copies: dict[str, list[AlsoIn]] = {}
    for a in articles:
        if a.copy_of is not None:
            copy = facts[a.article_id]
            also = AlsoIn(outlet=copy.outlet, url=copy.url, title=copy.title)
            copies.setdefault(a.copy_of, []).append(also)
    return tuple(
        NotificationArticle(
            **dict(facts[a.article_id]), also_in=_with_listings(a, copies.get(a.article_id, ()))
        )
        for a in articles
        if a.copy_of is None
    )


def _with_listings(article: StoryArticle, copies: Sequence[AlsoIn]) -> tuple[AlsoIn, ...]:
    """Return the outlets that have copied an article, then others whose feeds show it."""
    named = {article.outlet, *(copy.outlet for copy in copies)}
    others = (listing for listing in article.listings if listing.outlet not in named)
    return (*copies, *(AlsoIn(outlet=other.outlet, url=other.url) for other in others))


def told_first(
    articles: Sequence[NotificationArticle], told: Sequence[str]
) -> tuple[NotificationArticle, ...]:
    """Return a story's articles with those that the notification is about first.

    The others follow, newest first, so that what does not fit into a message is what is oldest.
    """
    known = {article.id: article for article in articles}
    others = [article for article in reversed(articles) if article.id not in told]
    return (*(known[id_] for id_ in told if id_ in known), *others)


def notification_body(
    notification_id: str,
    items: Sequence[NotificationItem],
    story: Story,
    articles: Sequence[StoryArticle],
    console_url: str,
    *,
    escalation: int = 0,
) -> str:
    """Return the JSON of a notification that is no digest, at most :data:`MAX_BYTES` long.

    Args:
        notification_id: Its id.
        items: What it tells, of the highest importance first (:func:`by_importance`).
        story: The story of the first item.
        articles: The articles of that story.
        console_url: URL of the console.
        escalation: Step of the escalation that sends it; 0 for the first message.
    """
    first = items[0]
    news = [item for item in items if item.alert_id == first.alert_id]
    told = tuple(dict.fromkeys(item.article_id for item in news))
    reason = Phrase.load(first.reason)
    body = NotificationBody(
        id=notification_id,
        kind=first.kind,
        alert_id=first.alert_id,
        topic=NotificationTopic(id=first.topic_id, title=first.topic_title),
        topics=bundled_topics(items),
        severity=first.severity,
        story=story_part(story, join_developments(news)),
        articles=told_first(group_copies(articles), told)[:MAX_ARTICLES],
        about=told,
        reason=in_english(reason),
        reason_code=first.reason_code,
        reason_phrase=json.loads(first.reason),
        console_url=alert_url(console_url, first.alert_id),
        escalation=escalation,
    )
    return _fit(body)


def by_importance(items: Iterable[NotificationItem]) -> list[NotificationItem]:
    """Return items by descending severity, then score, of their alert.

    What is told of one alert stays in the order of decision.
    """
    items = sorted(items, key=lambda i: i.number)
    ranks = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    importance: dict[str, tuple[int, int]] = {}
    for item in items:
        own = ranks.get(item.severity, -1), item.score
        importance[item.alert_id] = max(own, importance.get(item.alert_id, own))
    order = {item.alert_id: number for number, item in reversed(list(enumerate(items)))}
    return sorted(
        items,
        key=lambda i: (*(-each for each in importance[i.alert_id]), order[i.alert_id], i.number),
    )


def bundled_topics(items: Sequence[NotificationItem]) -> tuple[BundledTopic, ...]:
    """Return the topics of items, each once."""
    first = {item.topic_id: item for item in reversed(items)}
    return tuple(
        BundledTopic(
            id=item.topic_id,
            title=item.topic_title,
            severity=item.severity,
            story_id=item.story_id,
            alert_id=item.alert_id,
            article_id=item.article_id,
        )
        for item in items
        if first[item.topic_id] is item
    )


def told_topics(body: NotificationBody) -> list[BundledTopic]:
    """Return what a notification tells, once for each alert; also of bodies of older versions."""
    told = list(body.topics)
    if body.topic is not None and body.story is not None and not told:
        article_id = body.articles[0].id if body.articles else ""
        told = [_told_topic(body.topic, body.story, article_id, body)]
    told += [_told_topic(item.topic, item.story, item.article_id, item) for item in body.items]
    return list({topic.alert_id: topic for topic in reversed(told)}.values())[::-1]


def names_of_told(body: NotificationBody) -> dict[str, ArticleNames]:
    """Return headline, URL and outlet of the articles that a notification tells, by their id."""
    items = (article for item in body.items for article in item.articles)
    return {article.id: article_names(article) for article in (*body.articles, *items)}


def _told_topic(
    topic: NotificationTopic,
    story: NotificationStory,
    article_id: str,
    part: NotificationBody | DigestItem,
) -> BundledTopic:
    return BundledTopic(
        id=topic.id,
        title=topic.title,
        severity=part.severity,
        story_id=story.id,
        alert_id=part.alert_id,
        article_id=article_id,
    )


def story_part(story: Story, development: str) -> NotificationStory:
    """Return what a body says of a story, and of what is new in it."""
    return NotificationStory(
        id=story.id,
        title=story.title,
        first_seen=story.first_seen,
        outlets=story.outlets,
        independent_outlets=story.independent_outlets,
        development=development,
    )


def join_developments(items: Iterable[NotificationItem]) -> str:
    """Return what items say is new in a story, each once."""
    return DEVELOPMENT_SEPARATOR.join(dict.fromkeys(filter(None, (i.development for i in items))))


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
