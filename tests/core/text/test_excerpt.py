"""Excerpts: the sentence that matched, with its terms marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.messages import Evidence, Field
from core.text.excerpt import (
    MAX_LENGTH,
    Piece,
    best_span,
    excerpt,
    excerpt_around,
    mark_terms,
    shown_spans,
)


def span(surface: str, sentence: str, field: Field = Field.TEXT) -> Evidence:
    return Evidence(field=field, start=0, end=1, surface=surface, rule="r", sentence=sentence)


def shown(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in pieces)


TITLE = span("NATO", "NATO wächst", Field.TITLE)
LEAD = span("Beitritt", "Der Beitritt ist beschlossen.", Field.LEAD)
TEXT = span("Nato", "Die Nato nimmt Schweden auf.")


def test_the_first_span_outside_the_title_is_shown() -> None:
    assert best_span([TITLE, LEAD, TEXT]) is LEAD
    assert best_span([TITLE]) is TITLE
    assert best_span([]) is None
    assert shown(excerpt([TITLE, LEAD])) == "Der [Beitritt] ist beschlossen."
    assert excerpt([]) == ()


def test_every_term_of_the_sentence_is_marked_and_none_of_another_field() -> None:
    sentence = "Die Nato nimmt Schweden auf."
    other = span("Schweden", sentence)
    elsewhere = span("auf", sentence, Field.LEAD)
    pieces = excerpt_around(TEXT, [TEXT, other, elsewhere, LEAD])
    assert shown(pieces) == "Die [Nato] nimmt [Schweden] auf."


def test_the_spans_of_the_sentence_that_is_shown_are_kept_together() -> None:
    both = span("Gesuch", LEAD.sentence, Field.LEAD)
    assert shown_spans([TITLE, LEAD, TEXT, both]) == (LEAD, both)
    other = span("beschlossen", LEAD.sentence, Field.LEAD)
    pieces = excerpt(shown_spans([TITLE, LEAD, TEXT, other]))
    assert shown(pieces) == "Der [Beitritt] ist [beschlossen]."
    assert shown_spans([]) == ()


def test_a_term_is_marked_wherever_it_is_a_whole_word() -> None:
    def shown(sentence: str, *surfaces: str) -> str:
        pieces = mark_terms(sentence, surfaces)
        return "".join(f"[{p.text}]" if p.marked else p.text for p in pieces)

    assert shown("Der Beitritt, kein Beitrittsgesuch", "Beitritt") == (
        "Der [Beitritt], kein Beitrittsgesuch"
    )
    assert shown("Natobeitritt", "beitritt") == "Nato[beitritt]"
    assert shown("NATO, NATO-Beitritt", "NATO", "NATO-Beitritt") == "[NATO], [NATO-Beitritt]"
    assert shown("a (b) *c*", "(b)") == "a [(b)] *c*"
    assert shown("nothing of it", "else") == "nothing of it"
    assert shown("nothing of it", "") == "nothing of it"
    assert shown("", "x") == ""


@given(st.text(max_size=1500), st.lists(st.text(max_size=20), max_size=4))
def test_marking_loses_nothing_of_a_short_sentence_and_bounds_a_long_one(
    sentence: str, surfaces: list[str]
) -> None:
    whole = "".join(p.text for p in mark_terms(sentence, surfaces))
    assert len(whole) <= MAX_LENGTH + 4
    if len(sentence) < 200 and whole:
        assert mark_terms(whole, surfaces) == mark_terms(sentence, surfaces)


def test_a_long_sentence_is_cut_around_the_term() -> None:
    pieces = mark_terms("wort " * 300 + "NATO " + "wort " * 300, ["NATO"])
    assert [p.text for p in pieces if p.marked] == ["NATO"]
    assert pieces[0].text.startswith("… wort")
    assert pieces[-1].text.endswith("wort …")
