"""A revision carries what is new in it, and when that was noticed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from core.messages import ArticleRevision, Passage
from ingest.pages.changes import MAX_PASSAGES, Comparison, find_new_passages, with_changes
from tests.support.scripted_publisher import MONDAY


def revision(number: int, **values: Any) -> ArticleRevision:
    defaults: dict[str, Any] = {
        "article_id": "a" * 32,
        "revision": number,
        "url": "https://kurier.example.org/a",
        "title": "Hochwasser an der Elster",
        "lead": "Helfer füllen Sandsäcke.",
        "text": "Die Pegel steigen weiter.",
        "outlet": "kurier",
        "feed_id": "kurier-1",
        "language": "de",
        "country": "DE",
        "first_seen_at": MONDAY,
        "fetched_at": MONDAY + timedelta(hours=number),
    }
    return ArticleRevision(**defaults | values)


def new_passages(later: ArticleRevision, *earlier: ArticleRevision) -> list[tuple[str, str]]:
    changed = with_changes(later, earlier)
    assert changed.new_passages is not None
    assert changed.changed_at == later.fetched_at
    return [(p.field, getattr(later, p.field)[p.start : p.end]) for p in changed.new_passages]


def test_new_passages_are_spans_of_their_fields() -> None:
    later = revision(
        2,
        title="Staudamm an der Elster gebrochen",
        lead="Der Staudamm ist gebrochen. Helfer füllen Sandsäcke.",
        text="Die Pegel steigen weiter.\nEine Flutwelle rollt auf drei Dörfer zu.",
    )
    assert new_passages(later, revision(1)) == [
        ("title", "Staudamm an der Elster gebrochen"),
        ("lead", "Der Staudamm ist gebrochen."),
        ("text", "Eine Flutwelle rollt auf drei Dörfer zu."),
    ]


def test_a_new_passage_over_the_border_of_lead_and_text_is_two() -> None:
    later = revision(2, lead="Der Damm brach.", text="Dörfer sind leer.\nDie Pegel steigen weiter.")
    passages = new_passages(later, revision(1))
    assert passages == [("lead", "Der Damm brach."), ("text", "Dörfer sind leer.")]


def test_a_paragraph_that_moves_into_the_lead_is_not_new() -> None:
    later = revision(2, lead="Die Pegel steigen weiter.", text="Helfer füllen Sandsäcke.")
    assert new_passages(later, revision(1)) == []


def test_a_headline_that_flips_back_is_not_new() -> None:
    first, second = revision(1), revision(2, title="Was Anwohner jetzt wissen müssen")
    assert [field for field, _ in new_passages(second, first)] == ["title"]
    assert new_passages(revision(3), first, second) == []
    assert new_passages(revision(4, title=second.title), second, revision(3)) == []


def test_the_first_text_of_a_page_is_not_compared_with_that_of_the_feed() -> None:
    from_feed = revision(1, text="", text_source="feed")
    page = with_changes(revision(2), [from_feed])
    assert (page.changed_at, page.new_passages) == (None, None)
    assert with_changes(revision(1), []).new_passages is None
    assert new_passages(revision(3, text="Der Damm brach."), from_feed, page) != []


def test_the_number_of_passages_is_limited() -> None:
    old = [f"Der Ort Nummer {n} im Tal bleibt voller Wasser." for n in range(200)]
    fresh = [f"Die Leute aus {n} Häusern gehen in die Turnhalle." for n in range(200)]
    mixed = "\n".join(line for pair in zip(old, fresh, strict=True) for line in pair)
    passages = new_passages(revision(2, text=mixed), revision(1, text="\n".join(old)))
    assert len(passages) == MAX_PASSAGES
    assert passages[-1][1].endswith(fresh[-1])


def test_the_same_texts_are_compared_once_and_others_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def find(later: ArticleRevision, earlier: Sequence[ArticleRevision]) -> tuple[Passage, ...]:
        calls.append(later.revision)
        return find_new_passages(later, earlier)

    monkeypatch.setattr("ingest.pages.changes.find_new_passages", find)
    compare = Comparison()
    first = revision(1)
    second = revision(2, text="Die Pegel steigen weiter. Ein Deich ist gebrochen.")
    before = with_changes(second, [first], compare)
    moved = second.model_copy(update={"fetched_at": MONDAY + timedelta(hours=9)})
    again = with_changes(moved, [first], compare)
    assert (calls, again.new_passages) == ([2], before.new_passages)
    assert again.changed_at == moved.fetched_at
    other = with_changes(second, [revision(1, text="Ein Deich ist gebrochen.")], compare)
    assert calls == [2, 2]
    assert other.new_passages != before.new_passages
