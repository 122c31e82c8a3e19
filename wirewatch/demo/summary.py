"""The summary at the end of the demo.

The alerts, what people are told later, what caused no alert and why, what resembles a topic without
matching it, and whether all results are as expected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rich.text import Text

from core.messages import AlertEvent
from core.text import clean_line
from wirewatch.demo.expectations import Expected, compare
from wirewatch.demo.observer import DemoObserver
from wirewatch.demo.publisher import DemoPublisher
from wirewatch.demo.screen import Screen, marked, quoted, suppression_reason


def write(
    screen: Screen, observer: DemoObserver, publisher: DemoPublisher, expected: Expected
) -> int:
    """Print the summary. Return the exit code: 0 where all results are as expected."""
    decisions = observer.results.decisions.values()
    opened = [e for e in decisions if e.event == "opened"]
    others = [e for e in decisions if e.event != "opened"]
    first = observer.first_alert
    when = f"; the first after {first:.0f} s" if first else ""
    screen.heading(f"Alerts: {len(opened)} stories{when}")
    for event in opened:
        screen.lines(_alert(screen, observer, event))
    screen.heading("Told later")
    screen.lines(_held(observer))
    screen.heading(f"No alert: {len(others)} articles and versions without news")
    screen.lines(_without_alert(observer, others))
    screen.heading("No match, although it resembles one")
    screen.lines(_lookalikes(observer, expected))
    screen.heading("Feeds")
    screen.lines(_feeds(observer, publisher))
    differences = compare(expected, observer.results, observer.names, observer.outlets)
    return _conclude(screen, [*differences, *publisher.robots_violations()], expected)


def _conclude(screen: Screen, differences: list[str], expected: Expected) -> int:
    count = len(expected.editions)
    if not differences:
        screen.heading(f"The results of all {count} articles and versions are as expected.")
        return 0
    screen.heading(f"{len(differences)} differences from wirewatch/demo/bundle/expected.yaml:")
    screen.lines(differences)
    return 1


def _alert(screen: Screen, observer: DemoObserver, event: AlertEvent) -> Iterator[str | Text]:
    match = observer.results.matches[(event.article_id, event.revision or 0), event.topic_id]
    outlet = observer.newsroom.outlet(match.article.outlet).name
    articles = {
        e.article_id for e in observer.results.decisions.values() if e.story_id == event.story_id
    }
    more = len(articles - {event.article_id})
    also = f" (and {more} more of the same story)" if more else ""
    title = clean_line(match.article.title, 200)
    yield f"{observer.title_of(event.topic_id)}: {title} · {outlet}{also}"
    yield Text.assemble("    ", quoted(match) if screen.live else marked(match))


def _held(observer: DemoObserver) -> Iterator[str]:
    for (key, topic), event in observer.results.held.items():
        article = observer.results.articles[key]
        outlet = observer.newsroom.outlet(article.outlet).name
        yield f"{outlet}: {clean_line(article.title, 200)}"
        yield f"    {observer.title_of(topic)}: {clean_line(event.reason, 300)}"


def _without_alert(observer: DemoObserver, others: list[AlertEvent]) -> Iterator[str]:
    by_reason: dict[str, list[AlertEvent]] = defaultdict(list)
    for event in others:
        by_reason[event.reason_code].append(event)
    for events in by_reason.values():
        for event in events:
            key = (event.article_id, event.revision or 0)
            article = observer.results.articles[key]
            outlet = observer.newsroom.outlet(article.outlet).name
            yield f"{outlet}: {clean_line(article.title, 200)}"
            yield f"    {observer.title_of(event.topic_id)}: {suppression_reason(event)}"


def _lookalikes(observer: DemoObserver, expected: Expected) -> Iterator[str]:
    for lookalike in expected.lookalikes:
        edition = observer.newsroom.named[lookalike.edition]
        outlet = observer.newsroom.outlet(edition.outlet).name
        yield f"{outlet}: {edition.title}"
        yield f"    {observer.title_of(lookalike.topic)}? {observer.explain(lookalike)}"


def _feeds(observer: DemoObserver, publisher: DemoPublisher) -> Iterator[str]:
    requests = publisher.requests
    yield (
        f"{requests['feed']} polls, {requests['not_modified']} of them answered “not modified”; "
        f"{requests['page']} pages and {requests['robots']} robots.txt files fetched."
    )
    for health in observer.results.health:
        name = observer.newsroom.outlet(health.outlet).name
        yield f"{name} {health.event.value}: {clean_line(health.message, 200)}"
