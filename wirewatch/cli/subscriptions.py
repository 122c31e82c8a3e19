"""``wirewatch feeds``: find feeds, add them to ``sources.yaml`` and remove them.

::

    discover ─▶ table of feeds            import FILE.opml ─┐
    add URL ────────────────────────────────────────────────┼─▶ sources.yaml, its comments kept
    remove FEED ────────────────────────────────────────────┘
    export ─▶ OPML

A running program reads the file again by itself. The file is replaced as a whole, so that a reader
never sees half of it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import UsageError
from config.i18n import in_english
from config.secrets import mask
from core.clock import rfc3339
from wirewatch.cli.feeds import JsonOption, app, find_feed
from wirewatch.cli.output import print_json, print_rows, say, write
from wirewatch.run.bootstrap import load_outlets, open_settings

if TYPE_CHECKING:
    from config.catalog.sources_edit import NewFeed, NewOutlet
    from config.settings import Settings
    from ingest.discovery.find import FoundFeed

__all__ = ["app"]

_COLUMNS = ("kind", "url", "title", "entries", "newest_at", "text", "language", "problem")


@app.command()
def discover(
    address: Annotated[str, typer.Argument(help="A site, a page of it, or a feed")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Find the feeds of a site. Exits with 1 if none can be used.

    The page's links, the sitemaps in robots.txt and the usual addresses are requested, with a pause
    between requests, and read. `wirewatch feeds add URL` adds one.
    """
    from wirewatch.run.program import open_program

    async def find() -> list[FoundFeed]:
        async with program.ingest() as ingest:
            return await ingest.discover(address)

    with open_program(open_settings()) as program:
        found = asyncio.run(find())
    rows = [_as_row(feed) for feed in found]
    print_rows(rows, _COLUMNS, as_json=as_json, empty="No feed was found.")
    if not any(feed.problem is None for feed in found):
        raise typer.Exit(1)


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="The feed's URL")],
    *,
    outlet: Annotated[str, typer.Option(help="The outlet's id; by default from the URL")] = "",
    name: Annotated[str, typer.Option(help="The name of a new outlet")] = "",
    country: Annotated[str, typer.Option(help="Its country, two letters")] = "",
    language: Annotated[str, typer.Option(help="Its language, two letters")] = "",
    tier: Annotated[str, typer.Option(help="A, B or C: how often it is polled")] = "",
    kind: Annotated[str, typer.Option(help="feed, sitemap or page")] = "feed",
    links: Annotated[str, typer.Option(help="For a page: CSS selector of its links")] = "",
    every: Annotated[str, typer.Option(help="Poll it at this interval: 10m")] = "",
) -> None:
    """Add a feed to sources.yaml. Everything else in the file stays as it is."""
    from config.catalog.sources_edit import NewFeed, NewOutlet
    from ingest.opml import outlet_id

    keys = {"name": name, "country": country, "language": language, "tier": tier}
    options = {"kind": "" if kind == "feed" else kind, "links": links, "every": every}
    new_outlet = NewOutlet(outlet or outlet_id(url), _given(keys))
    _add(open_settings(), [(new_outlet, NewFeed(url, _given(options)))])
    say(f"{new_outlet.id} has the feed {mask(url)}.")


@app.command()
def remove(feed: Annotated[str, typer.Argument(help="A feed's id or URL")]) -> None:
    """Remove a feed from sources.yaml, and its outlet if it has no other. Its articles stay."""
    from config.catalog.sources_edit import remove_feed

    settings = open_settings()
    known = find_feed(load_outlets(settings), feed)
    path, text = _read(settings)
    _replace(path, remove_feed(text, known.url, _variables()))
    say(f"{known.outlet} no longer has the feed {mask(known.url)}.")


@app.command("import")
def import_opml(
    file: Annotated[Path, typer.Argument(help="An OPML file, or - for standard input")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Add the feeds of an OPML file to sources.yaml; those that it has already are left out."""
    from config.catalog.sources_edit import NewFeed, NewOutlet
    from ingest.opml import MAX_BYTES, read_opml

    settings = open_settings()
    known = {f.url for outlet in load_outlets(settings).outlets for f in outlet.feeds}
    listed = read_opml(_bytes(file, MAX_BYTES + 1), str(file))
    new = [listing for listing in listed if listing.url not in known]
    pairs = [
        (
            NewOutlet(one.outlet, _given({"name": one.name, "language": one.language})),
            NewFeed(one.url, one.options),
        )
        for one in new
    ]
    _add(settings, pairs)
    summary = {"listed": len(listed), "added": len(new), "known": len(listed) - len(new)}
    if as_json:
        print_json(summary | {"feeds": [mask(one.url) for one in new]})
    else:
        say("{listed} feeds listed, {added} added, {known} known already.".format(**summary))


@app.command("export")
def export_opml() -> None:
    """Print all feeds as OPML, for other readers. Addresses are complete, with their passwords."""
    from ingest.opml import write_opml

    write(write_opml(load_outlets(open_settings()).outlets).rstrip("\n"))


def _as_row(feed: FoundFeed) -> dict[str, Any]:
    return {
        "kind": feed.kind,
        "url": mask(feed.url),
        "title": feed.title,
        "entries": feed.entries,
        "newest_at": rfc3339(feed.newest_at) if feed.newest_at else None,
        "text": "whole" if feed.full_text else "short" if feed.entries else None,
        "conditional": feed.conditional,
        "language": feed.language,
        "problem": in_english(feed.problem) if feed.problem else None,
    }


def _given(keys: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in keys.items() if value}


def _add(settings: Settings, feeds: list[tuple[NewOutlet, NewFeed]]) -> None:
    from config.catalog.sources_edit import add_feeds

    path, text = _read(settings)
    if feeds:
        _replace(path, add_feeds(text, feeds, _variables()))


def _variables() -> Any:
    from config.catalog.variables import Variables

    return Variables(os.environ, Path(".env"))


def _read(settings: Settings) -> tuple[Path, str]:
    """Return the path and the text of ``sources.yaml``.

    Raises:
        UsageError: It cannot be read.
    """
    path = (settings.config_dir / "sources.yaml").resolve()
    try:
        return path, path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read.", mend="`wirewatch check` says why.") from error


def _replace(path: Path, text: str) -> None:
    """Replace a file as a whole; its mode stays.

    Raises:
        UsageError: It cannot be written.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        new.write_bytes(text.encode())
        new.chmod(path.stat().st_mode & 0o777)
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{path} cannot be written: {reason}.", mend="Check its mode.") from error


def _bytes(file: Path, most: int) -> bytes:
    """Return the first bytes of a file or of standard input.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(most)
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", mend="Check it.") from error
