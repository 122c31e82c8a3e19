"""Tests of the tree that a page is parsed into."""

from __future__ import annotations

from lxml import etree
from lxml.html import fragment_fromstring

from ingest.extract.markup import drop_empty

TREES = [
    ("<p>a<i></i> <b>b</b><img>c</p>", "<p>a <b>b</b><img>c</p>"),
    ("<p>a<b> </b>b</p>", "<p>a<b> </b>b</p>"),
    ("<p>a<br>b</p><hr>", "<p>a<br>b</p><hr>"),
    ("<table><tr><td></td><td>a</td></tr></table>",) * 2,
    ("<p>a</p><section><i></i></section>", "<p>a</p><section></section>"),
    ("<section><i></i></section><p>a</p>", "<p>a</p>"),
    ("<div><i></i></div><p>a</p>", "<div></div><p>a</p>"),
    ("<p>a <a></a><a></a></p>",) * 2,
    ("<ul><li><a></a></li><li><a></a></li></ul><p>a</p>", "<ul><li><a></a></li></ul><p>a</p>"),
]


def test_of_elements_without_text_only_those_stay_that_divide_text_or_make_a_list() -> None:
    wrong = []
    for before, after in TREES:
        root = fragment_fromstring(f"<div>{before}</div>")
        drop_empty(root)
        markup = etree.tostring(root, method="html", encoding="unicode")
        if markup != f"<div>{after}</div>":
            wrong.append((before, after, markup))
    assert not wrong
