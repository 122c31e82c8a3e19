"""``wirewatch archive``: search all articles in the query language of topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import CatalogError, UsageError
from core.clock import rfc3339, utc_now
from core.text import clean_line
from wirewatch.cli.output import print_json, say, write
from wirewatch.cli.terminal import Progress, stop_at_signal
from wirewatch.cli.times import parse_since
from wirewatch.run.bootstrap import load_files, open_settings
from wirewatch.run.reading import describe_archive, read_archive

if TYPE_CHECKING:
    from config.catalog.models import Catalog
    from config.settings import Settings
    from core.archive import IndexState
    from processors.archive import Hit, SearchPage

app = typer.Typer(no_args_is_help=True, help="Search all articles, and rebuild their index.")

MOST_READ = 50_000
"""Articles that are read for a query that the index cannot answer; half a minute."""


@app.callback()
def top() -> None:
    """Search all articles that were read."""


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="A query, as in a rule of a topic")],
    *,
    since: Annotated[str, typer.Option(help="Only articles fetched since a time, or 7d ago.")] = "",
    language: Annotated[str, typer.Option(help="Only articles in a language: de")] = "",
    outlet: Annotated[str, typer.Option(help="Only articles of an outlet of sources.yaml")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most articles.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False,
    labels: Annotated[
        bool, typer.Option("--labels", help="Headlines to label for `topics try`, copies once.")
    ] = False,
) -> None:
    """Search all articles, matched or not, newest first, with the sentence that matches.

    \b
    wirewatch archive search 'Beitritt NEAR/10 Ukraine' --since 7d
    wirewatch archive search 'title:NATO AND NOT Fußball' --language de --json
    wirewatch archive search 'title:(Feuerwerk OR Böller)' --limit 80 --labels > first.txt
    """  # noqa: D301 click reads \b as: keep these lines
    from core.archive import ArchiveFilter
    from processors.archive import SearchLimits, compile_search
    from processors.archive import search as run_search

    if as_json and labels:
        raise UsageError("--json and --labels are two formats.", mend="Leave one of them out.")
    settings = open_settings()
    compiled = compile_search(query, _catalog(settings), settings.language_codes)
    start = parse_since(since, utc_now()) if since else None
    selection = ArchiveFilter(since=start, outlet=outlet, language=language)
    where = describe_archive(settings)
    with read_archive(settings) as archive:
        page = run_search(archive, compiled, selection, limits=SearchLimits(limit, MOST_READ))
        outdated = outdated_note(archive.index_state())
    if as_json:
        print_json([as_row(hit) for hit in page.hits])
    elif labels:
        from wirewatch.cli.labels import print_labels

        articles = (hit.revision for hit in page.hits)
        rows = [(r.article.title, r.article.lead, r.language) for r in articles]
        print_labels({"": rows}, settings.language_codes)
    else:
        for hit in page.hits:
            _print_hit(hit)
        if not page.hits:
            write(f"No article matches in {where}.")
    for note in filter(None, (limit_note(page), outdated)):
        typer.echo(note, err=True)


@app.command()
def rebuild(
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Also where the index is of this version.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Rebuild the index from the stored texts, where another version of the program made it.

    The program may run: searches answer and articles are stored meanwhile. Stopped or killed, it
    continues where it was when it is started again.
    """
    from core.archive.rebuild import rebuild_index

    settings = open_settings()
    progress = Progress()
    with read_archive(settings) as archive, stop_at_signal() as stop:
        state = archive.index_state()
        if not state.is_current or state.rebuild or force:
            try:
                rebuild_index(archive, stop.is_set, lambda n: progress.show(f"{n:,} articles"))
            finally:
                progress.end()
            _report(archive.index_state(), as_json=as_json)
        else:
            _report(state, as_json=as_json)


def _report(state: IndexState, *, as_json: bool) -> None:
    """Print whether the index is of this version now, or how far its rebuild has come."""
    if as_json:
        articles = state.rebuild.articles if state.rebuild else None
        print_json({"version": state.version, "current": state.is_current, "rebuilt": articles})
    elif state.rebuild:
        write(f"Stopped after {state.rebuild.articles:,} articles. Run it again to continue.")
    else:
        write(f"The index is of this program's version, {state.version}.")


def as_row(hit: Hit) -> dict[str, Any]:
    """Return a hit as a row of ``--json``."""
    from core.archive.excerpts import is_excerpt

    article, enriched = hit.revision.article, hit.revision.enriched
    return {
        "article_id": article.article_id,
        "revision": article.revision,
        "url": article.url,
        "title": article.title,
        "lead": article.lead,
        "outlet": article.outlet,
        "language": hit.revision.language,
        "fetched_at": rfc3339(article.fetched_at),
        "published_at": rfc3339(article.published_at) if article.published_at else None,
        "topics": [topic.topic_id for topic in enriched.topics] if enriched else [],
        "excerpt_only": is_excerpt(article),
        "evidence": [span.model_dump(mode="json", exclude={"rule"}) for span in hit.evidence],
    }


def limit_note(page: SearchPage) -> str:
    """Return what a reader must know of where the search ended; empty where it read everything."""
    from processors.archive import Stopped

    if page.stopped is Stopped.NO or page.back_to is None:
        return ""
    back_to = rfc3339(page.back_to)
    if page.stopped is Stopped.FULL:
        return f"There may be more before {back_to}; see --limit and --since."
    if page.is_indexed:
        return f"{page.read:,} candidates were read, back to {back_to}; the query is very common."
    return (
        f"No word of the query must be in every match, so that the articles were read one after the"
        f" other: {page.read:,} of them, back to {back_to}. Add a word with AND."
    )


def outdated_note(state: IndexState) -> str:
    """Return what a reader must know of an index of another version; empty where it is not one."""
    if state.is_current:
        return ""
    return (
        "Another version of this program made the archive's index, so that words may be missing "
        "from it. Run `wirewatch archive rebuild`; the program may run meanwhile."
    )


def _catalog(settings: Settings) -> Catalog:
    """Return the operator's files; faults of topics do not matter here.

    Raises:
        CatalogError: The entities have errors, so that a query would not mean what it says.
    """
    catalog, faults = load_files(settings)
    if errors := [f for f in faults if f.is_error and "entities" in f.file]:
        raise CatalogError(errors)
    return catalog


def _print_hit(hit: Hit) -> None:
    from core.archive.excerpts import is_excerpt
    from core.text.excerpt import excerpt

    article = hit.revision.article
    note = "  (excerpt only)" if is_excerpt(article) else ""
    say(f"{article.outlet}  {article.title}{note}")
    published = rfc3339(article.published_at) if article.published_at else "at an unknown time"
    say(f"published {published}, fetched {rfc3339(article.fetched_at)}", indent="    ")
    say(article.url, indent="    ")
    sentence = "".join(piece.text for piece in excerpt(hit.evidence))
    for line in dict.fromkeys((clean_line(article.lead), sentence)):
        if line and line != article.title:
            say(line, indent="    ")
