"""Developments: what a headline and a lead say that the readers of a story do not know."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.developments import (
    CORROBORATION_WINDOW,
    DevelopmentKind,
    StoryMember,
    find_development,
    says_correction,
    told_words,
    wording_of,
    words_with,
)
from alerts.stories import StoryFeatures
from core.text.tokens import folded_words
from tests.alerts.harness import NOON

FIRST = "Haus in Musterstadt eingestürzt: drei Tote"


def said(
    headline: str,
    lead: str = "",
    *,
    outlet: str = "kurier",
    minutes: float = 0,
    told: bool = False,
    language: str = "de",
) -> StoryMember:
    """An article with this headline."""
    features = StoryFeatures(
        language=language,
        terms={},
        title=tuple(folded_words(headline)),
        words=(),
        lead=tuple(folded_words(lead)),
    )
    seen_at = NOON + timedelta(minutes=minutes)
    return StoryMember(headline, outlet, language, seen_at, told, wording_of(features))


def kind_of(own: StoryMember, *members: StoryMember) -> DevelopmentKind | None:
    development = find_development(own, members)
    return None if development is None else development.kind


@pytest.mark.parametrize(
    ("first", "then", "kind"),
    [
        (FIRST, "Hauseinsturz in Musterstadt: Zahl der Toten steigt auf 41", "toll"),
        (FIRST, "Musterstadt: Eingestürztes Haus war baufällig", None),
        (FIRST, FIRST, None),
        (FIRST, "Haus in Musterstadt eingestürzt: zwölf Tote", "toll"),
        ("Lawine am Horn: 4 Vermisste, 2 Tote", "Lawine am Horn: 4 Tote", "toll"),
        ("Haus eingestürzt: 3 Tote", "Drei Tote: Haus eingestürzt", None),
        (FIRST, "Bauleiter in Seedorf verhört", "headline"),
        (FIRST, "Kommentar: Bauleiter in Seedorf verhört", None),
        (FIRST, "Drei Tote in Musterstadt: Haus von Kramer Bau eingestürzt", None),
        ("Minister Kramer schließt Rücktritt aus", "Minister Kramer ist zurückgetreten", "outcome"),
        ("Minister Kramer schließt Rücktritt aus", "Nun doch: Minister Kramer tritt ab", "outcome"),
        (
            "Mann nimmt in Bank Geiseln",
            "Polizei stürmt Bank: Geiseln befreit, Täter tot",
            "outcome",
        ),
        ("Minister Kramer lehnt Rücktritt ab", "Minister Kramer weilt auf Rügen", None),
        ("Mädchen vermisst", "Vermisstes Mädchen gefunden", "outcome"),
        ("Bombe in Lohfeld", "Bombe in Lohfeld entschärft", "outcome"),
        ("Kramer will Hafen kaufen", "Kauf des Hafens durch Kramer geplatzt", "outcome"),
        ("Lohfeld berät über Aubergs Beitritt", "Lohfeld blockiert Aubergs Beitritt", "outcome"),
        ("Prozess gegen Reeder Auberg", "Freispruch für Reeder Auberg", "outcome"),
        ("Auberg unter Mordverdacht in Haft", "Auberg gesteht Mord", "outcome"),
        ("Verdächtiger in Lohfeld gefasst", "Verdächtiger in Lohfeld wieder frei", "outcome"),
        ("Trainer Kramer vor dem Aus", "Verein trennt sich von Trainer Kramer", "outcome"),
        ("Kramer kandidiert in Lohfeld", "Kramer zieht sich in Lohfeld zurück", "outcome"),
        ("Trainer Kramer vor dem Aus", "Sich trennen? Verein zu Trainer Kramer", None),
        ("Boot vor Lohfeld gekentert", "Lohfeld: Zwei Menschen kamen ums Leben", "toll"),
        ("Mann in Lohfeld getötet", "29-Jähriger in Lohfeld getötet", None),
        ("Man killed in Lohfeld", "29-year-old killed in Lohfeld", None),
        ("Auberg vermisst", "Auberg kam ums Leben", "outcome"),
        ("Auberg vermisst", "Auberg ist im See ertrunken", "outcome"),
        ("Unfall in Lohfeld: Frau kommt ums Leben", "Unfall in Lohfeld: Frau stirbt", None),
        ("Unfall in Lohfeld: Frau tot", "Unfall in Lohfeld: Frau kommt ums Leben", None),
        ("Waldbrand bei Lohfeld breitet sich aus", "Waldbrand bei Lohfeld gelöscht", "outcome"),
        ("Fahndung nach Dieb Auberg", "Dieb Auberg stellt sich", "outcome"),
        ("Koalition in Lohfeld vor dem Bruch", "Koalition in Lohfeld zerbricht", "outcome"),
        ("Dam at Orrin close to overflowing", "Orrin dam gives way", "outcome"),
        ("Kesh border talks to begin", "Kesh border talks end without agreement", "outcome"),
        ("Nurses vote on offer", "Nurses turn down offer", "outcome"),
        ("Rebels surround Tamba", "Tamba falls to rebels", "outcome"),
        ("Coach Dillard suspended", "Coach Dillard reinstated", "outcome"),
        ("Minister to stay, office says", "Minister quits", "outcome"),
        ("Two dead as ferry capsizes", "Ferry capsizes: two killed", None),
        ("Séisme à Tillac : trois morts", "Séisme à Tillac : 58 morts", "toll"),
        ("Удар по Жовтневому: двоє загиблих", "Жовтневе: загинуло дев'ятеро", "toll"),
        ("Мэр исключил отставку", "Мэр ушёл в отставку", "outcome"),
        ("Three dead in house collapse", "House collapse: death toll rises to 41", "toll"),
        ("Minister rules out resigning", "Minister resigned on Sunday evening", "outcome"),
        (
            "Waffenruhe zwischen Aland und Borduria",
            "Artillerie beschießt Hauptstadt trotz Waffenruhe: Maro gibt Gespräche auf",
            "headline",
        ),
    ],
)
def test_one_outlet_alone_is_believed_where_the_headline_is_new_enough(
    first: str, then: str, kind: str | None
) -> None:
    language = "en" if first.startswith(("Three", "Minister rules")) else "de"
    told = said(first, told=True, language=language)
    assert kind_of(said(then, outlet="bote", minutes=60, language=language), told) == kind


@pytest.mark.parametrize(
    ("first", "then", "is_news"),
    [
        (
            "Feuer bei Lohfeld: 200 Menschen fliehen",
            "Feuer bei Lohfeld: 9.000 Menschen fliehen",
            True,
        ),
        ("Pegel in Lohfeld bei 3,20 Metern", "Lohfeld: Pegel nun bei 4,10 Metern", True),
        ("Bahn erhöht Preise um 3 Prozent", "Bahn erhöht Preise doch um 6 Prozent", True),
        ("Fire near Orlo: 9,000 people flee", "Fire near Orlo: 9000 people flee", False),
        ("Lohfeld bekommt 300 Wohnungen", "300 Wohnungen für Lohfeld", False),
        (
            "Kramer will Hafen in Lohfeld kaufen",
            "Kramer will 51 Prozent am Hafen Lohfeld kaufen",
            False,
        ),
        ("Rat tagt in Lohfeld um 12 Uhr", "Rat tagt in Lohfeld um 14 Uhr", False),
        ("Lohfeld ehrt 80-jährigen Kramer", "Lohfeld ehrt 79-jährigen Kramer", False),
        ("Haushalt 2026 in Lohfeld beschlossen", "Haushalt 2027 in Lohfeld beschlossen", False),
    ],
)
def test_a_told_headline_with_another_figure_is_a_development_even_in_a_copy(
    first: str, then: str, is_news: bool
) -> None:
    told = said(first, told=True)
    development = find_development(said(then, outlet="bote", minutes=60), [told], is_copy=True)
    assert (development is not None) == is_news
    if development is not None:
        assert development.kind is DevelopmentKind.SAME_FORM


def test_a_figure_that_the_lead_had_is_known() -> None:
    lead = "Zuletzt waren es 9.000 Menschen."
    told = said("Feuer bei Lohfeld: 200 Menschen fliehen", lead, told=True)
    assert kind_of(said("Feuer bei Lohfeld: 9.000 Menschen fliehen", outlet="bote"), told) is None


@pytest.mark.parametrize(
    ("then", "named"),
    [("Tamba falls to rebels", ["falls"]), ("Guide at Tamba falls resigned", ["resigned"])],
)
def test_the_words_of_a_phrase_are_named_where_it_is_one(then: str, named: list[str]) -> None:
    told = said("Guide and rebels at Tamba falls", told=True, language="en")
    development = find_development(said(then, outlet="bote", language="en"), [told])
    assert development is not None
    assert development.kind is DevelopmentKind.OUTCOME
    assert words_with(then, development.stems, "en") == named


def test_what_two_outlets_report_within_the_window_is_a_development() -> None:
    told = said(FIRST, told=True)
    lead = "Der Bauleiter wurde von der Polizei zu den Rissen befragt."
    one = said("Einsturz in Musterstadt: Haus hatte Risse", lead, outlet="bote", minutes=30)
    two = said("Eingestürztes Haus in Musterstadt: Risse", lead, outlet="post", minutes=60)
    assert kind_of(one, told) is None
    development = find_development(two, [told, one])
    assert development is not None
    assert development.kind is DevelopmentKind.CORROBORATED
    assert development.corroborated_by == (one,)
    late = said(
        "Eingestürztes Haus in Musterstadt: Risse",
        lead,
        outlet="post",
        minutes=31 + CORROBORATION_WINDOW / timedelta(minutes=1),
    )
    assert kind_of(late, told, one) is None


def test_an_outlet_does_not_corroborate_itself() -> None:
    told = said(FIRST, told=True)
    lead = "Der Bauleiter wurde von der Polizei zu den Rissen befragt."
    one = said("Einsturz in Musterstadt: Haus hatte Risse", lead, outlet="bote", minutes=30)
    again = said("Risse im Haus", lead, outlet="bote", minutes=40)
    assert kind_of(again, told, one) is None


def test_an_article_of_another_story_of_the_topic_corroborates_too() -> None:
    told = said(FIRST, told=True)
    lead = "Der Bauleiter wurde von der Polizei zu den Rissen befragt."
    one = said("Risse und ein Bauleiter", lead, outlet="bote", minutes=30)
    own = said("Haus in Musterstadt: Risse", lead, outlet="post", minutes=40)
    development = find_development(own, [told], [one])
    assert development is not None
    assert development.corroborated_by == (one,)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (
            "Nordgate schließt kritische Schwachstelle in der Firewall FortWall",
            "Cirrus Systems schließt kritische Schwachstelle in dem Router IOX",
        ),
        (
            "Erdbeben der Stärke 5,1 erschüttert die griechische Insel Samos",
            "Erdbeben der Stärke 6,9 erschüttert die Provinz Sichuan in China",
        ),
        (
            "Amtliche Unwetterwarnung vor Orkanböen für den Kreis Nordheim",
            "Amtliche Unwetterwarnung vor Orkanböen für den Kreis Südheim",
        ),
    ],
)
def test_an_outlets_next_report_in_the_same_form_is_another_event(first: str, then: str) -> None:
    told = said(first, told=True)
    assert kind_of(said(then, minutes=60), told) is not None
    assert kind_of(said(first + " am Abend", minutes=60), told) is None


def test_another_language_says_nothing_new_by_its_words_alone() -> None:
    told = said(FIRST, told=True)
    english = said("House in Musterstadt falls down", outlet="courier", language="en")
    assert kind_of(english, told) is None
    later = said(
        "Builder of Musterstadt house questioned over cracks", outlet="herald", language="en"
    )
    assert kind_of(later, told, english) is DevelopmentKind.HEADLINE


def test_another_headline_over_the_same_text_is_nothing_new() -> None:
    told = said(FIRST, told=True)
    own = said("Bauleiter in Seedorf verhört", outlet="bote")
    assert find_development(own, [told]) is not None
    assert find_development(own, [told], is_copy=True) is None


def test_what_was_told_is_not_new_a_second_time() -> None:
    told = said(FIRST, told=True)
    news = said("Einsturz in Musterstadt: Polizei nimmt Bauleiter fest", told=True, minutes=30)
    repeat = said("Musterstadt: Polizei nimmt Bauleiter fest", outlet="post", minutes=90)
    assert kind_of(repeat, told, news) is None


def test_what_was_not_told_is_still_new() -> None:
    told = said(FIRST, told=True)
    minor = said("Haus in Musterstadt: Bauleiter verhört", outlet="bote", minutes=5)
    later = said(
        "Musterstadt: Bauleiter verhört, Ermittler durchsuchen Firma in Seedorf",
        outlet="post",
        minutes=300,
    )
    assert kind_of(later, told, minor) is DevelopmentKind.HEADLINE


def test_an_earlier_revision_that_was_told_stays_known() -> None:
    told = said("Haus in Musterstadt: Feuerwehr beendet Suche", told=True)
    features = StoryFeatures(
        language="de",
        terms={},
        title=tuple(folded_words("Haus in Musterstadt: Feuerwehr beendet Suche")),
        words=(),
        earlier=tuple(told_words(said("Zahl der Toten steigt auf 41").wording)),
    )
    revised = StoryMember("x", "kurier", "de", NOON, is_told=True, wording=wording_of(features))
    own = said("Haus in Musterstadt: Zahl der Toten steigt auf 41", outlet="bote", minutes=60)
    assert kind_of(own, told) is DevelopmentKind.TOLL
    assert kind_of(own, revised) is None


@pytest.mark.parametrize(
    ("text", "is_correction"),
    [
        ("Korrektur: Es waren drei, nicht 41 Tote", True),
        ("Correction: the minister has not resigned", True),
        ("Haus in Musterstadt eingestürzt", False),
    ],
)
def test_an_article_says_itself_that_it_corrects(text: str, is_correction: bool) -> None:
    words = folded_words(text)
    assert says_correction(words) == is_correction
    told = said(FIRST, told=True)
    found = find_development(said(text, outlet="bote"), [told], is_correction=is_correction)
    assert (found is not None and found.kind is DevelopmentKind.CORRECTION) == is_correction


def test_new_words_are_shown_as_they_are_written() -> None:
    text = "Zahl der Toten steigt auf 41, Bauleiter der „Kern-Bau“ festgenommen"
    new = said("steigt auf 41 Bauleiter festgenommen").wording.stems
    assert words_with(text, new, "de") == ["steigt", "41", "Bauleiter", "festgenommen"]
    assert words_with(text, new, "de", limit=2) == ["steigt", "41"]
