"""What a mail says, made from a notification's stored body. Pure.

::

    Body ──▶ Letter: subject, notices, articles with marked sentences, links ──▶ the two parts

All of it is untrusted text: it is cleaned to one line without control or direction characters and
cut, and a link is one only where it leads to http or https. The subject keeps all that changes in
one leading bracket, so that the *base subject* (RFC 5256, 2.1), by which mail programs thread
besides References, stays the story's title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.notification import NotificationBody, ShownArticle
from alerts.rendering.words import MessageWords
from core.http import wire_url
from core.messages import Evidence, Field
from core.text import clean_line

LATE = timedelta(minutes=30)
"""Older notifications say that they come late (alerts.md 3.4)."""

MAX_ARTICLES = 8
MAX_SENTENCES = 2
MAX_ALSO_IN = 12
MAX_SENTENCE = 500
MAX_TITLE = 300
MAX_SUBJECT_TITLE = 150
MAX_TAG = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence, marked where a rule matched."""

    text: str
    marked: bool


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

    words: MessageWords
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
    words: MessageWords,
    limit: int = MAX_ARTICLES,
) -> MessageContent:
    """The letter about a notification.

    Args:
        body: What was stored.
        occasion: To whom, and what must be said of this attempt.
        words: The language.
        limit: How many articles there is room for.
    """
    title = clean_line(body.story.title, MAX_TITLE) or words.no_title
    shown = body.articles[:limit]
    first = shown[0] if shown else None
    left = len(body.articles) - len(shown)
    labels, tags = _labels(body, words), _tags(body, occasion, words)
    return MessageContent(
        words=words,
        subject=f"[{' | '.join(map(_tag, tags))}] {clean_line(title, MAX_SUBJECT_TITLE)}",
        labels=labels,
        meaning=words.kind(body.kind)[1],
        notices=tuple(_notices(occasion, words)),
        title=title,
        language=_language(first.language) if first else "",
        articles=tuple(_told(a, title, words) for a in shown),
        more=words.more_articles.format(n=left) if left else "",
        read=_url(first.url) if first else "",
        console=_url(body.console_url),
        reason=clean_line(body.reason),
        footer=words.footer.format(target=occasion.target, receiver=occasion.receiver),
    )


def marked(sentence: str, surfaces: Iterable[str]) -> tuple[Piece, ...]:
    """The sentence in pieces, every surface in it marked; cut around the first mark where long."""
    known = sorted({s for raw in surfaces if (s := clean_line(raw))}, key=lambda s: (-len(s), s))
    line = clean_line(sentence, 4 * MAX_SENTENCE)
    if not known:
        return (Piece(clean_line(line, MAX_SENTENCE), marked=False),) if line else ()
    any_of = "|".join(map(re.escape, known))
    whole = re.compile(rf"(?<!\w)({any_of})(?!\w)")
    pattern = whole if whole.search(line) else re.compile(f"({any_of})")
    found = pattern.search(line)
    parts = pattern.split(_around(line, found.start() if found else 0))
    return tuple(Piece(text, marked=n % 2 == 1) for n, text in enumerate(parts) if text)


def _around(line: str, at: int) -> str:
    """At most :data:`MAX_SENTENCE` characters, parted at spaces, with the place ``at`` in them."""
    if len(line) <= MAX_SENTENCE:
        return line
    start = max(0, min(at - MAX_SENTENCE // 3, len(line) - MAX_SENTENCE))
    cut = line[start : start + MAX_SENTENCE]
    if start and " " in cut[: MAX_SENTENCE // 4]:
        cut = cut.partition(" ")[2]
    ends = start + MAX_SENTENCE >= len(line)
    if not ends and " " in cut[-MAX_SENTENCE // 4 :]:
        cut = cut.rpartition(" ")[0]
    return f"{'… ' if start else ''}{cut.strip()}{'' if ends else ' …'}"


def _labels(body: NotificationBody, words: MessageWords) -> tuple[str, ...]:
    topic = clean_line(body.topic.title, MAX_TAG) or body.topic.id
    severity = words.severities.get(body.severity, "")
    return tuple(label for label in (topic, severity, words.kind(body.kind)[0]) if label)


def _tags(body: NotificationBody, occasion: DeliveryContext, words: MessageWords) -> list[str]:
    """What stands in the subject's bracket: an ordinary new story needs its topic only."""
    topic, *others = _labels(body, words)
    tags = [topic, *(others[:-1] if body.kind == "new_story" else others)]
    tags += [words.late_tag] if occasion.late else []
    return tags + ([words.repeat_tag] if occasion.possible_repeat else [])


def _tag(text: str) -> str:
    """Fit for the bracket: it must not end it."""
    return text.translate({ord("["): "(", ord("]"): ")"})


def _notices(occasion: DeliveryContext, words: MessageWords) -> Iterable[str]:
    if occasion.possible_repeat:
        yield words.repeat
    if occasion.late:
        yield words.late.format(at=words.at(occasion.late))


def _told(article: ShownArticle, heading: str, words: MessageWords) -> ArticleContent:
    title = clean_line(article.title, MAX_TITLE) or words.no_title
    moment = words.at(article.published_at or article.first_seen_at)
    language = _language(article.language)
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
        more_outlets=words.and_more.format(n=left) if left > 0 else "",
        why=words.score.format(n=article.score) + (f"; {words.rules} {rules}" if rules else ""),
    )


def _sentences(evidence: Sequence[Evidence]) -> tuple[tuple[Piece, ...], ...]:
    """The first sentences that matched; the title, which stands above, only where no other did."""
    below = [e for e in evidence if e.field is not Field.TITLE] or evidence
    surfaces: dict[str, set[str]] = {}
    for e in below:
        surfaces.setdefault(e.sentence, set()).add(e.surface)
    first = list(surfaces.items())[:MAX_SENTENCES]
    return tuple(pieces for sentence, found in first if (pieces := marked(sentence, found)))


def _url(url: str) -> str:
    """The URL where it is one to link to, else nothing."""
    return wire_url(url) or ""


def _language(code: str) -> str:
    return code if re.fullmatch(r"[a-z]{2,3}", code) else ""


def late(created_at: datetime, now: datetime) -> datetime | None:
    """When a notification was made, where that is so long ago that it must be said."""
    return created_at if now - created_at > LATE else None
