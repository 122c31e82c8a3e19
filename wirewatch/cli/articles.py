"""``wirewatch articles``: extract pages, and show stored articles."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import UsageError, WirewatchError
from core.clock import rfc3339, utc_now
from wirewatch.cli.article_review import review
from wirewatch.cli.output import print_json, print_line, say, write
from wirewatch.run.bootstrap import load_outlets, open_settings
from wirewatch.run.reading import read_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.catalog.models import Outlet
    from config.settings import Settings
    from ingest.extract import ExtractedPage, PageHints
    from wirewatch.article_input import Document

app = typer.Typer(no_args_is_help=True, help="Look at pages and articles.")

app.command()(review)

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@app.command()
def extract(
    sources: Annotated[list[str], typer.Argument(help="Files, URLs, or - for stdin")],
    *,
    outlet: Annotated[
        str,
        typer.Option(
            help="Use the selectors and the time zone that sources.yaml has for this outlet. "
            "Default: the outlet whose feeds are on the same site, for a URL."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per input.")] = False,
) -> None:
    """Extract the articles of pages, as ingest does.

    Continues after an error. Exits with 1 if a page has no article, with 2 if a file cannot be
    read, with 3 if a URL cannot be fetched. With --json an error is a line too, with "error".

    \b
    wirewatch articles extract https://www.tagesschau.de/…
    wirewatch articles extract --json pages/*.html
    curl -s https://example.org/ | wirewatch articles extract -
    """  # noqa: D301 click reads \b as: keep these lines
    settings = open_settings()
    named = _outlet_by_id(outlet, settings) if outlet else None
    hints = _hints_of(named) if named else None
    outlets = (named,) if named else _known_outlets(sources, settings)
    code = 0
    for source in sources:
        try:
            known = outlet_of_url(source, outlets) if _is_url(source) and not hints else None
            used = _hints_of(known) if known else hints
            page = asyncio.run(_extracted(source, settings, used, outlets))
            row = as_row(source, page, used.time_zone if used else "")
        except WirewatchError as error:
            row = failed_row(source, str(error))
            code = max(code, error.exit_code)
        if as_json:
            print_line(row)
        else:
            _print(row)
    raise typer.Exit(code)


async def extract_here(document: Document, hints: PageHints | None = None) -> ExtractedPage:
    """Extract the article of a page in this process, as ingest does.

    Raises:
        ExtractionError: The page has no article.
    """
    from ingest.extract import PageHints
    from ingest.extract.article import extract_page

    return extract_page(
        document.body,
        url=document.url,
        content_type=document.content_type,
        hints=hints or PageHints(),
        now=utc_now(),
    )


async def _extracted(
    source: str, settings: Settings, hints: PageHints | None, outlets: Sequence[Outlet]
) -> ExtractedPage:
    from ingest.hosts import host_key
    from ingest.legacy_hosts import hosts_of
    from wirewatch.article_input import load

    legacy = hosts_of(outlets)
    document = await load(source, settings, lambda url: host_key(url) in legacy)
    return await extract_here(document, hints)


def _outlet_by_id(outlet_id: str, settings: Settings) -> Outlet:
    """Return an outlet of sources.yaml.

    Raises:
        UsageError: There is no such outlet.
    """
    outlet = load_outlets(settings).outlet(outlet_id)
    if outlet is None:
        raise UsageError(f"There is no outlet {outlet_id!r}.", mend="Use an id of sources.yaml.")
    return outlet


def _known_outlets(sources: Sequence[str], settings: Settings) -> Sequence[Outlet]:
    """Return the outlets of sources.yaml if a source is a URL and there is such a file."""
    has_file = (settings.config_dir / "sources.yaml").is_file()
    return load_outlets(settings).outlets if has_file and any(map(_is_url, sources)) else ()


def outlet_of_url(url: str, outlets: Sequence[Outlet]) -> Outlet | None:
    """Return the outlet that has a feed on the site of a URL; None if none or several have."""
    from ingest.urls import same_site

    found = [o for o in outlets if any(same_site(feed.url, url) for feed in o.feeds)]
    return found[0] if len(found) == 1 else None


def _is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _hints_of(outlet: Outlet) -> PageHints:
    from ingest.extract import PageHints

    return PageHints(
        body_selector=outlet.selectors.body,
        removed_selector=", ".join(outlet.selectors.remove),
        language=outlet.language or None,
        time_zone=outlet.time_zone,
    )


def as_row(source: str, page: ExtractedPage, time_zone: str = "") -> dict[str, Any]:
    """Return the line of ``articles extract --json`` for a page.

    Args:
        source: The file or URL.
        page: What was extracted.
        time_zone: The zone that its times without one were read in; empty where none is known.
    """
    return {
        "input": source,
        "url": page.canonical_url or page.url,
        "title": page.title,
        "lead": page.lead,
        "text": page.text,
        "language": page.language,
        "published_at": rfc3339(page.published_at) if page.published_at else None,
        "published_source": page.published_source,
        "published_precision": page.published_precision,
        "published_confidence": page.published_confidence,
        "published_before": rfc3339(page.published_before) if page.published_before else None,
        "time_zone": time_zone or None,
        "authors": list(page.authors),
        "agency": page.agency,
        "access": page.access.value,
        "zones": [{"zone": z.zone, "text": z.text} for z in page.zones],
        "flags": list(page.flags),
    }


def failed_row(source: str, reason: str) -> dict[str, Any]:
    """Return the line of an input that gave no article: the same keys, and ``error``."""
    empty = dict.fromkeys(("url", "title", "lead", "text"), "")
    dates = ("at", "source", "precision", "confidence", "before")
    names = ("language", *(f"published_{name}" for name in dates), "time_zone", "agency")
    unknown = dict.fromkeys(names)
    lists: dict[str, list[str]] = {"authors": [], "zones": [], "flags": []}
    return {"input": source, **empty, **unknown, "access": "unknown", **lists, "error": reason}


def _print(row: dict[str, Any]) -> None:
    if "error" in row:
        about = "" if row["input"] in row["error"] else f"{row['input']}: "
        say(about + row["error"])
        return
    say("\n".join(filter(None, (row["title"], row["lead"], row["text"]))))
    say(f"-- published: {_date(row)}", indent="  ")
    for zone in row["zones"]:
        say(f"-- cut ({zone['zone']}): {' '.join(zone['text'].split())[:100]}", indent="  ")


def _date(row: dict[str, Any]) -> str:
    """Return when an article was published, and how that is known, in one line."""
    zone = f"times without a zone read in {row['time_zone']}" if row["time_zone"] else ""
    if not row["published_at"]:
        before = f"unknown, before {row['published_before']}"
        return ", ".join(filter(None, (before if row["published_before"] else "unknown", zone)))
    known = f"from {row['published_source']}, to the {row['published_precision']}"
    sure = f"{row['published_confidence']} confidence"
    return ", ".join(filter(None, (row["published_at"], known, sure, zone)))


@app.command()
def show(
    article: Annotated[str, typer.Argument(help="An article's id or URL")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Show all revisions of an article, and the feeds that listed it."""
    from core.store import articles
    from core.store.sightings import load_sightings
    from ingest.urls import canonical_url, shown_url

    with read_store(open_settings()) as store, store.read() as connection:
        names = (article, shown_url(article), canonical_url(article))
        found = next(filter(None, (articles.find_by_id_or_url(connection, n) for n in names)), None)
        if found is None:
            mend = "`wirewatch streams tail news.articles.v1` shows all ids and URLs."
            raise UsageError(f"There is no article {article!r}.", mend=mend)
        revisions = articles.load_revisions(connection, found.article_id)
        seen = load_sightings(connection, found.article_id)
    if as_json:
        row = {
            "article_id": found.article_id,
            "url": found.url,
            "outlet": found.outlet,
            "first_seen_at": rfc3339(found.first_seen_at),
            "origin": found.origin,
            "revisions": [r.model_dump(mode="json") for r in revisions],
            "seen_in": [{"feed_id": f, "url": u, "seen_at": rfc3339(at)} for f, u, at in seen],
        }
        print_json(row)
        return
    say(f"{found.article_id}  {found.url}")
    for r in revisions:
        write("")
        unusual = [r.document_type or "", *r.flags]
        about = (rfc3339(r.fetched_at), f"from the {r.text_source}", *filter(None, unusual))
        say(f"revision {r.revision}, {', '.join(about)}")
        say("\n".join(filter(None, (r.title, r.lead, r.text))))
