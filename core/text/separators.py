"""What separates paragraphs, items, cells and the entries of a live blog within a text."""

from __future__ import annotations

import re

MAX_RUN = 5
"""Characters of a run after the first one, at most."""
_BARS = "|‖•‣·▪●■◆►▶▸➤➡"
_RUNS = "+/>"

SEPARATOR = re.compile(
    rf"[\n\x1f{_BARS}{_RUNS}]"
    rf"(?:(?<=[\n\x1f])|(?<=\s[{_BARS}])(?=\s)|(?<=\s[{_RUNS}])[{_RUNS}]{{1,{MAX_RUN}}}(?=\s))"
)
"""A line feed, a mark between fields, or between spaces a bar, bullet, arrow or run of signs:
``Kiew +++ Moskau``. One set of characters comes first: the search skips all others quickly."""
