"""Stories as a table in Markdown (GitHub Flavored Markdown), for a mail or a wiki. Pure.

What the catalogue says is written as it is; whatever comes from outlets and files is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from alerts.rendering.markdown import escape, markdown
from alerts.rendering.text_runs import TextRun
from config.catalog.models import Catalog
from config.i18n import Translator
from core.store.console.story_export import ExportedStory
from wirewatch.web import display

MEDIA_TYPE = "text/markdown; charset=utf-8; variant=GFM"

COLUMNS = ("time", "topic", "headline", "outlet", "outlets", "articles", "state", "severity")
"""Columns, by the last part of the keys of their headings."""

NUMBERS = ("outlets", "articles")
"""Columns that are aligned to the right."""


def write_markdown(
    pages: Iterable[list[ExportedStory]],
    catalog: Catalog,
    t: Translator,
    *,
    facts: Sequence[str],
    made_at: datetime,
    most: int,
) -> Iterator[bytes]:
    """Yield the file in pieces, the first with the headings.

    Args:
        pages: Stories.
        catalog: Names of topics and outlets.
        t: The reader's language.
        facts: What the list is of: a period, and the parts of its filter.
        made_at: When the list was made.
        most: How many stories a list has at most; one of that length ends with a remark.
    """
    yield _head(t, facts, made_at).encode("utf-8", "replace")
    count = 0
    for page in pages:
        count += len(page)
        lines = "".join(_line(story, catalog, t) for story in page)
        yield lines.encode("utf-8", "replace")
    if count == 0:
        yield _remark(t("export.none"))
    if count >= most:
        yield _remark(t("export.cut", n=t.number(most)))


def _remark(text: str) -> bytes:
    return f"\n{text}\n".encode()


def _head(t: Translator, facts: Sequence[str], made_at: datetime) -> str:
    headings = _row([t(f"export.column.{name}") for name in COLUMNS])
    rule = _row(["---:" if name in NUMBERS else "---" for name in COLUMNS])
    about = " · ".join([f"{t('general.as_of')} {t.moment(made_at)}", *map(escape, facts)])
    return f"# {t('nav.stories')}\n\n{about}\n\n{headings}{rule}"


def _line(story: ExportedStory, catalog: Catalog, t: Translator) -> str:
    row = story.row
    title = display.title(row.title) or t("general.no_title")
    state = row.verdict if row.verdict and row.state != "suppressed" else row.state
    return _row(
        [
            t.moment(row.at),
            escape(display.topic_title(catalog, row.topic_id, row.topic_title)),
            markdown(TextRun(title, url=display.link(story.url))),
            escape(display.outlet_name(catalog, row.outlet)) if row.outlet else "",
            str(row.outlets),
            str(row.articles),
            t.of("story.state", state),
            t.of("story.severity", row.severity) if row.told else "",
        ]
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
