"""What pages are made of, without pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wirewatch.web
from config.i18n import LANGUAGES, Translator
from core.store.console.actions import REASONS
from core.store.console.story_list import STATES
from core.store.feed_record import FeedRecord, FeedState, classify_feed
from wirewatch.web import charts
from wirewatch.web.diff import CONTEXT, MAX_WORDS, diff
from wirewatch.web.language import preferred
from wirewatch.web.status import system_status

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WEB = Path(wirewatch.web.__file__).parent
EN = Translator("en")


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def test_every_key_of_a_template_is_there() -> None:
    text = "".join(path.read_text("utf-8") for path in WEB.rglob("*.html"))
    text += "".join(path.read_text("utf-8") for path in WEB.rglob("*.py"))
    once = set(re.findall(r'\bt\(\s*"([^"]+)"\s*[,)]', text))
    many = set(re.findall(r'\bt\.plural\(\s*"([^"]+)"', text))
    groups = {"states": STATES, "why": REASONS, "verdict": ("relevant", "irrelevant")}
    made = {f"{group}.{value}" for group, values in groups.items() for value in values}
    assert len(once) > 60
    assert [key for key in once | made if not EN.has(key)] == []
    assert all(EN.plural(key, 2) for key in many - {"done"} if "{" not in key)


@pytest.mark.parametrize(
    ("header", "code"),
    [("", "en"), ("de", "de"), ("de-CH,de;q=0.9,en;q=0.8", "de"), ("fr,en;q=0.7,de;q=0.3", "en"),
     ("en;q=0.2, DE-at;q=0.4", "de"), ("*", "en"), ("de;q=0", "en"), ("de;q=x", "en"),
     (";;,,=" * 999, "en")],
)  # fmt: skip
def test_the_browser_chooses_the_language(header: str, code: str) -> None:
    assert preferred(header).code == code


@given(st.text())
def test_no_header_breaks_the_choice(header: str) -> None:
    assert preferred(header).code in LANGUAGES


@pytest.mark.parametrize(
    ("age", "english", "german"),
    [(timedelta(seconds=3), "just now", "gerade eben"),
     (timedelta(minutes=12), "12 min ago", "vor 12 min"),
     (timedelta(hours=47), "47 h ago", "vor 47 h"),
     (timedelta(days=3), "3 days ago", "vor 3 Tagen"),
     (-timedelta(minutes=7), "in 7 min", "in 7 min")],
)  # fmt: skip
def test_times_in_words(age: timedelta, english: str, german: str) -> None:
    assert EN.ago(NOW - age, NOW) == english
    assert Translator("de").ago(NOW - age, NOW) == german


def test_numbers_and_moments() -> None:
    assert (EN.number(1234567), Translator("de").number(1234567)) == ("1,234,567", "1.234.567")
    assert Translator("de").moment(NOW) == "22. Nov. 2026, 12:00 UTC"
    assert EN.of("state", "never_heard_of") == "never heard of"


# ── text ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_difference_is_shown_word_by_word_with_its_surroundings() -> None:
    before = " ".join(f"w{n}" for n in range(100))
    found = diff(before, before.replace("w50 ", "neu "))
    kinds = [part.kind for part in found.parts]
    assert kinds == ["gap", "same", "gone", "added", "same", "gap"]
    assert (found.parts[2].text, found.parts[3].text) == ("w50", "neu")
    assert len(found.parts[1].text.split()) == CONTEXT
    assert diff("a b", "a  b").is_empty


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_loses_no_word(before: str, after: str) -> None:
    parts = diff(before, after).parts
    if all(part.kind != "gap" for part in parts):
        new = " ".join(part.text for part in parts if part.kind in ("same", "added"))
        assert new.split() == after.split()


def test_a_difference_of_huge_texts_is_bounded() -> None:
    found = diff("a " * 10 * MAX_WORDS, "b " * 10 * MAX_WORDS)
    assert found.cut
    assert sum(len(part.text.split()) for part in found.parts) <= 2 * MAX_WORDS


def test_a_chart_has_a_bar_a_day_and_a_hairline_for_nothing() -> None:
    days = [(date(2026, 11, n), n % 3) for n in range(1, 31)]
    chart = charts.bars(days, width=180)
    assert (len(chart.bars), chart.top, chart.total) == (30, 2, 30)
    assert all(bar.x + bar.width <= 180 and bar.y + bar.height <= 32.01 for bar in chart.bars)
    assert chart.bars[2].height < 1 < chart.bars[0].height < chart.bars[1].height
    assert charts.bars([], width=10).bars == ()


# ── quiet or broken ──────────────────────────────────────────────────────────────────────────────


def state(**fields: object) -> FeedState:
    base = FeedRecord(
        "kurier-1", "kurier", "https://kurier.example/f", "feed", "B", None, "AT", "de",
        "kurier.example", NOW, NOW + timedelta(minutes=5),
    )  # fmt: skip
    return classify_feed(replace(base, **fields), None, NOW)  # type: ignore[arg-type]


WELL = {"last_200_at": NOW, "last_new_at": NOW - timedelta(minutes=3)}
DOWN = {"fail_count": 3, "fail_since": NOW, "last_error": "No connection."}


def test_what_was_due_before_the_start_is_not_held_against_it() -> None:
    late = state(**WELL, next_due_at=NOW - timedelta(days=1))
    assert system_status([late], NOW, NOW, [], [], EN).mood == "good"


@pytest.mark.parametrize(
    ("states", "ill", "mood", "words"),
    [
        ([], [], "warn", "No feed is configured"),
        ([state()], [], "warn", "Starting: 1 feed to be read"),
        ([state(**WELL)], [], "good", "Working: 1 feed, newest entry 3 min ago"),
        ([state(**WELL), state(**DOWN)], [], "warn",
         "Working, newest entry 3 min ago; 1 feed failing of 2"),
        ([state(**DOWN)], [], "bad", "Broken: no feed can be read, 1 feed failing"),
        ([state(**WELL)], ["relay: away"], "bad", "Broken: a part of the program is down"),
        ([state(**WELL, next_due_at=NOW - timedelta(hours=2))], [], "bad",
         "Broken: feeds have been due for 2 h and are not polled"),
        ([state(**WELL), state(removed_at=NOW, next_due_at=NOW - timedelta(days=9))], [], "good",
         "Working: 1 feed, newest entry 3 min ago"),
    ],
)  # fmt: skip
def test_quiet_or_broken_in_one_line(
    states: list[FeedState], ill: list[str], mood: str, words: str
) -> None:
    found = system_status(states, NOW, NOW - timedelta(days=1), ill, [], EN)
    assert (found.mood, found.words) == (mood, words)


# ── colours ──────────────────────────────────────────────────────────────────────────────────────

ON_GROUNDS = {
    "ink": ("paper", "raised", "sunk"), "soft": ("paper", "raised", "sunk"),
    "link": ("paper", "raised", "link-wash"), "good": ("paper", "raised", "good-wash"),
    "warn": ("paper", "raised", "warn-wash"), "bad": ("paper", "raised", "bad-wash"),
    "mark-ink": ("mark",), "on": ("link", "bad"),
}  # fmt: skip


def test_the_colours_have_enough_contrast() -> None:
    css = (WEB / "static/console.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", block))
        for name, grounds in ON_GROUNDS.items():
            for ground in grounds:
                assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        assert contrast(colours["edge"], colours["raised"]) >= 3


def contrast(a: str, b: str) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
