"""Which links of a page lead to other pages of its article."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from ingest.extract.pages_of_article import find_page_links, is_page_link

SITE = "https://kurier.example"
PLAIN = f"{SITE}/wissen/wald"
DOTTED = f"{SITE}/wissen/wald-4711.html"

FURTHER = [
    # URL, markup, further pages: their paths behind that of the article
    (DOTTED, '<a href="/wissen/wald-4711-2.html">2</a>', "-4711-2.html"),
    (f"{DOTTED}?utm_source=rss", '<a href="wald-4711-2.html">[2]</a>', "-4711-2.html"),
    (DOTTED, '<a href="/wissen/wald-4711,seite=2.html">Die Folgen</a>', "-4711,seite=2.html"),
    (DOTTED, '<a href="/wissen/wald-4711/seite-2.html">x</a>', "-4711/seite-2.html"),
    (PLAIN, '<ol><li><a href="/wissen/wald/seite-2">Der Anfang</a></ol>', "/seite-2"),
    (PLAIN, '<a href="?page=2">2</a> <a href="?page=3">3</a>', "?page=2 ?page=3"),
    (PLAIN, '<a href="?seite=2">Fazit</a>', "?seite=2"),
    (PLAIN, '<a href="?page=2" rel="next"><svg></svg></a>', "?page=2"),
    (PLAIN, '<a href="/wissen/wald?p=2" aria-label="Nächste Seite">›</a>', "?p=2"),
    (PLAIN, '<a href="/wissen/wald/2/">Weiter auf Seite 2 »</a>', "/2/"),
    (f"{PLAIN}/", '<p>Seiten: 1 <a href="/wissen/wald/2/">2</a>', "/2/"),
    (PLAIN, '<link rel="next" href="/wissen/wald?page=2">', "?page=2"),
    (PLAIN, '<a href="?page=2">Page suivante</a>', "?page=2"),
    (PLAIN, '<a href="?page=2">Далее</a>', "?page=2"),
    (PLAIN, '<a href="?page=2">Сторінка 2</a>', "?page=2"),
    (f"{PLAIN}?seite=1", '<a href="?seite=2">2</a>', "?seite=2"),
    (f"{PLAIN}?id=12", '<a href="wald?id=12&amp;seite=2">Seite 2</a>', "?id=12&seite=2"),
    (f"{PLAIN}-1.123", '<a href="/wissen/wald-1.123-2">2</a>', "-1.123-2"),
    (DOTTED, '<a href="wald-4711-2.html">Anfang</a><a href="wald-4711-3.html">3</a>',
     "-4711-2.html -4711-3.html"),
    (DOTTED, '<a href="wald-4711-2.html">Anfang</a><a href="wald-4711-3.html">Ende</a>',
     "-4711-2.html -4711-3.html"),
    (DOTTED, '<a href="wald-4711-2.html">Weiter</a>', "-4711-2.html"),
    (f"{PLAIN}/page1.html", '<a href="page2.html">2</a>', "/page2.html"),
    (f"{PLAIN}/index.html", '<a href="/wissen/wald/page2.html">2</a>', "/page2.html"),
    (PLAIN, '<a class="btn next" href="/wissen/wald?page=2">Weiterlesen</a>', "?page=2"),
    (PLAIN, '<a href="?page=1">2</a><a href="?page=2">3</a>', "?page=1 ?page=2"),
    (PLAIN, '<a href="?page=1" title="Zur nächsten Seite">vor ›</a>', ""),
    (PLAIN, '<a href="/wissen/wald/teil-2">Teil 2</a>', "/teil-2"),
    (PLAIN, '<a href="?page=0,1">2</a><a href="?page=0,2">3</a>', "?page=0,1 ?page=0,2"),
    (PLAIN, '<a href="/wissen/wald?page=0%2C1">Seite 2</a>', "?page=0%2C1"),
    (PLAIN, '<a href="?page=0%2C0%2C1" title="Zur nächsten Seite">››</a>', "?page=0%2C0%2C1"),
]  # fmt: skip
OTHERS = [
    (PLAIN, '<a rel="next" href="/wissen/wiese">Nächster Artikel</a>'),
    (PLAIN, '<link rel="next" href="/wissen/wald-2/">'),
    (PLAIN, '<a rel="next" href="/wissen/wald-2/">Wald II</a>'),
    (PLAIN, '<a href="/wissen/wald-2/">Mehr vom Wald</a>'),
    (PLAIN, '<a href="/wissen/wald-2/">Wald</a><a href="/wissen/wald-3/">Wald</a>'),
    (PLAIN, '<a rel="next" class="nav-next" href="/wissen/wald-2/">Weiter</a>'),
    (PLAIN, '<a href="/wissen/wald-teil-2">Teil 2</a>'),
    (PLAIN, '<a href="/wissen/wald?page=2#comments">2</a>'),
    (f"{SITE}/liga/tag-1.html", '<a href="/liga/tag-2.html">2</a>'),
    (f"{SITE}/serie-teil-1", '<a href="/serie-teil-2">Teil 2</a>'),
    (PLAIN, '<div class="comments"><a href="?page=2">2</a></div>'),
    (PLAIN, '<a href="?comment_page=2">2</a><a href="?bild=2">2</a>'),
    (PLAIN, '<a href="?page=2#top">Mehr laden</a>'),
    (PLAIN, '<a href="https://anderswo.example/wissen/wald?page=2">2</a>'),
    (PLAIN, '<a href="?page=2026">2026</a><a href="/wissen/wald/2024">2024</a>'),
    (f"{SITE}/a.php?id=12", '<a href="a.php?id=13&amp;seite=2">2</a><a href="a.php?seite=2">2</a>'),
    (PLAIN, '<a href="/wissen/wald?print=true">Drucken</a>'),
    (PLAIN, '<a href="/print/wissen/wald">Drucken</a>'),
    (PLAIN, '<a href="?page=1,0">2</a><a href="?page=0,2026">2026</a>'),
    (PLAIN, '<a href="http://[kaputt?page=2">2</a>'),
]  # fmt: skip
WHOLE = [
    ('{2}<a href="/wissen/wald/komplettansicht">Komplett</a>', "/komplettansicht"),
    ('<a href="/wissen/wald?seite=all">Artikel auf einer Seite lesen</a>', "?seite=all"),
    ('<a href="?page=all">View as one page</a>{2}', "?page=all"),
    ('{2}<a href="/wissen/wald?print=1">Druckversion</a>', "?print=1"),
    ('<a href="?view=fulltext">Den Artikel auf einer Seite lesen</a>', "?view=fulltext"),
    (
        '<a href="?print=1">Print</a>{2}<a href="?single_page=true">Single page</a>',
        "?single_page=true",
    ),
]


@pytest.mark.parametrize(("url", "markup", "paths"), FURTHER)
def test_a_further_page_has_the_address_of_the_article_with_a_number(
    url: str, markup: str, paths: str
) -> None:
    links = find_page_links(document_fromstring(markup), url)
    assert [target for _, target in links.numbered] == [PLAIN + path for path in paths.split()]


@pytest.mark.parametrize(("url", "markup"), OTHERS)
def test_links_to_other_articles_lists_and_comments_are_no_further_pages(
    url: str, markup: str
) -> None:
    links = find_page_links(document_fromstring(markup), url)
    assert (links.numbered, links.whole) == ((), ())


@pytest.mark.parametrize(("markup", "ending"), WHOLE)
def test_a_page_with_all_of_the_article_is_found(markup: str, ending: str) -> None:
    markup = markup.replace("{2}", '<a href="?page=2">2</a>')
    links = find_page_links(document_fromstring(markup), PLAIN)
    assert links.whole[0] == PLAIN + ending


def test_a_page_for_printing_may_be_in_a_folder_of_its_own() -> None:
    for path in ("/print/wissen/wald", "/druckversion/wissen/wald", "/de/print/wissen/wald"):
        url = f"{SITE}/de/wissen/wald" if path.startswith("/de") else PLAIN
        markup = f'<a href="{path}">Drucken</a><a href="?page=2">2</a>'
        assert find_page_links(document_fromstring(markup), url).whole == (SITE + path,)


def test_links_to_other_pages_are_no_text_and_the_headline_stays() -> None:
    markup = (
        f'<article><h1><a href="{PLAIN}">Der Wald</a></h1><p>Text.</p><a href="?seite=2">Fazit</a>'
        f'<span>1</span> <a href="?page=2">2</a> <a href="{PLAIN}">1</a></article>'
    )
    root = document_fromstring(markup)
    find_page_links(root, PLAIN)
    assert "".join(map(str, root.itertext())).split() == ["Der", "WaldText.1"]


@pytest.mark.parametrize(
    ("line", "is_link"),
    [
        ("Seite 2 von 5", True),
        ("1 2 3 weiter", True),
        ("1 | 2 | 3", True),
        ("Weiter auf Seite 2", True),
        ("Lesen Sie auf der nächsten Seite, was folgt", True),
        ("Next page »", True),
        ("Страница 2 из 3", True),
        ("20 Tote", False),
        ("12 Menschen starben", False),
        ("Seite an Seite kämpften sie", False),
        ("1:2", False),
    ],
)
def test_a_line_that_only_leads_to_another_page_is_no_paragraph(line: str, is_link: bool) -> None:
    assert is_page_link(line) is is_link
