"""Find the JSON in a page's scripts and attributes. No code is run: what is not JSON is skipped.

Next.js writes ``<script id="__NEXT_DATA__" type="application/json">``, others
``window.__INITIAL_STATE__ = {…}``, ``JSON.parse("…")`` or an attribute such as ``data-page``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote

from lxml.html import HtmlElement

_MOST_VALUES = 100
_MOST_ASSIGNMENTS = 20
_LONGEST_SCRIPT = 2_000_000
_SHORTEST = 200
_NOT_DATA = ("ld+json", "importmap", "speculationrules", "manifest")
_ASSIGNMENT = re.compile(
    r"(?:(?:window|self|globalThis|this|Fusion)(?:\.\w{1,80}|\[[\"']\w{1,80}[\"']\])|\b(?:var|let|const)\s+"
    r"\w{1,80})\s{0,9}=\s{0,9}(?=[{\[]|JSON\.parse\()"
)
_PARSED = re.compile(
    r"JSON\.parse\(\s{0,9}(decodeURIComponent\(\s{0,9})?"
    r"(\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+')",
    re.DOTALL,
)
_UNDEFINED = re.compile(r"(?<=[:,\[])undefined(?=[,}\]])")
_HEX_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
_BARE_QUOTE = re.compile(r"(\\.)|\"", re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)


def find_json_values(root: HtmlElement) -> Iterator[object]:
    """Yield the JSON objects and lists in a page's scripts and attributes, up to the limits."""
    count = 0
    for element in root.iter():
        for value in _values_of(element):
            yield value
            count += 1
            if count >= _MOST_VALUES:
                return


def _values_of(element: HtmlElement) -> Iterator[object]:
    if element.tag != "script":
        for text in element.attrib.values():
            if len(text) >= _SHORTEST and text.lstrip()[:1] in ("{", "["):
                yield from _decoded(text.strip(), 0)
        return
    text = (element.text or "").strip()
    kind = (element.get("type") or "").lower()
    if not _SHORTEST <= len(text) <= _LONGEST_SCRIPT or any(name in kind for name in _NOT_DATA):
        return
    if "json" in kind or text[0] in "{[":
        yield from _decoded(text, text.find("{") if text.startswith("<!--") else 0)
    else:
        yield from _assigned(text)


def _assigned(text: str) -> Iterator[object]:
    """Yield what a script assigns to variables, where that is JSON."""
    end = 0
    for number, match in enumerate(_ASSIGNMENT.finditer(text)):
        if number >= _MOST_ASSIGNMENTS:
            return
        if match.start() < end:
            continue
        end = match.end()
        if text[end] in "{[":
            yield from _decoded(text, end)
        elif call := _PARSED.match(text, end):
            yield from _decoded(_literal(call[2], is_encoded=bool(call[1])), 0)


def _literal(literal: str, *, is_encoded: bool) -> str:
    """Return the value of a string literal of JavaScript, or an empty one if it is not plain."""
    inner = _HEX_ESCAPE.sub(r"\\u00\1", literal[1:-1])
    if literal[0] == "'":
        inner = _BARE_QUOTE.sub(lambda m: m[1] or '\\"', inner.replace("\\'", "'"))
    try:
        value = str(json.loads(f'"{inner}"', strict=False))
    except ValueError:
        return ""
    return unquote(value) if is_encoded else value


def _decoded(text: str, start: int) -> Iterator[object]:
    """Yield the JSON value that begins at an offset, if there is one."""
    for candidate in (text, None):
        if candidate is None:
            candidate = _UNDEFINED.sub("null", text[start:])
            start = 0
        try:
            value, _ = _DECODER.raw_decode(candidate, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict | list):
            yield value
        return
