"""``wirewatch topics diff``: which articles a change of a topic gains and loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from core.clock import utc_now
from wirewatch.cli.output import print_json, say, write
from wirewatch.cli.terminal import with_progress
from wirewatch.cli.topics.options import ArticlesOption, JsonOption, SinceOption, read_articles
from wirewatch.run.bootstrap import open_settings

if TYPE_CHECKING:
    from wirewatch.topic_tools.comparison import TopicComparison
    from wirewatch.topic_tools.matching import Scored

MUCH = 0.3
"""A change of more than this share of the matches is said to be large."""


def diff(
    old: Annotated[str, typer.Argument(help="The topic as it was: id, path or REVISION:PATH")],
    new: Annotated[str, typer.Argument(help="The topic as it is to be")],
    *,
    since: SinceOption = "14d",
    articles: ArticlesOption = "",
    as_json: JsonOption = False,
) -> None:
    """Compare two versions of a topic on the same articles: what is gained, what is lost.

    \b
    wirewatch topics diff nato-membership /tmp/nato-membership.yaml
    wirewatch topics diff HEAD:config/topics/gas.yaml gas --since 30d
    """  # noqa: D301 click reads \b as: keep these lines
    from wirewatch.cli.times import parse_since
    from wirewatch.topic_tools.comparison import compare_topics
    from wirewatch.topic_tools.corpus import Span, archive_reach, open_selected
    from wirewatch.topic_tools.files import load_sound_topic
    from wirewatch.topic_tools.matching import ScoredTopic

    settings = open_settings()
    now = utc_now()
    before, after = (load_sound_topic(settings, name) for name in (old, new))
    codes = settings.language_codes
    file = read_articles(articles)
    span = Span(parse_since(since, now), now)
    topics = ScoredTopic(before, codes), ScoredTopic(after, codes)
    with open_selected(settings, [after, before], span, file) as selected:
        number = selected.counts.articles if selected.counts else None
        read = with_progress(selected.articles, "articles")
        result = compare_topics(*topics, read, number)
        if note := archive_reach(selected, span):
            typer.echo(note, err=True)
    if as_json:
        print_json({"old_topic": old, "new_topic": new, **result.as_json()})
    else:
        print_comparison(result)


def print_comparison(result: TopicComparison) -> None:
    """Print what a change gains and loses, with headlines."""
    for sign, changed in (("+", result.gained), ("-", result.lost)):
        for each in changed:
            print_article(sign, each)
    gained, lost = len(result.gained), len(result.lost)
    write(
        f"{result.articles:,} articles: {result.old:,} matched before, {result.new:,} after; "
        f"{gained:,} gained, {lost:,} lost."
    )
    if result.old and result.change > MUCH:
        write(f"That is more than {MUCH:.0%} of the matches: let somebody else look at it.")


def print_article(sign: str, article: Scored) -> None:
    """Print an article on two lines: its headline, then where it comes from and what it hits."""
    say(f"{sign} {article.title}")
    hits = f"{', '.join(article.rules)}: {', '.join(article.words)}"
    say(f"{article.at:%Y-%m-%d %H:%M} {article.outlet}, score {article.score}; {hits}", indent="  ")
