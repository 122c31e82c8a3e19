"""The words that part a page, in five languages: ``words/*.txt`` made into fast matchers.

A file has ``[sections]`` with one regex a line over the lower-case text of one block, without its
bullet; ``#`` begins a comment. A *head* opens a zone that may run on over the next blocks; other
sections are lines that stand for themselves. To teach a new language, add a file.

Most blocks match nothing, so a matcher first looks for what a match would need: the first
letters of an anchored line (``^``), some literal of a floating one.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "words"
_COUNT = r"\s*[:(\[|–-]?\s*\d*\s*[)\]]?\s*:?"
_META = frozenset("\\^$.|?*+()[]{}")
_KEY = 3


@cache
def _sections() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in sorted(_FOLDER.glob("*.txt")):
        lines: list[str] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("[") and line.endswith("]") and line[1:-1].isidentifier():
                lines = found.setdefault(line[1:-1], [])
            elif line and not line.startswith("# "):
                lines.append(line.replace("{count}", _COUNT))
    return {name: tuple(dict.fromkeys(lines)) for name, lines in found.items()}


def alternatives(section: str) -> tuple[str, ...]:
    """The regexes of one section, all languages together."""
    return _sections()[section]


def _literals(pattern: str) -> list[str]:
    """The runs of plain characters outside of groups that every match must hold; the first may
    be empty, and is the run the pattern begins with."""
    runs, run, depth, i = [], "", 0, 0
    while i < len(pattern):
        char = pattern[i]
        optional = pattern[i + 1 : i + 2] in ("?", "*", "{")
        if char == "[":
            i = pattern.index("]", i + 2)
        depth += (char == "(") - (char == ")")
        if depth == 0 and char not in _META and not optional:
            run += char
        else:
            runs.append(run)
            run = ""
            i += char == "\\"
        i += 1
    return [*runs, run]


class Phrases:
    """Tells whether a text holds one of a section's phrases."""

    def __init__(self, section: str) -> None:
        starts: dict[str, list[str]] = {}
        always: list[str] = []
        floating: list[str] = []
        self._needed: list[str] = []
        for line in alternatives(section):
            literals = _literals(line.removeprefix("^"))
            if line.startswith("^"):
                key = literals[0][:_KEY]
                (starts.setdefault(key, []) if len(key) == _KEY else always).append(line[1:])
            elif len(longest := max(literals, key=len)) >= _KEY:
                floating.append(line)
                self._needed.append(longest)
            else:
                floating.append(line)
                self._needed.append("")
        self._starts = {key: _union(lines) for key, lines in starts.items()}
        self._always = _union(always) if always else None
        self._floating = _union(floating) if floating else None

    def begins(self, text: str) -> bool:
        """Whether a phrase stands at the beginning."""
        own = self._starts.get(text[:_KEY])
        return bool((own and own.match(text)) or (self._always and self._always.match(text)))

    def search(self, text: str) -> bool:
        """Whether a phrase stands at the beginning, or a floating one anywhere."""
        if self.begins(text):
            return True
        if self._floating is None or not any(literal in text for literal in self._needed):
            return False
        return bool(self._floating.search(text))


def _union(lines: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in lines))


BULLET = re.compile(r"^[\s•·▪►▶»›→*|+–—-]+(?=\S)")
COMMENT_HEAD = Phrases("comment_head")
RELATED_HEAD = Phrases("related_head")
TAG_HEAD = Phrases("tag_head")
PAYWALL = Phrases("paywall")
ADVERT_HEAD = Phrases("advert_head")
AUTHOR_HEAD = Phrases("author_head")
SOURCE_HEAD = Phrases("source_head")
CREDIT = Phrases("credit")
SERVICE = Phrases("service")
CONSENT = Phrases("consent")
REPLY = Phrases("reply")
BYLINE = re.compile(rf"^(?:{'|'.join(alternatives('byline'))})\b")
APPEAL_CUES = tuple(
    _union(list(alternatives(f"appeal_{cue}"))) for cue in ("we", "do", "where", "tone")
)

AGENCY_LINE = re.compile(
    r"^(?:[(\[©\s]*)(?:quellen?:?|source:?|mit material von|with (?:material|reporting) (?:from|by)|avec|по материалам|за матеріалами|текст:|text:)?\s*"
    r"[(©\s]*(?:(?:dpa|afp|apa|sda|kna|epd|sid|ots|reuters|rtr|ap|aap|pa|ansa|efe|tass|interfax|bloomberg|keystone-?sda|ria|dts|тасс|интерфакс|рейтер|укринформ|укрінформ|унн|уніан|риа новости|риа|ats|belga|nachrichtenagentur)"
    r"(?:[-/,&+ :©.]|und|et|and|и|та|infocom|international|media)*)+(?:[\w./ -]{0,12})?[)\]\s.]*$"
    r"|^(?:© )?dpa(?:-[a-z]+)?[:,]\s?(?:dpa:)?\d{6}[\d-]+(?:/\d+)?.{0,20}$|^\(?©? ?dpa-infocom.{0,60}$|^[a-z]{2,4}/[a-z]{2,4}(?:/[a-z]{2,4})*(?: \((?:dpa|afp|apa|reuters|ap|kna|epd)\))?$"
    r"|^(?:mit agenturmaterial|mit (?:material|informationen) (?:der|von) .{0,30}(?:dpa|afp|agentur).{0,20}|\(?(?:with|avec) (?:agencies|afp|reuters)\)?)$"
)
