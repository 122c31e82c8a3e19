"""The extractors that ``extract.py`` compares; those that are not installed are named as such."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import lxml.html
import trafilatura
from lxml.html import HtmlElement

from config.errors import ExtractionError
from ingest.extract import ExtractedPage
from ingest.extract.article import extract_page

__all__ = ["BASELINE", "OURS", "extract", "optional_extractors", "page_text", "trafilaturas"]

OURS = "wirewatch"
BASELINE = "trafilatura"

NOW = datetime.now(UTC)

Extract = Callable[[bytes, str], str]


def extract(body: bytes, url: str) -> ExtractedPage | None:
    """Return the article that Wirewatch extracts, None if it finds none."""
    try:
        return extract_page(body, url=url, now=NOW)
    except ExtractionError:
        return None


def page_text(page: ExtractedPage | None) -> str:
    """Return lead and text, which other extractors do not separate."""
    return f"{page.lead}\n{page.text}".strip() if page else ""


def trafilaturas() -> Mapping[str, Extract]:
    """Return trafilatura in its modes, the baseline first."""
    return {
        BASELINE: lambda body, _: _trafilatura(body),
        "trafilatura fast": lambda body, _: _trafilatura(body, fast=True),
        "trafilatura recall": lambda body, _: _trafilatura(body, favor_recall=True),
        "trafilatura precision": lambda body, _: _trafilatura(body, favor_precision=True),
    }


def optional_extractors() -> tuple[Mapping[str, Extract], list[str]]:
    """Return the other extractors that are installed, and the names of those that are not."""
    makers = {
        "readability-lxml": _readability,
        "resiliparse": _resiliparse,
        "newspaper4k": _newspaper,
    }
    installed: dict[str, Extract] = {}
    missing = []
    for name, make in makers.items():
        try:
            installed[name] = make()
        except ImportError:
            missing.append(name)
    return installed, missing


def _trafilatura(body: bytes, **options: Any) -> str:
    document = trafilatura.bare_extraction(body, include_comments=False, **options)
    return (getattr(document, "text", "") or "") if document else ""


def _readability() -> Extract:
    from readability import Document  # type: ignore[import-not-found,unused-ignore]

    def run(body: bytes, _: str) -> str:
        summary = Document(body.decode("utf-8", "replace")).summary(html_partial=True)
        return str(cast("HtmlElement", lxml.html.fromstring(summary)).text_content())

    return run


def _resiliparse() -> Extract:
    from resiliparse.extract.html2text import (  # type: ignore[import-not-found,unused-ignore]
        extract_plain_text,
    )
    from resiliparse.parse.encoding import (  # type: ignore[import-not-found,unused-ignore]
        bytes_to_str,
        detect_encoding,
    )

    def run(body: bytes, _: str) -> str:
        html = bytes_to_str(body, detect_encoding(body))
        return str(extract_plain_text(html, main_content=True, comments=False))

    return run


def _newspaper() -> Extract:
    from newspaper import Article  # type: ignore[import-not-found,unused-ignore]

    def run(body: bytes, url: str) -> str:
        article = Article(url, fetch_images=False)
        article.download(input_html=body.decode("utf-8", "replace"))
        article.parse()
        return str(article.text)

    return run
