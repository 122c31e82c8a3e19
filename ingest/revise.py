"""What reading its page makes of an entry: an article, a revision, a sighting, or a later attempt.

::

    EntryRecord + PageRead | Failure ── identity ──▶ which article is it?
                                     └─ decide ────▶ Verdict(entry, disposition, article, message)

Pure: the caller looks up the articles that identity asks for and writes the verdict in one
transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.settings import Settings
from core.backoff import exponential
from core.ids import article_id
from core.messages import ArticleRevision, Origin
from core.store.articles import ArticleRecord
from core.store.entries import DONE, EntryRecord
from core.store.feed_record import FeedRecord
from ingest.admit import is_homepage
from ingest.backoff import FetchFailure
from ingest.compose import PageRead, from_feed, from_page, hashes
from ingest.urls import canonical_url, same_site

MOST_REVISIONS = 24
"""Revisions of one article that are announced (lemon24/reader stops at as many changes)."""

APART = timedelta(minutes=10)
"""Shortest time between two revisions, unless the earlier one had the feed's text only, or the
operator asks for the feed more often (an explicit ``every``): then that is the shortest time."""

FIRST_RETRY = timedelta(minutes=5)
"""Wait after the first failed attempt at a page, doubled with each further one."""

PERMANENT = frozenset(
    {"robots", "refused", "challenge", "not_found", "gone", "http_error", "consent_wall"}
    | {"not_html", "empty", "list_page", "homepage", "no_page"}
    | {"too_large", "blocked_address", "blocked_port", "bad_url", "redirect"}
)
"""Outcomes of a page with which another attempt within the hour cannot help."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which article an entry is.

    Attributes:
        article_id: The id, of a known or a new article.
        url_key: The canonical URL the id is made of.
        url: Where a reader finds it.
        article: The article, where it is known.
        is_copy: Whether another feed brought it and this one only shows it too.
    """

    article_id: str
    url_key: str
    url: str
    article: ArticleRecord | None
    is_copy: bool


@dataclass(frozen=True, slots=True)
class CanonicalClaim:
    """The canonical URL a page has, or claims to have, beside the link that led to it."""

    url_key: str
    url: str


@dataclass(frozen=True, slots=True)
class EntryOutcome:
    """What is to be written.

    Attributes:
        entry: The entry as it is to be saved.
        disposition: To be counted; None where nothing has ended yet.
        article: To be written with ``message``, a new revision of it.
        sighting: Article that the entry's feed shows, to be noted.
    """

    entry: EntryRecord
    disposition: str | None
    article: ArticleRecord | None = None
    message: ArticleRevision | None = None
    sighting: str | None = None


def claim_of(entry: EntryRecord, page: PageRead) -> CanonicalClaim | None:
    """The URL a page claims, None where it is none or is not to be believed.

    The publisher's canonical URL counts within its own registrable domain and never when it is
    the homepage; without one it is where redirects led to.
    """
    named = page.found.canonical_url
    believed = named and same_site(named, page.final_url) and not is_homepage(named)
    url = named if named and believed else page.final_url
    key = canonical_url(url)
    return None if is_homepage(url) or key == entry.url_key else CanonicalClaim(key, url)


def identify(
    entry: EntryRecord,
    *,
    own: ArticleRecord | None,
    linked: ArticleRecord | None,
    claim: CanonicalClaim | None,
    claimed: ArticleRecord | None,
    shown_already: bool,
) -> Identity:
    """Decide which article an entry is.

    Args:
        entry: The entry.
        own: The article it was before, if it was read before.
        linked: The article known by its link.
        claim: What its page claims to be.
        claimed: The article known by that claim.
        shown_already: Whether the entry's feed shows the claimed article under another link.
            A feed does not list one article twice: such a claim (every page of a site calling
            itself "/login") is not believed.
    """
    if own is not None:
        return _known(own, entry, is_copy=False)
    if linked is not None:
        return _known(linked, entry, is_copy=linked.feed_id != entry.feed_id)
    if claim is not None and claimed is None:
        return Identity(article_id(claim.url_key), claim.url_key, claim.url, None, False)
    if claimed is not None and not shown_already:
        return _known(claimed, entry, is_copy=claimed.feed_id != entry.feed_id)
    return Identity(article_id(entry.url_key), entry.url_key, entry.url, None, False)


def decide(
    entry: EntryRecord,
    feed: FeedRecord,
    result: PageRead | FetchFailure,
    identity: Identity,
    now: datetime,
    settings: Settings,
) -> EntryOutcome:
    """Decide what to write of an entry whose page was asked for (or that has none).

    Args:
        entry: The entry, as it was leased.
        feed: The feed that brought the article first: this entry's own for a new article.
        result: What came of its page.
        identity: Which article it is.
        now: The present moment.
        settings: Attempts at a page, and how large a record may be.
    """
    if identity.is_copy:
        done = _done(entry, identity.article_id, "copy_url", result)
        return EntryOutcome(done, "copy_url", sighting=identity.article_id)
    if isinstance(result, PageRead):
        read = from_page(entry, feed, result, identity.article_id, identity.url, settings)
        return _announce(entry, identity, read, result, now, apart(feed))
    message = from_feed(entry, feed, identity.article_id, identity.url, now, settings)
    if not is_transient(result) or entry.attempts + 1 >= settings.fetch_page_attempts:
        return _settle(entry, identity, message, result, now, apart(feed))
    return _try_later(entry, identity, message, result, now)


def apart(feed: FeedRecord) -> timedelta:
    """Shortest time between two revisions of an article of this feed."""
    return APART if feed.every_s is None else min(APART, timedelta(seconds=feed.every_s))


def is_transient(failure: FetchFailure) -> bool:
    """Whether another attempt at the page may help."""
    return failure.outcome not in PERMANENT


def later(entry: EntryRecord, failure: FetchFailure, now: datetime) -> EntryRecord:
    """The entry, waiting for the next attempt at its page."""
    wait = exponential(FIRST_RETRY, entry.attempts + 1, timedelta.max)  # attempts are limited
    asked = timedelta(seconds=failure.retry_after or 0)
    return replace(
        entry,
        attempts=entry.attempts + 1,
        next_page_at=now + max(wait, asked),
        page_outcome=failure.outcome,
    )


def _try_later(
    entry: EntryRecord,
    identity: Identity,
    message: ArticleRevision | None,
    failure: FetchFailure,
    now: datetime,
) -> EntryOutcome:
    """Nobody waits for a page: what the feed says is told at once, the full text follows."""
    waiting = replace(later(entry, failure, now), article_id=_id_if(identity.article))
    if identity.article is not None or message is None:
        return EntryOutcome(waiting, None)
    told = replace(waiting, article_id=identity.article_id, disposition="article_new")
    return _written(told, "article_new", identity, message)


def _settle(
    entry: EntryRecord,
    identity: Identity,
    message: ArticleRevision | None,
    failure: FetchFailure,
    now: datetime,
    spacing: timedelta,
) -> EntryOutcome:
    """The page cannot be had: the feed's text is all there is."""
    article = identity.article
    if article is not None and article.text_source == "page":
        return _ended(entry, identity, "page_kept", failure)
    if message is None:
        return _ended(entry, identity, "no_content", failure)
    return _announce(entry, identity, message, failure, now, spacing)


def _announce(
    entry: EntryRecord,
    identity: Identity,
    message: ArticleRevision,
    result: PageRead | FetchFailure,
    now: datetime,
    spacing: timedelta,
) -> EntryOutcome:
    article = identity.article
    if article is None:
        done = _done(entry, identity.article_id, "article_new", result)
        return _written(done, "article_new", identity, message)
    if hashes(message) == (article.title_hash, article.text_hash):
        word = "feed_text" if entry.attempts and message.text_source == "feed" else "unchanged"
        return _ended(entry, identity, word, result)
    if article.revision >= MOST_REVISIONS:
        return _ended(entry, identity, "too_many_revisions", result)
    next_at = article.revised_at + spacing
    if article.text_source == "page" and now < next_at:
        return EntryOutcome(
            replace(entry, article_id=article.article_id, next_page_at=next_at), None
        )
    message = message.model_copy(
        update={
            "revision": article.revision + 1,
            "first_seen_at": article.first_seen_at,
            "origin": Origin(article.origin),
        }
    )
    done = _done(entry, article.article_id, "article_revised", result)
    return _written(done, "article_revised", identity, message)


def _written(
    entry: EntryRecord, disposition: str, identity: Identity, message: ArticleRevision
) -> EntryOutcome:
    title_hash, text_hash = hashes(message)
    article = ArticleRecord(
        article_id=message.article_id,
        url_key=identity.url_key,
        url=message.url,
        outlet=message.outlet,
        feed_id=message.feed_id,
        first_seen_at=message.first_seen_at,
        origin=message.origin.value,
        revision=message.revision,
        revised_at=message.fetched_at,
        text_source=message.text_source,
        title_hash=title_hash,
        text_hash=text_hash,
    )
    return EntryOutcome(entry, disposition, article, message, sighting=message.article_id)


def _ended(
    entry: EntryRecord, identity: Identity, disposition: str, result: PageRead | FetchFailure
) -> EntryOutcome:
    known = _id_if(identity.article)
    return EntryOutcome(_done(entry, known, disposition, result), disposition, sighting=known)


def _done(
    entry: EntryRecord, known_id: str | None, disposition: str, result: PageRead | FetchFailure
) -> EntryRecord:
    outcome = "ok" if isinstance(result, PageRead) else result.outcome
    return replace(
        entry, state=DONE, article_id=known_id, disposition=disposition, page_outcome=outcome
    )


def _known(article: ArticleRecord, entry: EntryRecord, *, is_copy: bool) -> Identity:
    return Identity(article.article_id, article.url_key, article.url or entry.url, article, is_copy)


def _id_if(article: ArticleRecord | None) -> str | None:
    return article.article_id if article else None
