"""An installation that follows an outlet through its faults, and what is wrong in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import text

from config.errors import StoreError
from core.messages import ArticleRevision
from core.store import Store
from tests.support.faultserver import FaultServer, reply
from tests.support.faulty_outlet import Outlet, Story
from tests.support.scripted_publisher import MONDAY, Installation

ROUNDS = 6
CALM = 9
"""Rounds without faults: longer than any wait for a feed or a page."""

ENOUGH = 0.5
"""Share of the sentences of a page that its article must have."""


def follow(server: FaultServer, folder: Path, seed: int) -> list[str]:
    """Follow an outlet through its faults until it is well; return what was wrong in the end."""
    server.routes.clear()
    server.on("/robots.txt", reply(b"", 404))
    outlet = Outlet(server, seed)
    installation = Installation(folder, http_first_byte_timeout=0.2, http_total_timeout=2.0)
    try:
        installation.clock.now = MONDAY
        installation.subscribe(*(outlet.url(s.path) for s in outlet.sections), every=0.0)
        for _ in range(ROUNDS):
            outlet.publish(installation.clock())
            if outlet.dice.random() < 0.1:
                served = set(outlet.served)
                fail_once(installation)
                outlet.served = served  # nothing of the documents could be stored
            else:
                installation.run()
            installation.clock.advance(minutes=outlet.dice.choice((11, 45, 200, 1600)))
        outlet.is_well = True
        for _ in range(CALM):
            installation.run()
            installation.clock.advance(hours=30)
        return find_wrong(outlet, installation)
    finally:
        installation.close()


def fail_once(installation: Installation) -> None:
    """Run once while the store refuses entries."""
    trigger = "CREATE TRIGGER no BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no'); END"
    execute(installation.store, trigger)
    try:
        with suppress(StoreError):
            installation.run()
    finally:
        execute(installation.store, "DROP TRIGGER no")


def execute(store: Store, statement: str) -> None:
    with store.write() as connection:
        connection.execute(text(statement))


def find_wrong(outlet: Outlet, installation: Installation) -> list[str]:
    """Return what is lost, doubled, cut short or mixed up."""
    announced = installation.announced
    stories = {story.name: story for story in outlet.stories}
    first = Counter(_name_of(a, stories) for a in announced if a.revision == 1)
    wrong = [f"{first[name]} times: {name}" for name in outlet.served if first[name] != 1]
    wrong += [f"{n} times: {name}" for name, n in first.items() if n > 1 and name in stories]
    wrong += [f"no story: {a.title}" for a in announced if _name_of(a, stories) not in stories]
    revisions = Counter((a.article_id, a.revision) for a in announced)
    wrong += [f"revision twice: {key}" for key, count in revisions.items() if count > 1]
    for article in {a.article_id: a for a in announced}.values():
        story = stories.get(_name_of(article, stories))
        wrong += _find_wrong_text(article, story, stories, outlet) if story else ()
    return wrong


def _name_of(article: ArticleRevision, names: Iterable[str]) -> str:
    return next((name for name in names if name in article.title), "")


def _find_wrong_text(
    article: ArticleRevision, story: Story, names: Iterable[str], outlet: Outlet
) -> list[str]:
    whole = f"{article.lead}\n{article.text}"
    others = [name for name in names if name != story.name and name in whole]
    wrong = [f"{story.name} has the text of {others}"] if others else []
    share = sum(sentence in whole for sentence in story.sentences) / len(story.sentences)
    if story.name in outlet.whole_pages and share < ENOUGH:
        wrong.append(f"{story.name} has {share:.0%} of its page")
    return wrong
