"""Evidence that is shown is that of the revision that people were told of, not of a later one."""

from __future__ import annotations

import json
from datetime import datetime

from core.store.cards import cards
from core.store.stories import story_articles
from tests.support.console import Console, add_story

LATER = "Spätere Fassung"


def revise(console: Console) -> None:
    """Give the article a second revision with other evidence, of which nobody is told."""
    with console.store.write() as connection:
        [row] = connection.execute(story_articles.select()).mappings()
        facts = json.loads(row["facts"])
        for span in facts["evidence"]:
            span["sentence"] = span["sentence"].replace("Die Nato tagt", LATER)
        facts |= {"revision": 2, "title": LATER}
        connection.execute(story_articles.update().values(facts=json.dumps(facts), revision=2))


def test_every_page_feed_and_answer_shows_the_evidence_that_was_told(
    console: Console, now: datetime
) -> None:
    alert = add_story(console.store, "Rom", now, texts=("Die Nato tagt.", f"{LATER}: vertagt."))
    revise(console)
    wrong = []
    for path in (
        "/?state=all", "/?state=all&list=compact", f"/alerts/{alert}", f"/alerts/{alert}/briefing",
        "/api/v1/stories", f"/api/v1/stories/{alert}", "/stories.csv", "/stories.markdown", "/wall",
    ):  # fmt: skip
        body = console.page(path)
        # The story page has the text of the later revision in its diff.
        beside = body.replace(f"{LATER}: vertagt.", "")
        if "Die Nato tagt" not in body or (LATER in beside and path != f"/alerts/{alert}"):
            wrong.append(path)
    assert wrong == []
    with console.store.read() as connection:
        assert connection.execute(cards.select()).mappings().one()["title"] == "Die Nato tagt: Rom"
    timeline = console.page(f"/alerts/{alert}").partition('class="timeline')[2]
    first = timeline.partition("</li>")[0]
    assert "Die Nato tagt" in first
    assert LATER not in first
    assert 'class="revision' in timeline
