from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import copies
from alerts.subjects import capitalised_words, report_of
from config.i18n import in_english
from core.text.fingerprint import fingerprint, parse_fingerprint, shingles
from core.text.tokens import folded_words
from tests.alerts.harness import OTHER_TEXT, TEXT, match

NAMES = """
Häfen Inseln Hansen Kronen Fjorden Olsen Fischern Wind Larsen Schiffen Regen Berg Gutachten
Schnee Dahl Anwohnern Eis Lund Ministern Nebel Moen Parteien Sturm Strand Gemeinden Licht Vik
Banken Wärme Haug Krediten Kälte Bakken Verbänden Ebbe Lie Kirchen Flut Solberg Schulen
Wellen Eide Straßen Dünen Foss Brücken Klippen Aas Tunneln Wäldern Nes Märkten Wiesen By
Preisen Mooren Ruud Löhnen Seen Tangen
""".split()  # noqa: SIM905
LONG = [
    f"Satz {n} handelt von {NAMES[3 * n]} und {NAMES[3 * n + 1]}, wie {NAMES[3 * n + 2]} am Abend"
    " sagte."
    for n in range(20)
]
BOILERPLATE = (
    " Mehr dazu lesen Sie in unserem Newsletter, den Sie jederzeit abbestellen können. Melden Sie"
    " sich jetzt an und verpassen Sie keine Nachricht aus Ihrer Region."
)


def article(
    text: str, outlet: str = "kurier", title: str = "Oslo baut Häfen", number: str = "1"
) -> copies.Comparable:
    words, headline = folded_words(text), folded_words(title)
    mark = parse_fingerprint(fingerprint(words))
    assert mark is not None
    return copies.Comparable(
        number,
        "s",
        outlet,
        mark.exact if len(words) >= 5 else "",
        shingles(words),
        frozenset(headline),
        frozenset(headline + words[:150]),
        report_of(headline, words, (), capitalised_words(text), "de"),
    )


def is_copy(one: copies.Comparable, other: copies.Comparable) -> bool:
    return copies.find_original(one, [other]) is not None


def test_the_same_text_in_another_layout_is_a_copy() -> None:
    printed = TEXT.upper().replace(". ", ".\n\n").replace("Höhe", "Hö\u00adhe")
    copy = copies.find_original(article(printed, "bote", "Ganz anders"), [article(TEXT)])
    assert copy is not None
    assert copy.similarity == 1.0
    assert in_english(copy.reason) == "The same text as in kurier."


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.3])
def test_an_edited_text_between_boilerplate_is_a_copy(share: float) -> None:
    for seed in range(20):
        dice = random.Random(seed)
        new = {n: f"Neu ist Nummer {n} über {dice.random()}." for n in range(20)}
        chosen = dice.sample(range(20), round(share * 20))
        edited = " ".join(new[n] if n in chosen else s for n, s in enumerate(LONG))
        assert is_copy(article(edited + BOILERPLATE, "bote"), article(" ".join(LONG)))


def test_the_beginning_of_a_text_is_a_copy_if_it_has_sixty_words() -> None:
    whole = article(" ".join(LONG))
    assert is_copy(article(" ".join(LONG[:7]), "bote"), whole)
    assert not is_copy(article(" ".join(LONG[:3]), "bote"), whole)


def test_texts_that_share_only_boilerplate_are_not_copies() -> None:
    one = article("Das Kaufhaus brannte." + BOILERPLATE, "bote", "Feuer in Lissabon")
    other = article("Die Häfen wachsen." + BOILERPLATE, "kurier", "Oslo plant")
    assert not is_copy(one, other)


def test_within_one_outlet_only_equal_texts_are_copies() -> None:
    ticker = " ".join(LONG[:15])
    later = " ".join([*LONG[:13], "Tor in der Nachspielzeit durch den Kapitän der Gäste."])
    assert is_copy(article(later, "bote"), article(ticker))
    assert not is_copy(article(later), article(ticker))
    assert is_copy(article(ticker), article(ticker))


def test_the_nearest_of_several_is_the_original() -> None:
    near = article(" ".join(LONG), "a", number="near")
    far = article(" ".join(LONG[:16]), "b", number="far")
    copy = copies.find_original(article(" ".join(LONG) + " Ende.", "c"), [far, near])
    assert copy is not None
    assert copy.original.article_id == "near"


def test_different_texts_are_not_copies() -> None:
    assert not is_copy(article(OTHER_TEXT, "bote"), article(TEXT))
    assert copies.find_original(article(TEXT), []) is None


def test_where_there_is_no_text_the_title_is_compared() -> None:
    bare = match(text="", title="Oslo zieht Ausbau vor").article
    assert copies.compared_words(bare) == ["oslo", "zieht", "ausbau", "vor"]
    assert "oslo" in copies.compared_words(match().article)


@given(st.frozensets(st.binary(min_size=8, max_size=8), max_size=50))
def test_packed_shingles_can_be_unpacked(hashes: frozenset[bytes]) -> None:
    assert copies.unpack_shingles(copies.pack_shingles(hashes)) == hashes


def test_a_text_of_fewer_than_five_words_is_never_a_copy() -> None:
    for text in ("", "Zum Liveticker", "Das Neueste im Überblick"):
        assert not is_copy(article(text, "bote"), article(text))
    assert is_copy(
        article("Das Neueste heute im Überblick", "bote"), article("Das Neueste heute im Überblick")
    )


def test_the_notice_for_another_town_is_no_copy() -> None:
    def notice(town: str, outlet: str) -> copies.Comparable:
        text = (
            f"Das Gesundheitsamt ruft dazu auf, das Trinkwasser in {town} abzukochen. In Proben"
            " wurden Keime nachgewiesen. Das Gebot gilt bis auf Weiteres. Wer Fragen hat, erreicht"
            " das Amt von acht bis sechzehn Uhr am Telefon."
        )
        return article(text, outlet, f"Abkochgebot für Trinkwasser in {town}")

    assert is_copy(notice("Wendling", "bote"), notice("Wendling", "kurier"))
    assert not is_copy(notice("Wendling", "bote"), notice("Tiefenau", "kurier"))
