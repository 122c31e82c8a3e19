from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from config.errors import FetchError, UsageError
from config.settings import Settings
from ingest.extract import ExtractedPage
from tests.support.newsroom import Answer, LoopbackServer, Story
from wirewatch.article_input import ArticleInput, Document, fetch_page, read, read_pasted
from wirewatch.cli.articles import extract_here

SETTINGS = Settings(_env_file=None, http_allow_private=True)
SENTENCE = "Die Regierung in Stockholm hat am Montag den Antrag auf den Nato-Beitritt gestellt. "
HTML = Story("/a", "Nato-Beitritt", "\n".join([SENTENCE * 2] * 3)).html().decode()


async def fetch(url: str) -> Document:
    return await fetch_page(url, SETTINGS)


def from_source(source: str | Path) -> ArticleInput:
    return asyncio.run(read(str(source), SETTINGS, extract_here))


def from_pasted(text: str, title: str = "", language: str = "") -> ArticleInput:
    return asyncio.run(read_pasted(text, fetch, extract_here, title=title, language=language))


def test_a_file_holds_json_or_a_page(tmp_path: Path) -> None:
    (tmp_path / "article").write_bytes(b'\xef\xbb\xbf {"title": "Beitritt", "language": "de"}')
    (tmp_path / "page").write_text(HTML)
    article, language = from_source(tmp_path / "article")
    assert (article.title, language) == ("Beitritt", "de")
    article, language = from_source(tmp_path / "page")
    assert (article.title, language) == ("Nato-Beitritt", None)


def test_a_url_is_fetched_from_either() -> None:
    server = LoopbackServer(lambda _: Answer(HTML.encode(), headers={"Content-Type": "text/html"}))
    try:
        url = f"{server.url}/page"
        for article, language in (from_source(url), from_pasted(f" {url}\n")):
            assert (article.title, article.url, language) == ("Nato-Beitritt", url, None)
    finally:
        server.close()


def test_a_url_that_does_not_answer_with_a_page_is_refused() -> None:
    server = LoopbackServer(lambda _: Answer(status=404))
    try:
        with pytest.raises(FetchError, match="404"):
            from_pasted(server.url)
    finally:
        server.close()


def test_pasted_text_is_json_html_or_the_text_itself() -> None:
    assert from_pasted('{"title": "Beitritt", "language": "de"}').language == "de"
    assert from_pasted(HTML).article.title == "Nato-Beitritt"
    article, language = from_pasted("Schweden tritt bei.", "Beitritt", "de")
    assert (article.title, article.text, language) == ("Beitritt", "Schweden tritt bei.", "de")
    assert from_pasted("https://example.org/ says so.").article.text.endswith("says so.")


def test_pasted_text_never_names_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text('{"title": "Secret"}')
    for text in (str(path), f"file://{path}", "-"):
        assert from_pasted(text).article.text == text


@pytest.mark.parametrize("text", ["{", '{"title": 7}', "", "  \n"])
def test_what_is_no_article_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        from_pasted(text)


@pytest.mark.parametrize("name", ["nothing", ".", "http://[::1", "a\0b"])
def test_a_file_that_cannot_be_read_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="Name a file, a URL, or -"):
        from_source(name)


def test_the_caller_decides_how_a_page_is_extracted() -> None:
    pages: list[Document] = []

    async def extract(page: Document) -> ExtractedPage:
        pages.append(page)
        return await extract_here(page)

    asyncio.run(read_pasted(HTML, fetch, extract))
    assert [(page.url, page.content_type) for page in pages] == [("", "text/html; charset=utf-8")]
