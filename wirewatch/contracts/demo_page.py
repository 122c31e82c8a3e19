"""docs/demo.md: the demo's newsroom and its expected results. Written by ``make docs``."""

from __future__ import annotations

from collections.abc import Iterator

from config.settings.sources import environment_name
from wirewatch.demo.expectations import Expected, describe_outcome, load_expected
from wirewatch.demo.heeded_settings import HEEDED
from wirewatch.demo.newsroom import Edition, Newsroom, load_newsroom
from wirewatch.demo.workspace import HELD_TOPIC

_HEAD = """# The demo

`make demo` (or `wirewatch demo`) starts the real program, the ordinary `wirewatch run`, on a small
invented newsroom that comes with it: {outlets} outlets, served on this machine, with feeds, ETags,
dates and robots.txt. They publish {editions} articles and versions in about a minute. The demo
needs no network and leaves nothing behind. Feeds are polled every two seconds, and addresses of
this machine are allowed; everything else is as in daily use, including the shipped topics and
entities. Messages about one topic, {held_topic}, wait until its quiet hours end.

The terminal shows what happens as it happens, and so does the console. At the end a summary lists
the alerts, what caused no alert and why, and what resembles a topic without matching it, and
compares all results with the table below. On a terminal everything then continues until Ctrl-C, so
that you can look around in the console; in a pipe the demo ends, with exit code 1 if a result
differs.

| Option | Effect |
|---|---|
| `--no-stay`, `--stay` | end after the summary, or continue; default: continue on a terminal |
| `--keep` | keep the temporary folder: databases, configuration, log |
| `--data DIR` | use and keep this folder (empty or new) |
| `--port N` | the console's port, otherwise `WIREWATCH_WEB_PORT`; another one if it is in use |
| `--speed N` | run the timetable N times faster, for tests; polls stay two seconds apart |

The demo has data, streams and operator files of its own and touches no others. Of your
[settings](settings.md), these apply:

{heeded}

The pages are in [wirewatch/demo/bundle/](../wirewatch/demo/bundle/), with one layout for each
outlet; the timetable is `newsroom.yaml` there, and the expected results are in `expected.yaml`. An
edition that follows another outlet's report is published once Wirewatch has processed that report,
so the results do not depend on the speed of the machine. Reports, outlets and people are invented;
politicians' names appear with statements that nobody made.

To add a case, add a page, its line in `newsroom.yaml` and its expected result in `expected.yaml`,
then run `make docs`. If a result is wrong, correct the program, not the page.

## The outlets

| Outlet | Country | Language | Feed | Special |
|---|---|---|---|---|
"""

_SPECIAL = {
    "hafenblatt": "semantic HTML, cookie dialog, a box of related links about NATO on every page",
    "tagesspur": "divs with utility classes, reader comments in neutral markup",
    "rundfunk": "JSON-LD, a live blog",
    "alpenwarte": "table layout in ISO 8859-1; the feed fails, breaks off, and recovers",
    "courier": "AMP-like; robots.txt forbids the archive; comments with names only",
    "ledger": "JSON-LD, tracking parameters, a paywall stub over thirty comments",
    "dispatch": "web components, no feed but a news sitemap",
    "waldanzeiger": "a web page where the feed should be",
}

_STORIES = """
## The expected result of every article

*alert* opens an alert; *copy*, *same_story*, *revision* and *not_live* are the reasons for none.
*held* means that the message about an alert goes out later.
"""


def demo_markdown() -> str:
    """Return the text of docs/demo.md."""
    newsroom, expected = load_newsroom(), load_expected()
    head = _HEAD.format(
        outlets=len(newsroom.outlets),
        editions=len(newsroom.editions),
        held_topic=f"`{HELD_TOPIC}`",
        heeded="\n".join(f"- `{environment_name(name)}`" for name in HEEDED),
    )
    rows = [
        f"| {o.name} | {o.country} | {o.language} | {o.feed} | {_SPECIAL[o.id]} |"
        for o in newsroom.outlets
    ]
    return head + "\n".join([*rows, _STORIES, *_stories(newsroom, expected)]) + "\n"


def _stories(newsroom: Newsroom, expected: Expected) -> Iterator[str]:
    for story in expected.stories:
        yield f"### {story.title}\n\n{story.note[:1].upper()}{story.note[1:]}.\n"
        yield "| Second | Outlet | Headline | Outcome |"
        yield "|---|---|---|---|"
        for name, outcome in story.editions.items():
            waits = ", held" if name in expected.held else ""
            yield _row(newsroom, newsroom.named[name], describe_outcome(outcome) + waits)
        yield ""


def _row(newsroom: Newsroom, edition: Edition, outcome: str) -> str:
    when = f"{edition.at:g}" if edition.at > 0 else "before"
    version = f" (version {edition.number})" if edition.number > 1 else ""
    outlet = newsroom.outlet(edition.outlet).name
    return f"| {when} | {outlet} | {edition.title}{version} | {outcome} |"
