"""Colours of the pages."""

from __future__ import annotations

import re
from itertools import product

import pytest

from wirewatch.web.render import HERE

GROUNDS = {
    "ink": ("paper", "raised", "sunk"), "soft": ("paper", "raised", "sunk"),
    "link": ("paper", "raised", "link-wash"), "good": ("paper", "raised", "good-wash"),
    "warn": ("paper", "raised", "warn-wash"), "bad": ("paper", "raised", "bad-wash"),
    "mark-ink": ("mark",), "on": ("link", "bad"),
}  # fmt: skip
"""Each colour of text with the grounds it appears on."""

THEMES = re.findall(r":root \{(.*?)\}", (HERE / "static/console.css").read_text(), re.DOTALL)


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_text_and_controls_have_enough_contrast(theme: str) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", theme))
    pairs = [pair for text, grounds in GROUNDS.items() for pair in product([text], grounds)]
    too_low = [(t, g) for t, g in pairs if contrast(colours[t], colours[g]) < 4.5]
    assert too_low == []
    assert contrast(colours["edge"], colours["raised"]) >= 3


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
