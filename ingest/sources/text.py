"""Convert the markup of a feed into text. Nothing of the markup remains.

::

    "<p>A &amp; B<script>…</script></p>" ── parse ── drop what is not shown ── "A & B" ── clean
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree
from lxml.html import HtmlElement

from core.text.clean import clean, cut, shorten
from ingest.sources.limits import LONGEST_LINE, LONGEST_MARKUP, LONGEST_TEXT, LONGEST_TITLE
from ingest.sources.references import unescape

_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(?:#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);")
_HIDDEN_TAGS = """
script style noscript template iframe object embed svg math head form select button canvas
audio video textarea title
"""
_HIDDEN = frozenset(_HIDDEN_TAGS.split())
_BLOCK_TAGS = """
address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6
header hr li main nav ol p pre section table td th tr ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_LOOKUP = etree.ElementDefaultClassLookup(element=HtmlElement)
# Characters of Windows-1252 where Unicode has control characters: `&#150;` means a dash.
_C1 = re.compile("[\x80-\x9f]")


Change = Callable[[HtmlElement], None]


def to_text(markup: str, change: Change | None = None) -> str:
    """Return clean text from markup or text, one paragraph a line, cut to ``LONGEST_TEXT``.

    Args:
        markup: Markup or text.
        change: Called with the tree, if it is markup.
    """
    markup = markup[:LONGEST_MARKUP]
    text = _read(markup, change) if _MARKUP.search(markup) else markup
    return cut(clean(_C1.sub(_as_cp1252, text[:LONGEST_TEXT])), LONGEST_TEXT)


def to_line(markup: str, limit: int = LONGEST_TITLE) -> str:
    """Return clean text as one line, for titles and names. Removes markup that is escaped twice."""
    text = to_text(markup[:LONGEST_LINE])
    if _MARKUP.search(text):
        text = to_text(text)
    return shorten(text.replace("\n", " "), limit)


def _read(markup: str, change: Change | None) -> str:
    # "Huge" allows a depth of 2048 instead of 256; the client has limited the size.
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    parser.set_element_class_lookup(_LOOKUP)
    source = f"<html><body>{markup}</body></html>".encode("utf-8", "replace")
    try:
        root = etree.fromstring(source, parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        return unescape(re.sub(r"<[^<>]*>", " ", markup))
    if change:
        change(root)
    return "".join(_pieces(root))


def _pieces(root: HtmlElement) -> list[str]:
    pieces: list[str] = []
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if tag in _BLOCKS:
            pieces.append("\n")
        if event == "start":
            hidden += tag in _HIDDEN
            if not hidden and element.text:
                pieces.append(_flat(element.text, tag))
        else:
            hidden -= tag in _HIDDEN
            if not hidden and element.tail:
                pieces.append(_flat(element.tail, ""))
    return pieces


def _as_cp1252(character: re.Match[str]) -> str:
    return character[0].encode("latin-1").decode("cp1252", "ignore")


def _flat(text: str, tag: str) -> str:
    """Replace line breaks by blanks, as HTML does, unless the text is preformatted."""
    return text if tag == "pre" else text.replace("\n", " ")
