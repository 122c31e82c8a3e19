"""The content of a message about a notification, before it has a receiver's form. Pure.

::

    DeliveryAttempt ──▶ NotificationBody (what was stored), DeliveryContext (what this attempt adds)
                                                     │
    a language ──message_content()───────────────────┴──▶ MessageContent

Titles, sentences and names are untrusted: each becomes one line without control or direction
characters and of limited length, and a URL is a link only if it is http or https. The subject keeps
everything that changes between messages in one leading bracket, so that the *base subject*
(RFC 5256, 2.1), by which mail programs thread besides References, stays the story's title.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.notification_body import DigestItem, NotificationArticle, NotificationBody
from alerts.receivers import DeliveryAttempt
from config.i18n import VERBATIM, Phrase, Translator
from core.http import wire_url
from core.messages import Evidence, Field
from core.text import clean_line, lang_attribute
from core.text.excerpt import Piece, excerpt_around

LATE = timedelta(minutes=30)
"""A message about an older notification says that it is late, not to be taken for news."""

MAX_ARTICLES = 8
MAX_TOPICS = 4
DIGEST_ITEMS_PER_ARTICLE = 5
"""An item of a digest is a headline and a reason: five take the room of an article."""

MAX_SENTENCES = 2
MAX_ALSO_IN = 12
MAX_TITLE = 300
MAX_SUBJECT_TITLE = 150
MAX_TAG = 60
MAX_REASON = 400
MAX_DEVELOPMENT = 500
MAX_URL = 2048


@dataclass(frozen=True, slots=True)
class Room:
    """How much a message has room for.

    Attributes:
        articles: Most articles.
        sentences: Most sentences of each article.
        also_in: Most outlets listed with the same text.
        url: Longest URL that becomes a link.
        line: Most characters of a title, a reason and a development.
    """

    articles: int = MAX_ARTICLES
    sentences: int = MAX_SENTENCES
    also_in: int = MAX_ALSO_IN
    url: int = MAX_URL
    line: int = MAX_DEVELOPMENT


ROOMS = (
    *(Room(articles=n) for n in range(MAX_ARTICLES, 0, -1)),
    Room(articles=1, sentences=1, also_in=3),
    Room(articles=1, sentences=1, also_in=1, url=500),
    Room(articles=0, url=500, line=150),
)
"""From the most to the least that a message can say; what is left out is in the console."""


@dataclass(frozen=True, slots=True)
class Link:
    """A name and its URL; the URL is empty where there is none."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """An article as a message shows it.

    Attributes:
        title: Empty where it is the title of the message.
        facts: Language and time.
        language: For a ``lang`` attribute; empty where unknown.
        also_in: Outlets with the same text.
        more_outlets: A text with the number of those left out; empty where none was.
        why: A text with score and rules.
    """

    title: str
    url: str
    outlet: str
    facts: str
    language: str
    sentences: tuple[tuple[Piece, ...], ...]
    also_in: tuple[Link, ...]
    more_outlets: str
    why: str


@dataclass(frozen=True, slots=True)
class MessageContent:
    """Everything a message says.

    Attributes:
        t: Translator of the message's language.
        subject: One line.
        labels: Topic, severity, kind, and the number of independent outlets.
        severity: As the topic gives it: ``low``, ``normal``, ``high`` or ``urgent``.
        meaning: What the kind means; empty where its name says so.
        notices: What is said first: that it is an escalation, may be a repeat, is late.
        development: What is new in the story; empty where that is the story itself.
        language: Of the title, for a ``lang`` attribute; empty where unknown.
        more: A text with the number of articles left out; empty where none was.
        read: URL of the first article; empty where it has none, or its page has vanished.
        console: URL of the alert's page.
        reason: Why it is sent.
        reason_language: Language of the reason, for a ``lang`` attribute.
    """

    t: Translator
    subject: str
    labels: tuple[str, ...]
    severity: str
    meaning: str
    notices: tuple[str, ...]
    development: str
    title: str
    language: str
    articles: tuple[ArticleContent, ...]
    more: str
    read: str
    console: str
    reason: str
    reason_language: str
    footer: str


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What a message depends on besides the notification's body.

    Attributes:
        receiver: Id of the receiver.
        target: The target the message is for.
        possible_repeat: An earlier attempt may have arrived.
        late_since: When the notification was made, if that is so long ago that the message says so.
    """

    receiver: str
    target: str
    possible_repeat: bool = False
    late_since: datetime | None = None


def message_content(
    body: NotificationBody,
    context: DeliveryContext,
    t: Translator,
    room: Room = Room(),
) -> MessageContent:
    """Return the content of a message.

    Args:
        body: The stored body of the notification.
        context: Whom the message is for, and what this attempt has to say.
        t: The language.
        room: How much there is room for.
    """
    title = _title(body, t, min(MAX_TITLE, room.line))
    first = body.articles[0] if body.articles else None
    told, left_out = _told_articles(body, title, t, room)
    reason = body.phrase()
    return MessageContent(
        t=t,
        subject=f"[{_tags(body, context, t)}] {clean_line(title, MAX_SUBJECT_TITLE)}",
        labels=(*_labels(body, t), *_reach(body, t)),
        severity=body.severity,
        meaning=_text_or_empty(t, f"notification.meaning.{body.kind}"),
        notices=tuple(_notices(body, context, t)),
        development=_development(body, min(MAX_DEVELOPMENT, room.line)),
        title=title,
        language=lang_attribute(first.language) if first else "",
        articles=told,
        more=t("notification.more_articles", n=left_out) if left_out else "",
        read=_url(first.url, room.url) if first and not first.gone else "",
        console=_url(body.console_url),
        reason=clean_line(t.phrase(reason), min(MAX_REASON, room.line)),
        reason_language="en" if reason.code == VERBATIM else t.code,
        footer=t("notification.footer", target=context.target, receiver=context.receiver),
    )


def attempt_content(
    attempt: DeliveryAttempt, t: Translator, now: datetime, room: Room = Room()
) -> MessageContent:
    """Return the content of the message of a delivery attempt.

    Args:
        attempt: The attempt.
        t: The language.
        now: The present.
        room: How much there is room for.
    """
    body = NotificationBody.model_validate_json(attempt.body)
    return message_content(body, delivery_context(attempt, now), t, room)


def contents_by_length(
    attempt: DeliveryAttempt, t: Translator, now: datetime
) -> Iterator[MessageContent]:
    """Return contents of a message, each shorter than the one before.

    A receiver takes the first that the vendor accepts. Whole articles are left out first, from the
    end, so nothing is cut inside a link.
    """
    body = NotificationBody.model_validate_json(attempt.body)
    context = delivery_context(attempt, now)
    return (message_content(body, context, t, room) for room in ROOMS)


def delivery_context(attempt: DeliveryAttempt, now: datetime) -> DeliveryContext:
    """Return what the message of an attempt depends on besides the body."""
    is_late = now - attempt.created_at > LATE
    return DeliveryContext(
        receiver=attempt.receiver,
        target=attempt.target,
        possible_repeat=attempt.possible_repeat,
        late_since=attempt.created_at if is_late else None,
    )


def _development(body: NotificationBody, limit: int) -> str:
    return "" if body.story is None else clean_line(body.story.development, limit)


def _title(body: NotificationBody, t: Translator, limit: int) -> str:
    """Return the headline of the story; in a digest, how many messages it has and why."""
    title = t.phrase(body.phrase()) if body.story is None else body.story.title
    return clean_line(title, limit) or t("notification.no_title")


def _told_articles(
    body: NotificationBody, title: str, t: Translator, room: Room
) -> tuple[tuple[ArticleContent, ...], int]:
    """Return the articles that there is room for, and the number of the others."""
    if not body.items:
        articles = body.articles[: room.articles]
        told = tuple(_article_content(article, title, t, room) for article in articles)
        return told, len(body.articles) - len(told)
    items = body.items[: room.articles * DIGEST_ITEMS_PER_ARTICLE]
    return tuple(_item_content(item, t, room) for item in items), len(body.items) - len(items)


def _item_content(item: DigestItem, t: Translator, room: Room) -> ArticleContent:
    """Return one line of a digest: headline, topic, time, and why it was held."""
    topic = clean_line(item.topic.title, MAX_TAG) or item.topic.id
    held = clean_line(t.phrase(Phrase.load(json.dumps(item.held_phrase))), MAX_REASON)
    if not item.articles:
        headline = clean_line(item.story.title, MAX_TITLE) or t("notification.no_title")
        return ArticleContent(headline, "", "", topic, "", (), (), "", held)
    content = _article_content(item.articles[0], "", t, room)
    facts = " · ".join(x for x in (topic, content.facts) if x)
    return replace(content, facts=facts, sentences=(), why=held)


def _labels(body: NotificationBody, t: Translator) -> tuple[str, ...]:
    topics = body.topics or ((body.topic,) if body.topic else ())
    topic = ", ".join(clean_line(each.title, MAX_TAG) or each.id for each in topics[:MAX_TOPICS])
    if len(topics) > MAX_TOPICS:
        topic += f" +{len(topics) - MAX_TOPICS}"
    severity = _text_or_empty(t, f"notification.severity.{body.severity}")
    kind = t.of("notification.kind", body.kind)
    return tuple(label for label in (topic, severity, kind) if label)


def _reach(body: NotificationBody, t: Translator) -> Iterable[str]:
    """Yield a text with the number of independent outlets, where there are several."""
    number = 0 if body.story is None else body.story.independent_outlets
    if number > 1:
        yield t.plural("notification.outlets", number)


def _tags(body: NotificationBody, context: DeliveryContext, t: Translator) -> str:
    """Return the content of the subject's bracket; the kind is left out for a new story."""
    labels = _labels(body, t)
    tags = list(labels[:-1] if body.kind == "new_story" else labels)
    if body.escalation:
        tags.insert(0, t("notification.escalation_tag", n=body.escalation))
    if context.late_since:
        tags.append(t("notification.late_tag"))
    if context.possible_repeat:
        tags.append(t("notification.repeat_tag"))
    return " | ".join(map(_without_brackets, tags))


def _without_brackets(text: str) -> str:
    """Replace square brackets, which would end the subject's bracket."""
    return text.translate({ord("["): "(", ord("]"): ")"})


def _notices(body: NotificationBody, context: DeliveryContext, t: Translator) -> Iterable[str]:
    if body.escalation:
        yield t("notification.escalation", n=body.escalation)
    if context.possible_repeat:
        yield t("notification.repeat")
    if context.late_since:
        yield t("notification.late", at=context.late_since)


def _article_content(
    article: NotificationArticle, heading: str, t: Translator, room: Room
) -> ArticleContent:
    title = clean_line(article.title, MAX_TITLE) or t("notification.no_title")
    moment = t.moment(article.published_at or article.first_seen_at)
    language = lang_attribute(article.language)
    gone = t("notification.page_gone") if article.gone else ""
    also, left_out = article.also_in[: room.also_in], len(article.also_in) - room.also_in
    rules = ", ".join(clean_line(rule, 100) for rule in article.rules[:10])
    return ArticleContent(
        title="" if title == heading else title,
        url=_url(article.url, room.url),
        outlet=clean_line(article.outlet, 100),
        facts=" · ".join(x for x in (language, moment, gone) if x),
        language=language,
        sentences=_sentences(article.evidence)[: room.sentences],
        also_in=tuple(Link(clean_line(a.outlet, 100), _url(a.url, room.url)) for a in also),
        more_outlets=t("notification.and_more", n=left_out) if left_out > 0 else "",
        why=_why(article.score, rules, t),
    )


def _sentences(evidence: Sequence[Evidence]) -> tuple[tuple[Piece, ...], ...]:
    """Return the first sentences that matched; the title only where nothing else did."""
    below_title = [e for e in evidence if e.field is not Field.TITLE] or evidence
    first = {e.sentence: e for e in reversed(below_title)}
    chosen = list(dict.fromkeys(e.sentence for e in below_title))[:MAX_SENTENCES]
    return tuple(pieces for s in chosen if (pieces := excerpt_around(first[s], below_title)))


def _why(score: int, rules: str, t: Translator) -> str:
    points = t("notification.score", n=score)
    return f"{points}; {t('notification.rules')} {rules}" if rules else points


def _text_or_empty(t: Translator, key: str) -> str:
    return t(key) if t.has(key) else ""


def _url(url: str, limit: int = MAX_URL) -> str:
    """Return the URL if it can be a link and is not too long, else an empty string."""
    wire = wire_url(url) or ""
    return wire if len(wire) <= limit else ""
