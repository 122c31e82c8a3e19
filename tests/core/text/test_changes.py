"""What is new in a text is found by sentences, and small edits are not new."""

from __future__ import annotations

import time
from random import Random

import pytest

from core.text.changes import MAX_SENTENCES, find_new_spans, is_new_line

RIVER = "Die Pegel an der Elster steigen weiter. Helfer füllen Sandsäcke."
TICKER = "+++ Stand {}: Der Ort {} meldet einen Pegel von {} Zentimetern und volle Keller. +++"
FIVE, SIX = TICKER.format(5, "Fichtenau", 335), TICKER.format(6, "Gernsdorf", 342)


def new_text(text: str, *earlier: str) -> list[str]:
    return [text[start:end] for start, end in find_new_spans(text, earlier)]


@pytest.mark.parametrize(
    ("after", "before"),
    [
        pytest.param(RIVER, RIVER, id="nothing changed"),
        pytest.param(
            "Helfer füllen Sandsäcke.\nDie Pegel an der Elster steigen weiter!",
            RIVER,
            id="moved, split, other punctuation",
        ),
        pytest.param(f"Stand: 14:05 Uhr\n{RIVER}", f"Stand: 13:05 Uhr\n{RIVER}", id="time"),
        pytest.param(f"Updated Monday, 2 pm\n{RIVER}", RIVER, id="note that was added"),
        pytest.param(f"Aktualisiert am 12. Januar 2026\n{RIVER}", RIVER, id="date"),
        pytest.param(f"{RIVER}\n14 Kommentare", RIVER, id="counter that was added"),
        pytest.param(
            "1.204 Leser haben schon abgestimmt.", "998 Leser haben schon abgestimmt.", id="counter"
        ),
        pytest.param(
            "Gestern haben Helfer am Ufer der Elster Sandsäcke gefüllt.",
            "Helfer haben am Ufer der Elster Sandsaecke gefüllt.",
            id="a word added, a spelling mended",
        ),
        pytest.param(
            "The mayor said volunteers will fill the sandbags.",
            "The mayor said volunteers will be filling sandbags.",
            id="another form",
        ),
        pytest.param("Helfer füllen Sandsäcke.", RIVER, id="shortened"),
    ],
)
def test_small_edits_are_not_new(after: str, before: str) -> None:
    assert new_text(after, before) == []


@pytest.mark.parametrize(
    ("after", "before"),
    [
        ("Beim Einsturz starben 41 Menschen.", "Beim Einsturz starben 3 Menschen."),
        ("Es gibt vier Tote nach dem Einsturz.", "Es gibt drei Tote nach dem Einsturz."),
        ("The collapse left 41 people dead.", "The collapse left three people dead."),
        ("Der Minister wird nicht gehen.", "Der Minister wird gehen."),
        ("The minister will not resign.", "The minister will resign."),
        ("In Hanau ist ein Mann festgenommen worden.", "In Fulda ist ein Mann gesehen worden."),
        ("Police in Hull closed the old bridge.", "Police in Leeds closed the old bridge."),
        ("Die Inflation steigt auf 3,2 Prozent.", "Die Inflation steigt auf 2,9 Prozent."),
        ("Inflation in June was at 3.2% again.", "Inflation in June was at 2.9% again."),
    ],
)
def test_a_change_of_meaning_is_new_however_small(after: str, before: str) -> None:
    assert new_text(f"{RIVER}\n{after}", f"{RIVER}\n{before}") == [after]


def test_a_sentence_added_to_a_paragraph_is_new_and_the_paragraph_is_not() -> None:
    longer = RIVER.replace(" Helfer", " Der Damm ist gebrochen. Helfer")
    assert new_text(longer, RIVER) == ["Der Damm ist gebrochen."]


def test_a_new_entry_in_the_form_of_the_last_one_is_new() -> None:
    assert new_text(f"{SIX}\n{FIVE}\n{RIVER}", f"{FIVE}\n{RIVER}") == [SIX]


def test_neighbours_are_one_span() -> None:
    assert new_text(f"{SIX}\n{FIVE}\n{RIVER}", RIVER) == [f"{SIX}\n{FIVE}"]


def test_a_paragraph_that_comes_back_is_not_new() -> None:
    assert new_text(f"{FIVE}\n{RIVER}", f"{FIVE}\n{RIVER}", RIVER) == []


def test_without_an_earlier_version_everything_is_new() -> None:
    assert new_text(RIVER) == [RIVER]


def test_beyond_the_limit_changed_lines_are_new() -> None:
    many = "\n".join(f"Meldung {n} aus dem Tal ist da." for n in range(MAX_SENTENCES + 1))
    assert new_text(f"{RIVER}\n{many}", RIVER) == [many]


@pytest.mark.slow
def test_words_of_any_length_and_sentences_of_any_number_of_words_are_compared_soon() -> None:
    rng = Random(7)

    def word(length: int) -> str:
        return "".join(rng.choices("aehinrst", k=length))

    def sentence(words: list[str]) -> str:
        return f"Der {' '.join(words)} war da."

    long = [[*(word(6) for _ in range(11)), word(3000)] for _ in range(100)]
    edited_long = [[*words[:11], words[11][:1500] + word(1500)] for words in long]
    many = [[word(6) for _ in range(1000)] for _ in range(50)]
    edited_many = [[w if n % 12 else word(6) for n, w in enumerate(words)] for words in many]
    began = time.process_time()
    for before, after in ((long, edited_long), (many, edited_many)):
        find_new_spans(" ".join(map(sentence, after)), [" ".join(map(sentence, before))])
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("headline", "before", "is_new"),
    [
        ("Liveblog Hochwasser, Stand 28", "Liveblog Hochwasser, Stand 27", False),
        ("Haus stürzt in Seedorf ein!", "Haus in Seedorf stürzt ein", False),
        ("Hauseinsturz in Seedorf: 41 Tote", "Hauseinsturz in Seedorf: drei Tote", True),
        ("Minister resigns after days of protest", "Minister rules out resignation", True),
    ],
)
def test_a_headline_is_new_if_it_says_something_else(
    headline: str, before: str, is_new: bool
) -> None:
    assert is_new_line(headline, [before]) is is_new
    assert not is_new_line(headline, [headline, before])
