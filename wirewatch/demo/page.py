"""docs/demo.md: the newsroom and its table as a page. ``make docs`` writes it, a test compares."""

from __future__ import annotations

from collections.abc import Iterator

from wirewatch.demo.room import Edition, Newsroom, load
from wirewatch.demo.verdict import Expected, in_words, load_expected

_HEAD = """# The demo

`make demo` (or `wirewatch demo`) starts the real program, the ordinary `wirewatch run`, on a small
invented newsroom that comes with it: {outlets} outlets, served on this machine, with feeds, ETags,
dates and robots.txt. They publish {editions} articles and versions in about a minute. No network is
needed and nothing is left behind. Feeds are polled every two seconds, and addresses of this machine
are allowed; nothing else differs from daily use: topics and entities are the shipped ones.

The terminal says what happens as it happens, the console shows it too. At the end a summary says
what was told, what was held back and why, and what looks like a topic and is none, and compares
all of it with the table below. On a terminal everything then goes on until Ctrl-C, so that there is
time to look around in the console; in a pipe, where nobody could press it, it ends, with 1 where
something differs.

| Option | Does |
|---|---|
| `--no-stay`, `--stay` | end after the summary, or go on; default: go on where a person watches |
| `--keep` | keep the temporary folder: databases, configuration, log |
| `--data DIR` | work in this folder (empty or new) and keep it |
| `--port N` | the console's port; a free one where it is taken |
| `--speed N` | run the timetable N times faster, for tests; polls keep their two seconds |

The pages are in [wirewatch/demo/room/](../wirewatch/demo/room/), one layout an outlet; the
timetable is `newsroom.yaml` there and the table `expected.yaml`. An edition that follows another's
report is published once Wirewatch has read that one; the real time does not matter to the outcome.
Reports, outlets and people are invented; names of politicians stand in statements nobody made.

To add a case: a page, its line in `newsroom.yaml`, what is to become of it in `expected.yaml`, then
`make docs`. Where the outcome is wrong, the program is to be mended, not the page.

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
## What is to become of every article

*told* opens an alert; *copy*, *same_story*, *revision* and *not_live* say why nobody is told.
"""


def demo_markdown() -> str:
    """The page."""
    newsroom, expected = load(), load_expected()
    head = _HEAD.format(outlets=len(newsroom.outlets), editions=len(newsroom.editions))
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
            yield _row(newsroom, newsroom.named[name], in_words(outcome))
        yield ""


def _row(newsroom: Newsroom, edition: Edition, outcome: str) -> str:
    when = f"{edition.at:g}" if edition.at > 0 else "before"
    version = f" (version {edition.number})" if edition.number > 1 else ""
    outlet = newsroom.outlet(edition.outlet).name
    return f"| {when} | {outlet} | {edition.title}{version} | {outcome} |"
