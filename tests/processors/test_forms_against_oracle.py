"""Bare words are found where a look at every word of the text finds one of their forms."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text.languages import language
from core.text.tokens import tokenise
from processors.engine import article_index, compiler, words
from processors.engine.article_index import ArticleIndex
from processors.engine.rules import ResolvedRule, TopicRules
from processors.engine.ruleset import RuleSet
from processors.forms.compounds import compounds_of
from processors.forms.inflection import word_forms
from processors.gates import ArticleLabels
from processors.query import resolve
from tests.support.lanes import examples

QUERIES = [
    "Krieg",
    "EU",
    "russisch",
    "Sanktion",
    "Haus",
    "NATO",
    "Rat",
    "drohen",
    "Beitritt",
    "alt",
]
TEXTS = [
    "Krieg", "Kriege", "kriegen", "Kriegsende", "Ukrainekrieg", "Bürgerkriegs", "EU", "eu",
    "russische", "prorussischen", "Russisch", "Sanktionen", "Sanktionspaket", "sanktionieren",
    "Haus", "Häuser", "Haeuser", "Rathaus", "Hausarrest", "NATO", "Nato", "Rat", "rat",
    "Räte", "Generation", "Stadtrat", "Ratsherr", "droht", "drohte", "gedroht", "Drohne",
    "bedroht", "Beitritts", "beitritt", "EU-Beitritt", "NATO-Beitrittsantrag", "alte",
    "Alter", "älteste", "Altbau", "Gestalt",
]  # fmt: skip

prose = st.lists(
    st.tuples(st.sampled_from(TEXTS), st.sampled_from([" ", " ", ", ", ". ", "\n"])), max_size=14
).map(lambda pieces: "".join(word + gap for word, gap in pieces))


SEPARABLE = [
    "sicherstellen",
    "bekanntgeben",
    "lahmlegen",
    "teilnehmen",
    "zurücktreten",
    "hochfahren",
    "zusammenbrechen",
    "auseinandergehen",
    "wiederherstellen",
    "wiederaufnehmen",
]
APART = [
    "stellt", "stellte", "gibt", "legten", "nimmt", "tritt", "fuhr", "brach", "gingen", "sicher",
    "bekannt", "lahm", "teil", "zurück", "hoch", "zusammen", "auseinander", "Polizei", "Zoll",
    "heute", "und", "aber", "sichergestellt", "teilzunehmen", "hochgefahren", "wieder", "wieder",
    "her", "auf", "hergestellt", "aufzunehmen", "wiederaufgenommen",
]  # fmt: skip
CONJUNCTIONS = ("und", "aber")
sentences = st.lists(
    st.lists(st.tuples(st.sampled_from(APART), st.sampled_from([" ", " ", " ", ", "])), max_size=9),
    max_size=4,
)


def _is_apart(query: str, sentence: list[tuple[str, str]]) -> bool:
    """Return whether a verb is in a sentence, with its particle at the end of the clause."""
    forms = word_forms(query, "de")
    words = [word for word, _ in sentence]
    if any("-".join(pair) in forms.in_two_words for pair in pairwise(words)):
        return True
    particle = forms.particle.split("-")
    for at, word in enumerate(words):
        for end in range(at + len(particle), len(words)) if word in forms.finite else ():
            follows = words[end + 1] if end + 1 < len(words) else "und"
            is_end = sentence[end][1] != " " or follows in CONJUNCTIONS
            if words[end + 1 - len(particle) : end + 1] == particle and is_end:
                return True
    return False


def _has(query: str, text: str) -> bool:
    """Return whether a query finds something in the text of a German article."""
    node = resolve(query, {}, ()).node
    assert node is not None
    rules = RuleSet(
        [TopicRules("t", 1, (), (ResolvedRule("r", 1, node),))],
        languages=("de",),
    )
    index = ArticleIndex([("title", ""), ("lead", ""), ("text", text)], (), "de")
    rules.search(index)
    assert bool(rules.rules[0].program.spans(index)) == rules.rules[0].program.matches(index)
    return bool(rules.match(index, ArticleLabels("de")))


@settings(max_examples=examples(80), deadline=None)
@given(query=st.sampled_from(SEPARABLE), parts=sentences)
def test_a_verb_is_found_whole_or_with_its_particle_at_the_end_of_its_clause(
    query: str, parts: list[list[tuple[str, str]]]
) -> None:
    forms = word_forms(query, "de")
    assert forms.particle
    text = "\n".join("".join(word + gap for word, gap in sentence) for sentence in parts)
    is_whole = any(word in forms.in_any_case for sentence in parts for word, _ in sentence)
    assert _has(query, text) == (is_whole or any(_is_apart(query, one) for one in parts))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("sicherstellen", "Der Zoll stellte am Montag in Köln zwei Kisten Böller sicher."),
        ("sicherstellen", "Polizei stellt Pyrotechnik sicher"),
        ("bereitstellen", "Der Bund stellt zehn Millionen Euro bereit, um zu helfen."),
        ("bekanntgeben", "Das Ministerium gibt die Zahlen am Freitag bekannt"),
        ("fertigstellen", "Die Bahn stellt den Tunnel bis 2030 fertig."),
        ("lahmlegen", "Der Streik legte den Flughafen lahm und dauerte an."),
        ("stattfinden", "Die Wahl findet im Mai statt."),
        ("preisgeben", "Die Behörde gab die Daten preis."),
        ("standhalten", "Der Damm hielt der Flut stand."),
        ("hochfahren", "Der Konzern fährt die Produktion wieder hoch."),
        ("böllern", "Hier wird geböllert."),
        ("wiederherstellen", "Die Armee stellt den Zugang zur Stadt wieder her und zieht ab."),
        ("wiederaufnehmen", "Die Delegationen nahmen ihre Gespräche am Abend wieder auf."),
        ("wiederaufnehmen", "Der Betrieb soll bald wieder aufgenommen werden."),
        ("wiedereinführen", "Die Koalition führt die Prämie wieder ein."),
        ("wiedereinführen", "Sie droht, die Kontrollen wieder einzuführen."),
        ("wiedergutmachen", "Die Firma machte den Schaden nie wieder gut."),
        ("zurückhalten", "Der Konzern hält die Zahlen noch zurück."),
        ("voranbringen", "Der Rat bringt das Vorhaben voran."),
        ("auseinandersetzen", "Der Film setzt sich mit der Flucht auseinander."),
        ("infragestellen", "Das Gericht stellt die Klage infrage."),
        ("wegrationalisieren", "Die Bank rationalisiert tausend Stellen weg."),
        ("verbieten", "Die verbotene Waffe"),
    ],
)
def test_verbs_of_the_news_are_found_in_their_forms(query: str, text: str) -> None:
    assert _has(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("sicherstellen", "Sie stellt fest, dass alle sicher sind."),
        ("sicherstellen", "Er stellt Fragen. Die Lage ist sicher."),
        ('verbieten EXCEPT "verbotene*"', "Die verbotenen Waffen"),
        ("Verbot", "Das ist verboten."),
        ("wiederherstellen", "Das Werk stellt Reifen her."),
        ("wiederherstellen", "Sie kommen wieder. Hergestellt wird nichts."),
        ("wiederaufnehmen", "Sie nimmt wieder auf einer Bank Platz."),
    ],
)
def test_other_words_are_no_forms_of_a_verb(query: str, text: str) -> None:
    assert not _has(query, text)


def _positions(query: str, text: str) -> set[int]:
    """Return the positions of a word's forms by looking at every word of the text."""
    forms, compounds = word_forms(query, "de"), compounds_of(language("de"))
    assert compounds is not None
    assert not forms.particle, "a verb and its particle are two words"
    positions = set()
    for token in tokenise(text):
        if token.first != token.last:
            continue
        is_form = token.exact in forms.exact or token.folded in forms.in_any_case
        if not forms.is_noun or token.exact[0].isupper():
            is_form |= token.folded in forms.capitalised or compounds.has(token.folded, forms)
        if is_form:
            positions.add(token.first)
    return positions


@settings(max_examples=examples(80), deadline=None)
@given(query=st.sampled_from(QUERIES), text=prose, common=st.booleans())
def test_words_are_found_where_one_of_their_forms_is(query: str, text: str, common: bool) -> None:
    node = resolve(query, {}, ()).node
    assert node is not None
    topic = TopicRules("t", 1, (), (ResolvedRule("r", 1, node),))
    with pytest.MonkeyPatch.context() as patch:
        if common:
            patch.setattr(compiler, "COMMON", 0)
            patch.setattr(words, "SHORT", 1_000)
            patch.setattr(article_index, "FEW_LOOKUPS", 0)
        rules = RuleSet([topic], languages=("de",))
        index = ArticleIndex([("title", ""), ("lead", ""), ("text", text)], (), "de")
        rules.search(index)
        has_matched = bool(rules.match(index, ArticleLabels("de")))
        spans = rules.rules[0].program.spans(index)
    before = index.field_at(spans[0][0]).first if spans else 0
    wanted = _positions(query, text)
    assert {first - before for first, _, _ in spans} == wanted
    assert has_matched == bool(wanted)
