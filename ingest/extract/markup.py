"""Parse markup into a tree."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from ingest.extract.vocabulary import words_in

# The same class for every element, looked up in C. The lookup of lxml.html runs Python code for
# each element that is touched, which takes a fifth of the time on a large page.
_LOOKUP = etree.ElementDefaultClassLookup(element=HtmlElement)
_KEPT_EMPTY = frozenset(words_in("a br hr body table tbody tr td th"))
_BOXES = frozenset(words_in("article div"))
_INLINE = frozenset(words_in("b em font i span strong u"))
_IN_HEAD = frozenset(
    words_in("base basefont bgsound link meta noscript script style template title")
)


def parse_markup(markup: bytes) -> HtmlElement:
    """Return the tree of a page in UTF-8, without comments and processing instructions.

    Raises:
        etree.ParserError: There is nothing to parse; ``ValueError`` and ``XMLSyntaxError`` too.
    """
    parser = etree.HTMLParser(
        collect_ids=False,
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
    )
    parser.set_element_class_lookup(_LOOKUP)
    root: HtmlElement = document_fromstring(markup, parser=parser)
    _move_out_of_head(root)
    for shadow in list(root.iter("template")):
        if "shadowrootmode" in shadow.attrib:  # browsers show it
            shadow.tag = "div"
    return root


def _move_out_of_head(root: HtmlElement) -> None:
    """Move into the body what libxml2 takes for a part of the head: elements newer than HTML 4.

    It does so on pages that leave out the tags of head and body, as they may.
    """
    head = root.find("head")
    children = list(head) if head is not None else []
    first = next((i for i, e in enumerate(children) if e.tag not in _IN_HEAD), None)
    if first is None:
        return
    body = root.find("body")
    if body is None:
        body = root.makeelement("body")
        root.append(body)
    for element in reversed(children[first:]):
        body.insert(0, element)


def drop_empty(root: HtmlElement) -> None:
    """Remove elements without any text: what reads the tree next has half as many to look at.

    Lists of links are recognised by empty links, too, and the last element by what is behind it: so
    links, boxes, and what divides text or fills a table, stay. Of several of them inside an element
    that is empty itself the first one stays.
    """
    empty: set[HtmlElement] = set()
    for element, size in reversed([(e, len(e)) for e in root.iterdescendants()]):
        tag, text = element.tag, element.text
        if text and not text.isspace():
            continue
        children = list(element)
        if children:
            if all(e in empty and (not e.tail or e.tail.isspace()) for e in children):
                empty.add(element)
                for child in children[1:]:
                    element.remove(child)
            continue
        if tag in _KEPT_EMPTY or (text and tag in _INLINE):
            empty.add(element)
        elif (size or text) and (
            _is_last(element) or (tag in _BOXES and element.getnext() not in empty)
        ):
            element.text = ""
            empty.add(element)
        elif not element.tail or element.tail.isspace():
            _drop(element)


def _is_last(element: HtmlElement) -> bool:
    """Return whether an element is the last one of several."""
    return element.getprevious() is not None and element.getnext() is None


def _drop(element: HtmlElement) -> None:
    """Remove an element with nothing but blanks behind it, of which one stays."""
    parent, previous = element.getparent(), element.getprevious()
    if element.tail:
        element.tail = None
        if previous is None:
            parent.text = f"{parent.text or ''} "
        elif not previous.tail:
            previous.tail = " "
    parent.remove(element)
