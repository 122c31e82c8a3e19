"""The end of the demo in plain words.

What was told, what was held back and why, what never matched though it looks like it, and whether
all of it is as the table expects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rich.text import Text

from core.messages import AlertEvent
from core.text import clean_line
from wirewatch.demo.press import DemoPublisher
from wirewatch.demo.screen import Screen, held_back, marked, quoted
from wirewatch.demo.verdict import Expected, compare
from wirewatch.demo.watch import DemoObserver


def write(screen: Screen, watch: DemoObserver, press: DemoPublisher, expected: Expected) -> int:
    """Say it; the exit code: 0 where everything came as the table says."""
    told = [e for e in watch.facts.decisions.values() if e.event == "opened"]
    held = [e for e in watch.facts.decisions.values() if e.event != "opened"]
    first = f"; the first {watch.first_told:.0f} s after the start" if watch.first_told else ""
    screen.heading(f"Told: {len(told)} stories{first}")
    for event in told:
        screen.lines(_told(screen, watch, event))
    screen.heading(f"Held back: {len(held)} articles and versions nobody needs to be told of")
    screen.lines(_held(watch, held))
    screen.heading("Never matched, though it looks like it")
    screen.lines(_lookalikes(watch, expected))
    screen.heading("Feeds")
    screen.lines(_feeds(watch, press))
    differences = compare(expected, watch.facts, watch.names, watch.outlets)
    return _verdict(screen, [*differences, *press.trespasses()], expected)


def _verdict(screen: Screen, differences: list[str], expected: Expected) -> int:
    count = len(expected.editions)
    if not differences:
        words = f"All {count} articles and versions came out as the table expects."
        screen.heading(words)
        return 0
    screen.heading(f"{len(differences)} differences from the table (wirewatch/demo/room):")
    screen.lines(differences)
    return 1


def _told(screen: Screen, watch: DemoObserver, event: AlertEvent) -> Iterator[str | Text]:
    match = watch.facts.matches[(event.article_id, event.revision or 0), event.topic_id]
    outlet = watch.newsroom.outlet(match.article.outlet).name
    others = {e.article_id for e in watch.facts.decisions.values() if e.story_id == event.story_id}
    more = len(others - {event.article_id})
    also = f" (and {more} more of the same story)" if more else ""
    title = clean_line(match.article.title, 200)
    yield f"{watch.title_of(event.topic_id)}: {title} · {outlet}{also}"
    yield Text.assemble("    ", quoted(match) if screen.live else marked(match))


def _held(watch: DemoObserver, held: list[AlertEvent]) -> Iterator[str]:
    by_reason: dict[str, list[AlertEvent]] = defaultdict(list)
    for event in held:
        by_reason[event.reason_code].append(event)
    for events in by_reason.values():
        for event in events:
            key = (event.article_id, event.revision or 0)
            article = watch.facts.articles[key]
            outlet = watch.newsroom.outlet(article.outlet).name
            yield f"{outlet}: {clean_line(article.title, 200)}"
            yield f"    {watch.title_of(event.topic_id)}: {held_back(event)}"


def _lookalikes(watch: DemoObserver, expected: Expected) -> Iterator[str]:
    for look in expected.lookalikes:
        edition = watch.newsroom.named[look.edition]
        outlet = watch.newsroom.outlet(edition.outlet).name
        yield f"{outlet}: {edition.title}"
        yield f"    {watch.title_of(look.topic)}? {watch.why_not(look)}"


def _feeds(watch: DemoObserver, press: DemoPublisher) -> Iterator[str]:
    asked = press.asked
    yield (
        f"{asked['feed']} polls, {asked['not_modified']} of them answered “not modified”; "
        f"{asked['page']} pages read; {asked['robots']} robots.txt files read and heeded."
    )
    for health in watch.facts.health:
        name = watch.newsroom.outlet(health.outlet).name
        yield f"{name} {health.event.value}: {clean_line(health.message, 200)}"
