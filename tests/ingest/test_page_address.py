from __future__ import annotations

import pytest

from ingest.extract.page_head import credible_address
from ingest.pages.page_address import (
    agrees_with_title,
    is_above,
    is_same_page,
    names_article,
    resembles,
)

SITE = "https://www.hafenblatt.example"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/politik/deich-471130.html", "/politik/deich-471130.html?utm_source=rss", True),
        ("/politik/deich-471130.html", "/amp/politik/deich-471130.html", True),
        ("/politik/deich-471130.html", "/politik/deich-471130.amp.html", True),
        ("/politik/deich-471130.html", "/politik/deich-471130.html?outputType=amp", True),
        ("/politik/deich-471130.html", "/politik/deich-471130?print=1", True),
        ("/politik/deich-471130.html", "/druck/politik/deich-471130", True),
        ("/politik/deich-471130.html", "/politik/deich-471130.html?kampagne=7", True),
        ("/politik/bruecke", "/politik/bruecke?herkunft=start", True),
        ("/politik/deich-471130.html", "/politik/deich-471131.html", False),
        ("/artikel.php?id=7", "/artikel.php?id=8", False),
        ("/artikel.php?id=7", "/artikel.php", False),
        ("/nachrichten?artikel=7", "/nachrichten", False),
        ("/a?id=7", "/a", False),
        ("/politik/", "/politik/deich-471130.html", False),
    ],
)
def test_variants_of_an_address_are_one_page(one: str, other: str, same: bool) -> None:
    assert is_same_page(SITE + one, SITE + other) is same
    assert is_same_page(SITE + other, SITE + one) is same


def test_mobile_hosts_are_the_same_page() -> None:
    assert is_same_page("https://m.hafenblatt.example/deich-471130", f"{SITE}/deich-471130")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("/p/471130", "/politik/deich-bricht-471130.html", True),
        ("/deich-bricht-bei-sturm", "/2026/11/deich-bricht-bei-sturm-hoefe-unter-wasser", True),
        ("/article/idUSKBN1XT00W", "/world/dyke-breaks-idUSKBN1XT00W", True),
        ("/deich-bricht-471130", "/deich-bricht-998871", False),
        ("/kran-stuerzt-in-hafenbecken", "/deich-bricht-bei-sturm", False),
        ("/2026/11/16/eins", "/2026/11/16/zwei", False),
        ("/20261116/eins", "/20261116/zwei", False),
    ],
)
def test_an_id_or_most_words_make_addresses_alike(one: str, other: str, alike: bool) -> None:
    assert resembles(SITE + one, SITE + other) is alike


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/politik/deich-bricht-471130.html", True),
        ("/deich-bricht-bei-sturm", True),
        ("/artikel.php?id=7", True),
        ("", False),
        ("/", False),
        ("/politik/", False),
        ("/nachrichten", False),
        ("/null", False),
        ("/undefined", False),
        ("/404.html", False),
        ("/login?ziel=471130", False),
        ("/zustimmung.html?ziel=r5", False),
    ],
)
def test_sections_and_errors_name_no_article(path: str, named: bool) -> None:
    assert names_article(SITE + path) is named


def test_a_section_is_above_its_articles() -> None:
    assert is_above(f"{SITE}/politik/", f"{SITE}/politik/deich-7")
    assert not is_above(f"{SITE}/politik/deich-7", f"{SITE}/politik/deich-7")
    assert not is_above(f"{SITE}/sport/", f"{SITE}/politik/deich-7")
    assert not is_above("https://bote.example/politik/", f"{SITE}/politik/deich-7")


def test_an_address_of_words_agrees_with_the_title_that_has_them() -> None:
    assert agrees_with_title(f"{SITE}/deich-bricht-ueber-nacht", ["Der Deich bricht über Nacht"])
    assert not agrees_with_title(f"{SITE}/kran-stuerzt-um", ["Der Deich bricht über Nacht"])


LINK = f"{SITE}/politik/deich-bricht-bei-sturm-471130.html"
TITLE = "Deich bricht bei Sturm"


@pytest.mark.parametrize(
    ("about", "named", "link", "believed"),
    [
        ("its own", [LINK], LINK, LINK),
        ("AMP", [LINK], f"{SITE}/amp/politik/deich-bricht-bei-sturm-471130.html", LINK),
        ("in print", [LINK], f"{SITE}/druck/471130", LINK),
        (
            "by its title",
            [f"{SITE}/deich-bricht-bei-sturm"],
            f"{SITE}/?p=12",
            f"{SITE}/deich-bricht-bei-sturm",
        ),
        ("its own and a picture's", [f"{SITE}/bilder/99", LINK], LINK, LINK),
        (
            "relative to a base",
            [f"{SITE}/artikel/bruecke-7", f"{SITE}/bruecke-7"],
            f"{SITE}/bruecke-7",
            f"{SITE}/bruecke-7",
        ),
        ("two others", [f"{SITE}/bilder/99", f"{SITE}/artikel/77123"], LINK, None),
        ("a section", [f"{SITE}/politik/"], LINK, None),
        ("the homepage", [f"{SITE}/"], LINK, None),
        ("null", [f"{SITE}/null"], LINK, None),
        ("the article before", [f"{SITE}/kran-stuerzt-um-998871.html"], LINK, None),
        ("another publisher", ["https://bote.example/deich-bricht-bei-sturm-471130"], LINK, None),
        ("nothing", [], LINK, None),
    ],
)
def test_a_canonical_address_counts_if_something_agrees_with_it(
    about: str, named: list[str], link: str, believed: str | None
) -> None:
    assert credible_address(named, [], [link], [TITLE]) == believed, about


def test_an_opaque_link_takes_an_address_that_the_page_names_twice() -> None:
    claim, link = f"{SITE}/artikel/77123", f"{SITE}/kurz"
    assert credible_address([claim], [], [link], ["Ganz anders"]) is None
    assert credible_address([claim], [claim], [link], ["Ganz anders"]) == claim
