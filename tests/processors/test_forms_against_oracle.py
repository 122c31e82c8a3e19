"""Bare words are found where a look at every word of the text finds one of their forms."""

from __future__ import annotations

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
