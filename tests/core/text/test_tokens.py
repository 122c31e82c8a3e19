from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.joiners import is_figure, plain_figure
from core.text.tokens import folded_words, tokenise


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Schweden tritt der Nato bei.", "schweden tritt der nato bei"),
        ("NATO-Beitritt", "nato beitritt"),
        ("Nato‑Beitritt Nato–Beitritt Nato−Beitritt", "nato beitritt nato beitritt nato beitritt"),
        ("2023 – 2024", "2023 2024"),
        ("Bei\u00adtritt bei\u200btritt", "beitritt beitritt"),
        ("Putin's Putin’s Putins' PUTIN'S", "putin putin putins putin"),
        ("don’t об’єднання O'Brien's", "don't об'єднання o'brien"),
        ("l’OTAN d'un qu'il jusqu’à L'Élysée", "l otan d un qu il jusqu a l elysee"),
        ("aujourd’hui rock'n'roll", "aujourd'hui rock'n'roll"),
        ("‚Ja‘ 'nein' „so“ «ici»", "ja nein so ici"),
        ("Straße GROẞ ﬁn cœur", "strasse gross fin coeur"),
        ("Erdoğan Łódź Ångström café İstanbul", "erdogan lodz angström cafe istanbul"),
        ("schön Müller Ärger", "schön müller ärger"),
        ("ещё Йод їжа Зеле\u0301нський", "еще йод їжа зеленський"),
        ("U.S. AT&T CO₂ a_b #NATO @NATO z.B.", "u s at t co2 a b nato nato z b"),
        ("2.500 1.000.000 3,5 20:15 3.5.2024 1,2", "2.500 1.000.000 3,5 20:15 3.5.2024 1,2"),
        ("2\u202f500 2\u00a0500 5\u00a0Tage v1.2", "2.500 2.500 5 tage v1.2"),
        ("Ende.Anfang Satz.Der Jahr.im gut,das", "ende anfang satz der jahr im gut das"),
        (
            "(spiegel.de). www.nato.int, an info@nato.int!",
            "spiegel.de www.nato.int an info@nato.int",
        ),
        ("https://a-b.de/x-y?z=1#q, bild.de/a/. x.com", "https://a‐b.de/x‐y?z=1#q bild.de/a x.com"),
        (
            "Quelle:zeit.de max.m@nato.int Booking.com-Chef",
            "quelle zeit.de max.m@nato.int booking.com chef",
        ),
        ("Lehrer:innen Bürger*innen Wähler_innen", "lehrerinnen bürgerinnen wählerinnen"),
        (
            "Lehrer/innen Lehrer(innen) Lehrer·innen jede:r",
            "lehrerinnen lehrerinnen lehrerinnen jeder",
        ),
        ("Bürger:innenrat Ort (in Kiew) 10:in", "bürgerinnenrat ort in kiew 10 in"),
        (
            "Støre Ørsted Þór Sigurðsson Əliyev Ħal Ŧ Ǿ",
            "store orsted thor sigurdsson aliyev hal t o",
        ),
        ("đ ŋ ı ȷ ƒ Qurʾān Oʻzbek O‘zbek", "d n i j f quran o'zbek o'zbek"),
        ("", ""),
        (" -'- ", ""),
    ],
)
def test_words_are_split_and_folded(text: str, words: str) -> None:
    assert folded_words(text) == words.split()


def test_a_chain_gives_its_parts_and_the_whole_at_the_first_position() -> None:
    tokens = list(tokenise("Ex-NATO-Chef da"))
    assert [(t.folded, t.first, t.last) for t in tokens] == [
        ("ex-nato-chef", 0, 2),
        ("ex", 0, 0),
        ("nato", 1, 1),
        ("chef", 2, 2),
        ("da", 3, 3),
    ]


def test_offsets_count_code_points_of_the_raw_text() -> None:
    text = "😀 NATO‑Bei\u00adtritt, Putin’s Straße"
    found = {t.folded: text[t.start : t.end] for t in tokenise(text)}
    assert found == {
        "nato-beitritt": "NATO‑Bei\u00adtritt",
        "nato": "NATO",
        "beitritt": "Bei\u00adtritt",
        "putin": "Putin",
        "strasse": "Straße",
    }


def test_the_exact_form_keeps_case_and_letters_and_drops_invisible_characters() -> None:
    forms = [t.exact for t in tokenise("Bei\u00adtritt NATO–Größe don’t Erdoğan")]
    assert forms == ["Beitritt", "NATO-Größe", "NATO", "Größe", "don't", "Erdoğan"]


@given(st.text())
def test_any_text_is_split_into_words_in_text_order(text: str) -> None:
    tokens = tokenise(text)
    assert tokens.folded == " " + "".join(f"{word} " for word in tokens.words)
    assert len(tokens.words) == len(tokens)
    ends = 0
    for token in (t for t in tokens if t.first == t.last):
        assert ends <= token.start < token.end <= len(text)
        assert token.folded
        assert " " not in token.folded
        ends = token.end


@given(st.text(alphabet="aäßNO é-–'’s.\u00ad😀\n", max_size=30))
def test_splitting_a_folded_word_again_changes_nothing(text: str) -> None:
    for word in tokenise(unicodedata.normalize("NFC", text)).words:
        assert folded_words(word) == [word]


@given(st.text(alphabet="abcäöüß éñ", max_size=30))
def test_plain_text_is_folded_by_case_and_accent_alone(text: str) -> None:
    plain = text.casefold().replace("é", "e").replace("ñ", "n")
    assert folded_words(text) == plain.split()


@pytest.mark.slow
def test_a_hostile_text_is_tokenised_in_linear_time() -> None:
    for piece in ("a-", "'a", "l'", "a'", "\u00ad", "a.", "a@"):
        tokens = tokenise(piece * 200_000)
        assert len(tokens) <= 200_000


def test_figures_are_told_from_words_and_compared_without_what_groups_their_thousands() -> None:
    figures = ["41", "2.500", "1,000,000", "3,5", "20:15", "v1.2", "g7", "", "a.b"]
    assert [w for w in figures if is_figure(w)] == figures[:5]
    assert list(map(plain_figure, figures[:5])) == ["41", "2500", "1000000", "3,5", "20:15"]
