"""Phrases: stored as data, shown in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import Phrase, in_english, translator, verbatim

PARAMS: st.SearchStrategy[object] = st.recursive(
    st.text()
    | st.integers()
    | st.datetimes(timezones=st.just(UTC))
    | st.integers(0, 10**9).map(lambda seconds: timedelta(seconds=seconds)),
    lambda inner: st.builds(
        lambda params: Phrase("inner", **params),
        st.dictionaries(st.sampled_from(["a", "b", "text"]), inner, max_size=2),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["n", "at", "why", "self", "code"]), PARAMS))
def test_what_is_stored_is_read_back(params: dict[str, object]) -> None:
    phrase = Phrase("some.code", **params)  # type: ignore[arg-type]
    assert Phrase.load(phrase.dump()) == phrase


@given(st.text())
def test_any_other_text_is_shown_as_it_stands(text: str) -> None:
    assert in_english(Phrase.load(text)) == text


def test_a_text_that_only_looks_like_a_phrase_is_shown_as_it_stands() -> None:
    for text in ('{"phrase":', '{"phrase":"x","with":{"a":[1]}}', '{"phrase":"x","with":7}'):
        assert Phrase.load(text) == verbatim(text)


def test_values_are_written_in_the_readers_language() -> None:
    then = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
    late = Phrase("notification.late", at=then)
    assert translator("de").phrase(late).endswith("1. März 2026, 09:05 UTC.")
    nested = Phrase("time.in", span=timedelta(days=3))
    assert (in_english(nested), translator("de").phrase(nested)) == ("in 3 days", "in 3 Tagen")


def test_braces_in_a_value_are_only_text() -> None:
    shown = in_english(Phrase("notification.footer", target="{0}", receiver="{receiver.x}"))
    assert "{0}" in shown
    assert "{receiver.x}" in shown


def test_a_code_without_a_text_is_shown_itself() -> None:
    assert in_english(Phrase("from.a.newer.version", n=1)) == "from.a.newer.version"


def test_a_number_chooses_between_singular_and_plural() -> None:
    one, many = Phrase("deliveries.attempts", n=1), Phrase("deliveries.attempts", n=1234)
    assert (in_english(one), in_english(many)) == ("1 attempt", "1,234 attempts")
    assert translator("de").phrase(many) == "1.234 Versuche"


def test_a_phrase_without_the_parameters_of_its_text_is_shown_as_its_code() -> None:
    assert in_english(Phrase("notification.late")) == "notification.late"
    assert in_english(Phrase("deliveries.attempts", of="three")) == "deliveries.attempts"


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (0, "0 s", "0 s"),
        (0.4, "0 s", "0 s"),
        (90, "90 s", "90 s"),
        (600, "10 min", "10 min"),
        (5400, "90 min", "90 min"),
        (14_400, "4 h", "4 h"),
        (9000, "2.5 h", "2,5 h"),
        (86_400, "24 h", "24 h"),
        (7 * 86_400, "7 days", "7 Tagen"),
    ],
)
def test_a_duration_is_shown_in_the_unit_that_keeps_it_exact(
    seconds: float, english: str, german: str
) -> None:
    wait = timedelta(seconds=seconds)
    assert translator("en").duration(wait) == english
    assert translator("de").duration(wait) == german
    assert in_english(Phrase("time.in", span=wait)) == f"in {english}"
