"""``wirewatch articles``: what is made of a page, and what is kept of an article."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from config.errors import UsageError, WirewatchError
from core.clock import rfc3339
from wirewatch.cli.output import print_json, print_line, say, write
from wirewatch.run.bootstrap import open_settings, open_store

app = typer.Typer(no_args_is_help=True, help="Look at pages and articles.")

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@app.command()
def extract(
    sources: Annotated[list[str], typer.Argument(help="Files, URLs, or - for stdin")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per input.")] = False,
) -> None:
    """What ingest makes of pages.

    Goes on after a bad one; exits 1 where one holds no article, 2 where a file cannot be read, 3
    where a URL cannot be had. With --json a bad one is a line too, with "error".

    \b
    wirewatch articles extract https://www.tagesschau.de/…
    wirewatch articles extract --json pages/*.html
    curl -s https://example.org/ | wirewatch articles extract -
    """  # noqa: D301 click reads \b as: keep these lines
    from wirewatch.cli.inputs import extract_source, extracted_json, nothing_extracted

    settings = open_settings()
    code = 0
    for source in sources:
        try:
            row = extracted_json(source, extract_source(source, settings))
        except WirewatchError as error:
            row = nothing_extracted(source, str(error))
            code = max(code, error.exit_code)
        if as_json:
            print_line(row)
        else:
            _print(row)
    raise typer.Exit(code)


def _print(row: dict[str, Any]) -> None:
    if "error" in row:
        about = "" if row["input"] in row["error"] else f"{row['input']}: "
        say(about + row["error"])
        return
    say("\n".join(filter(None, (row["title"], row["lead"], row["text"]))))
    for zone in row["zones"]:
        say(f"-- cut ({zone['zone']}): {' '.join(zone['text'].split())[:100]}", indent="  ")


@app.command()
def show(
    article: Annotated[str, typer.Argument(help="An article's id or URL")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Every revision of an article, and the feeds that showed it."""
    from core.store import articles
    from ingest.urls import canonical_url, shown_url

    with open_store(open_settings()) as store, store.read() as connection:
        names = (article, shown_url(article), canonical_url(article))
        found = next(filter(None, (articles.find_by_id_or_url(connection, n) for n in names)), None)
        if found is None:
            mend = "`wirewatch streams tail news.articles.v1` shows the ids and URLs of all."
            raise UsageError(f"{article!r} is no article we know.", mend=mend)
        revisions = articles.load_revisions(connection, found.article_id)
        seen = articles.load_sightings(connection, found.article_id)
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
        say(f"revision {r.revision}, {rfc3339(r.fetched_at)}, from the {r.text_source}")
        say("\n".join(filter(None, (r.title, r.lead, r.text))))
