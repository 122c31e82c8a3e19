"""Pages that scripts build: the article is in their data, and read without running any code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape
from typing import Any

import pytest

from config.errors import ExtractionError
from ingest.extract import ExtractedPage, PageHints
from ingest.extract.article import extract_page
from tests.ingest.extract.sample_pages import DE, EN, FR, RU, UK, Story, page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
URL = "https://www.auberger-bote.example/politik/bruecke"
GUTENBERG = "/".join(("core", "paragraph"))
SHELL = "<div id=root></div><noscript>Bitte aktivieren Sie JavaScript.</noscript>"
HTML = "".join(f"<p>{line}</p>" for line in DE.body)
OTHER = {"title": EN.title, "slug": "bridge", "body": "".join(f"<p>{x}</p>" for x in EN.body)}
RELATED = {"related": [OTHER], "teasers": [OTHER], "comments": [{"text": EN.body[0]}]}


def extract(scripts: str, *, story: Story = DE, body: str = SHELL) -> ExtractedPage:
    return extract_page(page(story, body + scripts), url=URL, now=NOW)


def next_data(value: object) -> str:
    data = json.dumps({"props": {"pageProps": value}}, ensure_ascii=False)
    return f"<script id=__NEXT_DATA__ type=application/json>{data}</script>"


def pieces(line: str) -> list[dict[str, Any]]:
    """Return a line as a content system stores it when a word in it is a link."""
    first, second, rest = line.split(" ", 2)
    return [
        {"type": "text", "text": f"{first} "},
        {"type": "link", "url": "https://a.example", "children": [{"text": second}]},
        {"type": "text", "text": f" {rest}", "marks": [{"type": "bold"}]},
    ]


BODIES: dict[str, object] = {
    "html": {"title": DE.title, "body": HTML},
    "plain text": {"headline": DE.title, "content": "\n\n".join(DE.body)},
    "list of texts": {"titre": DE.title, "paragraphes": list(DE.body)},
    "typed paragraphs": {
        "title": DE.title,
        "body": [{"type": "paragraph", "text": line} for line in DE.body],
    },
    "content elements": {
        "headlines": {"basic": DE.title},
        "content_elements": [
            {"type": "image", "caption": EN.body[0]},
            *({"type": "text", "content": line} for line in DE.body),
        ],
    },
    "rendered": {"title": {"rendered": DE.title}, "content": {"rendered": HTML}},
    "rich text with links": {
        "title": DE.title,
        "doc": {
            "type": "doc",
            "content": [{"type": "paragraph", "content": pieces(line)} for line in DE.body],
        },
    },
    "untyped rich text": {
        "title": DE.title,
        "body": [{"children": pieces(line)} for line in DE.body],
    },
    "contentful": {
        "fields": {"title": DE.title},
        "document": {
            "nodeType": "document",
            "content": [
                {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": line}]}
                for line in DE.body
            ],
        },
    },
    "portable text": {
        "title": DE.title,
        "body": [
            {"_type": "block", "style": "normal", "children": [{"_type": "span", "text": line}]}
            for line in DE.body
        ],
    },
    "editor blocks": {
        "title": DE.title,
        "content": {"blocks": [{"type": "paragraph", "data": {"text": x}} for x in DE.body]},
    },
    "wordpress blocks": {
        "title": DE.title,
        "blocks": [{"name": GUTENBERG, "attributes": {"content": x}} for x in DE.body],
    },
    "twice": {"title": DE.title, "plainText": " ".join(DE.body), "body": HTML},
    "below a page with the same title": {
        "title": DE.title,
        "article": {"title": DE.title, "slug": "bruecke", "body": HTML} | RELATED,
        "sidebar": OTHER,
    },
}


@pytest.mark.parametrize("name", BODIES)
def test_the_article_is_read_from_the_data_of_content_systems(name: str) -> None:
    value = {"article": BODIES[name] | RELATED, "latest": [OTHER]}  # type: ignore[operator]
    extracted = extract(next_data(value))
    flat = " ".join(extracted.text.split())
    assert [line for line in DE.body if line not in flat] == []
    assert [line for line in (*EN.body, "Bitte aktivieren") if line in flat] == []
    assert len(flat) < 1.1 * len(" ".join(DE.body))
    assert "script_built" in extracted.flags


ARTICLE = json.dumps({"title": DE.title, "body": HTML}, ensure_ascii=False)
JS_STRING = ARTICLE.replace("\\", "\\\\").replace("'", "\\'")
FLAT = json.dumps([{"article": 1}, {"title": 2, "body": 3}, DE.title, HTML], ensure_ascii=False)
CACHE = json.dumps(
    {
        "ROOT_QUERY": {"article": {"__ref": "Article:1"}},
        "Article:1": {"title": DE.title, "body": {"__ref": "Body:1"}},
        "Body:1": {"html": HTML, "article": {"__ref": "Article:1"}},
    }
)
SCORED_FIELDS = {
    "json script": f'<script type="application/json">{ARTICLE}</script>',
    "no type": f"<script>{ARTICLE}</script>",
    "window": f"<script>window.__INITIAL_STATE__ = {ARTICLE};window.x=1</script>",
    "window, bracket": f"<script>window['__DATA__']={ARTICLE}</script>",
    "const": f'<script type=module>const state = {ARTICLE};\nrender(state)</script>',
    "arc": f"<script>Fusion.globalContent={ARTICLE};Fusion.x=1</script>",
    "undefined": f'<script>window.S={{"a":undefined,"b":{ARTICLE}}}</script>',
    "json.parse": f"<script>window.S=JSON.parse({json.dumps(ARTICLE)})</script>",
    "json.parse, single quotes": f"<script>self.S = JSON.parse('{JS_STRING}');</script>",
    "nuxt": f'<script type="application/json" id="__NUXT_DATA__">{FLAT}</script>',
    "apollo": f"<script>window.__APOLLO_STATE__={CACHE};</script>",
    "attribute": f'<div data-page="{escape(ARTICLE)}"></div>',
    "noscript": f"<noscript><h1>{DE.title}</h1>{HTML}</noscript>",
    "template": f"<div><template shadowrootmode=open><h1>{DE.title}</h1>{HTML}</template></div>",
}  # fmt: skip


@pytest.mark.parametrize("name", SCORED_FIELDS)
def test_the_data_is_found_where_frameworks_put_it(name: str) -> None:
    extracted = extract(SCORED_FIELDS[name])
    assert [line for line in DE.body if line not in extracted.text] == []


@pytest.mark.parametrize("element", ["noscript", "template"])
def test_short_sentences_between_hidden_paragraphs_stay(element: str) -> None:
    lines = [DE.body[0], "Verletzt wurde niemand.", *DE.body[1:], "Die Ursache ist unklar."]
    hidden = "".join(f"<p>{line}</p>" for line in lines)
    extracted = extract(f"<{element}><h1>{DE.title}</h1>{hidden}</{element}>")
    assert extracted.text.split("\n") == lines


@pytest.mark.parametrize("story", [DE, EN, FR, RU, UK], ids=lambda s: s.language)
def test_json_ld_of_a_page_without_text_is_the_article(story: Story) -> None:
    data = {"@type": "NewsArticle", "headline": story.title, "articleBody": "\n".join(story.body)}
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    for shown in ("", f"<h1>{story.title}</h1><p>{story.body[0][:60]}</p>"):
        extracted = extract(script, story=story, body=shown + SHELL)
        assert [line for line in story.body[1:] if line not in extracted.text] == []
        assert extracted.dispute is None


def test_author_and_time_are_read_from_the_data() -> None:
    article = {
        "title": DE.title,
        "body": HTML,
        "authors": [{"name": "Maria Holm", "bio": "Schreibt."}, {"name": "Jan Peters"}],
        "createdAt": "2025-12-01T08:00:00Z",
        "publishedAt": 1767186300000,
    }
    extracted = extract(next_data({"article": article}))
    assert extracted.authors == ("Maria Holm", "Jan Peters")
    assert extracted.published_at == datetime(2025, 12, 31, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "scripts",
    [
        next_data({"article": OTHER}),
        next_data({"title": DE.title, "article": OTHER}),
        next_data({"title": DE.title, "teaser": DE.body[0]}),
        f"<script>window.S={{title:'{DE.title}', body: `{HTML}`}}</script>",
        "<script>window.S=" + "[" * 100_000 + "</script>",
        next_data({"title": DE.title, "body": "x" * 500}),
    ],
    ids=["other article", "ours has no text", "teaser only", "code", "deep", "no prose"],
)
def test_data_without_the_article_gives_none(scripts: str) -> None:
    with pytest.raises(ExtractionError, match="no article"):
        extract(scripts)


def test_data_of_another_article_does_not_replace_a_flash() -> None:
    flash = f"{DE.title}, teilte die Stadt am Freitag mit."
    body = f"<article><h1>{DE.title}</h1><p>{flash}</p></article>"
    extracted = extract(next_data({"latest": [OTHER], "more": OTHER}), body=body)
    assert extracted.text == flash
    assert extracted.dispute is None


def test_the_title_of_the_feed_finds_the_article_of_a_page_without_title() -> None:
    html = f"<html lang=de><title>Bote</title><body>{next_data({'article': BODIES['html']})}"
    hints = PageHints(title=DE.title)
    extracted = extract_page(html.encode(), url=URL, hints=hints, now=NOW)
    assert (extracted.title, extracted.text) == (DE.title, "\n".join(DE.body))
