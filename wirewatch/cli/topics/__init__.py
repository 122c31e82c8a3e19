"""``wirewatch topics``: check, test and explain topics, and report on them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from config.faults import Fault, in_file_order
from wirewatch.cli.check import SarifOption, as_error
from wirewatch.cli.check import report as print_faults
from wirewatch.cli.output import print_json, say, write
from wirewatch.cli.rules import print_evidence, print_rules
from wirewatch.cli.terminal import with_progress
from wirewatch.cli.topics.backtest import backtest
from wirewatch.cli.topics.comparison import diff
from wirewatch.cli.topics.expansion import expand
from wirewatch.cli.topics.listing import list_topics
from wirewatch.cli.topics.new import new
from wirewatch.cli.topics.options import ArticlesOption, read_articles
from wirewatch.cli.topics.report import report as topic_report
from wirewatch.cli.topics.route import route
from wirewatch.cli.topics.suggestions import suggest
from wirewatch.cli.topics.trial import try_topic
from wirewatch.run.bootstrap import load_files, open_settings

if TYPE_CHECKING:
    from config.catalog.models import Catalog
    from config.settings import Settings
    from processors import Explanation

app = typer.Typer(no_args_is_help=True, help="Check, test and explain topics, and report on them.")
app.command("list")(list_topics)
app.command("new")(new)
app.command("try")(try_topic)
app.command("expand")(expand)
app.command("diff")(diff)
app.command("backtest")(backtest)
app.command("route")(route)
app.command("suggest")(suggest)
app.command("report")(topic_report)

FaultsOption = Annotated[bool, typer.Option("--json", help="One JSON array of faults on stdout.")]
TopicArgument = Annotated[
    str, typer.Argument(help="A topic's id, or the path of its file; by default all topics")
]


@app.command()
def lint(
    topic: TopicArgument = "",
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")] = False,
    since: Annotated[
        str, typer.Option(help="Also look at stored articles from a time, or from 30d ago, on.")
    ] = "",
    articles: ArticlesOption = "",
    as_json: FaultsOption = False,
    as_sarif: SarifOption = False,
) -> None:
    """Check the rules of topics. Exits with 1 if there is an error. Codes: docs/faults.md.

    With --since or --articles it also finds rules that never fire or never decide, topics that
    match too much, and wildcards that find many words (W103, W105, W106, W108).
    """
    settings = open_settings()
    chosen, topic_file_faults = _load(settings, topic)
    found = [*topic_file_faults, *_run_vocabulary_tests(chosen, topic, settings.language_codes)]
    if (since or articles) and not any(fault.is_error for fault in topic_file_faults):
        found += _look_at_articles(settings, chosen, since or "30d", articles)
    faults = in_file_order(map(as_error, found))
    print_faults(faults, as_json=as_json, as_sarif=as_sarif)
    if any(fault.is_error or strict for fault in faults):
        raise typer.Exit(1)


@app.command("test")
def run_tests(topic: TopicArgument = "", *, as_json: FaultsOption = False) -> None:
    """Run the tests of topics and of the vocabulary. Exits with 1 if a test fails."""
    from processors import run_topic_tests

    settings = open_settings()
    chosen, topic_file_faults = _load(settings, topic)
    errors = [fault for fault in topic_file_faults if fault.is_error]
    codes = settings.language_codes
    failed = errors or [
        *_run_vocabulary_tests(chosen, topic, codes),
        *(f for t in chosen.topics for f in run_topic_tests(t, chosen, codes)),
    ]
    if as_json:
        print_json([fault.model_dump() for fault in failed])
    else:
        for fault in failed:
            say(str(fault))
        number = sum(len(t.tests) for t in chosen.topics)
        number += 0 if topic else sum(len(concept.tests) for concept in chosen.vocabulary)
        write("Not run." if errors else f"{number - len(failed)} passed, {len(failed)} failed.")
    if failed:
        raise typer.Exit(1)


@app.command()
def explain(
    topic: Annotated[str, typer.Argument(help="A topic's id, or the path of its file")],
    source: Annotated[str, typer.Argument(help="A file, a URL, or - for stdin, with JSON or HTML")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show why a topic matches an article or not. Exits with 0 either way.

    \b
    wirewatch topics explain nato-membership https://www.tagesschau.de/…
    echo '{"language": "de", "title": "…", "text": "…"}' | wirewatch topics explain TOPIC -
    """  # noqa: D301 click reads \b as: keep these lines
    from processors import Processors
    from wirewatch.article_input import read
    from wirewatch.cli.articles import extract_here
    from wirewatch.topic_tools.files import load_sound_topic, topic_of

    settings = open_settings()
    chosen = load_sound_topic(settings, topic)
    article, language = asyncio.run(read(source, settings, extract_here))
    processors = Processors.compile(chosen, settings.language_codes)
    topic_id = topic_of(chosen).id
    explanation = processors.explain(topic_id, article, given_language=language)
    if as_json:
        print_json(explanation.as_json())
    else:
        _print_explanation(topic_id, explanation)


def _look_at_articles(
    settings: Settings, chosen: Catalog, since: str, articles: str
) -> list[Fault]:
    from core.clock import utc_now
    from wirewatch.cli.times import parse_since
    from wirewatch.topic_tools.archive_lint import archive_faults, words_of_archive
    from wirewatch.topic_tools.corpus import Span, open_selected

    now = utc_now()
    file = read_articles(articles)
    span = Span(parse_since(since, now), now)
    with open_selected(settings, [chosen], span, file, all_rules=True) as selected:
        find_words = words_of_archive(selected.archive) if selected.archive else None
        read = with_progress(selected.articles, "articles")
        return archive_faults(chosen, settings.language_codes, read, selected.counts, find_words)


def _print_explanation(topic: str, explanation: Explanation) -> None:
    row = explanation.as_json()
    result = "matches" if explanation.match else "does not match"
    stopped = f", stopped by the gate {row['stopped_by']}" if row["stopped_by"] else ""
    say(f"{topic} {result}{stopped}: score {row['score']} of {row['threshold']}.")
    for gate in row["gates"]:
        passed = "passed" if gate["passed"] else "not passed"
        say(f"gate {gate['name']}: {passed}: {gate['why']}", indent="  ")
    print_rules(row["rules"])
    print_evidence(explanation.evidence)


def _run_vocabulary_tests(chosen: Catalog, topic: str, languages: tuple[str, ...]) -> list[Fault]:
    """Return E020 for each sentence of a concept that fails; none where a topic is named.

    A named topic is checked alone: on each save, for example.
    """
    from processors import run_vocabulary_tests

    return [] if topic else run_vocabulary_tests(chosen, languages)


def _load(settings: Settings, topic: str) -> tuple[Catalog, list[Fault]]:
    """Return the named topic, or all where none is named, with the faults of their files.

    Raises:
        UsageError: The topic does not exist.
        CatalogError: The topic's file has errors.
    """
    from processors import topic_faults, vocabulary_faults
    from wirewatch.topic_tools.files import faults_of_topics, load_topic

    if topic:
        return load_topic(settings, topic)
    catalog, faults = load_files(settings)
    found = [*faults, *topic_faults(catalog), *vocabulary_faults(catalog)]
    return catalog, in_file_order(faults_of_topics(catalog, found))
