"""From resolved trees to programs: equal nodes become one program, equal literals one number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import processors.engine.operators
import processors.engine.windows
import processors.engine.words  # noqa: F401  # they register what compiles their nodes
from core.text.languages import language as known_language
from processors.engine.frequencies import word_frequencies
from processors.engine.literals import COMMON, ENTITY_NUMBERS, OTHER
from processors.engine.programs import FACTORIES, QueryProgram, Required
from processors.forms.compounds import Compounds, compounds_of
from processors.forms.inflection import word_forms
from processors.forms.model import WordForms
from processors.query.nodes import Node, Word


class Compiler:
    """Collects the literals and programs of one rule set.

    Args:
        languages: Codes of the languages in whose articles words are found in all their forms.
        names: Folded names that count as words of the lexicon of compounds.

    Attributes:
        literals: The literals by number, as they are given to the automaton.
        searched: Numbers of the literals that every article must be searched for.
        entity_numbers: Numbers of the entities that rules use.
        other_fields: Whether a rule uses fields beside title, lead and text.
    """

    def __init__(self, languages: Sequence[str] = (), names: frozenset[str] = frozenset()) -> None:
        self._languages = tuple(languages)
        self._names = names
        self._frequencies = word_frequencies(self._languages)
        self._numbers: dict[str, int] = {}
        self.searched: set[int] = set()
        self._forms: set[int] = set()
        self.literals: list[str] = []
        self.entity_numbers: dict[str, int] = {}
        self.other_fields = False
        self._programs: dict[Node, QueryProgram] = {}

    def program(self, node: Node) -> QueryProgram:
        """Return the program of a node of a resolved query.

        Raises:
            TypeError: Nothing compiles such a node, for example a term that was not resolved.
        """
        program = self._programs.get(node)
        if program is None:
            factory = FACTORIES.get(type(node))
            if factory is None:
                raise TypeError(f"{type(node).__name__} cannot be compiled")
            program = factory(node, self)
            program.number = len(self._programs)
            self._programs[node] = program
        return program

    def literal(self, text: str) -> int:
        """Return the number of a literal."""
        number = self._numbers.setdefault(text, len(self.literals))
        if number == len(self.literals):
            self.literals.append(text)
        return number

    def entity(self, entity: str) -> int:
        """Return the number of an entity."""
        number = ENTITY_NUMBERS + len(self.entity_numbers)
        return self.entity_numbers.setdefault(entity, number)

    def forms(self, word: Word) -> dict[str, WordForms]:
        """Return the forms of a word by language, for the languages that give it any."""
        languages = self._languages if word.language is None else (word.language,)
        return {code: word_forms(word.word, code) for code in languages}

    def compounds(self, language: str) -> Compounds | None:
        """Return the compounds of a language; None where it has none.

        Args:
            language: Its code.
        """
        return compounds_of(known_language(language), self._names)

    def use_other_fields(self) -> None:
        """Note that a rule uses fields beside title, lead and text."""
        self.other_fields = True

    def rarest(self, required: Required) -> frozenset[int]:
        """Return the group of literals that is expected to occur in the fewest articles."""
        return min(required, key=lambda group: (self.frequency(group), min(group)))

    def frequency(self, group: Iterable[int]) -> float:
        """Return about how many literals of a group are expected to occur in an article."""
        return sum(map(self._frequency, group))

    def searched_literal(self, text: str) -> int:
        """Return the number of a literal that every article must be searched for."""
        number = self.literal(text)
        self.searched.add(number)
        return number

    def form(self, text: str) -> int:
        """Return the number of a literal that is a form or a stem of a word."""
        number = self.literal(text)
        self._forms.add(number)
        return number

    def common_literals(self) -> list[int]:
        """Return the numbers of the common literals, which are looked for when they are needed."""
        numbers = range(len(self.literals))
        kept = self.searched | self._forms
        return [n for n in numbers if n not in kept and self._frequency(n) >= COMMON]

    def _frequency(self, number: int) -> float:
        """Return the expected share of articles with a literal."""
        if number >= ENTITY_NUMBERS:
            return 0.01
        return self._frequencies.articles(self.literals[number % OTHER])
