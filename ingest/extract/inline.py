"""Prepare the tree of a page: parts of the text that look like parts of the page, and the reverse.

::

    tree ─ retracted words, tooltips ─▶ removed
         ─ buttons, labels, quotations inside a sentence ─▶ plain text
         ─ tables and quotations in figures, corrections in asides ─▶ plain blocks
         ─ boxes that hold nothing but a quoted post ─▶ without a name
         ─ "Read also: <a>…</a>" in the middle of a paragraph ─▶ a line of its own
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from core.text.clean import clean_line
from ingest.extract import vocabulary
from ingest.extract.blocks import Block, has_letters
from ingest.extract.vocabulary import words_in

_IN_SENTENCE = words_in("button label output legend noindex q")
_RETRACTED = words_in("del s strike")
_PHRASING = frozenset(words_in("a abbr b bdi big cite em font i mark small span strong sub sup u"))
_BODY_PARTS = words_in("table blockquote pre ul ol dl q")
_ASIDES = words_in("aside footer")
_CHANGED = (*_IN_SENTENCE, *_RETRACTED, *_ASIDES, "figure", "blockquote")
_MOST_PREPARED = 2_000
_QUOTED_POSTS = ("twitter-tweet", "bluesky-embed", "mastodon-embed")
_MOST_BOXES = 3
_BOXES = frozenset({"div", "section", "figure", "aside"})
_LONGEST_WORD = 60  # characters of a button or label that stands for words of a sentence
_SHORTEST_SENTENCE = 20  # characters of the rest of it
_LONGEST_CORRECTION = 1_200
_PHRASE_WITHIN = 200  # characters
_FIRST = 24  # texts of an element, blank ones among them, after which its phrase is known
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


def prepare_tree(root: HtmlElement, markup: bytes) -> None:
    """Change the tree so that text of the article is in elements that are read as such.

    Args:
        root: The tree of a page.
        markup: What it was parsed from.
    """
    by_tag: dict[str, list[HtmlElement]] = {}
    for element, _ in zip(root.iter(*_CHANGED), range(_MOST_PREPARED), strict=False):
        by_tag.setdefault(element.tag, []).append(element)
    _remove_from_sentences(e for tag in _RETRACTED for e in by_tag.get(tag, ()))
    _remove_from_sentences(_explanations(root, markup))
    for element in (e for tag in _IN_SENTENCE for e in by_tag.get(tag, ())):
        if element.tag == "q" or is_in_sentence(element):
            make_plain(element, "span")
    for element in by_tag.get("figure", ()):
        if _holds_body_part(element):
            make_plain(element, "div")
    for element in (e for tag in _ASIDES for e in by_tag.get(tag, ())):
        if _is_correction(element):
            make_plain(element, "div")
    _show_quoted_posts(by_tag.get("blockquote", ()))


def _show_quoted_posts(quotations: Iterable[HtmlElement]) -> None:
    """Take the names from boxes around quoted posts: *social* names buttons that share a page."""
    for quotation in quotations:
        names = quotation.get("class") or ""
        if any(name in names for name in _QUOTED_POSTS):
            _take_names_around(quotation)


def _take_names_around(quotation: HtmlElement) -> None:
    """Remove the names of the elements that hold nothing but a quotation."""
    inner = quotation
    for box in islice(quotation.iterancestors(), _MOST_BOXES):
        if box.tag not in _BOXES or not _holds_only(box, inner):
            return
        make_plain(box, "div")
        inner = box


def _holds_only(box: HtmlElement, inner: HtmlElement) -> bool:
    """Return whether an element has no text but that of one of its few children."""
    others = [child for child in box if child is not inner]
    texts = (box.text, *(child.tail for child in box), *(child.text for child in others))
    return (
        len(others) < _MOST_BOXES
        and not any(map(len, others))
        and not any(text and has_letters(text) for text in texts)
    )


def separate_teasers(blocks: Sequence[Block]) -> bool:
    """Put "Read also: <a>…</a>" in the middle of a paragraph on a line of its own.

    Returns:
        Whether the tree was changed, so that its blocks are others.
    """
    partly = [b for b in blocks if 0 < b.link_length < len(b.text)]
    phrased = [b for b in partly if b.sections & vocabulary.TEASER_PHRASE.bit]
    return sum(_separate_teaser(link) for block in phrased for link in block.links) > 0


def _explanations(root: HtmlElement, markup: bytes) -> Iterator[HtmlElement]:
    """Yield the hidden elements that explain a word; most pages have none."""
    hidden = (span for span in root.iter("span") if span.get("hidden") is not None)
    yield from islice(hidden, _MOST_PREPARED)
    if b"tooltip" in markup:
        found = (e for e in root.iter("*") if e.get("role") == "tooltip")
        yield from islice(found, _MOST_PREPARED)


def _remove_from_sentences(elements: Iterable[HtmlElement]) -> None:
    for element in list(elements):
        if element.getparent() is not None and is_in_sentence(element):
            element.drop_tree()


def is_in_sentence(element: HtmlElement) -> bool:
    """Return whether an element stands for words of a sentence: there is text right beside it."""
    inner, outer = element, element.getparent()
    beside = _text_before(element) + (element.tail or "")
    while outer is not None and outer.tag in _PHRASING:
        inner, outer = outer, outer.getparent()
        beside += _text_before(inner) + (inner.tail or "")
    if outer is None or not has_letters(beside):
        return False
    size = len(element.text_content())
    if size > _LONGEST_WORD and element.tag in _IN_SENTENCE:
        return False
    return _has_text(outer, size + _SHORTEST_SENTENCE)


def _has_text(element: HtmlElement, least: int) -> bool:
    """Return whether an element has so many characters of text."""
    for piece in element.itertext():
        least -= len(piece)
        if least <= 0:
            return True
    return False


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
        if size > 2 * _LONGEST_CORRECTION or (len(pieces) == _FIRST and not _opens(pieces)):
            return False
    text = clean_line(" ".join(pieces))
    return (
        _SHORTEST_CORRECTION <= len(text) <= _LONGEST_CORRECTION
        and _is_phrase(text)
        and bool(_SENTENCE.search(text[-_LAST_SENTENCE:]))
    )


def _opens(pieces: Sequence[str]) -> bool:
    """Return whether a correction may begin here: there is little text yet, or its phrase."""
    text = clean_line(" ".join(pieces))
    return len(text) < _PHRASE_WITHIN or _is_phrase(text)


def _is_phrase(text: str) -> bool:
    return vocabulary.CORRECTION.matches_start(vocabulary.BULLET.sub("", text.lower()))


def _separate_teaser(link: HtmlElement) -> bool:
    """Put a teaser on a line of its own; return whether the tree was changed."""
    if _PHRASE_AT_START.match((link.text or "")[:_LONGEST_PHRASE]):
        changed = _begin_line(link)
    else:
        element: HtmlElement | None = link
        while element is not None and (before := _separate_before(element)) is None:
            parent = element.getparent()
            outer = element.getprevious() is None and parent is not None
            element = parent if outer and parent.tag in _PHRASING else None
        if element is None:
            return False
        changed = bool(before)
    return _separate_after(link) or changed


def _separate_before(element: HtmlElement) -> bool | None:
    """Begin a line at the phrase before an element.

    Returns:
        Whether the tree was changed; None if there is no such phrase.
    """
    text = _text_before(element)
    previous = element.getprevious()
    if text.strip():
        end = text[-_LONGEST_PHRASE:]
        phrase = _PHRASE_AT_END.search(end)
        if not phrase or (not phrase.start() and len(text) > len(end)):
            return None
        before = text[: len(text) - len(end) + phrase.start()]
        if before.strip():
            _break_text(element, before, text[len(before) :])
            return True
        return previous is None and _begin_line(element.getparent())
    if previous is None or previous.tag not in _PHRASING or previous.tag == "a":
        return None
    words = previous.text_content() if len(previous) < 5 else ""
    if not (words and len(words) <= _LONGEST_PHRASE and _ONLY_PHRASE.match(words)):
        return None
    return _begin_line(previous)


def _begin_line(element: HtmlElement) -> bool:
    """Put a line break before an element, if a sentence ends there; return whether it does."""
    parent = element.getparent()
    while not _text_before(element).strip() and parent is not None and parent.tag in _PHRASING:
        if element.getprevious() is not None:
            return False
        element, parent = parent, parent.getparent()
    if not _SENTENCE_AT_END.search(_text_before(element)):
        return False
    element.addprevious(element.makeelement("br"))
    return True


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


def _separate_after(link: HtmlElement) -> bool:
    """End the line after a link, or what is around it; return whether a sentence begins there."""
    element = link
    while _CLOSING.fullmatch(element.tail or "") and element.getnext() is None:
        parent = element.getparent()
        if parent is None or parent.tag not in _PHRASING:
            return False
        element = parent
    tail = element.tail or ""
    closing = _CLOSING.match(tail)
    if not closing or not _NEW_SENTENCE.match(tail, closing.end()):
        return False
    _break_tail(element, closing[0], tail[closing.end() :])
    return True
