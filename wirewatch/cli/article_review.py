"""``wirewatch articles review``: disputed pages, with both texts side by side."""

from __future__ import annotations

import shutil
import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import UsageError
from config.i18n import Phrase, in_english
from core.clock import rfc3339
from core.text import clean
from wirewatch.cli.output import print_json, print_rows, say, write
from wirewatch.run.bootstrap import open_settings
from wirewatch.run.reading import describe_location, read_store

if TYPE_CHECKING:
    from core.store.disputed_pages import DisputedPage

COLUMNS = ("article_id", "outlet", "title", "characters", "other", "why")
MOST_ROWS = 1_000


def review(
    article: Annotated[str, typer.Argument(help="An article's id or URL; default: list all")] = "",
    *,
    outlet: Annotated[str, typer.Option(help="Only pages of this outlet.")] = "",
    limit: Annotated[
        int, typer.Option(min=1, max=MOST_ROWS, help="At most as many pages, newest first.")
    ] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """List disputed pages, or show both texts of one side by side.

    A page is disputed where another reading of it has more than double or less than half of the
    text of the article. If the wrong one was chosen, mend the outlet with `selectors` in
    sources.yaml.
    """
    from core.store.disputed_pages import list_disputed

    settings = open_settings()
    with read_store(settings) as store, store.read() as connection:
        if article:
            pages = [_find(connection, article)]
        else:
            pages = list_disputed(connection, outlet=outlet or None, limit=limit)
    if article and as_json:
        print_json(as_row(pages[0]))
    elif article:
        _print_side_by_side(pages[0])
    elif as_json:
        print_json([as_row(page) for page in pages])
    else:
        empty = f"No page is disputed in {describe_location(settings.database_location)}."
        print_rows([_line(page) for page in pages], COLUMNS, as_json=False, empty=empty)


def _find(connection: Any, article: str) -> DisputedPage:
    """Return a disputed page by its article's id or URL.

    Raises:
        UsageError: The article is unknown, or its page is not disputed.
    """
    from core.store import articles
    from core.store.disputed_pages import find_disputed
    from ingest.urls import canonical_url, shown_url

    names = (article, shown_url(article), canonical_url(article))
    known = next(filter(None, (articles.find_by_id_or_url(connection, n) for n in names)), None)
    page = find_disputed(connection, known.article_id if known else article)
    if page is None:
        mend = "`wirewatch articles review` lists all disputed pages."
        raise UsageError(f"There is no disputed page of {article!r}.", mend=mend)
    return page


def as_row(page: DisputedPage) -> dict[str, Any]:
    """Return a disputed page for ``--json``."""
    return {
        "article_id": page.article_id,
        "outlet": page.outlet,
        "url": page.url,
        "title": page.title,
        "at": rfc3339(page.at),
        "reason": page.reason,
        "why": in_english(Phrase(f"opinion.{page.reason}")),
        "source": page.source,
        "characters": page.size,
        "text": page.text,
        "other_source": page.other_source,
        "other_characters": page.other_size,
        "other": page.other,
    }


def _line(page: DisputedPage) -> dict[str, Any]:
    row = as_row(page)
    return {
        **row,
        "characters": f"{page.size} {page.source}",
        "other": f"{page.other_size} {page.other_source}",
    }


def _print_side_by_side(page: DisputedPage) -> None:
    width = max(shutil.get_terminal_size().columns, 60) // 2 - 2
    say(f"{page.title}\n{page.url}\n{in_english(Phrase(f'opinion.{page.reason}'))}")
    columns = [
        _wrapped(in_english(Phrase(f"opinion.from.{source}")), size, text, width)
        for source, size, text in (
            (page.source, page.size, page.text),
            (page.other_source, page.other_size, page.other),
        )
    ]
    write("")
    write(f"{'The article':<{width}}   The other reading")
    for left, right in zip_longest(*columns, fillvalue=""):
        write(f"{left:<{width}} | {right}".rstrip())


def _wrapped(source: str, size: int, text: str, width: int) -> list[str]:
    lines = [f"{source}, {size} characters", ""]
    for paragraph in clean(text).split("\n"):
        lines += textwrap.wrap(paragraph, width) or [""]
    return lines + (["…"] if size > len(text) else [])
