"""The same guid is the same entry, unless something says that another story has it now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.store.entries import EntryRecord
from ingest.entries.same_entry import aliases_of, is_same_entry, is_same_page
from tests.support.records import entry_record
from tests.support.scripted_publisher import MONDAY

SITE = "https://kurier.example.org"
EARLIER = MONDAY - timedelta(days=1)


def row(title: str, path: str = "", days: float | None = 0, text: str = "") -> EntryRecord:
    url = path if path.startswith("http") or not path else SITE + path
    at = None if days is None else MONDAY - timedelta(days=days)
    return entry_record(
        title=title, url=url, url_key=url or "entry:kurier-1#k", published_at=at, text_hash=text
    )


SAME = {
    "headline edited": (row("Brand in Halle", "/a"), row("Feuer: Suche läuft", "/a", 2)),
    "nothing but blanks": (row("Brand in Halle", "/a"), row(" Brand in  Halle!", "/b")),
    "http to https": (row("Brand", "http://kurier.example.org/a"), row("Anderes", "/a", 2)),
    "another host": (row("Brand", "https://alt.example.net/p/a"), row("Anderes", "/p/a", 2)),
    "slug renamed with its number": (
        row("Brand in Halle", "/brand-in-halle-104711"),
        row("Sechs Verletzte gemeldet", "/sechs-verletzte-104711", 2),
    ),
    "number in the query": (row("A", "/a.php?id=104711"), row("B", "/b.php?id=104711", 2)),
    "slug and headline edited, same date": (
        row("Brand in Halle", "/brand"),
        row("Brand in Halle: sechs Verletzte", "/brand-sechs-verletzte"),
    ),
    "slug and headline edited, date moved a little": (
        row("Brand in Halle gelöscht", "/brand", 0.2),
        row("Brand in Halle: Ursache unklar", "/brand-ursache"),
    ),
    "no link, headline edited": (row("Brand in Halle"), row("Brand in Halle gelöscht", days=2)),
    "no link, same date": (row("Brand in Halle"), row("Sechs Verletzte gemeldet")),
    "no dates": (row("Brand in Halle", "/a", None), row("Brand in Halle gelöscht", "/b", None)),
}
OTHER = {
    "a slot": (row("Fähre fällt aus", "/slot-a", 1), row("Antrag auf Beitritt gestellt", "/b")),
    "a slot, near in time": (row("Fähre fällt aus", "/a", 0.1), row("Antrag gestellt", "/b")),
    "a slot, no dates": (row("Fähre fällt aus", "/a", None), row("Antrag gestellt", "/b", None)),
    "a position, one date for all": (row("Fähre fällt aus", "/a"), row("Antrag gestellt", "/b")),
    "a slot without links": (row("Fähre fällt aus", "", 1), row("Antrag auf Beitritt gestellt")),
    "a daily page": (
        row("Wetter am Abend", "/wetter-2811", 1.5),
        row("Wetter am Abend", "/w-2911"),
    ),
    "a series": (row("Liveblog Tag 1001", "/l-1001", 0.9), row("Liveblog Tag 1002", "/l-1002")),
    "a section's number": (
        row("Fähre fällt aus", "/ressort-104711/a", 1),
        row("Antrag gestellt", "/ressort-104711/b"),
    ),
    "a day is no number": (
        row("Fähre fällt aus", "/20261128-faehre", 1),
        row("Antrag gestellt", "/20261128-antrag"),
    ),
    "another part of a page": (
        row("Odessa brennt", "/ticker#p1"),
        row("Papst mahnt", "/ticker#p2"),
    ),
}


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME.keys())
def test_an_entry_that_was_edited_or_moved_is_the_same(old: EntryRecord, new: EntryRecord) -> None:
    assert is_same_entry(old, new)


@pytest.mark.parametrize(("old", "new"), OTHER.values(), ids=OTHER.keys())
def test_another_story_under_the_guid_is_another_entry(old: EntryRecord, new: EntryRecord) -> None:
    assert not is_same_entry(old, new)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (row("Wetter", "/a?t=1"), row("Wetter", "/a?t=2"), True),
        (row("Wetter", "/a?t=1", 1), row("Wetter", "/a?t=2"), False),
        (row("Wetter", "/a?t=1", None, "x"), row("Wetter", "/a?t=2", None, "x"), True),
        (row("Wetter", "/a?t=1", None, "x"), row("Wetter", "/a?t=2", None, "y"), False),
        (row("Brand in Halle", "/a?t=1"), row("Brand in Halle gelöscht", "/a?t=2"), True),
        (row("Brand", "/a?id=1"), row("Papst mahnt", "/a?id=2"), False),
    ],
)
def test_links_that_differ_in_a_parameter_are_one_page_by_headline_and_date(
    old: EntryRecord, new: EntryRecord, same: bool
) -> None:
    assert is_same_page(old, new) is same


def test_aliases_survive_a_move_and_do_not_come_of_nothing() -> None:
    def names(url: str, guid: str = "") -> dict[str, str]:
        return aliases_of(row("x", url), guid)

    old = names("http://www.kurier.example.org/a?id=1", "//www.kurier.example.org/?p=17")
    new = names("https://kurier.example.org/a?id=1&utm_source=x", "//neu.example.net/?p=17")
    assert old == new
    assert set(old) == {"guid", "link", "page"}
    assert names("/a?id=2")["page"] == old["page"]
    assert names("/a?id=2")["link"] != old["link"]
    assert set(names("/", "tag:example.org,2026:1")) == set()
    assert "guid" not in names("/a", "//kurier.example.org/")
