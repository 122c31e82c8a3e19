"""``wirewatch topics``: check, test and explain the rules."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from config.catalog.models import Catalog
from config.errors import CatalogError, UsageError
from config.faults import Fault, in_file_order
from wirewatch.cli.check import report
from wirewatch.cli.output import print_json, say, write
from wirewatch.run.bootstrap import load_files, open_settings

app = typer.Typer(no_args_is_help=True, help="Check, test and explain topics.")

FaultsOption = Annotated[bool, typer.Option("--json", help="One JSON array of faults on stdout.")]
TopicArgument = Annotated[str, typer.Argument(help="A topic's id; all of them when left out")]


@app.command()
def lint(
    topic: TopicArgument = "",
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count too.")] = False,
    as_json: FaultsOption = False,
) -> None:
    """Check the rules of topics; exits 1 where there is an error. Codes: docs/faults.md."""
    from processors import topic_faults

    catalog, faults = load_files(open_settings())
    chosen = _chosen(catalog, topic, faults)
    found = _about(chosen, topic, [*faults, *topic_faults(chosen)])
    report(found, as_json=as_json)
    if any(fault.is_error or strict for fault in found):
        raise typer.Exit(1)


@app.command("test")
def run_tests(topic: TopicArgument = "", *, as_json: FaultsOption = False) -> None:
    """Run the tests in the topics' files; exits 1 where one fails."""
    from processors import run_topic_tests, topic_faults

    settings = open_settings()
    catalog, faults = load_files(settings)
    chosen = _chosen(catalog, topic, faults)
    found = _about(chosen, topic, [*faults, *topic_faults(chosen)])
    broken = [fault for fault in found if fault.is_error]
    codes = settings.language_codes
    failed = broken or [f for t in chosen.topics for f in run_topic_tests(t, catalog, codes)]
    if as_json:
        print_json([fault.model_dump() for fault in failed])
    else:
        for fault in failed:
            say(str(fault))
        number = sum(len(t.tests) for t in chosen.topics)
        write("Not run." if broken else f"{number - len(failed)} passed, {len(failed)} failed.")
    if failed:
        raise typer.Exit(1)


@app.command()
def explain(
    topic: Annotated[str, typer.Argument(help="A topic's id")],
    source: Annotated[str, typer.Argument(help="A file, a URL, or - for stdin: JSON or HTML")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Say why a topic does or does not match an article; exits 0 either way.

    \b
    wirewatch topics explain nato-membership https://www.tagesschau.de/…
    echo '{"language": "de", "title": "…", "text": "…"}' | wirewatch topics explain TOPIC -
    """  # noqa: D301 click reads \b as: keep these lines
    from processors import Processors, topic_faults
    from wirewatch.article_input import read
    from wirewatch.cli.articles import extract_here

    settings = open_settings()
    catalog, faults = load_files(settings)
    chosen = _chosen(catalog, topic, faults)
    found = _about(chosen, topic, [*faults, *topic_faults(chosen)])
    if errors := [fault for fault in found if fault.is_error]:
        raise CatalogError(errors)
    article, language = asyncio.run(read(source, settings, extract_here))
    processors = Processors.compile(chosen, settings.language_codes)
    explanation = processors.explain(topic, article, given_language=language).as_json()
    if as_json:
        print_json(explanation)
    else:
        _explain(topic, explanation)


def _explain(topic: str, found: dict[str, Any]) -> None:
    verdict = "matches" if found["match"] else "does not match"
    say(f"{topic} {verdict}: score {found['score']} of {found['threshold']}.")
    for gate in found["gates"]:
        passed = "passed" if gate["passed"] else "stopped it"
        say(f"gate {gate['name']}: {passed}: {gate['why']}", indent="  ")
    for rule in found["rules"]:
        write(f"  {'+' if rule['fired'] else ' '} {rule['weight']:>5}  {rule['id']}")
    for evidence in found["evidence"]:
        say(f"[{evidence['rule']}] {evidence['field']}: {evidence['sentence']}", indent="  ")


def _chosen(catalog: Catalog, topic: str, faults: list[Fault]) -> Catalog:
    """The catalog with the one topic asked for, or with all where none was named.

    Raises:
        UsageError: There is no such topic.
        CatalogError: There may be one, in a file that cannot be read.
    """
    if not topic:
        return catalog
    if wanted := tuple(t for t in catalog.topics if t.id == topic):
        return replace(catalog, topics=wanted)
    named = [f for f in faults if f.is_error and _in_folder(f, "topics")]
    if errors := [f for f in named if Path(f.file).stem == topic]:
        raise CatalogError(errors)
    known = ", ".join(sorted(t.id for t in catalog.topics)) or "none"
    raise UsageError(f"{topic!r} is no topic.", mend=f"There are: {known}.")


def _about(chosen: Catalog, topic: str, faults: list[Fault]) -> list[Fault]:
    """Faults of the files of the chosen topics; those of all topic files where none was named."""
    files = {t.position.file for t in chosen.topics}
    mine = (f for f in faults if (f.file in files if topic else _in_folder(f, "topics")))
    return in_file_order(mine)


def _in_folder(fault: Fault, name: str) -> bool:
    path = Path(fault.file)
    return path.parent.name == name or path.name == name
