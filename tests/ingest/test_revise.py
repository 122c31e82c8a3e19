from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.i18n import Phrase
from config.settings import Settings
from core.ids import article_id
from core.messages import Access
from core.store.articles import ArticleRecord
from core.store.entries import DONE, PENDING
from ingest.extract import ExtractedPage
from ingest.pages.article_revision import PageRead, hashes
from ingest.pages.claimed_address import Claim
from ingest.pages.revise import CanonicalClaim, EntryOutcome, Identity, claim_of, decide, identify
from ingest.polling.backoff import FetchFailure
from tests.support.records import article_record, entry_record, feed_record
from tests.support.scripted_publisher import MONDAY

SETTINGS = Settings(_env_file=None)
ENTRY = entry_record(id=3, summary="Der Rat tagt.", content="Der Rat tagt. Es geht um viel.")
FEED = feed_record()
URL = "https://kurier.example.org/a"
NEW = Identity(article_id(URL), URL, URL, None, is_copy=False)
SLOW = FetchFailure("timeout", Phrase("fetch.timeout"))
FORBIDDEN = FetchFailure("refused", Phrase("fetch.http", status=403))


def page(**values: Any) -> PageRead:
    defaults: dict[str, Any] = {
        "url": URL,
        "canonical_url": None,
        "title": "Brücke wird saniert",
        "lead": "",
        "text": "Der ganze Text.",
        "language": "de",
        "published_at": None,
        "published_source": None,
        "authors": (),
        "agency": None,
        "access": Access.FREE,
        "zones": (),
        "flags": (),
    }
    final_url = values.pop("final_url", URL)
    return PageRead(ExtractedPage(**defaults | values), final_url, MONDAY)


def article_of(verdict: EntryOutcome) -> ArticleRecord:
    assert verdict.article is not None
    return verdict.article


def known(article: ArticleRecord) -> Identity:
    return Identity(article.article_id, article.url_key, article.url, article, is_copy=False)


def judged(
    result: PageRead | FetchFailure,
    identity: Identity = NEW,
    entry: Any = ENTRY,
    later: timedelta = timedelta(),
) -> EntryOutcome:
    return decide(entry, FEED, result, identity, MONDAY + later, SETTINGS)


def test_a_page_that_was_read_becomes_an_article() -> None:
    verdict = judged(page())
    assert verdict.disposition == "article_new"
    assert verdict.message is not None
    assert (verdict.message.revision, verdict.message.text) == (1, "Der ganze Text.")
    assert (verdict.entry.state, verdict.entry.article_id) == (DONE, NEW.article_id)
    assert verdict.sighting == NEW.article_id


def test_the_text_of_the_feed_is_announced_before_a_page_that_may_come_later() -> None:
    first = judged(SLOW)
    assert first.disposition == "article_new"
    assert first.message is not None
    assert (first.message.text_source, first.message.lead) == ("feed", "Der Rat tagt.")
    assert first.entry.state == PENDING
    assert first.entry.next_page_at == MONDAY + timedelta(minutes=5)
    then = judged(page(), known(article_of(first)), first.entry)
    assert then.disposition == "article_revised"
    assert then.message is not None
    assert (then.message.revision, then.message.text_source) == (2, "page")


def test_attempts_are_further_and_further_apart_and_limited() -> None:
    verdict = judged(SLOW)
    article, waits = article_of(verdict), []
    while verdict.entry.state == PENDING:
        waits.append((verdict.entry.next_page_at - MONDAY) / timedelta(minutes=1))
        verdict = judged(SLOW, known(article), verdict.entry)
    assert waits == [5, 10, 20]
    assert (verdict.disposition, verdict.message) == ("feed_text", None)


@pytest.mark.parametrize("outcome", ["host_down", "robots_unreachable"])
def test_a_page_of_a_host_that_is_down_waits_a_day_and_that_is_no_attempt(outcome: str) -> None:
    down = FetchFailure(outcome, Phrase("fetch.empty"))
    verdict = judged(down)
    assert verdict.disposition == "article_new"
    assert verdict.entry.next_page_at == MONDAY + timedelta(minutes=10)
    assert (verdict.entry.attempts, verdict.entry.page_outcome) == (0, outcome)
    article = known(article_of(verdict))
    later = judged(down, article, verdict.entry, timedelta(hours=23))
    assert (later.entry.state, later.entry.attempts) == (PENDING, 0)
    end = judged(down, article, verdict.entry, timedelta(hours=24))
    assert (end.entry.state, end.disposition) == (DONE, "feed_text")


def test_retry_after_delays_the_next_attempt() -> None:
    busy = FetchFailure("rate_limited", Phrase("fetch.http", status=429), 3600.0)
    assert judged(busy).entry.next_page_at == MONDAY + timedelta(hours=1)


@pytest.mark.parametrize(
    "outcome",
    ["robots", "refused", "not_found", "gone", "challenge", "not_read_pdf", "too_large"],
)
def test_the_text_of_the_feed_stays_if_a_page_never_comes(outcome: str) -> None:
    verdict = judged(FetchFailure(outcome, Phrase("fetch.empty")))
    assert (verdict.disposition, verdict.entry.state) == ("article_new", DONE)
    assert verdict.message is not None
    assert verdict.message.text_source == "feed"


def test_an_entry_without_text_waits_for_its_page_and_ends_without_content() -> None:
    bare = replace(ENTRY, title="", summary="", content="")
    waiting = judged(SLOW, entry=bare)
    assert (waiting.disposition, waiting.message, waiting.entry.state) == (None, None, PENDING)
    assert judged(FORBIDDEN, entry=bare).disposition == "no_content"


def test_a_copy_is_recorded_and_not_announced() -> None:
    identity = replace(known(article_record()), is_copy=True)
    verdict = judged(FetchFailure("not_asked", Phrase("fetch.empty")), identity)
    assert (verdict.disposition, verdict.message) == ("copy_url", None)
    assert verdict.sighting == "a" * 32


def told_before(**values: Any) -> ArticleRecord:
    message = judged(page()).message
    assert message is not None
    title_hash, text_hash = hashes(message)
    return article_record(title_hash=title_hash, text_hash=text_hash, **values)


def test_an_unchanged_page_is_no_revision() -> None:
    verdict = judged(page(), known(told_before()), later=timedelta(hours=1))
    assert (verdict.disposition, verdict.message) == ("unchanged", None)


@pytest.mark.parametrize("change", [{"title": "Neu"}, {"text": "Neu."}, {"lead": "Neu."}])
def test_another_title_or_text_is_a_revision_with_an_origin_of_its_own(
    change: dict[str, str],
) -> None:
    article = told_before(revision=4, origin="backfill", first_seen_at=MONDAY - timedelta(days=2))
    verdict = judged(page(**change), known(article), later=timedelta(hours=1))
    assert verdict.disposition == "article_revised"
    assert verdict.message is not None
    assert verdict.message.revision == 5
    assert verdict.message.origin == "live"
    assert verdict.message.first_seen_at == MONDAY - timedelta(days=2)


ONE, TWO, OTHER = ("Eins", "Text."), ("Zwei", "Text."), ("Eins", "Anderer Text.")
BACK = ("Zwei", "Anderer Text.")


@pytest.mark.parametrize(
    ("earlier", "then", "is_news"),
    [
        ((ONE,), TWO, True),
        ((ONE, TWO), ONE, False),  # the headline that the text had before
        ((ONE, TWO, OTHER), TWO, True),  # text and headline come back: a change
        ((ONE, TWO, OTHER), BACK, True),  # this text has this headline for the first time
        ((ONE, BACK, ONE), BACK, True),
        ((ONE, BACK, ONE, BACK), ONE, False),  # both flip
    ],
)
def test_a_headline_that_the_text_had_before_is_no_news(
    earlier: tuple[tuple[str, str], ...], then: tuple[str, str], is_news: bool
) -> None:
    messages = [judged(page(title=title, text=text)) for title, text in (*earlier, then)]
    versions = [hashes(m.message) for m in messages if m.message]
    newest = article_of(messages[-2])
    identity = replace(known(newest), versions=versions[:-1])
    verdict = judged(page(title=then[0], text=then[1]), identity, later=timedelta(hours=1))
    assert verdict.disposition == ("article_revised" if is_news else "unchanged")


def test_revisions_are_ten_minutes_apart_and_not_lost() -> None:
    article = told_before()
    early = judged(page(text="Neu."), known(article), later=timedelta(minutes=4))
    assert (early.disposition, early.entry.state) == (None, PENDING)
    assert early.entry.next_page_at == MONDAY + timedelta(minutes=10)
    after_feed = replace(article, text_source="feed")
    at_once = judged(page(text="Neu."), known(after_feed), later=timedelta(minutes=4))
    assert at_once.disposition == "article_revised"


@pytest.mark.parametrize(
    ("revision", "minutes", "every_s", "is_revised"),
    [
        (23, 10, None, True),
        (24, 10, None, False),
        (24, 15, None, True),
        (5000, 15, None, True),
        (5000, 1, 60.0, True),
        (5000, 0, 0.0, True),
    ],
)
def test_a_live_page_is_revised_for_ever_but_not_as_often(
    revision: int, minutes: int, every_s: float | None, is_revised: bool
) -> None:
    article, feed = told_before(revision=revision), replace(FEED, every_s=every_s)
    now = MONDAY + timedelta(minutes=minutes)
    verdict = decide(ENTRY, feed, page(text="Neu."), known(article), now, SETTINGS)
    assert verdict.disposition == ("article_revised" if is_revised else None)
    if not is_revised:
        assert verdict.entry.next_page_at == MONDAY + timedelta(minutes=15)


def test_a_text_that_another_version_of_the_program_read_is_replaced_silently() -> None:
    article = replace(told_before(revision=7), text_hash="0" * 32, title_hash="1" * 32)
    verdict = judged(page(text="Anders gelesen."), known(article), later=timedelta(minutes=1))
    assert (verdict.disposition, verdict.is_silent) == ("unchanged", True)
    assert verdict.message is not None
    assert (verdict.message.revision, verdict.message.fetched_at) == (7, article.revised_at)
    renewed = article_of(verdict)
    again = judged(page(text="Anders gelesen."), known(renewed), later=timedelta(hours=1))
    assert (again.disposition, again.message) == ("unchanged", None)
    changed = judged(page(text="Neu."), known(renewed), later=timedelta(hours=1))
    assert (changed.disposition, changed.is_silent) == ("article_revised", False)


def test_the_text_of_a_page_stays_when_the_page_is_gone() -> None:
    verdict = judged(FORBIDDEN, known(told_before()), later=timedelta(hours=1))
    assert (verdict.disposition, verdict.message) == ("page_kept", None)


def test_an_article_from_the_feed_is_revised_from_the_feed() -> None:
    article = told_before(text_source="feed")
    verdict = judged(FORBIDDEN, known(article), later=timedelta(hours=1))
    assert verdict.disposition == "article_revised"


# ── which article is it ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("canonical", "final_url", "key"),
    [
        (None, URL, None),
        (URL + "?utm_source=rss", URL, None),
        ("https://kurier.example.org/b", URL, "https://kurier.example.org/b"),
        ("https://www.kurier.example.org/b", URL, "https://kurier.example.org/b"),
        ("https://kurier.example.org/", URL, None),
        ("https://fremd.example.com/b", URL, None),
        (None, "https://kurier.example.org/b", "https://kurier.example.org/b"),
        (None, "https://kurier.example.org/", None),
        (
            "https://fremd.example.com/x",
            "https://kurier.example.org/b",
            "https://kurier.example.org/b",
        ),
    ],
)
def test_the_canonical_url_counts_within_the_site_and_never_if_it_is_the_homepage(
    canonical: str | None, final_url: str, key: str | None
) -> None:
    claim = claim_of(ENTRY, page(canonical_url=canonical, final_url=final_url))
    assert (claim.url_key if claim else None) == key


CLAIM = CanonicalClaim("https://kurier.example.org/b", "https://www.kurier.example.org/b")


def identified(**values: Any) -> Identity:
    defaults: dict[str, Any] = {
        "earlier": None,
        "linked": None,
        "claim": None,
        "claimed": None,
        "check": Claim.TRUE,
        "shown_already": False,
    }
    return identify(ENTRY, **defaults | values)


def test_without_a_claim_the_link_is_the_identity() -> None:
    assert identified() == Identity(article_id(URL), URL, URL, None, is_copy=False)


def test_a_claim_that_no_article_has_is_the_identity() -> None:
    identity = identified(claim=CLAIM)
    assert identity.article_id == article_id(CLAIM.url_key)
    assert (identity.url_key, identity.url) == (CLAIM.url_key, CLAIM.url)


def test_a_claim_of_an_article_from_another_feed_is_a_copy() -> None:
    claimed = article_record(feed_id="bote-1")
    assert identified(claim=CLAIM, claimed=claimed).is_copy


def test_a_claim_of_an_article_that_the_feed_shows_already_is_ignored() -> None:
    identity = identified(claim=CLAIM, claimed=article_record(), shown_already=True)
    assert (identity.url_key, identity.article, identity.is_copy) == (URL, None, False)


def test_the_article_of_an_earlier_attempt_takes_precedence() -> None:
    earlier = article_record(article_id="0" * 32, feed_id="bote-1")
    identity = identified(
        earlier=earlier, linked=article_record(), claim=CLAIM, claimed=article_record()
    )
    assert (identity.article_id, identity.is_copy) == ("0" * 32, False)


def test_a_known_link_is_a_copy_only_from_another_feed() -> None:
    assert not identified(linked=article_record()).is_copy
    assert identified(linked=article_record(feed_id="bote-1")).is_copy
