"""Differences between two versions of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wirewatch.web.diff import CONTEXT, MAX_WORDS, diff


def test_a_change_is_shown_word_by_word_with_some_context() -> None:
    before = " ".join(f"w{n}" for n in range(100))
    found = diff(before, before.replace("w50 ", "neu "))
    kinds = [part.kind for part in found.parts]
    assert kinds == ["gap", "same", "gone", "added", "same", "gap"]
    assert (found.parts[2].text, found.parts[3].text) == ("w50", "neu")
    assert len(found.parts[1].text.split()) == CONTEXT


def test_white_space_is_no_change() -> None:
    assert diff("a b", "a  b").is_empty


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_word_of_the_new_text_is_lost(before: str, after: str) -> None:
    parts = diff(before, after).parts
    if all(part.kind != "gap" for part in parts):
        new = " ".join(part.text for part in parts if part.kind in ("same", "added"))
        assert new.split() == after.split()


def test_of_huge_texts_only_the_beginning_is_compared() -> None:
    found = diff("a " * 10 * MAX_WORDS, "b " * 10 * MAX_WORDS)
    assert found.cut
    assert sum(len(part.text.split()) for part in found.parts) <= 2 * MAX_WORDS
