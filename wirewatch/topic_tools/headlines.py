"""Labelled articles: headlines with a sign, or JSON lines, in one file.

::

    + Schweden tritt der Nato bei
    - en: NATO watch straps on sale          a language of its own
    + Finland joins<TAB>The ceremony …       a lead after a tab or ``||``
    {"title": "…", "text": "…", "expected": true}
    ? de: Nato-Gipfel || Streit um Geld    nobody has judged it yet
    # a comment
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.errors import ArticleFileError, UsageError
from core.messages import ArticleRevision
from core.text import clean_line
from processors import article_from_fields

_UNJUDGED = "?"
_SIGNS = {
    "+": True,
    "-": False,
    "\N{MINUS SIGN}": False,
    "\N{EN DASH}": False,
    _UNJUDGED: None,
}
_EXPECTED = {"+": True, "-": False, "true": True, "false": False, "1": True, "0": False}
_LANGUAGE = re.compile(r"([a-z]{2}):\s*(?=\S)")
_PARTS = re.compile(r"\t|\s\|\|\s")
_FIELDS = ("title", "lead", "text")
BOM = b"\xef\xbb\xbf"
"""What some editors write before UTF-8."""
SIGNS = tuple(sign.encode() for sign in _SIGNS)
"""What a labelled headline begins with, in UTF-8."""
_MEND = (
    "Write `+ headline` for one to find, `- headline` for another, `? headline` for one "
    'that nobody has judged, or JSON with "title" and "expected".'
)


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """An article, and whether a topic must match it.

    Attributes:
        line: Number of its line, from 1; 0 where it comes from no file.
        language: Its language where the line names it; else it is detected.
    """

    line: int
    article: ArticleRevision
    expected: bool
    language: str | None


def parse_labelled(
    content: bytes, name: str, languages: Collection[str], language: str | None = None
) -> list[LabelledArticle]:
    """Return the labelled articles of a file, without blank lines, comments and unjudged lines.

    Args:
        content: UTF-8.
        name: What errors call the file.
        languages: Codes that may be before a headline, as in ``de: Headline``.
        language: The language of lines that name none; None to detect it.

    Raises:
        ArticleFileError: A line has no label or is no article; or there is no line at all.
    """
    try:
        lines = content.removeprefix(BOM).decode().split("\n")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        raise ArticleFileError(name, number, "it is not UTF-8", "Save it as UTF-8.") from None
    labelled = list(_parse(lines, name, frozenset(languages), language))
    if not labelled:
        raise ArticleFileError(name, 1, "there is no labelled headline", _MEND)
    return labelled


def _parse(
    lines: list[str], name: str, languages: Collection[str], language: str | None
) -> Iterator[LabelledArticle]:
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            fields, expected = _json(text) if text[0] == "{" else _headline(text, languages)
            article = article_from_fields(fields)
        except UsageError as error:
            raise ArticleFileError(name, number, error.message.rstrip("."), error.mend) from None
        except ValueError as error:
            raise ArticleFileError(name, number, str(error), _MEND) from None
        if expected is not None:
            yield LabelledArticle(number, article, expected, fields.get("language") or language)


def count_unjudged(content: bytes) -> int:
    """Return how many lines of a file begin with ``?``."""
    lines = content.removeprefix(BOM).split(b"\n")
    return sum(line.lstrip().startswith(_UNJUDGED.encode()) for line in lines)


def unjudged_line(title: str, lead: str, language: str) -> str:
    """Return an article as a line that a person gives a sign to.

    Args:
        title: Untrusted; what would be read as a separator is written otherwise.
        lead: The same; it may be empty.
        language: Its code; empty where it is unknown.
    """
    parts = [clean_line(part).replace(" || ", " | ") for part in (title, lead) if part]
    code = f"{language}: " if language else ""
    return f"{_UNJUDGED} {code}{' || '.join(parts)}"


def labelled_fields(
    line: bytes, name: str, number: int, languages: Collection[str]
) -> dict[str, Any]:
    """Return the fields of a labelled headline, without its label.

    Raises:
        ArticleFileError: It is not UTF-8, or there is nothing after the sign.
    """
    try:
        return _headline(line.decode().strip(), languages)[0]
    except UnicodeDecodeError:
        raise ArticleFileError(name, number, "it is not UTF-8", "Save it as UTF-8.") from None
    except ValueError as error:
        raise ArticleFileError(name, number, str(error), _MEND) from None


def _headline(text: str, languages: Collection[str]) -> tuple[dict[str, Any], bool | None]:
    if text[0] not in _SIGNS:
        raise ValueError("it does not begin with +, - or ?")
    rest, fields = text[1:].strip(), {}
    marked = _LANGUAGE.match(rest)
    if marked and marked[1] in languages:
        fields["language"], rest = marked[1], rest[marked.end() :]
    parts = [part.strip() for part in _PARTS.split(rest, maxsplit=2)]
    if not parts[0]:
        raise ValueError("there is no headline after the sign")
    return fields | dict(zip(_FIELDS, parts, strict=False)), _SIGNS[text[0]]


def _json(text: str) -> tuple[dict[str, Any], bool]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {clean_line(str(error))}") from None
    if "expected" not in fields:
        raise ValueError('it has no "expected"')
    expected = _EXPECTED.get(str(fields.pop("expected")).lower())
    if expected is None:
        raise ValueError('"expected" is not true or false')
    language = fields.get("language")
    if language is not None and not isinstance(language, str):
        raise ValueError('"language" is not two letters')
    return fields, expected


def labelled_by_fields(fields: Mapping[str, Any], *, expected: bool) -> LabelledArticle:
    """Return a test of a topic, or what has the form of one, as a labelled article.

    Raises:
        UsageError: The fields are no article.
    """
    return LabelledArticle(0, article_from_fields(fields), expected, fields.get("language"))
