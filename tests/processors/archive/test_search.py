"""The search of the archive finds what the engine finds, without reading everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.catalog.aliases import EntityAlias
from config.catalog.models import Catalog, EntityDefinition, FilePosition
from config.errors import ArchiveTimeoutError, QueryError
from core.archive import Archive, ArchivedRevision, ArchiveFilter
from core.archive.sqlite import SqliteArchive
from processors import article_from_fields
from processors.archive import SearchLimits, SearchQuery, Stopped, compile_search, search
from processors.archive.words import words_of
from processors.explanation import explain

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = FilePosition("entities.yaml", 1, 1)
CATALOG = Catalog(
    outlets=(),
    entities=(
        EntityDefinition(
            "merz", "person", "Friedrich Merz", (EntityAlias("Kanzler Merz"),), None, AT
        ),
    ),
)

ARTICLES = (
    ("Nato-Beitritt der Ukraine", "Kiew stellt einen Antrag. Berlin zögert."),
    ("Beitrag zur Nato", "Der Senator spricht mit Friedrich Merz über den NATO-Gipfel."),
    ("Aufnahmeverfahren", "Die Beitrittsverhandlungen mit der EU beginnen."),
    ("Wetter", "Es regnet in Kiew; der Kanzler Merz reist ab."),
    ("EU-Beitritt", "Merz in Brüssel. Ein Antrag auf Beitritt zur EU."),
    ("NATO talks", "Sweden's accession was ratified. Ukraine waits."),
    ("Ost- und Südukraine", "Lehrer:innen streiken."),
)
QUERIES = (
    'nato', '"Nato"', '=NATO', 'beitritt*', '*beitritt*', '*ritt', 'b?itritt', '"EU Beitritt*"',
    'nato AND (kiew OR merz)', 'kiew AND NOT regnet', 'entity:merz', 'entity:merz AND nato',
    'title:beitritt*', 'Nato NEAR/5 Ukraine', 'Antrag NEAR/S (Kiew OR EU)', 'outlet:kurier',
    'url:*example*', 'nato AND url:*mple*', '(*verhandlung* OR accession)', 'count(eu) >= 2',
    'nichtvorhanden', '*xyzxyz*', 'Beitritt EXCEPT "EU-Beitritt"', '"nato-beitritt"', 'language:en',
    '"Ostukraine"', '"Lehrer"', '"Lehrerinnen"', '*ukraine',
)  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive(SqliteArchive(tmp_path / "archive.db"), words_of)
    articles = [
        article_from_fields(
            {
                "title": title,
                "text": text,
                "outlet": "kurier" if number % 2 else "bote",
                "language": "en" if "talks" in title else "de",
                "url": f"https://example.org/{number}",
                "fetched_at": NOON + timedelta(minutes=number),
            }
        )
        for number, (title, text) in enumerate(ARTICLES)
    ]
    opened.add(articles)
    yield opened
    opened.close()


def query(text: str) -> SearchQuery:
    return compile_search(text, CATALOG, ())


def numbers(revisions: list[ArchivedRevision]) -> list[int]:
    return [int(revision.article.url.rpartition("/")[2]) for revision in revisions]


def test_the_index_loses_no_article_that_the_engine_finds(archive: Archive) -> None:
    everything = archive.page(ArchiveFilter())
    wrong, empty, read = {}, [], 0
    for text in QUERIES:
        compiled = query(text)
        page = search(archive, compiled)
        wanted = [one for one in everything if compiled.evidence_in(one) is not None]
        if (found := [hit.revision for hit in page.hits]) != wanted:
            wrong[text] = numbers(found), numbers(wanted)
        if not wanted:
            empty.append(text)
        read += page.read
    assert wrong == {}
    assert empty == ["nichtvorhanden", "*xyzxyz*"]
    assert read < 0.6 * len(QUERIES) * len(ARTICLES)  # the index narrows most of them


def test_pages_follow_each_other_and_show_the_sentence(archive: Archive) -> None:
    compiled = query("nato OR merz")
    seen, before = [], None
    while True:
        page = search(archive, compiled, before=before, limits=SearchLimits(hits=2))
        seen += [hit.revision for hit in page.hits]
        before = page.next
        if before is None:
            break
    assert numbers(seen) == [5, 4, 3, 1, 0]
    [hit] = search(archive, query("Antrag AND Brüssel")).hits
    assert [span.sentence for span in hit.evidence] == [
        "Merz in Brüssel.",
        "Ein Antrag auf Beitritt zur EU.",
    ]


def test_a_query_without_a_required_word_says_how_far_it_read(archive: Archive) -> None:
    page = search(archive, query("outlet:kurier"), limits=SearchLimits(read=3))
    assert (page.is_indexed, page.stopped, page.read) == (False, Stopped.READ, 3)
    assert page.back_to == NOON + timedelta(minutes=4)
    rest = search(archive, query("outlet:kurier"), before=page.next)
    assert numbers([hit.revision for hit in (*page.hits, *rest.hits)]) == [5, 3, 1]
    assert rest.stopped is Stopped.NO


def test_a_search_ends_when_its_time_is_over(archive: Archive) -> None:
    ticks = iter(range(100))
    limits = SearchLimits(seconds=4.5)
    page = search(archive, query("outlet:none"), limits=limits, now=lambda: float(next(ticks)))
    assert page.stopped is Stopped.TIME
    assert 0 < page.read < len(ARTICLES)
    assert page.next is not None
    with pytest.raises(ArchiveTimeoutError):
        search(_Slow(archive), query("outlet:none"))


class _Slow(Archive):
    """An archive in which no query ends in time."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive.database, words_of)

    def page(self, *_: object, **__: object) -> list[ArchivedRevision]:
        raise ArchiveTimeoutError("too long")


def test_an_article_is_one_hit_and_the_selection_narrows(archive: Archive) -> None:
    first = archive.page(ArchiveFilter())[-1].article
    changed = {"revision": 2, "fetched_at": NOON + timedelta(hours=1), "text": "Nato, Nato."}
    archive.add([first.model_copy(update=changed)])
    found = [hit.revision.article for hit in search(archive, query("nato")).hits]
    assert [(one.url[-1], one.revision) for one in found] == [("0", 2), ("5", 1), ("1", 1)]
    selection = ArchiveFilter(until=NOON + timedelta(minutes=30), outlet="bote", language="de")
    assert numbers([h.revision for h in search(archive, query("nato"), selection).hits]) == [0]


def test_errors_of_a_query_have_a_column_and_a_mend() -> None:
    for text, column, code in (("nato AND (", 10, "E001"), ("kiew AND entity:nobody", 17, "E007")):
        with pytest.raises(QueryError) as raised:
            query(text)
        [fault] = raised.value.faults
        assert (fault.column, fault.code) == (column, code)
        assert fault.mend
        assert f"column {column}" in str(raised.value)


@pytest.mark.slow
def test_a_bare_word_is_found_in_its_forms_and_compounds(archive: Archive) -> None:
    compiled = compile_search("Beitritt AND NOT Verhandlung", CATALOG, ("de",))
    page = search(archive, compiled)
    assert numbers([hit.revision for hit in page.hits]) == [4, 0]
    assert page.is_indexed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "is_named"), [("Konflikt", False), ("Konflikt OR entity:region", True)]
)
def test_names_count_in_compounds_and_entities_are_searched_if_one_is_named(
    text: str, is_named: bool
) -> None:
    region = EntityDefinition("region", "place", "Transnistrien", (), None, AT)
    compiled = compile_search(text, Catalog(outlets=(), entities=(region,)), ("de",))
    fields = {"title": "Der Transnistrienkonflikt", "text": "Er dauert an.", "language": "de"}
    analysis = compiled.processors.index(article_from_fields(fields), "de")
    [span, *_] = explain(compiled.processors.compiled, 0, analysis).evidence
    assert span.surface == "Transnistrienkonflikt"
    assert bool(analysis.mentions) == is_named
