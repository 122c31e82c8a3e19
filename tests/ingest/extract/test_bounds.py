"""A page that costs too much keeps its beginning."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.extract import bounds
from ingest.extract.article import extract_page
from ingest.extract.bounds import bound_page
from ingest.extract.jsonld import read_linked_data
from ingest.extract.limits import LONGEST_PAGE, LONGEST_TEXT, MOST_TAGS

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
PAGE = "<html><body><article><h1>Der Rat berät</h1>{}</article></body></html>"
PROSE = "<p>Der Rat berät am Abend über den nächsten Schritt, der lange vorbereitet war: {}.</p>"


def read(inside: str) -> str:
    body = PAGE.format(inside).encode()
    return extract_page(body, url="https://a.example/1", now=NOW).text


def test_an_ordinary_page_stays_as_it_is() -> None:
    page = PAGE.format(PROSE * 9 + "<div data-props='{}'></div>".format("a = b " * 5_000))
    assert bound_page(page) == page


@pytest.mark.slow
def test_the_beginning_of_a_page_of_very_many_tags_is_read() -> None:
    text = read("".join(PROSE.format(n) for n in range(9)) + "<i>x</i>" * MOST_TAGS)
    assert all(f"war: {n}." in text for n in range(9))
    assert bound_page("<b>" * (MOST_TAGS + 9)) == "<b>" * MOST_TAGS
    assert len(bound_page("x" * (LONGEST_PAGE + 9))) == LONGEST_PAGE


def test_a_tag_with_very_many_attributes_loses_them(monkeypatch: pytest.MonkeyPatch) -> None:
    many = " ".join(f"attribute{n}" for n in range(3_000))
    assert bound_page(f"<p {many}>x</p>") == "<p>x</p>"
    assert bound_page(f"<p {many}") == "<p"
    monkeypatch.setattr(bounds, "MOST_ATTRIBUTES", 5)
    assert bound_page("<a b=1 c=2>" * 9) == "<a b=1 c=2><a b=1 c=2><a b=1"


def test_the_text_of_an_article_is_cut() -> None:
    assert len(read(PROSE.format("Wort " * 60_000))) == LONGEST_TEXT


def test_blanks_behind_the_end_of_a_script_take_linear_time() -> None:
    assert not read_linked_data([f"]]>{' ' * 200_000}x"]).has_article
