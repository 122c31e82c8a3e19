"""The phrases that part a page into zones, of all languages, made into fast matchers.

A file of phrases has ``[sections]`` with one regex a line over the lower-case text of one block,
without its bullet; ``#`` begins a comment. A *head* opens a zone that may run on over the next
blocks; lines of other sections stand for themselves. ``{section}`` in a line is any line of that
section. What belongs to no language is in ``words/*.txt``; the phrases of a language are beside it
(:attr:`core.text.languages.Language.page_phrases`).

Most blocks match nothing, so a matcher first looks for what a match would need: the first
letters of an anchored line (``^``), some literal of a floating one.
"""

from __future__ import annotations

import re
from functools import cache
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
    own = [one.page_phrases for one in known if one.page_phrases]
    sections: dict[str, list[str]] = {}
    for path in (*sorted(_FOLDER.glob("*.txt")), *own):
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
    """The words of a text, for lists that read better as one."""
    return tuple(text.split())


def alternatives(section: str) -> tuple[str, ...]:
    """Return the regexes of one section, of all languages together."""
    return _sections(languages())[section]


def _literals(pattern: str) -> list[str]:
    """The runs of plain characters outside of groups, which every match holds.

    The first is what the pattern begins with; it may be empty.
    """
    runs, run, depth, i = [], "", 0, 0
    while i < len(pattern):
        char = pattern[i]
        escaped = char == "\\" and not pattern[i + 1].isalnum()
        i += escaped
        if char == "[":
            i = pattern.index("]", i + 2)
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


def _telling(literals: list[str]) -> str:
    """The literal that is rare enough to look for: the longest, or a sign such as €."""
    longest = max(literals, key=len)
    sign = next((one for one in literals if one.strip() and not one.isascii()), "")
    return (
        longest if len(longest) >= _KEY else sign or next((s for s in literals if s in _SIGNS), "")
    )


_needed: dict[str, int] = {}


@cache
def _automaton() -> tuple[AhoCorasick, tuple[int, ...]]:
    return AhoCorasick(list(_needed)), tuple(_needed.values())


def hints(text: str) -> int:
    """Which sections' floating phrases may stand in the text, as bits; one pass for all."""
    automaton, bits = _automaton()
    found = 0
    for index, _, _ in automaton.find_matches_as_indexes(text, overlapping=True):
        found |= bits[index]
    return found


class Phrases:
    """Tells whether a text holds one of a section's phrases."""

    def __init__(self, section: str, bit: int) -> None:
        self.bit = 1 << bit
        starts: dict[str, list[str]] = {}
        always: list[str] = []
        floating: list[str] = []
        for line in alternatives(section):
            literals = _literals(line.removeprefix("^"))
            if line.startswith("^"):
                key = literals[0][:_KEY]
                (starts.setdefault(key, []) if len(key) == _KEY else always).append(line[1:])
                continue
            floating.append(line)
            need = _telling(literals)
            if not need:
                raise ValueError(f"[{section}] {line}: no literal that every match holds")
            _needed[need] = _needed.get(need, 0) | self.bit
        # Compiled at their first use: all of them take a tenth of a second, few are needed.
        self._starts: dict[str, list[str] | re.Pattern[str]] = {**starts}
        self._always = _union(always) if always else None
        self._floating = _union(floating) if floating else None

    def begins(self, text: str) -> bool:
        """Whether a phrase stands at the beginning."""
        own = self._starts.get(key := text[:_KEY])
        if isinstance(own, list):
            own = self._starts[key] = _union(own)
        return bool((own and own.match(text)) or (self._always and self._always.match(text)))

    def search(self, text: str, seen: int | None = None) -> bool:
        """Whether a phrase stands at the beginning, or a floating one anywhere.

        Args:
            text: Lower-case text.
            seen: Its :func:`hints`, where they are known already.
        """
        if self.begins(text):
            return True
        if self._floating is None or not (hints(text) if seen is None else seen) & self.bit:
            return False
        return bool(self._floating.search(text))


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
) = (
    Phrases(section, bit)
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
        )
    )
)
BYLINE = re.compile(rf"^(?:{'|'.join(alternatives('byline'))})\b")
APPEAL_CUES = tuple(
    Phrases(f"appeal_{cue}", bit) for bit, cue in enumerate(("we", "do", "where", "tone"), 16)
)
