"""Subjects: reports in one form about different things, and reports of one event in other words."""

from __future__ import annotations

import pytest

from alerts.subjects import (
    Report,
    capitalised_words,
    has_other_subject,
    is_about_another,
    report_of,
)
from core.text.tokens import folded_words


def report(title: str, lead: str, language: str = "de") -> Report:
    words = folded_words(title), folded_words(lead)
    return report_of(*words, (), capitalised_words(lead), language)


def recall(maker: str, product: str) -> Report:
    return report(
        f"{maker} ruft {product} zurück",
        f"Der Hersteller {maker} ruft {product} wegen Listerien zurück. Kunden erhalten den"
        " Kaufpreis auch ohne Bon.",
    )


@pytest.mark.parametrize(
    ("language", "title", "lead", "one", "other"),
    [
        (
            "de",
            "Trinkwasser in {} abkochen",
            "Das Amt ruft dazu auf, das Trinkwasser in {} abzukochen, bis es wieder rein ist.",
            "Oldrup",
            "Marholt",
        ),
        (
            "en",
            "Magnitude 5 earthquake strikes {}",
            "A magnitude 5 earthquake struck {} on Monday. There were no reports of damage.",
            "Velmora",
            "Tashkari",
        ),
        (
            "de",
            "Kritische Schwachstelle {} in Mailgate",
            "In Mailgate ist die Schwachstelle {} bekannt geworden. Ein Update steht bereit.",
            "CVE-2026-1111x",
            "CVE-2026-2222y",
        ),
    ],
)
def test_another_place_or_name_in_the_same_form_is_another_subject(
    language: str, title: str, lead: str, one: str, other: str
) -> None:
    first = report(title.format(one), lead.format(one), language)
    assert has_other_subject(report(title.format(other), lead.format(other), language), first)
    assert not has_other_subject(report(title.format(one), lead.format(one), language), first)


def test_a_new_figure_in_the_same_form_is_the_same_subject() -> None:
    def toll(figure: str) -> Report:
        lead = f"In Musterstadt ist ein Haus eingestürzt. Die Feuerwehr barg {figure} Tote."
        return report(f"Haus eingestürzt: {figure} Tote", lead)

    assert not has_other_subject(toll("41"), toll("3"))
    assert not has_other_subject(toll("Zwölf"), toll("Drei"))


def test_what_became_of_something_is_the_same_subject() -> None:
    lead = "Die Gewerkschaft der Lokführer hat den Streik bei der Nordbahn {}."
    one = report("Streik bei der Nordbahn angekündigt", lead.format("angekündigt"))
    other = report("Streik bei der Nordbahn abgesagt", lead.format("abgesagt"))
    assert not has_other_subject(other, one)


def test_one_event_in_other_words_is_the_same_subject() -> None:
    one = report("Erdbeben in Velmora", "Ein Beben hat Velmora erschüttert, wie die Warte sagte.")
    other = report("Die Erde bebt", "In Velmora liefen Menschen auf die Straße, als es bebte.")
    assert not has_other_subject(other, one)


def test_a_story_is_about_the_subject_that_any_of_its_reports_names() -> None:
    dorn, weigel = recall("Dorn", "Müsli"), recall("Weigel", "Lachs")
    assert is_about_another(weigel, [dorn])
    assert not is_about_another(weigel, [dorn, recall("Weigel", "Lachs")])
    assert not is_about_another(dorn, [])
