"""``wirewatch topics try``: how good a topic is on labelled headlines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from wirewatch.cli.output import print_json, print_rows, say, write
from wirewatch.run.bootstrap import open_settings

if TYPE_CHECKING:
    from config.catalog.models import Catalog
    from wirewatch.topic_tools.trial import TopicTrial, TrialResult

SHOWN_WORDS = 30
"""Words that the report for people lists; ``--json`` has all."""

SHOWN_LACKS = 3
"""What rules lacked that the report for people lists for a missed article."""


def try_topic(
    topic: Annotated[str, typer.Argument(help="A topic's id, or the path of its file")],
    source: Annotated[
        str, typer.Argument(metavar="FILE", help="Labelled headlines or JSON lines; - for stdin")
    ],
    *,
    language: Annotated[
        str, typer.Option(help="Language of lines that name none. Default: it is detected.")
    ] = "",
    fail_under: Annotated[
        float, typer.Option(help="Exit with 1 where F1 is below this, for CI.", min=0, max=1)
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Try a topic on labelled headlines: precision, recall, and which words did it.

    \b
    + Schweden tritt der Nato bei        to be found
    - en: NATO watch straps on sale      not to be found; the language is named
    + Finland joins<TAB>The ceremony     with a lead
    ? Nato-Gipfel || Streit um Geld      not judged yet: left out
    {"title": "...", "text": "...", "expected": true}
    """  # noqa: D301 click reads \b as: keep these lines
    from processors import Processors
    from wirewatch.topic_tools.files import load_sound_topic, topic_of
    from wirewatch.topic_tools.headlines import count_unjudged, parse_labelled
    from wirewatch.topic_tools.trial import try_topic as run_trial

    settings = open_settings()
    codes = settings.language_codes
    content = read_bytes(source)
    labelled = parse_labelled(content, source, codes, language or None)
    unjudged = count_unjudged(content)
    catalog = load_sound_topic(settings, topic)
    definition = topic_of(catalog)
    processors = Processors.compile(catalog, codes)
    trial = run_trial(processors, definition.id, [r.id for r in definition.rules], labelled)
    remedies = _remedies(catalog, trial, codes) if trial.missed else []
    if as_json:
        result = {"topic": definition.id, **trial.as_json(), "unjudged": unjudged}
        print_json(result | {"remedies": remedies})
    else:
        _print_trial(definition.id, trial, remedies)
        if unjudged:
            write(f"Not judged (?), and left out: {unjudged:,} lines.")
    if trial.f1 < fail_under:
        raise typer.Exit(1)


def _remedies(catalog: Catalog, trial: TopicTrial, languages: tuple[str, ...]) -> list[list[str]]:
    """Return the queries that would catch each missed article."""
    from wirewatch.topic_tools.files import topic_of
    from wirewatch.topic_tools.probe import ConceptProbe
    from wirewatch.topic_tools.remedies import Remedies

    probe = ConceptProbe(catalog, languages, topic=topic_of(catalog))
    each = Remedies(trial.results, probe).of_each()
    return [[remedy.query for remedy in best] for _, best in each]


def read_bytes(source: str) -> bytes:
    """Return the bytes of a file, or of stdin (``-``).

    Raises:
        UsageError: The file cannot be read.
    """
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{source}: {why}.", mend="Name a file, or - for stdin.") from None


def _print_trial(topic: str, trial: TopicTrial, remedies: list[list[str]]) -> None:
    false_alarms = len(trial.false_alarms)
    write(
        f"{topic}: {trial.found} of {trial.found + len(trial.missed)} found, {false_alarms} false "
        f"alarms. Precision {trial.precision:.2f}, recall {trial.recall:.2f}, F1 {trial.f1:.2f}."
    )
    _print_results("Missed:", trial.missed, remedies)
    _print_results("False alarms:", trial.false_alarms, [[] for _ in trial.false_alarms])
    if words := trial.words():
        write("Words of the articles that matched:")
        print_rows(words[:SHOWN_WORDS], ("word", "hits", "wrong"), as_json=False, empty="")
        if len(words) > SHOWN_WORDS:
            write(f"… and {len(words) - SHOWN_WORDS} more (--json has all).")
    if never := trial.never_fired():
        write(f"Rules that never fired: {', '.join(never)}.")


def _print_results(head: str, results: tuple[TrialResult, ...], remedies: list[list[str]]) -> None:
    if results:
        write(head)
    for result, queries in zip(results, remedies, strict=True):
        row = result.as_json()
        where = f"line {row['line']}, {row['language'] or 'unknown language'}"
        say(f"{row['title']}", indent="  ")
        say(f"{where}; score {row['score']} of {row['threshold']}{_why(result)}", indent="      ")
        print_outweighed(result)
        for lack in row["lacks"][:SHOWN_LACKS]:
            say(f"{lack['rule']}: {lack['why']}", indent="      ")
        if queries:
            say(f"would catch it: {' | '.join(queries)}", indent="      ")


def print_outweighed(result: TrialResult) -> None:
    """Print the rules whose negative points keep an article from matching, with their words."""
    for rule, words in result.outweighed_by.items():
        by = f": {', '.join(words)}" if words else ""
        say(f"would match without the negative rule {rule}{by}", indent="      ")


def _why(result: TrialResult) -> str:
    """Return which rules fired by which words, and what else kept a match away."""
    row = result.as_json()
    fired = f"; {', '.join(row['rules'])}: {', '.join(row['words'])}" if row["rules"] else ""
    closed = [g.name for g in result.explanation.gates if not g.passed and g.name != "threshold"]
    return fired + "".join(f"; stopped by the gate {name}" for name in closed)
