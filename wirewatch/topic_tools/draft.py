"""The first rules of a topic, from the words that say what it is about.

::

    words ──▶ a concept that finds them, and they themselves        ┐ subjects ─┐
          ──▶ an entity that they name (entity:moldova, $russia)    ├ parties  ─┼─▶ rules
          ──▶ else the words themselves                             ┘           │
                          $actor: any leader, government or party ──────────────┘

A word belongs to one subject: where a concept would be in two, the later one keeps its words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.text.tokens import tokenise
from processors import article_from_fields
from wirewatch.topic_tools.article_words import FUNCTION_WORDS
from wirewatch.topic_tools.probe import ConceptProbe, Mentioned

LANGUAGES = ("de", "en")
"""Languages of the words, in the order in which they are tried."""
ANY_PARTY = "actor"
"""The concept of all who act; without it the draft has no rule for headlines."""
TOO_WIDE = frozenset((ANY_PARTY, "politics", "country"))
"""Concepts that no word becomes: what it means is narrower."""
ANY_OF_A_KIND = frozenset((*TOO_WIDE, "party", "leader", "government"))
"""Concepts that stand for many: one of them, if an entity, stays that entity."""
SHORTEST_HALF = 4
"""Letters of a word that, at the end of a compound or the beginning, says one of its sides."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one or several words are in a query.

    Attributes:
        query: A concept, an entity, a word or a phrase.
        words: The words as an article writes them.
        is_party: Whether it is who acts.
        languages: The languages in which the words are found; empty for any.
    """

    query: str
    words: str
    is_party: bool = False
    languages: frozenset[str] = frozenset()

    @property
    def literal(self) -> str:
        """The words themselves, as a query."""
        return _literal(self.words)

    @property
    def is_kept(self) -> bool:
        """Whether the words are written beside the concept that finds them."""
        return not self.is_party and self.query.startswith("$")


@dataclass(frozen=True, slots=True)
class TopicDraft:
    """What a topic begins with.

    Attributes:
        subjects: Queries all of which an article must have.
        parties: Who takes part; empty where no one was named.
        has_any_party: Whether the vocabulary has the concept of all who act.
        example: A headline that has it all.
        language: The language of the example; empty where no language has all the words.
        sure: The words that may be enough alone, as a query: each says two of the subjects.
        origins: What each word became, for a comment on each subject and on the parties.
        names_only: Whether the rule for headlines would find one word twice, and is left out.
    """

    subjects: tuple[str, ...]
    parties: str
    has_any_party: bool
    example: str
    language: str
    sure: str = ""
    origins: tuple[str, ...] = ()
    names_only: bool = False


BLANK = TopicDraft(("word",), "", has_any_party=True, example="A word", language="en")
"""The draft of a topic of which nothing is known."""


def draft_of_id(topic_id: str, probe: ConceptProbe) -> TopicDraft:
    """Return a draft for the words of an id: all of them are needed."""
    words = [word for word in topic_id.split("-") if word and word not in FUNCTION_WORDS]
    if not words:
        return _draft([[Part(f'"{topic_id}"', topic_id)]], probe)
    return _draft([[_part_among(word, words, probe)] for word in words], probe)


def draft_of_words(arguments: Sequence[str], probe: ConceptProbe) -> TopicDraft:
    """Return a draft for words as an operator gives them.

    Args:
        arguments: What is needed: each of them, and of each one of the words between commas.
        probe: Knows the vocabulary and the entities.
    """
    texts = [list(filter(None, map(_clean, argument.split(",")))) for argument in arguments]
    return _draft([[_part(text, probe) for text in group] for group in texts if group], probe)


def _clean(text: str) -> str:
    """Return words in one line and without quotes, which the draft writes itself."""
    return " ".join(text.replace('"', " ").split())


def _part(text: str, probe: ConceptProbe) -> Part:
    """Return what words are in a query; a concept or an entity if they are one."""
    return _known(text, probe) or Part(_literal(text), text)


def _part_among(word: str, words: Sequence[str], probe: ConceptProbe) -> Part:
    """Return what a word is; beside others it may be a concept: *rail strikes*."""
    known = _known(word, probe)
    if known is not None:
        return known
    others = {name for one in words if one != word for name in _concepts(one, probe)}
    for code in LANGUAGES:
        together = " ".join(words)
        if names := _look(together, code, probe).concepts - others - TOO_WIDE:
            best = _nearest(names, together, probe)
            return Part(f"${best}", word, languages=frozenset((code,)))
    return Part(_literal(word), word)


def _literal(text: str) -> str:
    words = tokenise(text).words
    return text if len(words) == 1 and text.isalpha() else f'"{text}"'


def _known(text: str, probe: ConceptProbe) -> Part | None:
    """Return the entity that a text names, or the concept that finds it and means it most."""
    for spelling in dict.fromkeys((text, text.title(), text.upper())):
        looks = {code: _look(spelling, code, probe) for code in LANGUAGES}
        entities = [look.entities.get(spelling) for look in looks.values()]
        concepts = {name for look in looks.values() for name in look.concepts} - TOO_WIDE
        nearest = _nearest(concepts, spelling, probe) if concepts else ""
        if entity := next(filter(None, entities), None):
            is_named = nearest not in ("", *ANY_OF_A_KIND)
            is_named = is_named and probe.is_named_after(nearest, entity)
            return Part(f"${nearest}" if is_named else f"entity:{entity}", spelling, True)
        if any(_is_of_a_place(spelling, look) for look in looks.values()):
            return Part(_literal(text), text, True)
        if nearest:
            codes = frozenset(code for code, look in looks.items() if nearest in look.concepts)
            return Part(f"${nearest}", spelling, languages=codes)
    return None


def _is_of_a_place(text: str, look: Mentioned) -> bool:
    """Return whether words only narrow a name that is one of them: *eastern Germany*."""
    words = tokenise(text).words
    named = {word for name in look.entities for word in tokenise(name).words}
    return len(words) > 1 and bool(named) and not look.concepts_without(named)


def _look(text: str, code: str, probe: ConceptProbe) -> Mentioned:
    return probe.look(article_from_fields({"title": text, "language": code}), code)


def _concepts(text: str, probe: ConceptProbe) -> set[str]:
    return {name for code in LANGUAGES for name in _look(text, code, probe).concepts}


def _nearest(names: Iterable[str], text: str, probe: ConceptProbe) -> str:
    return min(names, key=lambda name: (probe.rank_of(name, text), name))


def _draft(groups: Sequence[Sequence[Part]], probe: ConceptProbe) -> TopicDraft:
    groups = list(filter(None, _each_once(groups)))
    subjects = [group for group in groups if not all(part.is_party for part in group)] or groups
    parties = [part for group in groups if group not in subjects for part in group]
    needed = [group[0] for group in groups if group in subjects or group[0] is parties[0]]
    codes = [c for c in LANGUAGES if all(c in (part.languages or LANGUAGES) for part in needed)]
    return TopicDraft(
        subjects=tuple(dict.fromkeys(_alternatives(group) for group in subjects)),
        parties=_alternatives(parties),
        has_any_party=ANY_PARTY in probe.sizes,
        example=" ".join(part.words for part in needed),
        language=codes[0] if codes else "",
        sure=" OR ".join(dict.fromkeys(_sure_words(subjects, probe))),
        origins=tuple(map(_origins, [*subjects, parties] if parties else subjects)),
    )


def _alternatives(parts: Sequence[Part]) -> str:
    kept = [part.literal for part in parts if part.is_kept]
    return " OR ".join(dict.fromkeys([*(part.query for part in parts), *kept]))


def _origins(parts: Sequence[Part]) -> str:
    """Return which concept or entity each word became; empty where all are themselves."""
    known = (part for part in parts if part.query != part.literal)
    return ", ".join(f"{part.words} = {part.query}" for part in known)


def _each_once(groups: Sequence[Sequence[Part]]) -> Iterator[list[Part]]:
    """Yield the groups without a query that another one has: one word would be a hit of both.

    A concept stays where most words became it. Elsewhere these are themselves, and go where they
    are said already.
    """
    counts = [Counter(part.query for part in group) for group in groups]
    said: set[str] = set()
    for number, group in enumerate(groups):
        kept = [_in_group(part, number, counts) for part in group]
        kept = [part for part in kept if part.query not in said]
        said.update(query for part in kept for query in (part.query, part.literal))
        yield kept


def _in_group(part: Part, number: int, counts: Sequence[Counter[str]]) -> Part:
    """Return a part, as its words where its concept belongs to another group."""
    most = max(range(len(counts)), key=lambda one: counts[one][part.query])
    if most == number or part.is_party:
        return part
    return Part(part.literal, part.words)


def _sure_words(groups: Sequence[Sequence[Part]], probe: ConceptProbe) -> Iterator[str]:
    """Yield the words of a group that another one finds too: compounds and phrases of both."""
    for group in groups:
        others = [part for other in groups if other is not group for part in other]
        queries = {part.query for part in others}
        for part in group:
            concepts = {f"${name}" for name in _concepts(part.words, probe)} - {part.query}
            if concepts & queries or any(_is_half(one.words, part.words) for one in others):
                yield part.literal


def _is_half(half: str, text: str) -> bool:
    """Return whether a word begins or ends a longer one."""
    word, longer = half.casefold(), text.casefold()
    is_longer = len(longer) > len(word) >= SHORTEST_HALF
    return is_longer and (longer.startswith(word) or longer.endswith(word))
