"""Cleaning: no hidden characters, NFC, in linear time, and stable."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text import clean, clean_line
from core.text.clean import clean_markup, cut, shorten
from core.text.hidden import MAX_MARKS

FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
"""England."""


@pytest.mark.parametrize(
    "hidden",
    [
        "\x00\x1b\x7f\x85\x9f",  # controls
        "\u00ad\u034f\u200b\u2060\u2064\ufeff",  # soft hyphen, zero widths, joiners of words
        "\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u206f",  # directions
        "\u200c\u200d\u200d",  # joiners: no Latin letter needs them
        "\ufe00\ufe0f\U000e0100\u180b\u180e",  # variation selectors
        "\U000e0001\U000e0054\U000e0065\U000e007f",  # tags
        "\u115f\u1160\u3164\uffa0\u17b5",  # letters without a shape
        "\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0010ffff",  # noncharacters
        "\ud800\udfff\udcff",  # lone surrogates
        "\ufff0\ufff9\ufffb\U000e0fff\U0001d173\U0001bca0\U00013430",
    ],
    ids=ascii,
)
def test_characters_that_nobody_sees_are_removed_from_words(hidden: str) -> None:
    for one in (*hidden, hidden):
        assert clean(f"NA{one}TO") == "NATO"
        assert clean(f"{one}НАТО{one} {one}") == "НАТО"


@pytest.mark.parametrize(
    "text",
    [
        "می‌شود",  # Persian: ZWNJ between letters
        "क्‍ष",  # Devanagari: ZWJ after a virama
        "ন্‌ত র‍্য",  # Bengali: ZWNJ, and ZWJ before a virama
        "അവന്‍ പോയി",  # Malayalam: a chillu at the end of a word
        "👩🏽‍🚀 👨‍👩‍👧 ❤️‍🔥 🏳️‍🌈",
        "1️⃣ #️⃣ ©️ ☎︎",
        f"{FLAG} gewinnt",
        "葛󠄀 ᠮᠣᠩᠭᠣᠯ ᠤ᠋",
        "E\U0001d15e",
    ],
)
def test_joiners_selectors_and_tags_stay_where_they_are_needed(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e\u00ad\u0301", "é"),
        ("e\u200d\u0301", "é"),
        ("a\u0323\u200b\u0302", "ậ"),
        ("\u1100\u200b\u1161", "가"),
        ("\u212b", "Å"),
        ("می\u200c\u200c\u200dشود", "می\u200cشود"),
        ("شود\u200c نا", "شود نا"),
        ("شود\u200cX", "شودX"),
        ("\U0001f3f4\U000e0067\U000e0062", "\U0001f3f4"),
        (FLAG[:1] + FLAG[1:-1] * 3 + FLAG[-1], "\U0001f3f4"),
        ("1\ufe0f 😀\ufe0f\ufe0f\ufe01", "1 😀\ufe0f"),
        ("👩\u200dx ☎\u200d\ufe0f", "👩x ☎"),
        ("a\r\nb\rc\u2028d\u2029 \t e", "a\nb\nc\nd\ne"),
    ],
    ids=ascii,
)
def test_what_remains_is_composed_after_the_removal(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_run_of_combining_marks_keeps_its_first_thirty() -> None:
    marks = [chr(0x0300 + n) for n in range(0x40)]
    for run in (marks, marks[::-1], ["\u0316", "\u0301\u00ad"] * 30):
        kept = "".join(run).replace("\u00ad", "")[:MAX_MARKS]
        assert clean(f"x{''.join(run)}y") == unicodedata.normalize("NFC", f"x{kept}y")
    assert clean("ऩ" + "\u093c" * 99) == "ऩ" + "\u093c" * MAX_MARKS


HOSTILE = {
    "marks": "\u0301\u0316",
    "marks of one class": "\u0344",
    "marks beyond U+FFFF": "\U0001d165\U0001d16d",
    "marks and joiners": "\u0301\u200d\u0316\u200d",
    "long runs and joiners": "\u0301\u0316" * 15 + "\u200d",
    "letters and joiners": "ب\u200c\u0651",
    "viramas": "न\u094d\u200d",
    "tags": "\U0001f3f4\U000e0067\U000e0062\U000e0065",
    "selectors": "☎\ufe0f\ufe0e",
    "ideographs": "龍\U00020000",
    "spaces": " \t\n\u00a0",
    "controls": "a\x00\u202e",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_the_time_is_linear(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        began = time.process_time()
        clean(text)
        return time.process_time() - began

    seconds(100)
    once, eightfold = (min(seconds(n) for _ in range(2)) for n in (10_000, 80_000))
    assert eightfold < 24 * once + 0.05


UNITS = st.sampled_from(
    [
        *"ae1#\n -<\x1f\u00ad\u0301\u0316\u0344\u093c\u094d\u0958بന\u200c\u200d\ufe0f\ufe00\u1820",
        *"\U000e0067\U000e007f\U0001f3f4❤👩\u20e3\u2adc\ufb2c\u1100\u1161\ud83d\ufffe龍\ufa20\u180b",
        *("\u0f73", FLAG, "\u0301" * 29, "\u0344" * 29, "\u094d\u200d" * 16),
    ]
)


@given(st.lists(UNITS | st.text(max_size=3), max_size=12).map("".join), st.integers(1, 40))
@example("\u0958" + "\u093c" * 30 + "\u200dक", 5)
def test_what_is_clean_stays_as_it_is(text: str, limit: int) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()
    for shorter in (cut(once, limit), clean_line(text, limit), shorten(clean_line(text), limit)):
        assert len(shorter) <= max(limit, 1)
        assert clean(shorter) == shorter


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"a\x00b\x1f\t\r\n", b"ab\t\r\n"),
        ("a\ufffeb\uffffc\ufffd".encode(), "abc\ufffd".encode()),
        (b"&#1;&#x1F;&#000;&#xD800;&#57343;&#xfffe;&#65535", b"&#173;" * 7),
        (b"&#9;&#xA;&#13;&#32;&#x20;&#228;&#x10000;&#57344;&#xE000;&#65533;", None),
        (b"&\x01#1;", b"&#173;"),
        (b"&#&#1;1;", b"&#&#173;1;"),
    ],
)
def test_markup_has_no_characters_that_xml_forbids(document: bytes, expected: bytes | None) -> None:
    assert clean_markup(document) == (document if expected is None else expected)
