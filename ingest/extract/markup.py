"""Parse markup into a tree."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from ingest.extract.vocabulary import words_in

# The same class for every element, looked up in C. The lookup of lxml.html runs Python code for
# each element that is touched, which takes a fifth of the time on a large page.
_LOOKUP = etree.ElementDefaultClassLookup(element=HtmlElement)
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
