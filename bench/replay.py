"""Whether a week of real front pages, followed as feeds, loses an article or announces one twice.

    python -P bench/replay.py FOLDER [--guids link|none|changing] [--polls N] [--list FILE]

FOLDER has ``items.jsonl.gz`` (id, url, title, teaser) and ``observations.jsonl.gz``: one line per
snapshot of a section page, ``[time, outlet, page, [ids in page order]]``, in order of time. Each
snapshot becomes an RSS document and one poll of that section's feed, at the time of the snapshot.
The document is parsed, compared with the store and stored as in a poll; pages are not fetched, an
entry whose page is due becomes an article at once. The page of a link under which one snapshot
shows three headlines or more is taken for a list of articles, every other one for its article's.
No publisher of the data is asked anything.

It prints what became of all entries, and

- *lost*: headlines that were served under a link at which no article had them. A link that is the
  page of one article is that article, whatever its headline in another section.
- *twice*: pairs of articles at one link that have had the same headline.
- *alike*: such pairs whose headlines are only alike, and articles of one feed with the same
  headline and teaser at different links. These are to be read: most are different stories.

Exits with 1 where a headline is lost or an article is there twice.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from sqlalchemy import insert, update

from config.settings import Settings
from core.ids import article_id
from core.store import Connection, Store, articles, entries, feeds
from core.store.entries import PENDING, EntryRecord
from core.store.feed_record import FeedRecord
from ingest.entries.admit import Admission, admit
from ingest.entries.document_entries import (
    load_known_entries,
    recognise_unchanged,
    store_admission,
)
from ingest.entries.same_entry import link_of
from ingest.sources.context import ParseContext
from ingest.sources.likeness import are_alike, are_equal, have_same_numbers, title_key
from ingest.sources.parse import parse_feed
from ingest.urls import fetchable_url
from tests.support.records import article_record, feed_record
from tests.support.schemas import new_sqlite

SETTINGS = Settings(_env_file=None)
LIMIT = 1_000
"""Most new entries of a document."""

GUIDS = ("link", "none", "changing")


@dataclass(frozen=True)
class Snapshot:
    """A section page at a time; ``ids`` are those of its items, in page order."""

    number: int
    at: datetime
    outlet: str
    page: str
    ids: tuple[str, ...]


@dataclass
class Article:
    """An article that was announced, with every headline it has had and the feed of each."""

    link: str
    feed_id: str
    teaser: str
    headlines: list[str] = field(default_factory=list)


class Data:
    """The folder of snapshots."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.items = {item["id"]: item for item in self._lines("items")}
        self.lists = self._find_lists()

    def snapshots(self) -> Iterator[Snapshot]:
        for number, (at, outlet, page, ids) in enumerate(self._lines("observations")):
            moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
            yield Snapshot(number, moment, outlet, page, tuple(ids))

    def headlines(self, snapshot: Snapshot) -> set[tuple[str, str]]:
        """Return the canonical links and headlines of a snapshot."""
        shown = [self.items[i] for i in snapshot.ids]
        return {(canonical(i["url"], snapshot.outlet), title_key(i["title"] or "")) for i in shown}

    def _find_lists(self) -> set[str]:
        """Return the links under which a snapshot shows several stories."""
        lists: set[str] = set()
        for snapshot in self.snapshots():
            at: dict[str, list[str]] = defaultdict(list)
            for link, title in sorted(self.headlines(snapshot), key=lambda pair: len(pair[1])):
                if not any(are_equal(title, other) for other in at[link]):
                    at[link].append(title)
            lists |= {link for link, titles in at.items() if len(titles) > 2}
        return lists

    def _lines(self, name: str) -> Iterator[Any]:
        with gzip.open(self._folder / f"{name}.jsonl.gz", "rt") as file:
            yield from map(json.loads, file)


class Replay:
    """Follows the sections as feeds."""

    def __init__(self, folder: Path, data: Data, guids: str) -> None:
        self._store = Store.open(new_sqlite(folder))
        self._data = data
        self._guids = guids
        self._feeds: dict[str, FeedRecord] = {}
        self._last: dict[str, bytes] = {}
        self.counts: Counter[str] = Counter()
        self.articles: dict[str, Article] = {}
        self.levels: dict[str, str] = {}

    def close(self) -> None:
        self._store.close()

    def poll(self, snapshot: Snapshot) -> None:
        """Poll the feed of a snapshot's section once."""
        feed = self._feed(snapshot)
        body = self._document(snapshot)
        self.counts["polls"] += 1
        if self._last.get(feed.feed_id) == body:
            self.counts["unchanged documents"] += 1
            return
        self._last[feed.feed_id] = body
        with self._store.write() as connection:
            self._feeds[feed.feed_id] = self._read(connection, feed, body, snapshot.at)

    def _feed(self, snapshot: Snapshot) -> FeedRecord:
        name = f"{snapshot.outlet.replace('.', '-')}-{snapshot.page}"[:100]
        if name not in self._feeds:
            url = f"https://{snapshot.outlet}/{snapshot.page}.xml"
            self._feeds[name] = feed_record(
                feed_id=name, outlet=snapshot.outlet, url=url, last_200_at=snapshot.at
            )
            with self._store.write() as connection:
                connection.execute(insert(feeds.feeds).values(**asdict(self._feeds[name])))
        return self._feeds[name]

    def _document(self, snapshot: Snapshot) -> bytes:
        shown = "".join(self._item(i, snapshot.number) for i in snapshot.ids)
        return (
            f"<rss version='2.0'><channel><title>x</title><link>https://{snapshot.outlet}/</link>"
            f"{shown}</channel></rss>"
        ).encode()

    def _item(self, name: str, poll: int) -> str:
        item = self._data.items[name]
        guid = {"link": item["url"], "none": "", "changing": f"{poll}-{name}"}[self._guids]
        parts = {
            "title": item["title"],
            "link": item["url"],
            "guid": guid,
            "description": item.get("teaser"),
        }
        inner = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in parts.items() if text)
        return f"<item>{inner}</item>"

    def _read(
        self, connection: Connection, feed: FeedRecord, body: bytes, now: datetime
    ) -> FeedRecord:
        parsed = parse_feed(
            body,
            ParseContext(
                url=feed.url,
                content_type=None,
                now=now,
                known=entries.load_content_hashes(connection, feed.feed_id),
                limit=LIMIT,
                level=feed.key_level,
            ),
        )
        parsed = recognise_unchanged(connection, feed, parsed)
        known = load_known_entries(connection, feed, parsed, now)
        admission = admit(feed, parsed, known, now, SETTINGS)
        store_admission(connection, feed, admission, now)
        self._read_pages(connection, feed, admission, now)
        self._count(parsed.total, feed, admission)
        return replace(
            feed,
            key_level=admission.level,
            entry_count=parsed.total,
            last_200_at=now,
            renamed_at=now if admission.reidentified else feed.renamed_at,
        )

    def _count(self, total: int, feed: FeedRecord, admission: Admission) -> None:
        self.counts["entries shown"] += total
        self.counts["new to the feed"] += admission.new
        self.counts["retitled or with another teaser"] += len(admission.change)
        self.counts["renamed"] += len(admission.rename)
        self.counts["renamed at once"] += bool(admission.reidentified)
        self.counts.update({f"ended: {k}": n for k, n in (+admission.dispositions).items()})
        if admission.level_reason:
            self.levels[feed.feed_id] = f"{admission.level} ({admission.level_reason.code})"

    def _read_pages(
        self, connection: Connection, feed: FeedRecord, admission: Admission, now: datetime
    ) -> None:
        """Make articles of the entries whose page is due."""
        keys = [record.key for record in (*admission.add, *admission.change)]
        for row in entries.find_by_keys(connection, feed.feed_id, keys).values():
            if row.state == PENDING:
                name = row.article_id or article_id(row.url_key)
                self._announce(connection, name, row, feed, now)
                done = update(entries.entries).where(entries.entries.c.id == row.id)
                outcome = "section_page" if link_of(row.url) in self._data.lists else "ok"
                connection.execute(done.values(state="done", article_id=name, page_outcome=outcome))

    def _announce(
        self, connection: Connection, name: str, row: EntryRecord, feed: FeedRecord, now: datetime
    ) -> None:
        if name in self.articles:
            self.counts["articles read again"] += 1
        else:
            self.counts["articles"] += 1
            link = link_of(row.url)
            self.articles[name] = Article(link, feed.feed_id, row.summary)
            record = article_record(
                article_id=name, url_key=row.url_key, url=row.url, feed_id=feed.feed_id,
                outlet=feed.outlet, first_seen_at=now, revised_at=now,
            )  # fmt: skip
            connection.execute(insert(articles.articles).values(**asdict(record)))
        self.articles[name].headlines.append(row.title)


@cache
def canonical(url: str, outlet: str) -> str:
    """Return the canonical form of a link on a page of an outlet; empty for a homepage."""
    return link_of(fetchable_url(url, f"https://{outlet}/"))


def find_lost(
    served: set[tuple[str, str]], by_link: dict[str, list[Article]], lists: set[str]
) -> list[str]:
    """Return the links and headlines that were served and became no article."""
    lost = []
    for link, title in sorted(served):
        at = by_link.get(link, [])
        if len(at) == 1 and link not in lists | {""}:
            continue
        if not any(are_equal(title_key(h), title) for article in at for h in article.headlines):
            lost.append(f"{link} {title}")
    return lost


def find_pairs(by_link: dict[str, list[Article]], is_same: Callable[[str, str], bool]) -> list[str]:
    """Return the pairs of articles at one link with headlines that are the same in some sense."""
    pairs = []
    for link, at in sorted(by_link.items()):
        for one, other in combinations(at, 2):
            titles = ((a, b) for a in one.headlines for b in other.headlines)
            if same := next((pair for pair in titles if is_same(*pair)), None):
                feeds_of = f"{one.feed_id}, {other.feed_id}"
                pairs.append(f"{link} {same[0]!r} | {same[1]!r} ({feeds_of})")
    return pairs


def is_equal(one: str, other: str) -> bool:
    return are_equal(title_key(one), title_key(other))


def is_alike(one: str, other: str) -> bool:
    same_numbers = have_same_numbers(one, other)
    return not is_equal(one, other) and are_alike(one, other) and same_numbers


def find_copies(by_link: dict[str, list[Article]]) -> list[str]:
    """Return the links of articles of one feed that have the same headline and teaser."""
    links: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for link, at in by_link.items():
        for article in at:
            if article.teaser:
                key = article.feed_id, title_key(article.headlines[0]), article.teaser
                links[key].add(link)
    return [f"{key[1]}: {sorted(found)}" for key, found in sorted(links.items()) if len(found) > 1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--guids", choices=GUIDS, default="link")
    parser.add_argument("--polls", type=int, default=sys.maxsize)
    parser.add_argument("--list", type=Path, help="write everything that was found to a file")
    options = parser.parse_args()
    data = Data(options.folder)
    served: set[tuple[str, str]] = set()
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        replay = Replay(Path(folder), data, options.guids)
        for snapshot in data.snapshots():
            if replay.counts["polls"] >= options.polls:
                break
            if snapshot.ids:
                replay.poll(snapshot)
                served |= data.headlines(snapshot)
        replay.close()
    print(f"{time.process_time() - began:.0f} s of CPU")
    return report(replay, served, data.lists, options.list)


def report(
    replay: Replay, served: set[tuple[str, str]], lists: set[str], listing: Path | None
) -> int:
    """Print what became of the entries; return the exit code."""
    by_link: dict[str, list[Article]] = defaultdict(list)
    for article in replay.articles.values():
        by_link[article.link].append(article)
    for name, count in sorted(replay.counts.items()):
        print(f"{name:34} {count:8}")
    print(f"{'headlines served':34} {len(served):8}")
    levels = Counter(replay.levels.values())
    print("identified by another thing than guids:", dict(levels) or "no feed")
    several = sorted(
        f"{link} {len(at)}: {[a.headlines for a in at]}"
        for link, at in by_link.items()
        if len(at) > 1
    )
    found = {
        "links of several articles": several,
        "lost": find_lost(served, by_link, lists),
        "twice": find_pairs(by_link, is_equal),
        "alike": find_pairs(by_link, is_alike),
        "one headline and teaser at several links": find_copies(by_link),
    }
    for name, lines in found.items():
        print(f"{name:42} {len(lines)}")
    if listing is not None:
        listing.write_text("".join(_section(*pair) for pair in found.items()))
    return 1 if found["lost"] or found["twice"] else 0


def _section(name: str, lines: Sequence[str]) -> str:
    return "".join((f"== {name}\n", *(f"{line}\n" for line in lines)))


if __name__ == "__main__":
    sys.exit(main())
