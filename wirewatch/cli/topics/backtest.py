"""``wirewatch topics backtest``: what a topic would have matched and told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from core.clock import utc_now
from wirewatch.cli.output import print_json, print_rows, say, write
from wirewatch.cli.terminal import with_progress
from wirewatch.cli.topics.comparison import print_article
from wirewatch.cli.topics.options import (
    ArticlesOption,
    JsonOption,
    SinceOption,
    TopicArgument,
    read_articles,
)
from wirewatch.run.bootstrap import open_settings

if TYPE_CHECKING:
    from collections.abc import Collection

    from config.settings import Settings
    from wirewatch.topic_tools.backtest import Backtest
    from wirewatch.topic_tools.corpus import Span


def backtest(
    topic: TopicArgument,
    *,
    since: SinceOption = "7d",
    against: Annotated[
        str, typer.Option(metavar="FILE", help="Another version to compare it with: id or path.")
    ] = "",
    articles: ArticlesOption = "",
    limit: Annotated[
        int, typer.Option(min=1, help="Matches, messages and near misses to print at most.")
    ] = 20,
    labels: Annotated[
        bool,
        typer.Option("--labels", help="Matches and near misses to label for `topics try` instead."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a topic would have matched, and the messages after stories, caps and quiet hours.

    Nothing is stored or sent. The topic counts as live, whatever its state. Lines of --articles
    need "url" and "first_seen_at", as for `alerts simulate`.
    """
    from wirewatch.cli.times import parse_since
    from wirewatch.topic_tools.corpus import Span
    from wirewatch.topic_tools.files import check_alerts

    if labels and (as_json or against):
        mend = "Leave --json and --against out."
        raise UsageError("--labels prints headlines of one topic.", mend=mend)
    settings = open_settings()
    now = utc_now()
    span = Span(parse_since(since, now), now)
    check_alerts(settings)
    file = read_articles(articles)
    result = _run(settings, topic, span, file)
    other = _run(settings, against, span, file) if against else None
    if as_json:
        print_json({"topic": topic, **result.as_json(), **_against(result, other)})
        return
    if labels:
        _print_labels(result, limit, settings.language_codes)
        return
    _print_backtest(result, limit)
    if other is not None:
        _print_against(against, result, other)


def _run(settings: Settings, topic: str, span: Span, file: bytes | None) -> Backtest:
    from wirewatch.topic_tools.backtest import backtest as run_backtest
    from wirewatch.topic_tools.corpus import open_arrivals
    from wirewatch.topic_tools.files import load_sound_topic

    catalog = load_sound_topic(settings, topic)
    with open_arrivals(settings, catalog, span, file) as arriving:
        articles = with_progress(arriving.arrivals, "articles")
        result = run_backtest(arriving.catalog, settings, articles, arriving.articles)
        if arriving.note:
            typer.echo(arriving.note, err=True)
        return result


def _against(result: Backtest, other: Backtest | None) -> dict[str, object]:
    """Return what the other version would have done, for ``--json``."""
    if other is None:
        return {}
    gained, lost = result.gained_over(other), other.gained_over(result)
    return {
        "against": {
            "matches": len(other.matches),
            "messages": len(other.messages),
            "gained": [each.as_json() for each in gained],
            "lost": [each.as_json() for each in lost],
        }
    }


def _print_backtest(result: Backtest, limit: int) -> None:
    write(
        f"{result.articles:,} articles, {len(result.matches):,} matches, "
        f"{len(result.messages):,} messages."
    )
    for columns, rows in (("day", result.per_day), ("outlet", result.per_outlet)):
        if rows:
            write("")
            print_rows(rows, (columns, "matches", "messages"), as_json=False, empty="")
    if result.messages:
        write("\nMessages:")
    for message in result.messages[:limit]:
        receivers = ", ".join(message["receivers"])
        say(f"{message['at']} {message['kind']} -> {receivers}: {message['title'] or ''}")
    for head, found in (("Matches:", result.matches), ("Near misses:", result.near_misses)):
        if found:
            write(f"\n{head}")
        for each in found[:limit]:
            print_article(" ", each)
        if len(found) > limit:
            write(f"  … and {len(found) - limit:,} more (--limit).")


def _print_labels(result: Backtest, limit: int, languages: Collection[str]) -> None:
    from wirewatch.cli.labels import print_labels

    found = {"matches": result.matches, "near misses": result.near_misses}
    rows = {
        name: [(each.title, each.lead, each.language) for each in articles[:limit]]
        for name, articles in found.items()
    }
    print_labels(rows, languages)


def _print_against(name: str, result: Backtest, other: Backtest) -> None:
    gained, lost = result.gained_over(other), other.gained_over(result)
    write("")
    say(f"Against {name}:")
    for sign, changed in (("+", gained), ("-", lost)):
        for each in changed:
            print_article(sign, each)
    write(
        f"{len(other.matches):,} matches and {len(other.messages):,} messages there; here "
        f"{len(gained):,} articles gained, {len(lost):,} lost."
    )
