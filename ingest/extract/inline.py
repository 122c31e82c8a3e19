"""Prepare the tree of a page: parts of the text that look like parts of the page, and the reverse.

::

    tree ─ retracted words, tooltips ─▶ removed
         ─ buttons, labels, quotations inside a sentence ─▶ plain text
         ─ tables and quotations in figures, corrections in asides ─▶ plain blocks
         ─ "Read also: <a>…</a>" in the middle of a paragraph ─▶ a line of its own
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from core.text.clean import clean_line
from ingest.extract import vocabulary
from ingest.extract.blocks import has_letters
from ingest.extract.vocabulary import words_in

_IN_SENTENCE = words_in("button label output legend noindex q")
_RETRACTED = words_in("del s strike")
_PHRASING = frozenset(words_in("a abbr b bdi big cite em font i mark small span strong sub sup u"))
_BODY_PARTS = words_in("table blockquote pre ul ol dl q")
_ASIDES = words_in("aside footer")
_INVISIBLE = etree.XPath("//span[@hidden] | //*[@role='tooltip']")
_MOST_PREPARED = 2_000
_LONGEST_WORD = 60  # characters of a button or label that stands for words of a sentence
_SHORTEST_SENTENCE = 20  # characters of the rest of it
_LONGEST_CORRECTION = 1_200
_SHORTEST_CORRECTION = 40
_LAST_SENTENCE = 120
_SENTENCE = re.compile(r"\w.*[.!?…][\"'“”«»‹›’)\]]*\s*$", re.DOTALL)
_PHRASE = rf"(?:{'|'.join(vocabulary.alternatives('read_also'))})"
_LONGEST_PHRASE = 60
_AFTER_SENTENCE = r"(?:^|(?<=[.!?…»“”\"')\]]\s)|(?<=[(\[]))"
_PHRASE_AT_END = re.compile(
    rf"{_AFTER_SENTENCE}[\s→►▶»➤>(\[–—-]*{_PHRASE}\s*[:–—-]?\s*$", re.IGNORECASE
)
_ONLY_PHRASE = re.compile(rf"[\s→►▶»➤>(\[–—-]*{_PHRASE}\s*[:–—-]?\s*$", re.IGNORECASE)
_PHRASE_AT_START = re.compile(rf"[\s→►▶»➤>(\[–—-]*{_PHRASE}\s*[:–—-]", re.IGNORECASE)
_SENTENCE_AT_END = re.compile(r"[.!?…»“”\"')\]]\s*$")
_CLOSING = re.compile(r"\s*[.)\]\"“”«»]*\s*")
_NEW_SENTENCE = re.compile(r"[\"„“«»‚‘(]?\s?[A-ZÀ-ÖØ-ÞА-ЯЁІЇЄҐ].{9}", re.DOTALL)


def prepare_tree(root: HtmlElement) -> None:
    """Change the tree so that text of the article is in elements that are read as such."""
    _remove_retracted(root)
    for element in _few(root.iter(*_IN_SENTENCE)):
        if element.tag == "q" or is_in_sentence(element):
            make_plain(element, "span")
    for element in _few(root.iter("figure")):
        if _holds_body_part(element):
            make_plain(element, "div")
    for element in _few(root.iter(*_ASIDES)):
        if _is_correction(element):
            make_plain(element, "div")
    for link in list(root.iter("a")):
        _separate_teaser(link)


def _few(elements: Iterator[HtmlElement]) -> list[HtmlElement]:
    """Return the elements before the tree changes, a limited number of them."""
    return [element for element, _ in zip(elements, range(_MOST_PREPARED), strict=False)]


def _remove_retracted(root: HtmlElement) -> None:
    """Remove words that a sentence no longer says, and hidden explanations of its words."""
    for element in _few(root.iter(*_RETRACTED)):
        if element.getparent() is not None and is_in_sentence(element):
            element.drop_tree()
    invisible = _INVISIBLE(root)
    for element in invisible if isinstance(invisible, list) else ():
        if not isinstance(element, HtmlElement):
            continue
        if element.getparent() is not None and is_in_sentence(element):
            element.drop_tree()


def is_in_sentence(element: HtmlElement) -> bool:
    """Return whether an element stands for words of a sentence: there is text right beside it."""
    words = element.text_content()
    if len(words) > _LONGEST_WORD and element.tag in _IN_SENTENCE:
        return False
    inner, outer = element, element.getparent()
    beside = _text_before(element) + (element.tail or "")
    while outer is not None and outer.tag in _PHRASING:
        inner, outer = outer, outer.getparent()
        beside += _text_before(inner) + (inner.tail or "")
    if outer is None or not has_letters(beside):
        return False
    return len(outer.text_content()) - len(words) >= _SHORTEST_SENTENCE


def _text_before(element: HtmlElement) -> str:
    """Return the text between the element and the one before it."""
    previous = element.getprevious()
    if previous is not None:
        return previous.tail or ""
    parent = element.getparent()
    return (parent.text or "") if parent is not None else ""


def _holds_body_part(figure: HtmlElement) -> bool:
    """Return whether a figure has a table, a quotation or a list instead of an image."""
    part = next(figure.iter(*_BODY_PARTS), None)
    if part is None or next(figure.iter("img"), None) is not None:
        return False
    return part.tag != "table" or next(part.iter("td"), None) is not None


def make_plain(element: HtmlElement, tag: str) -> None:
    """Give an element another name, and none of its attributes."""
    element.tag = tag
    element.attrib.clear()


def _is_correction(element: HtmlElement) -> bool:
    """Return whether an aside says what an earlier version of the article had wrong."""
    pieces: list[str] = []
    size = 0
    for piece in element.itertext():
        pieces.append(piece)
        size += len(piece)
        if size > 2 * _LONGEST_CORRECTION:
            return False
    text = clean_line(" ".join(pieces))
    return (
        _SHORTEST_CORRECTION <= len(text) <= _LONGEST_CORRECTION
        and vocabulary.CORRECTION.matches_start(vocabulary.BULLET.sub("", text.lower()))
        and bool(_SENTENCE.search(text[-_LAST_SENTENCE:]))
    )


def _separate_teaser(link: HtmlElement) -> None:
    """Put "Read also: <a>…</a>" in the middle of a paragraph on a line of its own."""
    element: HtmlElement | None = link
    if _PHRASE_AT_START.match((link.text or "")[:_LONGEST_PHRASE]):
        _begin_line(link)
    else:
        while element is not None and not _separate_before(element):
            parent = element.getparent()
            outer = element.getprevious() is None and parent is not None
            element = parent if outer and parent.tag in _PHRASING else None
    if element is not None:
        _separate_after(link)


def _separate_before(element: HtmlElement) -> bool:
    """Begin a line at the phrase before an element; return whether there is one."""
    text = _text_before(element)
    previous = element.getprevious()
    if text.strip():
        end = text[-_LONGEST_PHRASE:]
        phrase = _PHRASE_AT_END.search(end)
        if not phrase or (not phrase.start() and len(text) > len(end)):
            return False
        before = text[: len(text) - len(end) + phrase.start()]
        if before.strip():
            _break_text(element, before, text[len(before) :])
        elif previous is None:
            _begin_line(element.getparent())
        return True
    if previous is None or previous.tag not in _PHRASING or previous.tag == "a":
        return False
    words = previous.text_content() if len(previous) < 5 else ""
    if not (words and len(words) <= _LONGEST_PHRASE and _ONLY_PHRASE.match(words)):
        return False
    _begin_line(previous)
    return True


def _begin_line(element: HtmlElement) -> None:
    """Put a line break before an element, if a sentence ends there."""
    parent = element.getparent()
    while not _text_before(element).strip() and parent is not None and parent.tag in _PHRASING:
        if element.getprevious() is not None:
            return
        element, parent = parent, parent.getparent()
    if _SENTENCE_AT_END.search(_text_before(element)):
        element.addprevious(element.makeelement("br"))


def _break_text(element: HtmlElement, before: str, after: str) -> None:
    """Put a line break into the text before an element."""
    line_break = element.makeelement("br")
    previous, parent = element.getprevious(), element.getparent()
    if previous is None and parent is not None:
        parent.text = before
        parent.insert(0, line_break)
        line_break.tail = after
    elif previous is not None:
        _break_tail(previous, before, after)


def _break_tail(element: HtmlElement, before: str | None, after: str | None) -> None:
    """Put a line break into the text after an element."""
    line_break = element.makeelement("br")
    element.tail = None
    element.addnext(line_break)
    element.tail, line_break.tail = before, after


def _separate_after(link: HtmlElement) -> None:
    """End the line after a link, or what is around it, if a sentence begins there."""
    element = link
    while _CLOSING.fullmatch(element.tail or "") and element.getnext() is None:
        parent = element.getparent()
        if parent is None or parent.tag not in _PHRASING:
            return
        element = parent
    tail = element.tail or ""
    closing = _CLOSING.match(tail)
    if closing and _NEW_SENTENCE.match(tail, closing.end()):
        _break_tail(element, closing[0], tail[closing.end() :])
