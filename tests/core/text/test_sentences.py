from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.sentences import Sentences, sentence_starts


@pytest.mark.parametrize(
    "parts",
    [
        ["Das ist z. B. am 12. Januar bei Dr. Meier passiert. ", "„Ja“, sagte er. ", "Gut."],
        ["U.S. officials met Mr. Smith in Washington, D.C. ", "The talks failed! ", "Really?"],
        ["M. Macron a parlé à Mme. Dupont. ", "Il est parti."],
        ["В 2014 г. Путин сказал это. ", "Он ушёл."],
        ["Це було у м. Київ. ", "Президент поїхав."],
        ["Erster Absatz ohne Punkt\n", "Zweiter Absatz"],
        ["Nein… ", "Doch!"],
        ["Er sagte: „Nein!“ ", "Dann ging er."],
        ["Version 2.0 kostet 3.50 Euro, z.B. hier."],
        ["Er kam 2023. ", "Sie ging."],
        ["Scholz war Nummer 3. ", "Panzer kamen an."],
        ["Munition usw. ", "Panzer kamen. ", "Waffen etc. ", "Panzer."],
        ["Nach Art. 5 und Nr. 3 GG, S. 12. ", "Er kam am 3. Mai."],
        ["J. D. Vance und George W. Bush kamen."],
        ["Die 2. Liga, der 1. FC, im 19. Jahrhundert, zum 3. Mal."],
        ["Er ist in Gruppe A. ", "Panzer kamen. ", "Plan B. ", "Waffen."],
        ["They met at 5 p.m. ", "Russia left. ", "The U.S. President spoke."],
        ["1. Panzer zuerst. ", "Es sind 12. ", "Waffen fehlen."],
        ["Das ist so.[1] ", "Panzer kamen.² ", "Ende."],
        ["(Er ging.) ", "„Nein.“ ", "Panzer kamen u. v. m. ", "Waffen."],
        [""],
    ],
)
def test_sentences_begin_where_a_reader_expects(parts: list[str]) -> None:
    text = "".join(parts)
    begins = sentence_starts(text)
    ends = [*begins[1:], len(text)]
    assert [text[a:b] for a, b in zip(begins, ends, strict=True)] == parts


def test_the_excerpt_of_a_span_is_the_sentence_around_it() -> None:
    text = "Eins ist da. Der Nato-Beitritt kommt. Drei."
    at = text.index("Nato")
    assert Sentences(text).excerpt(at, at + 13) == "Der Nato-Beitritt kommt."


def test_a_sentence_that_is_too_long_is_cut_at_word_borders_around_the_span() -> None:
    text = "wort " * 300 + "Treffer " + "wort " * 300
    at = text.index("Treffer")
    sentence = Sentences(text).excerpt(at, at + 7, limit=100)
    assert "wort Treffer wort" in sentence
    assert len(sentence) <= 100
    assert set(sentence.split()) == {"wort", "Treffer"}


@given(st.text(alphabet="aA1. !\n„“Dr", max_size=60), st.data())
def test_the_excerpt_of_a_span_contains_it(text: str, data: st.DataObject) -> None:
    begins = sentence_starts(text)
    assert begins == sorted(set(begins))
    assert begins[0] == 0
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert text[start:end].strip() in Sentences(text).excerpt(start, end)


def test_a_hostile_text_is_split_in_linear_time() -> None:
    assert len(sentence_starts("A. " * 100_000)) >= 1
    assert sentence_starts("a" * 200_000 + ". ") == [0]
    assert len(sentence_starts("?! Ab " * 50_000)) > 49_000


@given(st.text(alphabet="aA1. !\n„“Dr", max_size=60), st.data())
def test_sentences_found_on_demand_are_those_of_the_whole_text(
    text: str, data: st.DataObject
) -> None:
    begins = [*sentence_starts(text), len(text)]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, after = Sentences(text).around(start, end)
    inner = [begin for begin in begins[:-1] if start < begin <= max(start, end - 1)]
    assert first == max(begin for begin in begins[:-1] if begin <= start)
    assert after == begins[begins.index((inner or [first])[-1]) + 1]
    assert Sentences(text, one=True).around(start, end) == (0, len(text))


@pytest.mark.parametrize("unit", ["....", ".'\"", "?! ", ". '", "a. "])
def test_sentences_take_linear_time(unit: str) -> None:
    text = "x" + unit * (400_000 // len(unit)) + "x"
    began = time.process_time()
    sentence_starts(text)
    assert time.process_time() - began < 5  # a run of full stops took 40 s


@pytest.mark.parametrize("mark", ["+++", "++", "|", "•", "·", "//", ">>", "➤"])
def test_what_separates_the_entries_of_a_live_blog_ends_a_sentence(mark: str) -> None:
    text = f"Polizei räumt Platz {mark} Zoll stoppt Schiff in Kiel."
    assert [text[at:].split()[0] for at in sentence_starts(text)] == ["Polizei", "Zoll"]


@pytest.mark.parametrize(
    "text", ["A+++ und C++ sind", "km/h > 100", "Kiew – Moskau", "3 + 4", "a +++"]
)
def test_other_signs_end_none(text: str) -> None:
    assert sentence_starts(text) == [0]
