"""``wirewatch alerts missed|export``: what people missed, and judged alerts as tests of topics."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import CatalogError, UsageError
from core.clock import utc_now
from wirewatch.cli.output import print_json, say, write
from wirewatch.cli.rules import print_rules
from wirewatch.cli.terminal import login_name
from wirewatch.run.bootstrap import load_files, open_settings, open_store
from wirewatch.run.reading import read_store, require_existing

if TYPE_CHECKING:
    from config.settings import Settings
    from processors import Processors

TopicOption = Annotated[str, typer.Option(help="Only this topic.")]


def missed(
    url: Annotated[str, typer.Argument(help="URL of the article, or its id")],
    *,
    topic: TopicOption = "",
    by: Annotated[str, typer.Option(help="Who missed it. Default: your login name.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Say what became of an article that should have been told, and record that it was missed.

    It was never seen, not read, not matched (with the score and the rules), suppressed, or joined a
    story; or it was told, and then nothing is recorded. `topics report` counts what was missed.
    """
    from core.store.missed_articles import report_missed
    from wirewatch.missed_outcome import find_article, find_outcomes, missed_article

    settings = open_settings()
    require_existing(settings.database_location)
    processors = _compile(settings, topic)
    names = [definition.id for definition in processors.compiled.topics]
    with open_store(settings) as store:
        with store.read() as connection:
            article = find_article(connection, url)
            outcomes = find_outcomes(connection, article, names, processors)
        is_missed = not any(outcome.is_told for outcome in outcomes)
        if is_missed:
            row = missed_article(article, outcomes, topic, by=by or login_name(), at=utc_now())
            store.transact(lambda connection: report_missed(connection, row))
    answer = {
        "article_id": article.article_id,
        "url": article.url,
        "title": article.title,
        "recorded": is_missed,
        "outcomes": [outcome.as_json() for outcome in outcomes],
    }
    if as_json:
        print_json(answer)
    else:
        _print_answer(answer)


def export(
    *,
    tests: Annotated[
        bool, typer.Option("--tests", help="Judged and missed articles as tests of their topics.")
    ] = False,
    topic: TopicOption = "",
) -> None:
    """Print judged alerts and missed articles as YAML for the `tests:` of their topics.

    Relevant and missed articles must match, irrelevant ones must not. Tests that the topic's file
    has already are left out.
    """
    from wirewatch.judged_tests import load_tests, tests_yaml

    if not tests:
        raise UsageError("Nothing is selected to export.", mend="Add --tests.")
    settings = open_settings()
    processors = _compile(settings, topic)
    with read_store(settings) as store:
        made = [(t, load_tests(store, t, processors)) for t in processors.compiled.topics]
    blocks = [tests_yaml(definition, each) for definition, each in made if each]
    write("\n---\n".join(blocks) or "# No alert has been judged, and nothing was missed.")


def _compile(settings: Settings, topic: str) -> Processors:
    """Return the named topic compiled, or all of them where none is named.

    Raises:
        UsageError: There is no such topic, or it is retired.
        CatalogError: A query holds an error.
    """
    from config.catalog.models import TopicState
    from processors import Processors

    catalog, faults = load_files(settings)
    if topic:
        chosen = tuple(t for t in catalog.topics if t.id == topic)
        if not chosen or chosen[0].state is TopicState.RETIRED:
            problem = "is retired" if chosen else "does not exist"
            known = ", ".join(sorted(t.id for t in catalog.topics)) or "none"
            raise UsageError(f"The topic {topic!r} {problem}.", mend=f"Topics: {known}.")
        catalog = replace(catalog, topics=chosen)
    elif errors := [fault for fault in faults if fault.is_error]:
        raise CatalogError(errors)
    return Processors.compile(catalog, settings.language_codes)


def _print_answer(answer: dict[str, Any]) -> None:
    say(answer["title"] or answer["url"])
    for outcome in answer["outcomes"]:
        name = f"{outcome['topic']}: " if outcome["topic"] else ""
        say(f"{name}{outcome['outcome'].replace('_', ' ')}. {outcome['reason']}")
        if outcome["alert_id"]:
            write(f"  alert {outcome['alert_id']}")
        rules = outcome.get("rules", [])
        if len(answer["outcomes"]) == 1 or any(rule["fired"] for rule in rules):
            _print_rules(rules, outcome.get("gates", []))
    write("Recorded as missed." if answer["recorded"] else "Not recorded: it was told.")


def _print_rules(rules: list[dict[str, Any]], gates: list[dict[str, Any]]) -> None:
    """Print which rules of a topic fired, and the gates that an article did not pass."""
    print_rules(rules)
    for gate in gates:
        if not gate["passed"]:
            say(f"gate {gate['name']}: {gate['why']}", indent="  ")
