"""Read the paragraphs of an article from the JSON of a content system.

Such systems store a text as HTML, as a list of paragraphs, or as a tree of nodes with marks and
links. They agree on neither names nor types, so that texts are recognised by what they look like,
and only what names and types say is *not* the text is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml.html import fragment_fromstring

from core.text.clean import clean
from ingest.extract.blocks import collect_blocks
from ingest.extract.opinion.support import Text
from ingest.extract.vocabulary import words_in

_MOST_NODES = 20_000
_DEEPEST = 40
_LONGEST_TEXT = 200_000
_PROSE = 80
_REPEATED = 0.8
_TEXT_KEYS = frozenset(
    words_in(
        "text value content html body paragraph paragraphs children items data markup articlebody "
        "rendered processed raw nodes blocks elements components sections copy richtext doc story "
        "contents content_elements contentelements modules p texts main entries attributes "
    )
)
_PARAGRAPH_TYPE = re.compile(
    r"(?:^|[/_-])(?:p|paragraph|block|heading|header|h[1-6]|li|list-?_?item|quote|blockquote)$",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"image|photo|picture|figure|video|audio|podcast|embed|advert|(?:^|[_-])ads?(?:$|[_-])|newsletter"
    r"|related|gallery|promo|teaser|recommend|paywall|poll|social|tweet|caption|byline|author|crumb"
    r"|navigation|menu|footer|comment|metadata|(?:^|_)meta(?:$|_)|seo|tags?$|topic|keyword|categor"
    r"|latest|popular|trending|similar|most_?read|more_?|read_?next|sidebar|outbrain|taboola|config"
    r"|translation|locale|i18n|credit|copyright|disclaimer|biograph|(?:^|_)bio$|contributor|creator",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:_?_?type(?:name)?|node_?type|id|_?id|uu?id|url|uri|href|slug|link|path|src|canonical\w*|style"
    r"|title|headline|hed|kicker|sub_?title|sub_?headline|name|alt|summary|description|excerpt"
    r"|abstract|dek|lead|lede|standfirst|intro|class\w*|lang\w*|format|mode|version|status|key)$",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<(?:p|br|div|h[1-6]|ul|ol|li|a|b|i|em|strong|span|blockquote)\b", re.IGNORECASE
)
_TITLE_KEYS = ("title", "headline", "hed")
_ADDRESS_KEYS = words_in("url href slug link path permalink canonicalUrl canonical_url ")
_END = re.compile(r"[.!?…:;][\"'“”«»‹›’)\]]*\s*$")


class RichText:
    """Reads paragraphs from JSON values, within limits that hold for all of them together."""

    def __init__(self) -> None:
        self._nodes = 0
        self._size = 0

    def paragraphs(self, value: object, key: str = "", depth: int = 0) -> Iterator[str]:
        """Yield the paragraphs in a value, in its order.

        Args:
            value: A value of JSON.
            key: The name it has in the object around it.
            depth: How deep in the article's object it is.
        """
        self._nodes += 1
        if self._nodes > _MOST_NODES or self._size > _LONGEST_TEXT or depth > _DEEPEST:
            return
        if isinstance(value, str):
            for paragraph in _paragraphs_of_text(value, is_named=key.lower() in _TEXT_KEYS):
                self._size += len(paragraph)
                yield paragraph
        elif isinstance(value, list):
            for item in value:
                yield from self.paragraphs(item, key, depth + 1)
        elif isinstance(value, dict):
            yield from self._of_object(value, depth)

    def _of_object(self, value: dict[str, Any], depth: int) -> Iterator[str]:
        kind = _type_of(value)
        if depth and (_OTHER.search(kind) or _is_another_page(value)):
            return
        if _PARAGRAPH_TYPE.search(kind) or _has_pieces(value):
            line = _joined(value)
            if line:
                self._size += len(line)
                yield line
            return
        bodies = (
            list(self.paragraphs(inner, name, depth + 1))
            for name, inner in value.items()
            if not _OTHER.search(name) and not _LABEL.match(name)
        )
        for paragraphs in _without_repetition([body for body in bodies if body]):
            yield from paragraphs


def _without_repetition(bodies: list[list[str]]) -> list[list[str]]:
    """Return the bodies without those that repeat another one, in another format for example.

    Of two that have the same text that with more paragraphs stays.
    """
    if len(bodies) < 2:
        return bodies
    texts = [Text("\n".join(body)) for body in bodies]
    unique: list[int] = []
    for i in sorted(range(len(bodies)), key=lambda i: -len(bodies[i])):
        if not any(texts[i].share_in(texts[j].letters) >= _REPEATED for j in unique):
            unique.append(i)
    return [bodies[i] for i in sorted(unique)]


def _paragraphs_of_text(text: str, *, is_named: bool) -> list[str]:
    if len(text) > _LONGEST_TEXT * 2 or text.startswith(("http://", "https://", "data:", "{", "[")):
        return []
    if _MARKUP.search(text):
        lines = _lines_of_markup(text)
    else:
        lines = [clean(line) for line in text.split("\n")]
    lines = [line for line in lines if line and any(c.isalpha() for c in line)]
    has_prose = any(len(line) >= _PROSE and _END.search(line[-8:]) for line in lines)
    is_sentence = is_named and any(len(line) >= 20 and " " in line for line in lines)
    return lines if has_prose or is_sentence else []


def _lines_of_markup(markup: str) -> list[str]:
    try:
        root = fragment_fromstring(markup, create_parent="div")
    except (etree.LxmlError, ValueError):
        return []
    etree.strip_elements(root, "script", "style", "figure", "iframe", "aside", with_tail=False)
    return [block.text for block in collect_blocks(root) if not block.mostly_links]


def _type_of(value: dict[str, Any]) -> str:
    names = ("type", "_type", "nodeType", "__typename", "component", "kind", "tag", "blockName")
    kind = next((value[n] for n in names if isinstance(value.get(n), str)), "")
    name = value.get("name")
    return (kind or (name if isinstance(name, str) and name.startswith("core/") else ""))[:60]


def _is_another_page(value: dict[str, Any]) -> bool:
    """Return whether an object inside of an article is a teaser of another one."""
    return any(isinstance(value.get(k), str) and value[k] for k in _TITLE_KEYS) and any(
        isinstance(value.get(k), str) and value[k] for k in _ADDRESS_KEYS
    )


def _has_pieces(value: dict[str, Any]) -> bool:
    """Return whether an object is one paragraph in pieces: words with marks, links between them."""
    for name, inner in value.items():
        if name.lower() in _TEXT_KEYS and isinstance(inner, list) and len(inner) > 1:
            texts = [_joined(item, 1, strip=False) for item in inner[:200]]
            if any(t[-1:].isspace() for t in texts[:-1]) or any(
                t[:1] in " ,;" for t in texts[1:] if t
            ):
                return True
    return False


def _joined(value: object, depth: int = 0, *, strip: bool = True) -> str:
    """Return all text below a node as one line."""
    if depth > 12:
        return ""
    if isinstance(value, str):
        text = " ".join(_lines_of_markup(value)) if _MARKUP.search(value) else value
    elif isinstance(value, list):
        text = "".join(_joined(item, depth + 1, strip=False) for item in value[:500])
    elif isinstance(value, dict):
        inner = (v for k, v in value.items() if k.lower() in _TEXT_KEYS and not isinstance(v, bool))
        text = "".join(_joined(v, depth + 1, strip=False) for v in inner)
    else:
        text = ""
    return clean(text).replace("\n", " ") if strip else text[:_LONGEST_TEXT]
