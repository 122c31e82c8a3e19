"""The program of a word in all its forms.

::

    WordForms of each language ──▶ literals: whole forms, and stems that may be inside a compound
                                              │ found by the automaton of the rule set
    article in that language: a whole form? ──┴──▶ yes
                              a stem?  the word around it: a form that needs a check, a compound?

A whole form that no other word shares decides by its presence, as the words of a phrase do. The
rest is compared where it occurs; what a word of the texts was found to be is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from processors.engine.article_index import ArticleIndex, Span
from processors.engine.field_group import FieldGroup
from processors.engine.patterns import spellings_of
from processors.engine.programs import ProgramCompiler, QueryProgram, compiles
from processors.forms.compounds import Compounds
from processors.forms.model import WordForms
from processors.query.nodes import Word

MAX_CLAUSE = 30
"""Words between a verb and its particle at most; the longest in news have about as many."""
SHORT = 3
"""Letters of a form that may be common. Of longer ones a word has too many to look for each."""
MIN_BEGINNING = 5
"""Letters of a form that is searched for in place of those that begin with it."""
MAX_MEMO = 20_000
"""Words of texts that a program remembers; then it begins anew."""


class LanguageForms:
    """The forms of a word in one language, with the numbers of their literals.

    Args:
        forms: The forms.
        compounds: The compounds of the language; None where it has none.
        compiler: Numbers the literals.

    Attributes:
        whole: Numbers of the forms whose presence decides.
        checked: Numbers of what is compared where it occurs.
        finite: Numbers of the forms that a particle parts from.
        in_two_words: Numbers of the forms that are two words.
        hyphenated: Numbers of the beginnings of its forms with a hyphen.
        literals: The number of each literal.
    """

    def __init__(
        self, forms: WordForms, compounds: Compounds | None, compiler: ProgramCompiler
    ) -> None:
        self._forms = forms
        self._compounds = compounds
        self._particle = _spaced(forms.particle).encode()
        self._memo: dict[str, bool] = {}
        stems = _shortest(forms.heads | forms.tails) if compounds is not None else set[str]()
        compared = forms.capitalised | frozenset(map(str.casefold, forms.exact))
        beginnings = _beginnings(_without(stems, forms.in_any_case | compared))
        whole = _not_beginning_with(beginnings, _without(stems, forms.in_any_case))
        self.literals: dict[str, int] = {}
        self.whole = self._numbers(map(_spaced, whole), compiler)
        self.finite = self._numbers(map(_spaced, forms.finite), compiler)
        self.in_two_words = self._numbers(map(_spaced, forms.in_two_words), compiler)
        self.hyphenated = self._numbers((f" {a} {b}" for a, b in forms.hyphenated), compiler)
        compared_whole = _not_beginning_with(beginnings, _without(stems, compared))
        begun = {f" {beginning}" for beginning in beginnings}
        self.checked = self._numbers({*map(_spaced, compared_whole), *begun, *stems}, compiler)

    def _numbers(self, literals: Iterable[str], compiler: ProgramCompiler) -> frozenset[int]:
        """Return the numbers of literals, and note them."""
        numbers = {
            text: compiler.literal(text) if len(text.strip()) <= SHORT else compiler.form(text)
            for text in sorted(literals)
        }
        self.literals |= numbers
        return frozenset(numbers.values())

    def occurs(self, index: ArticleIndex) -> bool:
        """Return whether the word is in title, lead or text."""
        return (
            index.has_any(self.whole)
            or any(True for _ in self._compared_positions(index))
            or any(True for _ in self.separated(index))
        )

    def positions(self, index: ArticleIndex) -> set[int]:
        """Return the positions of the word in title, lead and text."""
        whole = index.present_of(self.whole)
        positions = {index.main.position_at(at) for n in whole for at in index.starts_of(n)}
        return positions.union(self._compared_positions(index))

    def _compared_positions(self, index: ArticleIndex) -> Iterator[int]:
        group = index.main
        for number in index.present_of(self.checked):
            # The literal of a stem may begin inside of a word: its position is that of the word.
            for at in map(group.position_at, index.starts_of(number)):
                if self._accepts(group, at):
                    yield at

    def separated(self, index: ArticleIndex) -> Iterator[Span]:
        """Yield where the word is two: a verb and its particle, an adverb and it, *Bahn-Streik*."""
        yield from self._beside_adverb(index)
        yield from self._with_hyphen(index)
        group = index.main
        finite = index.present_of(self.finite)
        for verb in {group.position_at(at) for n in finite for at in index.starts_of(n)}:
            if verb >= group.size:  # in another reading
                continue
            particles = group.positions_of(self._particle, verb + 1, verb + MAX_CLAUSE)
            more = self._particle.count(b" ") - 2  # it may be two words
            at = next((at for at in particles if group.ends_clause(at + more)), None)
            if at is not None and at + more < index.sentence_at(verb)[1]:  # sentences take longest
                yield verb, at + more, ((verb, verb), (at, at + more))

    def _beside_adverb(self, index: ArticleIndex) -> Iterator[Span]:
        group = index.main
        numbers = index.present_of(self.in_two_words)
        for at in {group.position_at(at) for n in numbers for at in index.starts_of(n)}:
            if at + 1 < group.size and group.are_joined(at, at + 1):
                yield at, at + 1, ((at, at + 1),)

    def _with_hyphen(self, index: ArticleIndex) -> Iterator[Span]:
        group = index.main
        numbers = index.present_of(self.hyphenated)
        for at in {group.position_at(at) for n in numbers for at in index.starts_of(n)}:
            if at + 1 < group.size and group.chains.get(at) == group.chains.get(at + 1, ()):
                word = group.word_at(at) + group.word_at(at + 1)
                if word in self._forms.in_any_case or self._is_capitalised_form(group, at, word):
                    yield at, at + 1, None

    def _is_capitalised_form(self, group: FieldGroup, at: int, word: str) -> bool:
        return word in self._forms.capitalised and group.tokens.is_capitalised(at)

    def _accepts(self, group: FieldGroup, position: int) -> bool:
        tokens, word = group.tokens, group.word_at(position)
        if self._forms.exact and tokens.exact(position, position) in self._forms.exact:
            return True
        if word in self._forms.in_any_case:
            return True
        if self._forms.is_noun and not tokens.is_capitalised(position):
            return False
        if word in self._forms.capitalised:
            return True
        if word not in self._memo:
            if len(self._memo) >= MAX_MEMO:
                self._memo.clear()
            has_compound = self._compounds is not None and self._compounds.has(word, self._forms)
            self._memo[word] = has_compound
        return self._memo[word]


class WordProgram(QueryProgram):
    """A word in all its forms, which depend on the language of the article.

    Args:
        by_language: Its forms, by language.
        written: What it has in articles of any other language; None where it has nothing there.
        scope: The field it is searched in; None for title, lead and text.
    """

    __slots__ = ("_by_language", "_written", "scope")

    def __init__(
        self,
        by_language: Mapping[str, LanguageForms],
        written: LanguageForms | None,
        scope: str | None,
    ) -> None:
        every = (*by_language.values(), *([written] if written else ()))
        literals = {text: number for forms in every for text, number in forms.literals.items()}
        # Where *deutschland* is as a word, the stem is too: one literal less to search for.
        super().__init__((frozenset(literals[text] for text in _shortest(literals)),))
        self._by_language = dict(by_language)
        self._written = written
        self.scope = scope
        if scope is None and not by_language and written is not None:
            self.decided = True
            self.literal_spans = tuple((number, 0) for number in written.whole)

    def matches(self, index: ArticleIndex) -> bool:
        """Return whether it occurs in its field."""
        forms = self._by_language.get(index.language, self._written)
        if forms is None:
            return False
        if self.scope is None:
            return forms.occurs(index)
        return index.has_any(self.required[0]) and bool(self.spans(index))

    def find_spans(self, index: ArticleIndex) -> Iterable[Span]:
        """Return its occurrences in its field; of a verb apart, the verb and the particle."""
        forms = self._by_language.get(index.language, self._written)
        if forms is None:
            return ()
        origin = index.main.origin
        spans: list[Span] = [(*origin(at, at), None) for at in forms.positions(index)]
        spans = [*dict.fromkeys(spans), *forms.separated(index)]
        if self.scope is None:
            return spans
        return (span for span in spans if index.field_at(span[0]).field == self.scope)


@compiles(Word)
def _word(node: Word, compiler: ProgramCompiler) -> QueryProgram:
    written = WordForms.only(spellings_of(node.folded))
    by_language = {
        code: LanguageForms(forms, compiler.compounds(code), compiler)
        for code, forms in compiler.forms(node).items()
        if forms != written
    }
    as_written = LanguageForms(written, None, compiler)
    if node.language is None:
        return WordProgram(by_language, as_written, node.scope)
    return WordProgram({node.language: as_written} | by_language, None, node.scope)


def _spaced(form: str) -> str:
    """Return the literal of a whole form, as the tokeniser writes texts."""
    return f" {form.replace('-', ' ')} "


def _without(stems: set[str], forms: Iterable[str]) -> list[str]:
    """Return the forms that contain no stem; where one of the others is, its stem is found."""
    return [form for form in forms if not any(stem in form for stem in stems)]


def _beginnings(forms: Iterable[str]) -> set[str]:
    """Return the long forms that others begin with: *russisch* of *russische*, *russischen*.

    Where one of the others is, so is its beginning, which is one literal instead of many.
    """
    joined = sorted(form for form in forms if "-" not in form)
    beginnings: set[str] = set()
    for at, form in enumerate(joined[:-1]):
        begins_another = len(form) >= MIN_BEGINNING and joined[at + 1].startswith(form)
        if begins_another and not form.startswith(tuple(beginnings)):
            beginnings.add(form)
    return beginnings


def _not_beginning_with(beginnings: set[str], forms: Iterable[str]) -> list[str]:
    """Return the forms that begin with none of some others."""
    starts = tuple(beginnings)
    return [form for form in forms if "-" in form or not form.startswith(starts)]


def _shortest(literals: Iterable[str]) -> set[str]:
    """Return the literals that contain no other one: wherever a literal is, one of these is."""
    shortest: set[str] = set()
    for literal in sorted(literals, key=len):
        if not any(other in literal for other in shortest):
            shortest.add(literal)
    return shortest
