"""What of a match is new in its revision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.notification_body import article_facts
from alerts.revisions import as_compared, moment_of, new_paragraphs, says_nothing_new
from config.catalog.models import SilenceDefinition, TopicState
from core.messages import Evidence, Field, Match, Passage
from tests.alerts.harness import NOON, PLACE, Harness, match, topic

OLD, NEW = "Der alte Deich hält noch.", "Der neue Deich ist gebrochen."
TEXT = f"{OLD}\n{NEW}"
NEW_TEXT = Passage(field="text", start=len(OLD) + 1, end=len(TEXT))
NEW_TITLE = Passage(field="title", start=0, end=5)
LATER = NOON + timedelta(days=5)


def span(word: str, field: Field = Field.TEXT, text: str = TEXT) -> Evidence:
    start = text.index(word)
    return Evidence(
        field=field, start=start, end=start + len(word), surface=word, rule="r", sentence=word
    )


def revised(*evidence: Evidence, **values: Any) -> Match:
    fields: dict[str, Any] = {"revision": 2, "changed_at": LATER, "fetched_at": LATER} | values
    return match(text=TEXT, **fields).model_copy(update={"evidence": evidence})


@pytest.mark.parametrize(
    ("evidence", "passages", "is_new"),
    [
        ([span("alte"), span("neue")], (NEW_TEXT,), True),
        ([span("alte")], (NEW_TEXT,), False),
        ([span("neue")], (), False),
        ([span("neue")], None, False),
        ([span("neue", Field.LEAD)], (NEW_TEXT,), False),
    ],
)
def test_a_revision_counts_from_its_change_where_its_evidence_is_new(
    evidence: list[Evidence], passages: tuple[Passage, ...] | None, is_new: bool
) -> None:
    revision = revised(*evidence, new_passages=passages)
    assert moment_of(revision) == (LATER if is_new else NOON)
    assert says_nothing_new(revision) == (passages is not None and not is_new)


def test_another_headline_is_something_new() -> None:
    assert not says_nothing_new(revised(span("alte"), new_passages=(NEW_TITLE,)))


def test_people_are_shown_the_evidence_that_is_new() -> None:
    both = span("alte"), span("neue")
    assert article_facts(revised(*both, new_passages=(NEW_TEXT,))).evidence == both[1:]
    assert article_facts(revised(*both, new_passages=(NEW_TITLE,))).evidence == both
    assert article_facts(revised(*both, new_passages=None)).evidence == both


def test_a_passage_over_several_paragraphs_is_taken_apart() -> None:
    whole = Passage(field="text", start=0, end=len(TEXT))
    paragraphs = new_paragraphs(revised(span("neue"), new_passages=(NEW_TITLE, whole)))
    assert [(p.text, len(p.evidence)) for p in paragraphs] == [(OLD, 0), (NEW, 1)]


def test_a_revision_is_compared_by_the_news_that_matches() -> None:
    revision = revised(span("neue"), new_passages=(NEW_TEXT,), lead="Lage am Fluss.")
    compared = as_compared(revision)
    assert (compared.lead, compared.text) == (f"{NEW}\nLage am Fluss.", f"{OLD}\n")
    old = revised(span("alte"), new_passages=(NEW_TEXT,), lead="Lage am Fluss.")
    assert as_compared(old) == old.article


@pytest.mark.parametrize(
    ("state", "first"), [(TopicState.SHADOW, "shadow"), (TopicState.DRAFT, "draft")]
)
def test_what_is_new_is_told_although_the_topic_was_not_live_before(
    harness: Harness, state: TopicState, first: str
) -> None:
    now = {"published_at": NOON, "changed_at": NOON, "fetched_at": NOON}
    harness.set_topics(topic(state))
    assert harness.decide(match(text=OLD)) == [first]
    harness.set_topics(topic())
    new = revised(span("neue"), new_passages=(NEW_TEXT,), **now)
    old = revised(span("alte"), new_passages=(NEW_TEXT,), **now | {"revision": 3})
    assert harness.decide(new, old) == ["new_story", "revision"]
    assert [alert.title for alert in harness.alerts()] == [new.article.title]


def test_what_is_new_is_told_after_a_silence_has_ended(harness: Harness) -> None:
    silence = SilenceDefinition({"topic": "nato-*"}, NOON + timedelta(hours=1), "x", "", PLACE)
    alerts = replace(harness.catalog.alerts, silences=(silence,))
    harness.catalog = replace(harness.catalog, alerts=alerts)
    assert harness.decide(match(text=OLD)) == ["silenced"]
    harness.advance(hours=2)
    later = {"changed_at": harness.now, "fetched_at": harness.now}
    new = revised(span("neue"), new_passages=(NEW_TEXT,), **later)
    assert harness.decide(new) == ["new_story"]


BLOTTER = "https://kurier.example.org/blaulicht"
STOLEN = "Ein Fahrrad ist am Bahnhof gestohlen worden. Der Dieb flüchtete durch den Stadtpark."
BURNT = "Neun Autos haben im Hafen gebrannt. Ermittler suchen Zeugen des Brandes."


def page(title: str, text: str, **values: Any) -> Match:
    """Return a revision of the blotter whose headline and text are new."""
    passages = tuple(
        Passage(field=name, start=0, end=len(said))
        for name, said in (("title", title), ("text", text))
    )
    fields: dict[str, Any] = {"revision": 2, "changed_at": LATER, "fetched_at": LATER}
    return match(BLOTTER, title=title, text=text, new_passages=passages, **fields | values)


def test_another_report_at_the_address_of_a_told_one_is_told(harness: Harness) -> None:
    harness.decide(match(BLOTTER, title="Blaulicht: Fahrrad gestohlen", text=STOLEN))
    assert harness.decide(page("Blaulicht: Autos brennen", BURNT)) == ["development"]


def test_the_article_that_replaces_its_own_stub_is_no_other_report(harness: Harness) -> None:
    harness.decide(match(BLOTTER, title="Fahrrad am Bahnhof gestohlen", text=STOLEN))
    longer = "Der Dieb eines Fahrrads ist vom Bahnhof durch den Stadtpark geflüchtet, hieß es."
    assert harness.decide(page("Fahrraddieb flüchtet vom Bahnhof", longer)) == ["revision"]
