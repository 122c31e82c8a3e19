"""The size of the data and what the nightly job deleted, as the feeds page shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from config.i18n import Translator
from core.store.nightly_runs import ARCHIVE, TEXTS, NightlyRun
from core.store.retention import RULES
from wirewatch.web import display

PARTS = ("store", "streams", "archive")
COLUMNS = ("articles", "told", "history", "counts", "archive")
"""What is deleted: rows of the store by kind of retention, and articles of the archive."""

_UNITS = ("kB", "MB", "GB", "TB")


def size_tiles(sizes: dict[str, int], t: Translator) -> list[tuple[str, str]]:
    """Return the label and size of each part of the data that exists."""
    return [
        (t.of("data.part", part), human_size(sizes[part], t)) for part in PARTS if sizes.get(part)
    ]


def nightly_rows(runs: Sequence[NightlyRun], t: Translator) -> list[dict[str, object]]:
    """Return for each run when it started, the rows deleted by column, the size and a problem."""
    return [
        {
            "started_at": run.started_at,
            "deleted": [_count_by_column(run)[column] for column in COLUMNS],
            "size": human_size(sum(run.sizes.values()), t),
            "problem": display.reason(run.problem, t) if run.problem else None,
        }
        for run in runs
    ]


def human_size(size: int, t: Translator) -> str:
    """Return a number of bytes with a unit of powers of a thousand: ``1.2 GB``, ``0 kB``."""
    value, unit = size / 1000, 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    number = t.number(round(value)) if value >= 10 or not unit else t.decimal(value)
    return f"{number} {_UNITS[unit]}"


def _count_by_column(run: NightlyRun) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name, rows in run.deleted.items():
        counts[_column_of(name)] += rows
    return counts


def _column_of(name: str) -> str:
    if name in (ARCHIVE, TEXTS):
        return "archive"
    rule = RULES.get(name)  # a rule of an older version may be gone
    return rule.kind if rule else "history"
