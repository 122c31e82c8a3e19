"""Decide what an entry and its page become: an article, a revision, a sighting, or a retry. Pure.

::

    EntryRecord + PageRead | FetchFailure ── identify ──▶ Identity: which article is it?
                                          └─ decide ────▶ EntryOutcome: what to store

The caller looks up the articles that ``identify`` needs and stores the outcome in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.settings import Settings
from core.backoff import exponential
from core.ids import article_id
from core.messages import ArticleRevision, Origin
from core.store.articles import ArticleRecord
from core.store.entries import DONE, EntryRecord
from core.store.feed_record import FeedRecord
from ingest.pages.article_revision import PageRead, from_feed, from_page, hashes, is_current_hash
from ingest.pages.claimed_address import Claim
from ingest.pages.linked_documents import type_in
from ingest.pages.unreachable_hosts import DOWN_FOR, WAIT_AT_MOST, WAITS_FOR_HOST
from ingest.pages.wrong_pages import WRONG_PAGE_WAITS, WRONG_PAGES
from ingest.polling.backoff import FetchFailure
from ingest.urls import canonical_url, is_homepage, same_site

MIN_SPACING = timedelta(minutes=10)
"""Shortest time between two revisions of an article; less for a feed with a shorter explicit
``every``. It does not apply after a revision that has only the text of the feed. A change that
comes earlier is not lost: the page is read again when the time has passed."""

MOST_TIMES_NEW = 2
"""How many revisions may have the same title and text."""

MANY_REVISIONS, LIVE_SPACING = 24, timedelta(minutes=15)
"""After how many revisions an article counts as a live page, and the shortest time then."""

FIRST_RETRY = timedelta(minutes=5)
"""Wait after the first failed attempt at a page; it doubles with each attempt."""

PERMANENT = frozenset(
    {"robots", "refused", "challenge", "not_found", "gone", "http_error"}
    | {"no_page", "hidden_address", "tdm_reserved"}
    | {"too_large", "blocked_address", "blocked_port", "bad_url", "redirect"}
)
"""Outcomes of a page after which another attempt within the hour cannot help."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The article that an entry belongs to.

    Attributes:
        article_id: The id of a known or new article.
        url_key: The canonical URL that the id is made of.
        url: Where readers find it.
        article: The article, if it is known.
        is_copy: Whether another feed brought the article first.
        versions: Hashes of title and text of the revisions that it has had.
    """

    article_id: str
    url_key: str
    url: str
    article: ArticleRecord | None
    is_copy: bool
    versions: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class CanonicalClaim:
    """The canonical URL that a page has or claims to have, if it differs from the link to it."""

    url_key: str
    url: str


@dataclass(frozen=True, slots=True)
class EntryOutcome:
    """What to store after an attempt at the page of an entry.

    Attributes:
        entry: The entry to save.
        disposition: The disposition to count; None if the entry has not ended.
        article: The article to store, with ``message`` as its new revision.
        message: The revision to announce.
        is_silent: Whether ``message`` replaces the newest revision and is not announced.
        sighting: Id of an article that the feed shows, to be recorded.
    """

    entry: EntryRecord
    disposition: str | None
    article: ArticleRecord | None = None
    message: ArticleRevision | None = None
    is_silent: bool = False
    sighting: str | None = None


def claim_of(entry: EntryRecord, page: PageRead) -> CanonicalClaim | None:
    """Return the canonical URL of a page, or None if it is that of the link.

    The URL that the page names counts if it is of the same registrable domain and not the
    homepage. Otherwise it is the URL that redirects led to.
    """
    named = page.extracted.canonical_url
    credible = named and same_site(named, page.final_url) and not is_homepage(named)
    url = named if named and credible else page.final_url
    key = canonical_url(url)
    return None if is_homepage(url) or key == entry.url_key else CanonicalClaim(key, url)


def identify(
    entry: EntryRecord,
    *,
    earlier: ArticleRecord | None,
    linked: ArticleRecord | None,
    claim: CanonicalClaim | None,
    claimed: ArticleRecord | None,
    check: Claim,
    shown_already: bool,
) -> Identity:
    """Decide which article an entry belongs to.

    Args:
        entry: The entry.
        earlier: The article of an earlier attempt, if there was one.
        linked: The article known by the entry's link.
        claim: The canonical URL that its page claims.
        claimed: The article known by that URL.
        check: Whether the page is that article's.
        shown_already: Whether the entry's feed shows the claimed article under another link.
            A feed does not list an article twice, so such a claim is ignored: on some sites every
            page names "/login" as its canonical URL.
    """
    if earlier is not None:
        return _known(earlier, entry, is_copy=False)
    if linked is not None:
        return _known(linked, entry, is_copy=linked.feed_id != entry.feed_id)
    if claim is not None and claimed is None:
        return Identity(article_id(claim.url_key), claim.url_key, claim.url, None, False)
    if claimed is not None and check is Claim.TRUE and not shown_already:
        return _known(claimed, entry, is_copy=claimed.feed_id != entry.feed_id)
    url = claim.url if claim is not None and check is Claim.RETOLD else entry.url
    return Identity(article_id(entry.url_key), entry.url_key, url, None, False)


def decide(
    entry: EntryRecord,
    feed: FeedRecord,
    result: PageRead | FetchFailure,
    identity: Identity,
    now: datetime,
    settings: Settings,
) -> EntryOutcome:
    """Decide what to store of an entry after an attempt at its page.

    Args:
        entry: The entry, as it was leased.
        feed: The feed that brought the article first; for a new article that of the entry.
        result: The page, or why there is none.
        identity: Which article it is.
        now: The present.
        settings: The number of attempts, and the size of records.
    """
    if identity.is_copy:
        done = _done_entry(entry, identity.article_id, "copy_url", result)
        return EntryOutcome(done, "copy_url", sighting=identity.article_id)
    spacing = revision_spacing(feed, identity.article.revision if identity.article else 0)
    if isinstance(result, PageRead):
        read = from_page(entry, feed, result, identity.article_id, identity.url, settings)
        return _announce(entry, identity, read, result, now, spacing)
    kind, outcome = type_in(result.outcome), result.outcome
    message = from_feed(
        entry, feed, identity.article_id, identity.url, now, settings, kind, outcome=outcome
    )
    wait = wait_for_page(entry, result, now, settings)
    if wait is None:
        return _settle(entry, identity, message, result, now, spacing)
    return _try_later(entry, identity, message, result, now, wait)


def revision_spacing(feed: FeedRecord, revisions: int) -> timedelta:
    """Return the shortest time until the next revision of an article that has so many."""
    spacing = MIN_SPACING if revisions < MANY_REVISIONS else LIVE_SPACING
    return spacing if feed.every_s is None else min(spacing, timedelta(seconds=feed.every_s))


def wait_for_page(
    entry: EntryRecord, failure: FetchFailure, now: datetime, settings: Settings
) -> timedelta | None:
    """Return how long to wait for another attempt at a page; None where there is none any more.

    An answer that is another page than the article's is asked for again after minutes, hours and
    a day, also if the attempts between fail otherwise. A page that was not requested, because its
    host or the robots.txt there cannot be reached, waits for the host up to a day.
    """
    if failure.outcome in WAITS_FOR_HOST:
        return DOWN_FOR if now - entry.changed_at < WAIT_AT_MOST else None
    before = entry.page_outcome if entry.attempts else ""
    if {failure.outcome, before} & WRONG_PAGES:
        later = WRONG_PAGE_WAITS[entry.attempts :]
        return later[0] if later else None
    is_final = failure.outcome in PERMANENT or type_in(failure.outcome) is not None
    if is_final or entry.attempts + 1 >= settings.fetch_page_attempts:
        return None
    return exponential(FIRST_RETRY, entry.attempts + 1, timedelta.max)  # attempts are limited


def retry_later(
    entry: EntryRecord, failure: FetchFailure, now: datetime, wait: timedelta
) -> EntryRecord:
    """Return the entry, waiting for the next attempt at its page; this may have been none."""
    requested = timedelta(seconds=failure.retry_after or 0)
    return replace(
        entry,
        attempts=entry.attempts + (failure.outcome not in WAITS_FOR_HOST),
        next_page_at=now + max(wait, requested),
        page_outcome=failure.outcome,
    )


def _try_later(
    entry: EntryRecord,
    identity: Identity,
    message: ArticleRevision | None,
    failure: FetchFailure,
    now: datetime,
    wait: timedelta,
) -> EntryOutcome:
    """Announce the text of the feed at once; the full text follows when the page can be read."""
    waiting = replace(retry_later(entry, failure, now, wait), article_id=_id_if(identity.article))
    if identity.article is not None or message is None:
        return EntryOutcome(waiting, None)
    announced = replace(waiting, article_id=identity.article_id, disposition="article_new")
    return _publish(announced, "article_new", identity, message)


def _settle(
    entry: EntryRecord,
    identity: Identity,
    message: ArticleRevision | None,
    failure: FetchFailure,
    now: datetime,
    spacing: timedelta,
) -> EntryOutcome:
    """End an entry whose page cannot be read: the text of the feed is all there is."""
    article = identity.article
    if article is not None and article.text_source == "page":
        return _end(entry, identity, "page_kept", failure)
    if message is None:
        return _end(entry, identity, "no_content", failure)
    if article is not None and entry.disposition and is_current_hash(article.text_hash):
        return _end(entry, identity, "feed_text", failure)  # announced when it had to wait
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
        done = _done_entry(entry, identity.article_id, "article_new", result)
        return _publish(done, "article_new", identity, message)
    if article.text_source == message.text_source and not is_current_hash(article.text_hash):
        return _replace_silently(entry, identity, article, message, result)
    if _says_nothing_new(message, article, identity.versions):
        has_waited = entry.attempts or entry.page_outcome in WAITS_FOR_HOST
        from_feed_only = has_waited and message.text_source == "feed"
        return _end(entry, identity, "feed_text" if from_feed_only else "unchanged", result)
    next_at = article.revised_at + spacing
    if article.text_source == "page" and now < next_at:
        return EntryOutcome(
            replace(entry, article_id=article.article_id, next_page_at=next_at), None
        )
    changes = {"revision": article.revision + 1, "first_seen_at": article.first_seen_at}
    message = message.model_copy(update=changes)
    done = _done_entry(entry, article.article_id, "article_revised", result)
    return _publish(done, "article_revised", identity, message)


def _says_nothing_new(
    message: ArticleRevision, article: ArticleRecord, versions: Sequence[tuple[str, str]]
) -> bool:
    """Return whether a text is that of the newest revision, or flips between two that were read.

    Outlets try two headlines in turn. A headline that the same text had before is no news; nor are
    headline and text that were there twice before. A text that comes back once is a change.
    """
    version, newest = hashes(message), (article.title_hash, article.text_hash)
    if version == newest:
        return True
    is_gone = not article.title_hash
    if is_gone or article.text_source != message.text_source:
        return False
    seen = versions.count(version)
    return seen >= MOST_TIMES_NEW or (seen > 0 and version[1] == newest[1])


def _replace_silently(
    entry: EntryRecord,
    identity: Identity,
    article: ArticleRecord,
    message: ArticleRevision,
    result: PageRead | FetchFailure,
) -> EntryOutcome:
    """Let the newest revision have the text as this version of the program reads it.

    The page need not have changed, so that nothing is announced. The next revision is compared
    with this text.
    """
    same = {
        "revision": article.revision,
        "first_seen_at": article.first_seen_at,
        "fetched_at": article.revised_at,
        "origin": Origin(article.origin),
    }
    done = _done_entry(entry, article.article_id, "unchanged", result)
    published = _publish(done, "unchanged", identity, message.model_copy(update=same))
    return replace(published, is_silent=True)


def _publish(
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


def _end(
    entry: EntryRecord, identity: Identity, disposition: str, result: PageRead | FetchFailure
) -> EntryOutcome:
    known = _id_if(identity.article)
    return EntryOutcome(_done_entry(entry, known, disposition, result), disposition, sighting=known)


def _done_entry(
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
