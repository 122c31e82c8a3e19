"""``wirewatch topics expand``: the words of articles that a term finds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from core.clock import utc_now
from wirewatch.cli.output import print_json, print_rows, say, write
from wirewatch.cli.topics.options import ArticlesOption, JsonOption, SinceOption, read_articles
from wirewatch.run.bootstrap import load_files, open_settings

if TYPE_CHECKING:
    from config.catalog.models import Catalog
    from config.settings import Settings


def expand(
    term: Annotated[
        str, typer.Argument(help="A word, a query in quotes, or a term's name with --topic")
    ],
    *,
    topic: Annotated[str, typer.Option(help="The topic whose terms are used: id or path.")] = "",
    since: SinceOption = "30d",
    articles: ArticlesOption = "",
    limit: Annotated[int, typer.Option(help="Words to print at most.", min=1)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List the words of articles that a term finds, by frequency and how.

    \b
    wirewatch topics expand Beitritt
    wirewatch topics expand 'beitritt*' --since 90d
    wirewatch topics expand joining --topic nato-membership
    """  # noqa: D301 click reads \b as: keep these lines
    from wirewatch.cli.times import parse_since
    from wirewatch.topic_tools.corpus import open_corpus
    from wirewatch.topic_tools.expansion import Term

    settings = open_settings()
    now = utc_now()
    catalog = _catalog(settings, topic)
    compiled = Term(term, catalog, settings.language_codes)
    file = read_articles(articles)
    with open_corpus(settings, catalog, parse_since(since, now), now, file) as corpus:
        expansion = compiled.expand(corpus)
    words = expansion.words
    if as_json:
        rows = [word.as_json() for word in words[:limit]]
        line = compiled.deny_line(words)
        print_json({"term": term, "articles": expansion.articles, "words": rows, "deny": line})
        return
    columns = ("articles", "word", "how", "part", "example")
    empty = f"No word of {expansion.articles:,} articles."
    print_rows([w.as_json() for w in words[:limit]], columns, as_json=False, empty=empty)
    if len(words) > limit:
        write(f"… and {len(words) - limit:,} more (--limit).")
    if line := compiled.deny_line(words):
        write("\nTo exclude some of them, copy this and leave in it only what you do not want:")
        say(line)


def _catalog(settings: Settings, topic: str) -> Catalog:
    """Return the catalog with the topic whose terms are used, or with none."""
    from wirewatch.topic_tools.files import load_sound_topic

    if topic:
        return load_sound_topic(settings, topic)
    return replace(load_files(settings)[0], topics=())
