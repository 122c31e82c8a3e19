"""``wirewatch articles``: what is made of a page, and what is kept of an article."""

from __future__ import annotations

from typing import Annotated

import typer

from config.errors import FetchError, UsageError, WirewatchError
from core.clock import rfc3339
from core.store import articles as article_store
from wirewatch.cli.inputs import extract_source, extracted_json
from wirewatch.cli.output import print_json, print_line
from wirewatch.program import open_settings, open_store

app = typer.Typer(no_args_is_help=True, help="Look at pages and articles.")

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@app.command()
def extract(
    sources: Annotated[list[str], typer.Argument(help="Files, URLs, or - for stdin")],
    *,
    as_json: JsonOption = False,
) -> None:
    """What ingest makes of pages; one JSON line each. Goes on after a bad one, exits 1 or 3."""
    settings = open_settings()
    code = 0
    for source in sources:
        try:
            row = extracted_json(source, extract_source(source, settings))
        except UsageError:
            raise
        except WirewatchError as error:
            row = {"input": source, "error": str(error)}
            code = max(code, 3 if isinstance(error, FetchError) else 1)
        if as_json:
            print_line(row)
        elif "error" in row:
            print(f"{source}: {row['error']}")
        else:
            print("\n".join(filter(None, (row["title"], row["lead"], row["text"]))))
            for zone in row["zones"]:
                print(f"  -- cut ({zone['zone']}): {zone['text'][:100]!r}")
    raise typer.Exit(code)


@app.command()
def show(
    article: Annotated[str, typer.Argument(help="An article's id or URL")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Every revision of an article, and the feeds that showed it."""
    with open_store(open_settings()) as store, store.read() as connection:
        found = article_store.find_article(connection, article)
        if found is None:
            raise UsageError(f"{article!r} is no article we know.")
        revisions = article_store.revisions(connection, found.article_id)
        seen = article_store.seen_in(connection, found.article_id)
    row = {
        "article_id": found.article_id,
        "url": found.url,
        "outlet": found.outlet,
        "first_seen_at": rfc3339(found.first_seen_at),
        "origin": found.origin,
        "revisions": [r.model_dump(mode="json") for r in revisions],
        "seen_in": [{"feed_id": f, "url": u, "seen_at": rfc3339(at)} for f, u, at in seen],
    }
    if as_json:
        print_json(row)
        return
    print(f"{found.article_id}  {found.url}")
    for r in revisions:
        print(
            f"\nrevision {r.revision}, {rfc3339(r.fetched_at)}, from the {r.text_source}\n{r.title}"
        )
        print("\n".join(filter(None, (r.lead, r.text))))
