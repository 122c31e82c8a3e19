"""What a mail says, made from a notification's stored body. Pure.

::

    Body ──▶ Letter: subject, notices, articles with marked sentences, links ──▶ the two parts

All of it is untrusted text: it is cleaned to one line without control or direction characters and
cut, and a link is one only where it leads to http or https. The subject keeps all that changes in
one leading bracket, so that the *base subject* (RFC 5256, 2.1), by which mail programs thread
besides References, stays the story's title.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.notification import NotificationBody, ShownArticle
from config.i18n import Translator
from core.http import wire_url
from core.messages import Evidence, Field
from core.text import clean_line, lang_attribute
from core.text.excerpt import Piece, sentence_of

LATE = timedelta(minutes=30)
"""Older notifications say that they come late."""

MAX_ARTICLES = 8
MAX_SENTENCES = 2
MAX_ALSO_IN = 12
MAX_TITLE = 300
MAX_SUBJECT_TITLE = 150
MAX_TAG = 60


@dataclass(frozen=True, slots=True)
class Link:
    """A name, and where it leads; an empty URL leads nowhere."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """An article as the mail shows it.

    Attributes:
        title: Empty where the mail's heading says it already.
        facts: Language and time.
        language: For the ``lang`` attribute, empty where unknown.
        also_in: Outlets with the same text.
        more_outlets: How many of those there was no room for, in words.
        why: Score and rules.
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
    """A whole mail before it has a form.

    Attributes:
        subject: One line.
        labels: Topic, severity, kind.
        meaning: What the kind means.
        notices: What must be said first: that it may be a repeat, that it comes late.
        more: How many articles there was no room for, in words.
        read: URL of the first article.
        reason: Why it was sent, as the decision says it (English).
    """

    t: Translator
    subject: str
    labels: tuple[str, ...]
    meaning: str
    notices: tuple[str, ...]
    title: str
    language: str
    articles: tuple[ArticleContent, ...]
    more: str
    read: str
    console: str
    reason: str
    footer: str


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What a letter depends on besides the body.

    Attributes:
        receiver: Its id.
        target: The address it is for.
        possible_repeat: An earlier attempt may have arrived.
        late: When the notification was made, where that is long ago.
    """

    receiver: str
    target: str
    possible_repeat: bool = False
    late: datetime | None = None


def message_content(
    body: NotificationBody,
    occasion: DeliveryContext,
    t: Translator,
    limit: int = MAX_ARTICLES,
) -> MessageContent:
    """The letter about a notification.

    Args:
        body: What was stored.
        occasion: To whom, and what must be said of this attempt.
        t: The language.
        limit: How many articles there is room for.
    """
    title = clean_line(body.story.title, MAX_TITLE) or t("notification.no_title")
    shown = body.articles[:limit]
    first = shown[0] if shown else None
    left = len(body.articles) - len(shown)
    labels, tags = _labels(body, t), _tags(body, occasion, t)
    return MessageContent(
        t=t,
        subject=f"[{' | '.join(map(_tag, tags))}] {clean_line(title, MAX_SUBJECT_TITLE)}",
        labels=labels,
        meaning=_meaning(body.kind, t),
        notices=tuple(_notices(occasion, t)),
        title=title,
        language=lang_attribute(first.language) if first else "",
        articles=tuple(_told(a, title, t) for a in shown),
        more=t("notification.more_articles", n=left) if left else "",
        read=_url(first.url) if first else "",
        console=_url(body.console_url),
        reason=clean_line(body.reason),
        footer=t("notification.footer", target=occasion.target, receiver=occasion.receiver),
    )


def _labels(body: NotificationBody, t: Translator) -> tuple[str, ...]:
    topic = clean_line(body.topic.title, MAX_TAG) or body.topic.id
    severity = _optional(t, f"notification.severity.{body.severity}")
    return tuple(
        label for label in (topic, severity, t.of("notification.kind", body.kind)) if label
    )


def _tags(body: NotificationBody, occasion: DeliveryContext, t: Translator) -> list[str]:
    """What stands in the subject's bracket: an ordinary new story needs its topic only."""
    topic, *others = _labels(body, t)
    tags = [topic, *(others[:-1] if body.kind == "new_story" else others)]
    tags += [t("notification.late_tag")] if occasion.late else []
    return tags + ([t("notification.repeat_tag")] if occasion.possible_repeat else [])


def _tag(text: str) -> str:
    """Fit for the bracket: it must not end it."""
    return text.translate({ord("["): "(", ord("]"): ")"})


def _notices(occasion: DeliveryContext, t: Translator) -> Iterable[str]:
    if occasion.possible_repeat:
        yield t("notification.repeat")
    if occasion.late:
        yield t("notification.late", at=occasion.late)


def _told(article: ShownArticle, heading: str, t: Translator) -> ArticleContent:
    title = clean_line(article.title, MAX_TITLE) or t("notification.no_title")
    moment = t.moment(article.published_at or article.first_seen_at)
    language = lang_attribute(article.language)
    also, left = article.also_in[:MAX_ALSO_IN], len(article.also_in) - MAX_ALSO_IN
    rules = ", ".join(clean_line(rule, 100) for rule in article.rules[:10])
    return ArticleContent(
        title="" if title == heading else title,
        url=_url(article.url),
        outlet=clean_line(article.outlet, 100),
        facts=" · ".join(x for x in (language, moment) if x),
        language=language,
        sentences=_sentences(article.evidence),
        also_in=tuple(Link(clean_line(a.outlet, 100), _url(a.url)) for a in also),
        more_outlets=t("notification.and_more", n=left) if left > 0 else "",
        why=_why(article.score, rules, t),
    )


def _sentences(evidence: Sequence[Evidence]) -> tuple[tuple[Piece, ...], ...]:
    """The first sentences that matched; the title, which stands above, only where no other did."""
    below = [e for e in evidence if e.field is not Field.TITLE] or evidence
    first = {e.sentence: e for e in reversed(below)}
    chosen = list(dict.fromkeys(e.sentence for e in below))[:MAX_SENTENCES]
    return tuple(pieces for s in chosen if (pieces := sentence_of(first[s], below)))


def _why(score: int, rules: str, t: Translator) -> str:
    points = t("notification.score", n=score)
    return f"{points}; {t('notification.rules')} {rules}" if rules else points


def _meaning(kind: str, t: Translator) -> str:
    return _optional(t, f"notification.meaning.{kind}")


def _optional(t: Translator, key: str) -> str:
    return t(key) if t.has(key) else ""


def _url(url: str) -> str:
    """The URL where it is one to link to, else nothing."""
    return wire_url(url) or ""


def late(created_at: datetime, now: datetime) -> datetime | None:
    """When a notification was made, where that is so long ago that it must be said."""
    return created_at if now - created_at > LATE else None
