"""What an answer is that is no page, by its header and by its beginning."""

from __future__ import annotations

from typing import Any

import pytest

from core.http import Response
from core.store.feed_notes import load_feed_notes
from ingest.pages.linked_documents import type_by_header, type_of
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import (
    HTML,
    TEXT,
    Installation,
    ScriptedPublisher,
    html,
    item,
    rss,
)

OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAGE = b"<!doctype html><html><body><p>Ein Absatz.</p>"

ANSWERS: list[tuple[str | None, bytes, str | None]] = [
    ("application/pdf", b"%PDF-1.7", "pdf"),
    ("application/octet-stream", b"%PDF-1.4", "pdf"),
    ("text/html", b"\n%PDF-1.4", "pdf"),
    ("application/PDF; charset=binary", b"", "pdf"),
    ("image/jpeg", b"\xff\xd8\xff\xe0", "image"),
    (None, b"\x89PNG\r\n\x1a\n", "image"),
    ("application/octet-stream", b"RIFF\0\0\0\0WEBPVP8 ", "image"),
    ("audio/mpeg", b"ID3\x04", "audio"),
    (None, b"RIFF\0\0\0\0WAVEfmt ", "audio"),
    ("video/mp4", b"\0\0\0\x20ftypisom", "video"),
    ("application/vnd.apple.mpegurl", b"#EXTM3U", "video"),
    ("application/octet-stream", b"\0\0\0\x20ftypmp42", "video"),
    (OFFICE, b"PK\x03\x04", "document"),
    ("application/zip", b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml", "document"),
    ("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document"),
    (None, b"{\\rtf1\\ansi", "document"),
    ("application/pdf", PAGE, None),  # the header is wrong
    ("image/png", b"\xef\xbb\xbf  <!-- x --><HTML>", None),
    ("text/html", PAGE, None),
    (None, PAGE, None),
    ("text/plain", b"Ein Text ohne Auszeichnung.", None),
    ("application/xhtml+xml", b"<?xml version='1.0'?><html/>", None),
]


@pytest.mark.parametrize(("content_type", "body", "kind"), ANSWERS)
def test_an_answer_is_a_document_by_its_header_or_its_beginning(
    content_type: str | None, body: bytes, kind: str | None
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    assert type_of(Response("https://a.example/1", 200, headers, body)) == kind


def test_a_page_is_no_document_by_its_header() -> None:
    for header in ("text/html; charset=utf-8", "text/plain", "", "application/octet-stream"):
        assert type_by_header(header) is None


def test_a_link_to_a_document_is_not_read_and_both_article_and_feed_say_so(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    links: dict[str, tuple[bytes, str]] = {
        "/bericht.pdf": (b"%PDF-1.7" + b"x" * 30_000_000, "application/pdf"),
        "/bild": (b"\x89PNG\r\n", "application/octet-stream"),
        "/daten": (b'{"zahlen": [1, 2]}', "application/json"),
        "/seite.html": (html("Die Seite", TEXT), "application/pdf"),
    }
    items = []
    for path, (body, content_type) in links.items():
        link = publisher.serve(path, Answer(body, headers={**HTML, "Content-Type": content_type}))
        items.append(item(path, f"Meldung {path}", link, summary="Was der Feed sagt."))
    [feed] = installation.subscribe(publisher.serve("/feed.xml", rss(*items)))
    for _ in range(3):
        installation.run()
        installation.clock.advance(hours=2)
    announced: list[Any] = sorted(
        (a.document_type or "", a.flags, a.lead, a.text_source) for a in installation.announced
    )
    unread = [("not_read",), "Was der Feed sagt.", "feed"]
    assert announced[1:] == [(kind, *unread) for kind in ("image", "other", "pdf")]
    assert announced[0][3] == "page"
    assert [len(publisher.requests_for(path)) for path in links] == [1, 1, 1, 2]
    with installation.store.read() as connection:
        notes = load_feed_notes(connection, installation.clock())
    kinds = ["image", "other", "pdf"]
    assert [note.code for note in notes[feed]] == [f"feed.not_read_{kind}" for kind in kinds]
