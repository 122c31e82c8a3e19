"""Fast matchers for the phrases that divide a page into zones, in all languages.

A file of phrases has ``[sections]`` with one regular expression a line, for the lower-case text of
one block without its bullet; ``#`` begins a comment. A *head* opens a zone that may extend over the
next blocks; the lines of other sections concern only their own block. ``{section}`` in a line is
any line of that section. Phrases that belong to no language are in ``words/*.txt``; those of a
language are beside it (:attr:`core.text.languages.Language.page_phrases`).

Most blocks match nothing, so a matcher first looks for what every match needs: the first letters
of an anchored line (``^``), some literal of a floating one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, pairwise
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from core.text.languages import Language, languages

_FOLDER = Path(__file__).parent / "words"
_META = frozenset("\\^$.|?*+()[]{}")
_OPTIONAL = frozenset("?*{")
_SIGNS = frozenset("$/")
_KEY = 3
_SECTION = re.compile(r"\[([a-z_]+)\]")
_REFERENCE = re.compile(r"\{([a-z_]+)\}")


@cache
def _sections(known: tuple[Language, ...]) -> dict[str, tuple[str, ...]]:
    """Return the lines of each section, languages and references resolved."""
    files = [one.page_phrases for one in known if one.page_phrases]
    sections: dict[str, list[str]] = {}
    for path in (*sorted(_FOLDER.glob("*.txt")), *files):
        lines: list[str] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if name := _SECTION.fullmatch(line):
                lines = sections.setdefault(name[1], [])
            elif line and not line.startswith("# "):
                lines.append(line)
    return {
        name: tuple(_resolved(line, sections) for line in dict.fromkeys(lines))
        for name, lines in sections.items()
    }


def _resolved(line: str, sections: dict[str, list[str]]) -> str:
    """Return a line with each ``{section}`` replaced by the lines of that section.

    Raises:
        KeyError: There is no such section.
    """
    return _REFERENCE.sub(
        lambda m: f"(?:{'|'.join(_resolved(one, sections) for one in sections[m[1]])})", line
    )


def words_in(text: str) -> tuple[str, ...]:
    """Return the words of a text; long lists are easier to read as one text."""
    return tuple(text.split())


def alternatives(section: str) -> tuple[str, ...]:
    """Return the regexes of one section, of all languages together."""
    return _sections(languages())[section]


def _literals(pattern: str) -> list[str]:
    """Return the runs of plain characters outside of groups, which every match contains.

    The first run is what the pattern begins with; it may be empty.
    """
    runs, run, depth, i = [], "", 0, 0
    while i < len(pattern):
        char = pattern[i]
        escaped = char == "\\" and not pattern[i + 1].isalnum()
        i += escaped
        if not escaped and char in "[{":
            i = pattern.index("]" if char == "[" else "}", i + 2)
        depth += ((char == "(") - (char == ")")) if not escaped else 0
        plain = escaped or (depth == 0 and char not in _META)
        if plain and depth == 0 and pattern[i + 1 : i + 2] not in _OPTIONAL:
            run += pattern[i]
        else:
            runs.append(run)
            run = ""
            i += char == "\\" and not escaped
        i += 1
    return [*runs, run]


def _groups(pattern: str) -> Iterator[list[str]]:
    """Yield the alternatives of each outermost group that every match goes through."""
    depth, start, bars, i = 0, 0, [0], 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\":
            i += 1
        elif char == "[":
            i = pattern.index("]", i + 2)
        elif char == "(":
            depth += 1
            if depth == 1:
                start = i + len("(?:")
                bars = [start - 1]
        elif char == "|" and depth == 1:
            bars.append(i)
        elif char == ")":
            depth -= 1
            if depth == 0 and pattern[i + 1 : i + 2] not in _OPTIONAL:
                yield [pattern[a + 1 : b] for a, b in pairwise([*bars, i])]
        i += 1


def _rarest_literal(literals: list[str]) -> str:
    """Return the literal that is rare enough to look for: the longest, or a sign such as €.

    It is empty if there is none.
    """
    longest = max(literals, key=len)
    sign = next((one for one in literals if one.strip() and not one.isascii()), "")
    return (
        longest if len(longest) >= _KEY else sign or next((s for s in literals if s in _SIGNS), "")
    )


def required_literals(pattern: str) -> list[str]:
    """Return literals one of which every match contains; empty if there are none.

    That is one literal outside of groups, or else one for each alternative of a group.
    """
    alternatives = next(_groups(f"(?:{pattern})"))
    if len(alternatives) > 1:
        each = [required_literals(one) for one in alternatives]
        return list(chain.from_iterable(each)) if all(each) else []
    if literal := _rarest_literal(_literals(pattern)):
        return [literal]
    groups = [[_rarest_literal(_literals(one)) for one in group] for group in _groups(pattern)]
    return max((g for g in groups if all(g)), key=lambda g: min(map(len, g)), default=[])


def literal_finder(patterns: Iterable[str]) -> AhoCorasick:
    """Return what finds a literal in every text that one of the patterns matches.

    Raises:
        ValueError: A pattern has no literal that every match contains.
    """
    literals: list[str] = []
    for pattern in patterns:
        required = required_literals(pattern)
        if not required:
            raise ValueError(f"{pattern}: no literal that every match contains")
        literals += required
    return AhoCorasick(literals)


_sections_by_literal: dict[str, int] = {}


@cache
def _automaton() -> tuple[AhoCorasick, tuple[int, ...]]:
    return AhoCorasick(list(_sections_by_literal)), tuple(_sections_by_literal.values())


def candidate_sections(text: str) -> int:
    """Return which sections may have a floating phrase in the text, as bits; one pass for all.

    Args:
        text: Lower-case text.
    """
    automaton, bits = _automaton()
    sections = 0
    for index, _, _ in automaton.find_matches_as_indexes(text, overlapping=True):
        sections |= bits[index]
    return sections


class SectionMatcher:
    """Matches the phrases of one section.

    Args:
        section: Name of the section.
        bit: Its number; matchers whose candidates are found together have different ones.

    Raises:
        ValueError: A floating phrase has no literal that every match contains.
    """

    def __init__(self, section: str, bit: int) -> None:
        self.bit = 1 << bit
        starts: dict[str, list[str]] = {}
        always: list[str] = []
        floating: list[str] = []
        for line in alternatives(section):
            if line.startswith("^"):
                key = _literals(line[1:])[0][:_KEY]
                (starts.setdefault(key, []) if len(key) == _KEY else always).append(line[1:])
                continue
            floating.append(line)
            required = required_literals(line)
            if not required:
                raise ValueError(f"[{section}] {line}: no literal that every match contains")
            for literal in required:
                _sections_by_literal[literal] = _sections_by_literal.get(literal, 0) | self.bit
        # Compiled at the first use: all of them take a tenth of a second, and few are used.
        self._starts: dict[str, list[str] | re.Pattern[str]] = {**starts}
        self._always = _union(always) if always else None
        self._floating = _union(floating) if floating else None

    def matches_start(self, text: str) -> bool:
        """Return whether an anchored phrase matches the beginning of a lower-case text."""
        pattern = self._starts.get(key := text[:_KEY])
        if isinstance(pattern, list):
            pattern = self._starts[key] = _union(pattern)
        return bool(
            (pattern and pattern.match(text)) or (self._always and self._always.match(text))
        )

    def end_of_start(self, text: str) -> int:
        """Return where the anchored phrase ends that matches the beginning, 0 if none does."""
        self.matches_start(text)
        pattern = self._starts.get(text[:_KEY])
        match = (isinstance(pattern, re.Pattern) and pattern.match(text)) or (
            self._always and self._always.match(text)
        )
        return match.end() if match else 0

    def matches(self, text: str, candidates: int | None = None) -> bool:
        """Return whether an anchored phrase matches the beginning, or a floating one any part.

        Args:
            text: Lower-case text.
            candidates: Its :func:`candidate_sections`, if they are known already.
        """
        if self.matches_start(text):
            return True
        if self._floating is None:
            return False
        if candidates is None:
            candidates = candidate_sections(text)
        return bool(candidates & self.bit and self._floating.search(text))


def _union(lines: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in lines))


BULLET = re.compile(r"^[\s•·▪►▶»›→*|+–—-]+(?=\S)")
(
    COMMENT_HEAD,
    RELATED_HEAD,
    TAG_HEAD,
    PAYWALL,
    ADVERT_HEAD,
    AUTHOR_HEAD,
    SOURCE_HEAD,
    CREDIT,
    SERVICE,
    CONSENT,
    REPLY,
    CORRECTION,
    TEASER_LABEL,
    NOTICE,
    PROMO,
    FEED_TAIL,
) = (
    SectionMatcher(section, bit)
    for bit, section in enumerate(
        (
            "comment_head",
            "related_head",
            "tag_head",
            "paywall",
            "advert_head",
            "author_head",
            "source_head",
            "credit",
            "service",
            "consent",
            "reply",
            "correction",
            "teaser_label",
            "notice",
            "promo",
            "feed_tail",
        )
    )
)
BYLINE = re.compile(rf"^(?:{'|'.join(alternatives('byline'))})\b")
APPEAL_CUES = tuple(
    SectionMatcher(f"appeal_{cue}", bit)
    for bit, cue in enumerate(("we", "do", "where", "tone"), 16)
)
TEASER_PHRASE = SectionMatcher("read_also", 20)
ADDRESS_CUES = (APPEAL_CUES[0], APPEAL_CUES[1], APPEAL_CUES[3])
READ_ALSO = re.compile(rf"(?:{'|'.join(alternatives('read_also'))})\s*:")
