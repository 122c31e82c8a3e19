"""Markdown in which untrusted text stays text: for the vendors that write messages in it."""

from __future__ import annotations

import re

from alerts.rendering.text_runs import TextRun

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:])")
_URL_BREAKS = {ord("("): "%28", ord(")"): "%29", ord("<"): "%3C", ord(">"): "%3E"}


def markdown(run: TextRun) -> str:
    """Return a run in Markdown, with everything escaped that Markdown gives a meaning."""
    text = escape(run.text)
    if run.url:
        text = f"[{text}]({run.url.translate(_URL_BREAKS)})"
    return f"**{text}**" if run.is_bold or run.is_marked else text


def escape(text: str) -> str:
    """Escape a text; an invisible character after each ``@`` keeps it from being a mention."""
    return _SPECIAL.sub(r"\\\1", text).replace("@", "@\N{ZERO WIDTH SPACE}")
