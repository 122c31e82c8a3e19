"""A feed whose document exceeds a limit fails alone, says why, and is polled less often."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from config.errors import FetchError
from config.i18n import Phrase, in_english
from core.processes.workers.limits import Failure, TaskFailure, TaskLimits
from ingest.parsing.messages import FeedRequest
from ingest.parsing.parser import failed
from ingest.sources.entry import ParsedFeed
from tests.support.scripted_publisher import (
    InProcessParser,
    Installation,
    ScriptedPublisher,
    item,
    rss,
)

LIMITS = TaskLimits(cpu=2.0, wall=10.0, memory=256_000_000, result=2_000_000)


class LimitedParser(InProcessParser):
    """Says that the documents under /bad exceed a limit.

    Attributes:
        slow: The feeds that were known to be slow, in order.
        most: How many documents under /bad were parsed at the same time.
    """

    def __init__(self, failure: Failure = Failure.CPU) -> None:
        self.slow: list[str] = []
        self.most = self._now = 0
        self._failure = failure

    async def parse(self, request: FeedRequest, outlet: str, *, slow: bool = False) -> ParsedFeed:
        if "/bad" not in request.url:
            return await super().parse(request, outlet, slow=slow)
        self.slow += [outlet] * slow
        self._now += 1
        self.most = max(self.most, self._now)
        await asyncio.sleep(0.05)
        self._now -= 1
        raise failed(request.url, TaskFailure(self._failure), LIMITS)


@pytest.mark.parametrize(
    ("failure", "outcome", "hours", "message"),
    [
        (Failure.CPU, "limit_cpu", 1, "Parsing it was stopped after 2 s of computing time."),
        (Failure.TIME, "limit_time", 1, "Parsing it was stopped after 10 s."),
        (
            Failure.MEMORY,
            "limit_memory",
            1,
            "Parsing it was stopped because it took more than 256 MB of memory.",
        ),
        (Failure.SIZE, "limit_size", 1, "Its content is larger than 2 MB."),
        (Failure.CRASH, "parse_crash", 0, "Parsing it failed."),
        (
            Failure.BUSY,
            "parse_busy",
            0,
            "It was not parsed: other documents that took long were waiting before it.",
        ),
    ],
)
def test_a_feed_that_exceeds_a_limit_says_so_and_waits_for_longer_than_its_interval(
    publisher: ScriptedPublisher,
    installation: Installation,
    failure: Failure,
    outcome: str,
    hours: int,
    message: str,
) -> None:
    installation.parser = LimitedParser(failure)
    good = publisher.serve("/good.xml", rss(item("1", "Titel", publisher.serve_page("/1", "T"))))
    bad = publisher.serve("/bad.xml", rss())
    [bad_id] = installation.subscribe(bad, outlet="bad", every=60.0)
    installation.subscribe(good, outlet="good")
    counts = installation.run()
    assert (counts.polled, counts.failed, counts.new) == (2, 1, 1)
    feed = installation.feed(bad_id)
    assert feed.last_outcome == outcome
    assert in_english(Phrase.load(feed.last_error)) == message
    assert feed.next_due_at >= installation.clock() + timedelta(hours=hours)
    assert message in in_english(installation.state(bad_id).reason)


def test_feeds_that_exceeded_a_limit_are_polled_one_at_a_time_and_known_to_be_slow(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.parser = parser = LimitedParser()
    names = ["one", "two", "three"]
    for name in names:
        publisher.serve(f"/bad/{name}.xml", rss())
        url = publisher.url_for(f"www.{name}.com", f"/bad/{name}.xml")
        installation.subscribe(url, outlet=name)
    assert installation.run().failed == 3
    assert parser.slow == []
    parser.most = 0
    installation.clock.advance(hours=2)
    assert installation.run().failed == 3
    assert parser.most == 1
    assert sorted(parser.slow) == sorted(names)


def test_only_documents_that_exceed_a_limit_are_failures_of_limits() -> None:
    errors = [failed("https://example.org", TaskFailure(each), LIMITS) for each in Failure]
    assert all(isinstance(error, FetchError) for error in errors)
    assert [e.outcome for e in errors if e.outcome.startswith("limit_")] == [
        "limit_cpu",
        "limit_time",
        "limit_memory",
        "limit_size",
    ]


def test_a_feed_with_more_entries_than_are_read_says_so_until_all_are_known(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.settings = installation.settings.model_copy(update={"fetch_max_entries": 3})
    pages = [publisher.serve_page(f"/{n}", f"T{n}") for n in range(5)]
    items = [item(str(n), f"T{n}", page) for n, page in enumerate(pages)]
    [feed] = installation.subscribe(
        publisher.serve("/f", rss(*items), rss(*items, "<item><title>T9</title></item>")),
        every=60.0,
    )
    installation.run()
    state = installation.state(feed)
    assert (state.state, in_english(state.reason)) == (
        "partial",
        "read in part: 3 entries; there are too many others, or they are too large",
    )
    assert state.feed.next_due_at == installation.clock() + timedelta(minutes=4)
    installation.clock.advance(minutes=4)
    installation.run()
    assert installation.state(feed).state == "ok"
    assert len(installation.announced) == 6
