"""``wirewatch topics``: check, test and explain topics, and report on them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import CatalogError, UsageError
from config.faults import Fault, in_file_order
from wirewatch.cli.check import report
from wirewatch.cli.output import print_json, say, write
from wirewatch.cli.topic_report import report as topic_report
from wirewatch.run.bootstrap import load_files, open_settings

if TYPE_CHECKING:
    from config.catalog.models import Catalog

app = typer.Typer(no_args_is_help=True, help="Check, test and explain topics, and report on them.")
app.command("report")(topic_report)

FaultsOption = Annotated[bool, typer.Option("--json", help="One JSON array of faults on stdout.")]
TopicArgument = Annotated[str, typer.Argument(help="A topic's id; by default all topics")]


@app.command()
def lint(
    topic: TopicArgument = "",
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")] = False,
    as_json: FaultsOption = False,
) -> None:
    """Check the rules of topics. Exits with 1 if there is an error. Codes: docs/faults.md."""
    from processors import topic_faults

    catalog, faults = load_files(open_settings())
    chosen = _select(catalog, topic, faults)
    topic_file_faults = _faults_of(chosen, topic, [*faults, *topic_faults(chosen)])
    report(topic_file_faults, as_json=as_json)
    if any(fault.is_error or strict for fault in topic_file_faults):
        raise typer.Exit(1)


@app.command("test")
def run_tests(topic: TopicArgument = "", *, as_json: FaultsOption = False) -> None:
    """Run the tests in the topic files. Exits with 1 if a test fails."""
    from processors import run_topic_tests, topic_faults

    settings = open_settings()
    catalog, faults = load_files(settings)
    chosen = _select(catalog, topic, faults)
    topic_file_faults = _faults_of(chosen, topic, [*faults, *topic_faults(chosen)])
    errors = [fault for fault in topic_file_faults if fault.is_error]
    codes = settings.language_codes
    failed = errors or [f for t in chosen.topics for f in run_topic_tests(t, catalog, codes)]
    if as_json:
        print_json([fault.model_dump() for fault in failed])
    else:
        for fault in failed:
            say(str(fault))
        number = sum(len(t.tests) for t in chosen.topics)
        write("Not run." if errors else f"{number - len(failed)} passed, {len(failed)} failed.")
    if failed:
        raise typer.Exit(1)


@app.command()
def explain(
    topic: Annotated[str, typer.Argument(help="A topic's id")],
    source: Annotated[str, typer.Argument(help="A file, a URL, or - for stdin, with JSON or HTML")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show why a topic matches an article or not. Exits with 0 either way.

    \b
    wirewatch topics explain nato-membership https://www.tagesschau.de/…
    echo '{"language": "de", "title": "…", "text": "…"}' | wirewatch topics explain TOPIC -
    """  # noqa: D301 click reads \b as: keep these lines
    from processors import Processors, topic_faults
    from wirewatch.article_input import read
    from wirewatch.cli.articles import extract_here

    settings = open_settings()
    catalog, faults = load_files(settings)
    chosen = _select(catalog, topic, faults)
    topic_file_faults = _faults_of(chosen, topic, [*faults, *topic_faults(chosen)])
    if errors := [fault for fault in topic_file_faults if fault.is_error]:
        raise CatalogError(errors)
    article, language = asyncio.run(read(source, settings, extract_here))
    processors = Processors.compile(chosen, settings.language_codes)
    explanation = processors.explain(topic, article, given_language=language).as_json()
    if as_json:
        print_json(explanation)
    else:
        _print_explanation(topic, explanation)


def _print_explanation(topic: str, explanation: dict[str, Any]) -> None:
    result = "matches" if explanation["match"] else "does not match"
    say(f"{topic} {result}: score {explanation['score']} of {explanation['threshold']}.")
    for gate in explanation["gates"]:
        passed = "passed" if gate["passed"] else "not passed"
        say(f"gate {gate['name']}: {passed}: {gate['why']}", indent="  ")
    for rule in explanation["rules"]:
        write(f"  {'+' if rule['fired'] else ' '} {rule['weight']:>5}  {rule['id']}")
    for evidence in explanation["evidence"]:
        say(f"[{evidence['rule']}] {evidence['field']}: {evidence['sentence']}", indent="  ")


def _select(catalog: Catalog, topic: str, faults: list[Fault]) -> Catalog:
    """Return the catalog with only the named topic, or with all topics where none is named.

    Raises:
        UsageError: The topic does not exist.
        CatalogError: The topic's file has errors.
    """
    if not topic:
        return catalog
    if wanted := tuple(t for t in catalog.topics if t.id == topic):
        return replace(catalog, topics=wanted)
    topic_errors = [f for f in faults if f.is_error and _in_folder(f, "topics")]
    if errors := [f for f in topic_errors if Path(f.file).stem == topic]:
        raise CatalogError(errors)
    known = ", ".join(sorted(t.id for t in catalog.topics)) or "none"
    raise UsageError(f"There is no topic {topic!r}.", mend=f"Topics: {known}.")


def _faults_of(chosen: Catalog, topic: str, faults: list[Fault]) -> list[Fault]:
    """Return the faults of the named topic's file, or of all topic files where none is named."""
    files = {t.position.file for t in chosen.topics}
    selected = (f for f in faults if (f.file in files if topic else _in_folder(f, "topics")))
    return in_file_order(selected)


def _in_folder(fault: Fault, name: str) -> bool:
    path = Path(fault.file)
    return path.parent.name == name or path.name == name
