"""Remove the characters that readers do not see, except where a script or an emoji needs them.

::

    text ── controls ── tags ── variation selectors ── runs of marks ── joiners ── NFC ── text

What nobody sees can hide a word from a search, or smuggle text into a message. So soft hyphens,
controls of writing direction, zero-width spaces, noncharacters and lone surrogates are removed
wherever they are. The others have a place: joiners between letters of scripts that shape letters by
them (Persian, Malayalam) and in emoji, variation selectors after what they vary, tag characters in
the flags that they spell.

Runs of combining marks are cut before Unicode's canonical ordering sees them, because its time is
quadratic in their length. The limit is that of the Stream-Safe Text Format (UAX #15, section 13),
without the joiner that it inserts. All steps take time linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

MAX_MARKS = 30
"""How many combining marks follow a character at most."""

_END_OF_MARKS = 0x1F000
"""From here on only variation selectors are marks."""


def _either(low: str, high: str) -> str:
    """Return a pattern for two sets: one with characters beyond U+FFFF is slow for all others."""
    return f"(?:[{low}]|(?=[\U00010000-\U0010ffff])[{high}])"


_ALWAYS_REMOVED = re.compile(
    _either(
        "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f"
        "\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
        "\ud800-\udfff",
        "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
        "\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
        + "".join(chr(plane << 16 | end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF)),
    )
)
"""Controls, the characters that Unicode calls default ignorable, noncharacters and surrogates."""

_TAGS = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f|"
                   "[\U000e0020-\U000e007f]")  # fmt: skip
"""A flag of a region such as Scotland (UTS #51, emoji tag sequences), or any other tag."""

_MAYBE_LONG_RUN = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u1dff\u20d0-\u20ff\u2cef-\ufe2f\U00010000-\U0010ffff]"
    f"{{{MAX_MARKS + 1}}}"
)
"""All blocks with marks, whose letters rarely follow each other for so long without a space."""

_SELECTORS = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_JOINERS = re.compile("[\u200c\u200d]+")
_ZWJ = "\u200d"
_KEYCAP = "\u20e3"

# Scripts in which joiners change the shape of letters: cursive ones, and those with conjuncts.
_JOINING_SCRIPTS = (
    range(0x0600, 0x0900),  # Arabic, Syriac, Thaana, N'Ko, Samaritan, Mandaic
    range(0x0900, 0x0E00),  # Devanagari to Sinhala
    range(0x1000, 0x10A0),  # Myanmar
    range(0x1780, 0x18B0),  # Khmer, Mongolian
    range(0x1A20, 0x1C50),  # Tai Tham, Balinese, Sundanese, Batak, Lepcha
    range(0x1CD0, 0x1D00),  # Vedic
    range(0xA840, 0xAC00),  # Phags-pa, Saurashtra, Devanagari, Javanese, Meetei Mayek
    range(0xFB50, 0xFE00),  # Arabic presentation forms
    range(0xFE70, 0xFEFF),
    range(0x10840, 0x11000),  # Manichaean, Sogdian, Hanifi Rohingya and others
    range(0x11000, 0x12000),  # Brahmi and its descendants
    range(0x1E900, 0x1E960),  # Adlam
)
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u2328\u232b-\u23ff\u24c2\u25a0-\u27bf"
    "\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_BEFORE_JOINER = re.compile(f"[{_EMOJI}\ufe0f{_KEYCAP}\U000e007f]")
_AFTER_JOINER = re.compile(f"[{_EMOJI}]")
_VARIED_EMOJI = re.compile(f"[{_EMOJI}][\ufe0e\ufe0f]|[0-9#*]\ufe0f")
_VARIED_LETTER = re.compile(
    f"[{_IDEOGRAPHS}][\ufe00-\ufe0d\U000e0100-\U000e01ef]|[\u1800-\u18af][\u180b-\u180f]"
    "|[\u1000-\u109f\ua840-\ua87f]\ufe00"
)


@dataclass(frozen=True)
class _Classes:
    """Sets of characters, read from Python's Unicode data.

    Attributes:
        marks: Combining marks.
        long_run: Matches a run of more than :data:`MAX_MARKS` marks; its group is what remains.
        letters: Letters of the scripts that use joiners.
        viramas: The marks that kill a vowel; ZWJ after one asks for a half form.
    """

    marks: frozenset[str]
    long_run: re.Pattern[str]
    letters: frozenset[str]
    viramas: frozenset[str]


@cache
def _classes() -> _Classes:
    category = unicodedata.category
    marks = [c for c in map(chr, range(0x0300, _END_OF_MARKS)) if category(c)[0] == "M"]
    low, high = ("".join(c for c in marks if (c > "\uffff") is beyond) for beyond in (False, True))
    any_mark = _either(low, high + "\U000e0100-\U000e01ef")
    shaped = [c for block in _JOINING_SCRIPTS for c in map(chr, block)]
    return _Classes(
        marks=frozenset(marks),
        long_run=re.compile(f"({any_mark}{{{MAX_MARKS}}}){any_mark}+"),
        letters=frozenset(c for c in shaped if category(c)[0] == "L"),
        viramas=frozenset(c for c in shaped if unicodedata.combining(c) == 9),
    )


def remove_hidden(text: str) -> str:
    """Return a text in NFC without the characters that readers do not see.

    Args:
        text: Any string; lone surrogates are removed.
    """
    text = _ALWAYS_REMOVED.sub("", text)
    text = _TAGS.sub(_flag, text)
    text = _composed(_SELECTORS.sub(_selector, text))
    # Joiners last, because composition puts the marks around them in order.
    without = _JOINERS.sub(_joiner, text)
    return text if without == text else _composed(without)


def _composed(text: str) -> str:
    """Return a text in NFC whose runs of marks are cut."""
    text = _cut_marks(text)
    composed = unicodedata.normalize("NFC", text)
    # Letters such as U+095B come apart into a letter and a mark, which adds to a run.
    return composed if composed is text else _cut_marks(composed)


def _cut_marks(text: str) -> str:
    return _classes().long_run.sub(r"\1", text) if _MAYBE_LONG_RUN.search(text) else text


def _flag(tags: re.Match[str]) -> str:
    return tags[0] if len(tags[0]) > 1 else ""


def _selector(run: re.Match[str]) -> str:
    """Return the first of a run of variation selectors if it varies the character before it."""
    text, at = run.string, run.start()
    varied = text[max(0, at - 1) : at + 1]
    if _VARIED_LETTER.fullmatch(varied):
        return text[at]
    if not _VARIED_EMOJI.fullmatch(varied):
        return ""
    is_keycap = text[run.end() : run.end() + 1] == _KEYCAP
    return text[at] if is_keycap or not varied[0].isascii() else ""


def _joiner(run: re.Match[str]) -> str:
    """Return the first of a run of joiners if the characters around it are shaped by it."""
    text, start, classes = run.string, run.start(), _classes()
    joiner, after = text[start], text[run.end() : run.end() + 2]
    base = start - 1
    while base > 0 and text[base] in classes.marks:
        base -= 1
    is_shaped = base >= 0 and text[base] in classes.letters
    if is_shaped and _begins_shaped(after, classes):
        return joiner
    if joiner != _ZWJ:
        return ""
    # Malayalam: a consonant without a vowel at the end of a word
    is_chillu = is_shaped and not classes.viramas.isdisjoint(text[base + 1 : start])
    is_emoji = _BEFORE_JOINER.match(text[start - 1 : start]) and _AFTER_JOINER.match(after)
    return joiner if is_chillu or is_emoji else ""


def _begins_shaped(text: str, classes: _Classes) -> bool:
    """Return whether a text begins with a letter, or a virama and a letter (Bengali ya-phalaa)."""
    first, second = text[:1], text[1:2]
    return first in classes.letters or (first in classes.viramas and second in classes.letters)
