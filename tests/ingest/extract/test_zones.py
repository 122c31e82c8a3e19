"""Only the article gets into title, lead and text, whatever the markup of the page."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from core.messages import Access
from ingest.extract import ExtractedPage
from ingest.extract.article import extract_page
from tests.ingest.extract.sample_pages import STORIES, TRACKED, Story, around, cases, stub

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
URL = "https://www.auberger-bote.example/politik/bruecke"
MATRIX = {name: (story, body) for name, story, body in cases()}


def extract(body: bytes) -> ExtractedPage:
    return extract_page(body, url=URL, now=NOW)


def letters(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def assert_only_the_article(page: ExtractedPage, story: Story, paragraphs: tuple[str, ...]) -> None:
    whole = f"{page.title}\n{page.lead}\n{page.text}"
    assert TRACKED not in whole
    for line in around(story):
        if len(line) > 25:
            assert letters(line) not in letters(whole)
    for paragraph in paragraphs:
        assert letters(whole).count(letters(paragraph)) == 1, paragraph
    order = [letters(whole).index(letters(paragraph)) for paragraph in paragraphs]
    assert order == sorted(order)
    assert page.title == story.title


@pytest.mark.parametrize("name", MATRIX)
def test_nothing_around_the_article_gets_in_and_the_body_is_complete(name: str) -> None:
    story, body = MATRIX[name]
    page = extract(body)
    assert_only_the_article(page, story, (story.lead, *story.body))
    assert page.language == story.language
    assert any(zone.zone == "comments" and TRACKED in zone.text for zone in page.zones)


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("tag", ["p", "div"])
@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.language)
def test_a_stub_above_thirty_comments_stays_two_paragraphs(
    story: Story, tag: str, marked: bool
) -> None:
    page = extract(stub(story, tag=tag, marked=marked))
    assert_only_the_article(page, story, (story.lead, *story.body[:2]))
    assert "teaser_only" in page.flags
    assert page.access in (Access.PAID, Access.UNKNOWN)
    assert {zone.zone for zone in page.zones} >= {"paywall", "comments"}
