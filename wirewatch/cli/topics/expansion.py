"""``wirewatch topics expand``: the words of articles that a term finds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from core.clock import rfc3339, utc_now
from wirewatch.cli.output import print_json, print_rows, say, write
from wirewatch.cli.topics.definition import print_definition
from wirewatch.cli.topics.options import ArticlesOption, JsonOption, read_articles
from wirewatch.run.bootstrap import load_files, open_settings
from wirewatch.run.reading import read_archive

if TYPE_CHECKING:
    from config.catalog.models import Catalog
    from config.settings import Settings
    from wirewatch.topic_tools.archive_words import ArchiveExpansion
    from wirewatch.topic_tools.expansion import FoundWord, Term

DEFAULT_SPAN = timedelta(days=30)
"""How far back the store is read where no archive was ever filled."""
NO_ARTICLES = (
    "There is no archive yet, and no article of this time is stored. "
    "`wirewatch run` collects them; or name a file, of labelled headlines too: --articles FILE."
)
"""What is said where there is nothing to count in."""


def expand(
    term: Annotated[
        str, typer.Argument(help="A word, a query in quotes, or a term's name with --topic")
    ],
    *,
    topic: Annotated[str, typer.Option(help="The topic whose terms are used: id or path.")] = "",
    since: Annotated[
        str, typer.Option(help="Count in the articles from a time, or from 30d ago, on.")
    ] = "",
    articles: ArticlesOption = "",
    limit: Annotated[int, typer.Option(help="Words to print at most.", min=1)] = 100,
    definition: Annotated[
        bool, typer.Option("--definition", help="Print how a concept or term is defined instead.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the words of the archive that a term finds, by frequency and how.

    \b
    wirewatch topics expand Beitritt
    wirewatch topics expand 'beitritt*' --since 90d
    wirewatch topics expand joining --topic nato-membership
    wirewatch topics expand '$protest' --definition
    """  # noqa: D301 click reads \b as: keep these lines
    from wirewatch.topic_tools.expansion import Term

    settings = open_settings()
    catalog = _catalog(settings, topic)
    if definition:
        print_definition(term, catalog, as_json=as_json)
        return
    compiled = Term(term, catalog, settings.language_codes)
    found = _expand(settings, catalog, compiled, since=since, articles=articles, limit=limit)
    if as_json:
        rows = [word.as_json() for word in found.words[:limit]]
        line = compiled.deny_line(found.words)
        counted = {"articles": found.articles, "source": found.source}
        print_json({"term": term, **counted, "words": rows, "deny": line})
    else:
        _print(compiled, found, limit)
    if found.note:
        typer.echo(found.note, err=True)


@dataclass(frozen=True)
class _Found:
    """What a term finds.

    Attributes:
        articles: How many articles were read.
        source: ``vocabulary``, where that of the archive was counted, or ``articles``.
        note: What a reader must know of what was not read; may be empty.
    """

    words: tuple[FoundWord, ...]
    articles: int
    source: str
    note: str = ""


def _expand(
    settings: Settings, catalog: Catalog, term: Term, *, since: str, articles: str, limit: int
) -> _Found:
    """Return what a term finds in a file, in the archive, or in the store where no archive is."""
    from core.archive.fill import is_filled
    from wirewatch.cli.times import parse_since
    from wirewatch.topic_tools.archive_words import expand_archive
    from wirewatch.topic_tools.corpus import open_corpus

    now = utc_now()
    start = parse_since(since, now) if since else None
    file = read_articles(articles)
    if file is None:
        with read_archive(settings, has_substitute=True) as archive:
            if is_filled(archive):
                found = expand_archive(term, archive, limit, since=start)
                source = "articles" if start else "vocabulary"
                return _Found(found.words, found.read, source, _note(found))
    with open_corpus(settings, catalog, start or now - DEFAULT_SPAN, now, file) as corpus:
        read = term.expand(corpus)
    note = "" if file is not None or read.articles else NO_ARTICLES
    return _Found(read.words, read.articles, "articles", note)


def _note(found: ArchiveExpansion) -> str:
    if found.back_to is None:
        return ""
    return (
        f"Phrases, names and verbs apart are counted in the newest {found.read:,} articles that "
        f"have their words, back to {rfc3339(found.back_to)}; --since TIME reads all from then on."
    )


def _print(term: Term, found: _Found, limit: int) -> None:
    columns = ("articles", "word", "how", "part", "example")
    where = "the archive" if found.source == "vocabulary" else f"{found.articles:,} articles"
    rows = [word.as_json() for word in found.words[:limit]]
    print_rows(rows, columns, as_json=False, empty=f"No word of {where}.")
    if len(found.words) > limit:
        write(f"… and {len(found.words) - limit:,} more (--limit).")
    if line := term.deny_line(found.words):
        write("\nTo exclude some of them, copy this and leave in it only what you do not want:")
        say(line)


def _catalog(settings: Settings, topic: str) -> Catalog:
    """Return the catalog with the topic whose terms are used, or with none."""
    from wirewatch.topic_tools.files import load_sound_topic

    if topic:
        return load_sound_topic(settings, topic)
    return replace(load_files(settings)[0], topics=())
