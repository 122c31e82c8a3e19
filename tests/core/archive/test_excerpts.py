"""Full texts that are kept for a limited time, on both databases."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import apsw

from core.archive import Archive, ArchiveFilter
from core.archive.excerpts import (
    EXCERPT_LENGTH,
    excerpt_of,
    is_excerpt,
    limit_text,
    shorten_texts,
)
from core.archive.sqlite import SqliteArchive
from core.messages import ArticleRevision
from core.messages.article import Passage, Zone
from tests.core.archive.test_archive import NOON, all_of, article, enriched, titles

LONG = "Anfang " + "mitte " * 80 + "Ende"
DAY = timedelta(days=1)


def shorten(archive: Archive, outlet: str, days: float) -> list[int]:
    """Shorten what is older than some days at noon. Return what each step read."""
    steps = []
    while read := shorten_texts(archive, outlet, NOON - days * DAY, limit=2):
        steps.append(read)
    return steps


def stored(archive: Archive) -> dict[str, ArticleRevision]:
    return {one.article.title: one.article for one in archive.page(ArchiveFilter())}


def test_an_excerpt_has_the_beginning_of_the_texts_and_nothing_else_of_them() -> None:
    zone, passage = Zone(zone="comments", text=LONG), Passage(field="text", start=0, end=400)
    whole = article(1, "Titel", lead=LONG, text=LONG).model_copy(
        update={"zones": (zone,), "new_passages": (passage,), "flags": ("thin",)}
    )
    short = excerpt_of(whole)
    for text in (short.lead, short.text):
        assert text.endswith(" mitte…")
        assert len(text) <= EXCERPT_LENGTH + 1
    assert (short.title, short.zones, short.new_passages) == ("Titel", (), None)
    assert short.flags == ("thin", "excerpt")
    assert excerpt_of(short) == short
    assert len(excerpt_of(article(2, "x", text="x" * 999)).text) == EXCERPT_LENGTH + 1
    assert excerpt_of(article(3, "x", text="Kurz.")).text == "Kurz."


def test_a_text_is_stored_whole_while_its_outlet_allows_it() -> None:
    old = article(1, "alt", minute=-2 * 24 * 60, text=LONG, outlet="kurier")
    for limits, expected in (
        ({}, False), ({"bote": DAY}, False), ({"kurier": 3 * DAY}, False),
        ({"kurier": DAY}, True), ({"kurier": 0 * DAY}, True),
    ):  # fmt: skip
        assert is_excerpt(limit_text(old, limits, NOON)) is expected, limits


def test_old_texts_of_an_outlet_are_cut_step_by_step_and_their_words_found_no_more(
    archive: Archive,
) -> None:
    names = ("a", "b", "c", "neu", "bote")
    ages = {"a": 5, "b": 4, "c": 3, "neu": 1, "bote": 5}
    made = [
        article(
            number, name, minute=-ages[name] * 24 * 60, text=LONG,
            outlet="bote" if name == "bote" else "kurier",
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    again = made[0].model_copy(update={"revision": 2, "title": "a neu", "fetched_at": NOON})
    archive.add([*made, again], [enriched(made[0], "de", "nato")])
    assert archive.words("ende") == [("ende", 5)]
    assert shorten(archive, "kurier", 2) == [2, 1]
    assert shorten(archive, "kurier", 2) == []
    cut = {title for title, one in stored(archive).items() if is_excerpt(one)}
    assert cut == {"a", "b", "c"}
    assert sorted(titles(archive, ArchiveFilter(proposal=all_of(("ende",))))) == [
        "a neu", "bote", "neu",
    ]  # fmt: skip
    assert len(titles(archive, ArchiveFilter(proposal=all_of(("anfang",))))) == 6
    assert archive.words("ende") == [("ende", 3)]  # the newer revision of the first has it
    assert archive.words("anfang") == [("anfang", 5)]
    assert shorten(archive, "kurier", 0.5) == [1]
    assert archive.forget(NOON - 2 * DAY) == 3
    assert archive.words("*itte") == [("mitte", 2)]


def test_an_archive_of_the_first_version_gets_the_index_of_outlets(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    indexes = "SELECT count(*) FROM sqlite_schema WHERE name = 'archive_outlets'"
    SqliteArchive(path).close()
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("DROP INDEX archive_outlets")
        SqliteArchive(path).close()
        assert connection.execute(indexes).get == 1
