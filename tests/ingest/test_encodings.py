"""The encoding of pages and feeds is found, and text that was converted wrongly is repaired."""

from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.encodings import cyrillic_codec, is_nearly_utf8, may_need_repair, repair
from ingest.extract.decode import decode
from ingest.sources.decode import to_utf8

GERMAN = "Grüße für Köln – „Straße“ über Öl, sagte die Behörde: 5 € für die Fähre ab Büsum."
RUSSIAN = "Привет из Риги, где совет одобрил строительство моста через реку и новый порт."
UKRAINIAN = "Рада схвалила будівництво моста через річку, а порт відкриють навесні, сказав голова."
STYLES = "<style>" + "/* Füllung */ " * 600 + "</style>"
MANY = " ".join([GERMAN] * 5)


def page(text: str, head: str = "") -> str:
    return f"<html><head>{head}<title>T</title></head><body><p>{text}</p></body></html>"


def meta(charset: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'


def html(charset: str) -> str:
    return f"text/html; charset={charset}"


PAGES: dict[str, tuple[bytes, str | None, str]] = {
    "cp1252 declared as UTF-8": (
        page(GERMAN, meta("utf-8")).encode("cp1252"), html("utf-8"), GERMAN,
    ),
    "cp1252 declared nowhere": (page(GERMAN).encode("cp1252"), None, GERMAN),
    "cp1252, meta behind styles": (
        page(GERMAN, STYLES + meta("windows-1252")).encode("cp1252"), None, GERMAN,
    ),
    "cp1251, meta behind styles": (
        page(RUSSIAN, STYLES.replace("ü", "u") + meta("windows-1251")).encode("cp1251"), None,
        RUSSIAN,
    ),
    "cp1251, server says Latin-1": (
        page(RUSSIAN, meta("windows-1251")).encode("cp1251"), html("ISO-8859-1"), RUSSIAN,
    ),
    "cp1251, server and page say Latin-1": (
        page(RUSSIAN, meta("iso-8859-1")).encode("cp1251"), html("ISO-8859-1"), RUSSIAN,
    ),
    "cp1251, server says UTF-8": (page(RUSSIAN).encode("cp1251"), html("utf-8"), RUSSIAN),
    "cp1251, XML declaration": (
        ("<?xml version='1.0' encoding='windows-1251'?>" + page(RUSSIAN)).encode("cp1251"), None,
        RUSSIAN,
    ),
    "Ukrainian cp1251": (page(UKRAINIAN).encode("cp1251"), html("windows-1251"), UKRAINIAN),
    "KOI8-R": (page(RUSSIAN, meta("koi8-r")).encode("koi8-r"), None, RUSSIAN),
    "KOI8-R declared nowhere": (page(RUSSIAN).encode("koi8-r"), None, RUSSIAN),
    "KOI8-R declared as cp1251": (page(RUSSIAN, meta("cp1251")).encode("koi8-r"), None, RUSSIAN),
    "KOI8-U": (page(UKRAINIAN, meta("koi8-u")).encode("koi8-u"), None, UKRAINIAN),
    "ISO-8859-5": (page(RUSSIAN).encode("iso8859-5"), None, RUSSIAN),
    "UTF-8 that the server calls Latin-1": (
        page(GERMAN, meta("iso-8859-1")).encode(), html("ISO-8859-1"), GERMAN,
    ),
    "UTF-16 with mark": (page(GERMAN).encode("utf-16"), None, GERMAN),
    "UTF-16 big end first with mark": (
        codecs.BOM_UTF16_BE + page(GERMAN).encode("utf-16-be"), html("utf-8"), GERMAN,
    ),
    "UTF-16 without mark": (page(GERMAN, meta("utf-16")).encode("utf-16-le"), None, GERMAN),
    "a charset of a script": (
        page(GERMAN, '<script charset="windows-1251" src="x.js"></script>').encode("cp1252"), None,
        GERMAN,
    ),
    "encoded twice": (page(GERMAN).encode().decode("cp1252").encode(), None, GERMAN),
    "Russian encoded twice": (page(RUSSIAN).encode().decode("latin-1").encode(), None, RUSSIAN),
    "controls for quotes": (
        page(GERMAN).encode("cp1252").decode("latin-1").encode(), html("utf-8"), GERMAN,
    ),
    "cut in the middle of a letter": (page(MANY).encode()[:-16] + b"\xc3", None, MANY),
}  # fmt: skip


@pytest.mark.parametrize(("body", "content_type", "text"), PAGES.values(), ids=PAGES.keys())
def test_a_page_is_decoded(body: bytes, content_type: str | None, text: str) -> None:
    decoded = decode(body, content_type)
    assert text in decoded
    assert "\ufffd" not in decoded


@pytest.mark.parametrize("codec", ["cp1252", "cp1251"])
def test_a_few_bytes_of_another_encoding_keep_their_characters(codec: str) -> None:
    text, few = (MANY, "“Süß” – fünf") if codec == "cp1252" else (RUSSIAN * 5, "«Рига» – пять")
    body = page(f"{text}@", meta("utf-8" if codec == "cp1252" else codec)).encode()
    decoded = decode(body.replace(b"@", few.encode(codec)), None)
    assert text in decoded
    assert few in decoded


FEED = "<rss version='2.0'><channel><item><guid>1</guid><title>{}</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("encode", "text"),
    [
        (lambda text: text.encode("cp1251"), RUSSIAN),
        (lambda text: text.encode("koi8-r"), RUSSIAN),
        (lambda text: text.encode("cp1252"), GERMAN),
        (lambda text: text.encode().decode("cp1252").encode(), GERMAN),
        (lambda text: text.encode("cp1252").decode("latin-1").encode(), GERMAN),
    ],
    ids=["cp1251", "koi8-r", "cp1252", "twice", "controls"],
)
def test_a_feed_is_decoded_by_the_same_rules(encode, text: str) -> None:  # type: ignore[no-untyped-def]
    body = encode(FEED.format(text))
    decoded = to_utf8(body, url="https://example.org/f", content_type="text/xml; charset=utf-8")
    assert text in decoded.decode()


def test_references_to_controls_are_what_browsers_show() -> None:
    assert (
        repair("&#150; &#x84;Hafen&#147; &#8211; &#129;")
        == "&#8211; &#8222;Hafen&#8220; &#8211; &#129;"
    )


@pytest.mark.parametrize(
    "text",
    [
        GERMAN, RUSSIAN, UKRAINIAN, "répond à « non » à l’été", "SÃO PAULO – AÇÃO, NÃO É ASSIM",
        "Der Buchstabe „Ä“ und „Ö“, „Ü“: „Â“", "It costs £5 – “fine” – â, ê, î, ô, û",
    ],
)  # fmt: skip
def test_text_that_is_right_stays(text: str) -> None:
    assert repair(text) == text


@given(st.text())
def test_repair_needs_no_more_than_its_quick_search_says(text: str) -> None:
    if not may_need_repair(text.encode("utf-8", "replace")):
        assert repair(text) == text


def test_hostile_bytes_are_decoded_in_time() -> None:
    start = time.process_time()
    for piece in (b"\xc3\x83\xc2", b"<meta ", b"\xff", b"&#1", b"\xd0\xc3"):
        decode(piece * 60_000, None)
    assert time.process_time() - start < 2


def test_german_bytes_are_not_cyrillic_and_not_utf8() -> None:
    assert cyrillic_codec(GERMAN.encode("cp1252")) == ""
    assert not is_nearly_utf8(GERMAN.encode("cp1252"))
