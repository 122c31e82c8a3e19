"""Selectors of an outlet say where the text of its pages is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.extract import ExtractedPage, PageHints
from ingest.extract.article import extract_page
from tests.ingest.extract.sample_pages import DE, page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
URL = "https://www.auberger-bote.example/politik/bruecke"
BODY = "".join(f"<p>{line}</p>" for line in DE.body)
BOX = "Der Hafen von Norderau erhält im Sommer zwei neue Kräne, wie die Betreiber mitteilten."


def extract(html: str, body: str = "", removed: str = "") -> ExtractedPage:
    hints = PageHints(body_selector=body, removed_selector=removed)
    return extract_page(page(DE, html), url=URL, hints=hints, now=NOW)


@pytest.mark.parametrize("name", ["comments", "related", "newsletter", "advert", "paywall"])
@pytest.mark.parametrize("selector", ["#text", "main > div", "div[data-x]", "p.none, div#text"])
def test_the_selected_text_is_the_body_whatever_labels_say(name: str, selector: str) -> None:
    html = (
        f"<main><h1>{DE.title}</h1><div id=text class={name} data-x=1>{BODY}</div></main>"
        f"<section><h2>Hafen</h2><p>{BOX}</p><p>{BOX}</p></section>"
    )
    extracted = extract(html, selector)
    lines = [*filter(None, (extracted.lead,)), *extracted.text.split("\n")]
    assert lines == list(DE.body)
    assert extracted.flags == ()


def test_what_is_above_the_selected_text_may_be_the_lead() -> None:
    html = f"<h1>{DE.title}</h1><p class=lead>{DE.lead}</p><div id=text>{BODY}</div><p>{BOX}</p>"
    extracted = extract(html, "#text")
    assert (extracted.lead, extracted.text) == (DE.lead, "\n".join(DE.body))


def test_captions_and_the_line_of_the_author_are_not_part_of_the_selected_text() -> None:
    picture = "<figure><img><figcaption>Die Fähre. Foto: M. Holm</figcaption></figure>"
    html = f"<h1>{DE.title}</h1><div id=text><p>{DE.byline}</p>{picture}{BODY}</div>"
    assert extract(html, "#text").text == "\n".join(DE.body)


@pytest.mark.parametrize("removed", [".box", "section > .box, .none", "div:has(> p.inner)"])
def test_removed_elements_are_cut_and_kept_as_a_zone(removed: str) -> None:
    box = f"<div class=box><p class=inner>{BOX}</p></div>"
    html = f"<h1>{DE.title}</h1><section id=text>{box}{BODY}{box}</section>"
    for body in ("", "#text"):
        extracted = extract(html, body, removed)
        assert BOX not in extracted.lead + extracted.text
        assert DE.body[-1] in extracted.text
        assert {zone.zone for zone in extracted.zones} == {"removed"}
        assert extracted.dispute is None


def test_a_large_part_that_is_removed_does_not_come_back_by_a_second_opinion() -> None:
    box = "".join(f"<p>{BOX} Es ist der Satz Nummer {i}.</p>" for i in range(30))
    html = f"<h1>{DE.title}</h1><article>{BODY}<div class=more>{box}</div></article>"
    extracted = extract(html, removed=".more")
    assert "Nummer" not in extracted.text
    assert extracted.dispute is None


@pytest.mark.parametrize("selector", [".gone", "#empty", "h1", "img"])
def test_a_selector_that_finds_no_text_is_not_followed_and_said(selector: str) -> None:
    html = f"<h1>{DE.title}</h1><div id=empty> </div><article><img>{BODY}</article>"
    extracted = extract(html, selector)
    assert DE.body[-1] in extracted.text
    assert extracted.flags == ("selector_missed",)
