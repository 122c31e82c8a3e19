"""Feeds are decoded correctly, whatever encoding they declare."""

from __future__ import annotations

import codecs

import pytest

from tests.ingest.sources.documents import only

TITLE = "Grüße „aus“ Köln – 5 €"
XML = "text/xml; charset"
LATIN = "Grüße aus Köln"


def feed(title: str, declared: str | None = None) -> str:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    entry = f"<item><guid>1</guid><title>{title}</title></item>"
    return f"{head}<rss version='2.0'><channel>{entry}</channel></rss>"


CASES: dict[str, tuple[bytes, str | None, str]] = {
    "utf-8": (feed(TITLE, "utf-8").encode(), None, TITLE),
    "utf-8 undeclared": (feed(TITLE).encode(), None, TITLE),
    "utf-8 declared latin-1": (feed(TITLE, "ISO-8859-1").encode(), None, TITLE),
    "utf-8 declared as latin-1 by http": (feed(TITLE).encode(), f"{XML}=ISO-8859-1", TITLE),
    "utf-8 declared nonsense": (feed(TITLE, "invalid").encode(), None, TITLE),
    "utf-8 bom": (codecs.BOM_UTF8 + feed(TITLE, "utf-8").encode(), None, TITLE),
    "utf-8 bom declared utf-16": (codecs.BOM_UTF8 + feed(TITLE, "utf-16").encode(), None, TITLE),
    "utf-8 declared utf-16": (feed(TITLE, "utf-16").encode(), None, TITLE),
    "latin-1": (feed(LATIN, "iso-8859-1").encode("latin-1"), None, LATIN),
    "latin-1 undeclared": (feed(LATIN).encode("latin-1"), None, LATIN),
    "latin-1 declared utf-8": (feed(LATIN, "utf-8").encode("latin-1"), None, LATIN),
    "latin-1 by http": (feed(LATIN).encode("latin-1"), "text/xml; charset=iso-8859-1", LATIN),
    "cp1252": (feed(TITLE, "windows-1252").encode("cp1252"), None, TITLE),
    "cp1252 declared latin-1": (feed(TITLE, "ISO-8859-1").encode("cp1252"), None, TITLE),
    "cp1252 undeclared": (feed(TITLE).encode("cp1252"), None, TITLE),
    "latin-9": (feed("5 € für Köln", "iso-8859-15").encode("iso-8859-15"), None, "5 € für Köln"),
    "cp1251": (feed("Новости НАТО", "windows-1251").encode("cp1251"), None, "Новости НАТО"),
    "cp1251 declared by http": (feed("НАТО").encode("cp1251"), f'{XML}="windows-1251"', "НАТО"),
    "the declaration beats the default of servers": (
        feed("НАТО", "windows-1251").encode("cp1251"), "text/xml; charset=ISO-8859-1", "НАТО",
    ),
    "http beats what is declared": (
        feed("НАТО", "iso-8859-1").encode("koi8-r"), "text/xml; charset=koi8-r", "НАТО",
    ),
    "koi8-r": (feed("Новости", "KOI8-R").encode("koi8-r"), None, "Новости"),
    "gb2312": (feed("北约新闻", "gb2312").encode("gbk"), None, "北约新闻"),
    "shift-jis": (feed("ニュース", "Shift_JIS").encode("cp932"), None, "ニュース"),
    "iso-2022-jp": (feed("ニュース", "iso-2022-jp").encode("iso-2022-jp"), None, "ニュース"),
    "utf-16 with bom": (feed(TITLE, "utf-16").encode("utf-16"), None, TITLE),
    "utf-16 big end first": (codecs.BOM_UTF16_BE + feed(TITLE).encode("utf-16-be"), None, TITLE),
    "utf-16 without bom": (feed(TITLE, "utf-16").encode("utf-16-le"), None, TITLE),
    "utf-32": (feed(TITLE, "utf-32").encode("utf-32"), None, TITLE),
    "two encodings in one": (
        feed("@ und @").encode().replace(b"@", "ö".encode()).replace("ö".encode(), b"\xf6", 1),
        None, "ö und ö",
    ),
    "blank lines first": (b"\r\n \n" + feed(TITLE, "utf-8").encode(), None, TITLE),
    "control character": (feed("Gr\x0c\x01üße", "utf-8").encode(), None, "Grüße"),
    "noncharacter": (feed("Gr\ufffeüß\uffffe", "utf-8").encode(), None, "Grüße"),
    "emoji in halves": (feed("&#55357;&#56832;&#xD83D;&#xDE00; b").encode(), None, "😀😀 b"),
    "half an emoji": (feed("a &#xD83D;b &#55000;").encode(), None, "a b \ud6d8"),
    "ampersand": (feed("A & B", "utf-8").encode(), None, "A & B"),
    "codec that is no character set": (feed(TITLE, "base64").encode(), f"{XML}=zip", TITLE),
    "idna is none either": (feed(LATIN, "idna").encode("latin-1"), None, LATIN),
}  # fmt: skip


@pytest.mark.parametrize(("body", "content_type", "title"), CASES.values(), ids=CASES.keys())
def test_the_title_is_decoded_correctly(body: bytes, content_type: str | None, title: str) -> None:
    assert only(body, content_type=content_type).title == title
