"""Over random documents of publishers with bad habits, each story is new exactly once."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import Settings
from core.store import Store, entries, feeds
from core.store.entries import PENDING
from core.store.feed_record import FeedRecord
from ingest.entries.admit import admit
from ingest.entries.document_entries import (
    load_known_entries,
    recognise_unchanged,
    store_admission,
)
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed
from tests.ingest.sources.documents import item, rss
from tests.support.lanes import examples
from tests.support.records import feed_record
from tests.support.schemas import new_sqlite
from tests.support.scripted_publisher import MONDAY

SETTINGS = Settings(_env_file=None)
WORD_LIST = """
Hafen Brücke Fähre Pegel Deich Bahnhof Rathaus Schule Klinik Messe Oper Stadion Zoo Museum Markt
Kloster Schloss Turbine Stollen Gletscher Ballon Orgel Kutter Seilbahn
"""
WORDS = WORD_LIST.split()


@dataclass(frozen=True)
class Story:
    """What a publisher has written."""

    number: int

    @property
    def title(self) -> str:
        first, second = WORDS[self.number % 24], WORDS[(self.number * 7 + 5) % 24]
        return f"{first}geschichte {second}bericht"

    @property
    def date(self) -> str:
        return f"Mon, 05 Jan 2026 {self.number % 24:02}:{self.number:02}:00 +0000"


Named = Callable[[Story, int, int], str | None]
"""What a story is called at a position of the document of a poll."""

GUIDS: dict[str, Named] = {
    "stable": lambda story, place, poll: f"id-{story.number}",
    "url": lambda story, place, poll: f"http://kurier.example.org/?p={story.number}",
    "https": lambda story, place, poll: f"https://kurier.example.org/?p={story.number}",
    "moved": lambda story, place, poll: f"https://neu.example.net/?p={story.number}",
    "position": lambda story, place, poll: str(place),
    "random": lambda story, place, poll: f"{poll}-{story.number}-x",
    "constant": lambda story, place, poll: "guid",
    "none": lambda story, place, poll: None,
    "N/A": lambda story, place, poll: "N/A",
}
LINKS: dict[str, Named] = {
    "own": lambda story, place, poll: f"https://kurier.example.org/a/{story.number}",
    "http": lambda story, place, poll: f"http://www.kurier.example.org/a/{story.number}#ref=rss",
    "moved": lambda story, place, poll: f"https://neu.example.net/a/{story.number}",
    "query": lambda story, place, poll: f"https://kurier.example.org/a?id={story.number}",
    "session": lambda story, place, poll: f"https://k.example.org/{story.number}?PHPSESSID=x{poll}",
    "cache": lambda story, place, poll: f"https://k.example.org/{story.number}?t={poll}",
    "anchor": lambda story, place, poll: f"https://kurier.example.org/ticker#p{story.number}",
    "shared": lambda story, place, poll: "https://kurier.example.org/ticker",
    "home": lambda story, place, poll: "https://kurier.example.org/",
    "none": lambda story, place, poll: None,
}
Habits = tuple[str, str]
PAUSES = [timedelta(minutes=10), timedelta(hours=40)]
"""After the longer one the parser does not know what the document before did not show."""

POLL = st.tuples(st.integers(1, 20), st.integers(1, 6), st.sampled_from(PAUSES))


def document(shown: Sequence[Story], habits: Habits, poll: int) -> bytes:
    guid, link = GUIDS[habits[0]], LINKS[habits[1]]
    return rss(
        *(
            item(
                title=story.title,
                guid=guid(story, place, poll),
                link=link(story, place, poll),
                pubDate=story.date,
                description=f"Was über {story.title} zu sagen ist.",
            )
            for place, story in enumerate(shown)
        )
    )


class Reader:
    """Reads documents as a poll does, without a network."""

    def __init__(self, folder: Path) -> None:
        self._store = Store.open(new_sqlite(folder))
        self._feed: FeedRecord = feed_record(last_200_at=MONDAY)
        self._now = MONDAY
        self.new: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        with self._store.write() as connection:
            feeds.sync(connection, [self._feed], MONDAY)

    def read(self, body: bytes, pause: timedelta) -> None:
        self._now += pause
        with self._store.write() as connection:
            known = entries.load_content_hashes(connection, self._feed.feed_id)
            parsed = parse_feed(
                body,
                ParseContext(
                    url=self._feed.url,
                    content_type=None,
                    now=self._now,
                    known=known,
                    limit=100,
                    level=self._feed.key_level,
                ),
            )
            parsed = recognise_unchanged(connection, self._feed, parsed)
            stored = load_known_entries(connection, self._feed, parsed, self._now)
            admission = admit(self._feed, parsed, stored, self._now, SETTINGS)
            store_admission(connection, self._feed, admission, self._now)
        renamed = self._now if admission.reidentified else self._feed.renamed_at
        self._feed = replace(
            self._feed, key_level=admission.level, renamed_at=renamed, entry_count=parsed.total
        )
        self.new.update(r.title for r in admission.add if r.state == PENDING)
        self.changed.update(r.title for r in admission.change)
        ended = +admission.dispositions
        assert ended["too_many"] == ended["copy_url"] == ended["not_an_entry"] == 0

    def close(self) -> None:
        self._store.close()


def check(habits: Habits, polls: Sequence[tuple[int, int, timedelta]]) -> None:
    """Read windows of a list of stories: each must be new once.

    A page that all stories share, seen with one story at a time, is a page whose headline changes.
    """
    fewest = 2 if habits[1] == "shared" else 1
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        served: set[Story] = set()
        for poll, (newest, size, pause) in enumerate(polls):
            shown = [Story(n) for n in range(newest, max(newest - max(size, fewest), -1), -1)]
            served |= set(shown)
            reader.read(document(shown, habits, poll), pause)
        reader.close()
    assert reader.new == Counter({story.title: 1 for story in served})


HABITS = st.tuples(st.sampled_from(sorted(GUIDS)), st.sampled_from(sorted(LINKS)))


@pytest.mark.slow
@settings(max_examples=examples(20), deadline=None)
@given(HABITS, st.lists(POLL, min_size=1, max_size=6))
def test_whatever_the_habits_every_story_is_new_exactly_once(
    habits: Habits, polls: list[tuple[int, int, timedelta]]
) -> None:
    check(habits, polls)
