"""Programs that look at the article itself: words, entities, labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from processors.engine.patterns import Pattern, glob, has_wildcard
from processors.engine.programs import QueryProgram
from processors.engine.view import OTHER, FieldGroup, Span, View
from processors.query.nodes import OTHER_FIELDS


class PhraseProgram(QueryProgram):
    """A phrase, in all its spellings."""

    __slots__ = ("exact", "patterns", "scope")

    def __init__(
        self, key: int, patterns: Sequence[tuple[int, Pattern]], *, exact: bool, scope: str | None
    ) -> None:
        shift = OTHER if scope in OTHER_FIELDS else 0
        self.patterns = tuple((number + shift, pattern) for number, pattern in patterns)
        needs = (frozenset(number for number, _ in self.patterns),)
        super().__init__(key, needs, decided=scope is None and all(p.plain for _, p in patterns))
        self.exact = exact
        self.scope = scope
        simple = self.decided and not any(p.chains for _, p in patterns)
        if simple:
            self.simple = tuple((n, len(p.words) - 1) for n, p in patterns)

    def truth(self, view: View) -> bool:
        """Whether it stands in its field."""
        if self.decided:
            return not self.needs[0].isdisjoint(view.present)
        return bool(self.spans(view))

    def find(self, view: View) -> Iterable[Span]:
        """Where it stands in its field."""
        section = view.section(self.scope)
        if section is None:
            return ()
        found: list[Span] = []
        for number, pattern in self.patterns:
            if starts := view.hits.get(number):
                places = [section.position_at(start) - pattern.word for start in starts]
                self._add(section, places, pattern, found)
        if self.scope is not None:
            found = [span for span in found if view.zone(span[0]).field == self.scope]
        return set(found) if len(found) > 1 else found

    def _add(
        self, section: FieldGroup, places: list[int], pattern: Pattern, found: list[Span]
    ) -> None:
        base, more = section.base, len(pattern.words) - 1
        for first in places:
            if pattern.plain or self._compares(section, pattern.words, first, first + more):
                found.append((first + base, first + more + base, None))
            chain = section.chains.get(first + pattern.word) if pattern.chains else None
            if chain and self._compares(section, pattern.words, *chain):
                found.append((chain[0] + base, chain[1] + base, None))

    def _compares(self, section: FieldGroup, words: Sequence[str], first: int, last: int) -> bool:
        form = section.exact if self.exact else section.word
        if first < 0 or last >= len(section.tokens):
            return False
        if len(words) == 1:
            return _is(form(first, last), words[0])
        return all(_is(form(first + i, first + i), word) for i, word in enumerate(words))


class EntityProgram(QueryProgram):
    """An entity."""

    __slots__ = ("entity", "scope")

    def __init__(self, key: int, number: int, entity: str, scope: str | None) -> None:
        super().__init__(key, (frozenset((number,)),), decided=scope is None)
        self.entity = entity
        self.scope = scope

    def find(self, view: View) -> Iterable[Span]:
        """Where the entity is named."""
        spans = view.entities.get(self.entity, ())
        return (s for s in spans if self.scope in (None, view.zone(s[0]).field))


class LabelProgram(QueryProgram):
    """A field that is one word."""

    __slots__ = ("field", "pattern")

    def __init__(self, key: int, field: str, pattern: str) -> None:
        super().__init__(key, ())
        self.field = field
        self.pattern = pattern

    def find(self, view: View) -> Iterable[Span]:
        """The whole field, where its value fits."""
        for zone in view.zones:
            filled = zone.field == self.field and zone.after > zone.first
            if filled and glob(zone.text.casefold(), self.pattern):
                yield zone.first, zone.after - 1, None


def _is(word: str, pattern: str) -> bool:
    return glob(word, pattern) if has_wildcard(pattern) else word == pattern
