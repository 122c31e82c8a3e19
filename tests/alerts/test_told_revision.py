"""What shows the evidence of an alert shows the revision that was told, later ones beside it."""

from __future__ import annotations

import json

import pytest

from alerts.notification_body import article_facts
from core.messages import ArticleRevision, Evidence, Field, Match
from core.store.alerts import decisions
from core.store.console.story_card import load_cards
from core.store.console.story_page import load_story
from core.store.told_revisions import later_revision, load_shown_articles, load_told_revisions
from tests.alerts.harness import TEXT, Harness, match

TITLE = "Oslo zieht Ausbau der Häfen vor"
FIRST, SECOND = TEXT.split(". ")[:2]


def revision_of(number: int, title: str, sentence: str) -> Match:
    made = match(title=title, revision=number)
    evidence = Evidence(
        field=Field.TEXT, start=0, end=3, surface=sentence[:3], rule="direct", sentence=sentence
    )
    return made.model_copy(update={"evidence": (evidence,)})


def test_a_later_revision_changes_neither_the_message_nor_the_card(harness: Harness) -> None:
    told = revision_of(1, TITLE, FIRST)
    assert harness.decide(told) == ["new_story"]
    codes = harness.decide(revision_of(2, f"{TITLE}: Was wir wissen", SECOND))
    assert codes == ["revision"]
    [(notification, _)] = harness.notifications()
    [article] = json.loads(notification.body)["articles"]
    assert (article["revision"], article["title"]) == (1, TITLE)
    assert [each["sentence"] for each in article["evidence"]] == [FIRST]
    [alert] = harness.alerts()
    with harness.store.read() as connection:
        [card] = load_cards(connection, [alert.id])
        [shown] = load_shown_articles(connection, alert.story_id, alert.id)
        [view] = load_story(connection, alert.id).articles
    assert (card.title, {e.sentence for e in card.evidence}) == (TITLE, {FIRST})
    assert shown.shown().evidence[0].sentence == FIRST
    assert (view.title, view.revision, view.is_told) == (TITLE, 1, True)


def article(number: int, title: str, text: str) -> ArticleRevision:
    return match(title=title, text=text, revision=number).article


@pytest.mark.parametrize(
    ("newest", "missing"),
    [
        (article(1, TITLE, TEXT), None),
        (article(2, "Anderer Titel", f"Neu.  {FIRST}.\nRest."), ()),
        (article(3, TITLE, f"{SECOND}."), (FIRST,)),
    ],
)
def test_a_later_revision_says_which_sentences_it_no_longer_has(
    newest: ArticleRevision, missing: tuple[str, ...] | None
) -> None:
    later = later_revision(article_facts(revision_of(1, TITLE, FIRST)), newest)
    assert (None if later is None else later.missing) == missing


def test_what_was_withdrawn_before_it_was_sent_was_not_told(harness: Harness) -> None:
    harness.decide(revision_of(1, TITLE, FIRST))
    [alert] = harness.alerts()
    with harness.store.write() as connection:
        connection.execute(decisions.update().values(match_end="suppressed"))
        assert load_told_revisions(connection, alert.id) == []
        [view] = load_story(connection, alert.id).articles
    assert not view.is_told
