"""What the archive stores, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from config.errors import ArchiveTimeoutError
from core.archive import Archive, ArchiveFilter, IndexTerm, Proposal
from core.messages import ArticleRevision, Enriched, TopicScore
from processors import article_from_fields

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def article(
    number: int, title: str, *, revision: int = 1, minute: float = 0, **fields: object
) -> ArticleRevision:
    at = NOON + timedelta(minutes=minute)
    made = article_from_fields(
        {"title": title, "url": f"https://a.example/{number}", "fetched_at": at} | fields
    )
    return made.model_copy(update={"revision": revision})


def enriched(of: ArticleRevision, language: str, *topics: str) -> Enriched:
    scores = tuple(TopicScore(topic_id=t, topic_revision="r", score=1) for t in topics)
    return Enriched(
        article_id=of.article_id,
        revision=of.revision,
        language=language,
        language_source="detected",
        topics=scores,
        fingerprint="",
    )


def titles(archive: Archive, selection: ArchiveFilter) -> list[str]:
    return [one.article.title for one in archive.page(selection)]


def all_of(*groups: tuple[str, ...]) -> Proposal:
    """Return a proposal; a word that ends with a star is a beginning."""
    return tuple(
        tuple((IndexTerm.of(word.rstrip("*"), is_prefix=word.endswith("*")),) for word in group)
        for group in groups
    )


def test_a_revision_is_stored_once_whatever_is_added_again(archive: Archive) -> None:
    first, second = article(1, "Kiew meldet"), article(1, "Kiew meldet neu", revision=2, minute=5)
    assert archive.add([first], [enriched(first, "de", "nato")]) == 1
    assert archive.add([first, second, second], [enriched(first, "de", "nato")]) == 1
    assert titles(archive, ArchiveFilter()) == ["Kiew meldet neu", "Kiew meldet"]
    assert archive.words("*") == [("kiew", 1), ("meldet", 1), ("neu", 1)]


def test_several_writers_of_the_same_revisions_store_them_once(archive: Archive) -> None:
    same = [article(n, f"Kiew meldet {n}") for n in range(12)]
    with ThreadPoolExecutor(4) as writers:
        new = list(writers.map(lambda _: archive.add(same), range(4)))
    assert sum(new) == len(archive.page(ArchiveFilter())) == len(same)
    assert archive.words("kiew") == [("kiew", 12)]


def test_the_index_finds_folded_words_their_parts_and_their_beginnings(archive: Archive) -> None:
    archive.add(
        [
            article(1, "NATO-Beitritt: O’Neil, Größe", minute=1),
            article(2, "Beitritt, Straße; Москва", minute=2),
            article(3, "beitrittsland", text="x\\y 'z' \"q\" C++ §5 %_", minute=3),
        ]
    )
    wanted = {
        (("nato",),): [1],
        (("nato-beitritt",),): [1],
        (("beitritt",),): [2, 1],
        (("beitritt*",),): [3, 2, 1],
        (("o'neil", "москва"),): [2, 1],
        (("grösse",),): [1],
        (("strasse",), ("mosk*",)): [],
        (("strasse",), ("моск*",)): [2],
        (("c++", "y", 'a"b', "a'b"),): [3],
    }
    by_url = {f"https://a.example/{n}": n for n in (1, 2, 3)}
    found = {
        groups: [
            by_url[r.article.url] for r in archive.page(ArchiveFilter(proposal=all_of(*groups)))
        ]
        for groups in wanted
    }
    assert found == wanted


def test_pages_continue_where_the_last_one_ended_also_within_a_second(archive: Archive) -> None:
    archive.add([article(n, f"Meldung {n}") for n in range(7)])
    for proposal in ((), all_of(("meldung",))):
        seen: list[int] = []
        before = None
        while page := archive.page(ArchiveFilter(proposal=proposal), before=before, limit=3):
            before = page[-1].number
            seen += [one.number for one in page]
        assert len(set(seen)) == 7
        assert seen == sorted(seen, reverse=True)


def test_revisions_are_selected_by_time_outlet_language_and_topic(archive: Archive) -> None:
    early = article(1, "früh", outlet="kurier", language="de")
    late = article(2, "late", outlet="times", language="de", minute=9)
    archive.add([late, early], [enriched(late, "en", "nato", "un_talks")])
    nine = NOON + timedelta(minutes=9)
    selections = {
        ArchiveFilter(since=nine): ["late"],
        ArchiveFilter(until=nine): ["früh"],
        ArchiveFilter(outlet="kurier"): ["früh"],
        ArchiveFilter(language="en"): ["late"],
        ArchiveFilter(language="de"): ["früh"],
        ArchiveFilter(topic="nato"): ["late"],
        ArchiveFilter(topic="un%talks"): [],
    }
    assert {each: titles(archive, each) for each in selections} == selections
    counts = {each: archive.count(each, most=9) for each in selections}
    assert counts == {each: len(found) for each, found in selections.items()}
    assert archive.count(ArchiveFilter(), most=1) == 1
    named = ArchiveFilter(proposal=all_of(("late",)), language="en")
    assert archive.count(named, most=9) == 1


def test_articles_stream_in_the_order_of_time_with_their_enrichment(archive: Archive) -> None:
    revisions = [article(n, f"Meldung {n}", minute=n / 600) for n in range(30)]
    archive.add(reversed(revisions), [enriched(revisions[3], "de", "nato")])
    assert [one.article for one in archive.articles()] == revisions
    [matched] = archive.articles(NOON, topic="nato")
    assert matched.article == revisions[3]
    assert matched.enriched == enriched(revisions[3], "de", "nato")


def test_words_have_the_number_of_their_articles_and_patterns_find_them(archive: Archive) -> None:
    archive.add([article(1, "Beitritt beitritt"), article(2, "Nato-Beitritt, 100%_sicher")])
    assert archive.words("*beitritt") == [("beitritt", 2), ("nato-beitritt", 1)]
    assert archive.words("be*t") == archive.words("b?itritt") == [("beitritt", 2)]
    assert archive.words("*%*") == archive.words("n_to") == []
    assert archive.words("*", limit=1) == [("beitritt", 2)]


def test_articles_whose_last_revision_is_old_are_forgotten_with_their_words(
    archive: Archive,
) -> None:
    old, changed = article(1, "alt und vorbei"), article(2, "alt")
    newer = article(2, "neu", revision=2, minute=60)
    archive.add([old, changed, newer], [enriched(old, "de")])
    before = NOON + timedelta(minutes=30)
    assert archive.forget(before) == 1
    assert archive.forget(before) == 0
    assert titles(archive, ArchiveFilter()) == ["neu", "alt"]
    assert titles(archive, ArchiveFilter(proposal=all_of(("vorbei", "alt")))) == ["alt"]
    assert archive.words("*") == [("alt", 1), ("neu", 1)]


def test_a_search_that_takes_too_long_is_ended(archive: Archive) -> None:
    words = [f"{'o' * 90}{n}" for n in range(3_000)]
    archive.add([article(1, "o", text=" ".join(words))])
    with pytest.raises(ArchiveTimeoutError):
        archive.words("*" + "o*" * 20 + "y", seconds=0.0001)
