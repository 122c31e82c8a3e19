"""``wirewatch topics``: check, test and explain the rules."""

from __future__ import annotations

from typing import Annotated

import typer

from config.catalog.models import Catalog
from config.errors import CatalogError, UsageError
from config.faults import Fault, in_file_order
from processors import Processors, run_topic_tests, topic_faults
from wirewatch.cli.check import report
from wirewatch.cli.inputs import article_of
from wirewatch.cli.output import print_json
from wirewatch.program import load_files, open_settings

app = typer.Typer(no_args_is_help=True, help="Check, test and explain topics.")

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
TopicArgument = Annotated[str, typer.Argument(help="A topic's id; all of them when left out")]


@app.command()
def lint(
    topic: TopicArgument = "",
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the rules of topics; exits 1 where there is an error."""
    catalog, faults = load_files(open_settings())
    files = _files(catalog, topic)
    found = in_file_order([*faults, *topic_faults(catalog)])
    found = [f for f in found if (f.file in files if topic else "topics" in f.file)]
    report(found, as_json=as_json)
    if any(fault.is_error or strict for fault in found):
        raise typer.Exit(1)


@app.command("test")
def run_tests(topic: TopicArgument = "", *, as_json: JsonOption = False) -> None:
    """Run the tests in the topics' files; exits 1 where one fails."""
    settings = open_settings()
    catalog, faults = load_files(settings)
    files = _files(catalog, topic)
    broken = [
        f
        for f in [*faults, *topic_faults(catalog)]
        if f.is_error and (not topic or f.file in files)
    ]
    failed: list[Fault] = broken
    number = 0
    if not broken:
        wanted = [t for t in catalog.topics if topic in ("", t.id)]
        codes = settings.language_codes
        failed = [fault for t in wanted for fault in run_topic_tests(t, catalog, codes)]
        number = sum(len(t.tests) for t in wanted)
    if as_json:
        print_json([fault.model_dump() for fault in failed])
    else:
        for fault in failed:
            print(fault)
        print(f"{number - len(failed)} passed, {len(failed)} failed." if not broken else "Not run.")
    if failed:
        raise typer.Exit(1)


@app.command()
def explain(
    topic: Annotated[str, typer.Argument(help="A topic's id")],
    source: Annotated[str, typer.Argument(help="A file, a URL, or - for stdin: JSON or HTML")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Say why a topic does or does not match an article."""
    settings = open_settings()
    catalog, faults = load_files(settings)
    _files(catalog, topic)
    if errors := [f for f in [*faults, *topic_faults(catalog)] if f.is_error]:
        raise CatalogError(errors)
    article, given = article_of(source, settings)
    processors = Processors.compile(catalog, settings.language_codes)
    found = processors.explain(topic, article, given_language=given).as_json()
    if as_json:
        print_json(found)
        return
    verdict = "matches" if found["match"] else "does not match"
    print(f"{topic} {verdict}: score {found['score']} of {found['threshold']}.")
    for gate in found["gates"]:
        print(
            f"  gate {gate['name']}: {'passed' if gate['passed'] else 'stopped it'}: {gate['why']}"
        )
    for rule in found["rules"]:
        print(f"  {'+' if rule['fired'] else ' '} {rule['weight']:>5}  {rule['id']}")
    for evidence in found["evidence"]:
        print(f"  [{evidence['rule']}] {evidence['field']}: {evidence['sentence']}")


def _files(catalog: Catalog, topic: str) -> set[str]:
    known = {t.id: t.place.file for t in catalog.topics}
    if topic and topic not in known:
        raise UsageError(
            f"{topic!r} is no topic.",
            mend=f"There are: {', '.join(sorted(known)) or 'none'}.",
        )
    return {known[topic]} if topic else set(known.values())
