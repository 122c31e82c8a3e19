"""``wirewatch topics list``: the topics of the operator's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import CatalogError
from wirewatch.cli.output import print_rows
from wirewatch.run.bootstrap import load_files, open_settings

if TYPE_CHECKING:
    from config.catalog.models import TopicDefinition

COLUMNS = ("id", "title", "state", "languages", "severity", "threshold", "rules", "tests", "owner")


def list_topics(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False
) -> None:
    """List the topics of config/topics. Exits with 1 if one of their files cannot be used.

    `wirewatch topics lint` finds every fault of a topic.
    """
    from wirewatch.topic_tools.files import faults_of_topics

    catalog, faults = load_files(open_settings())
    rows = [_row(topic) for topic in catalog.topics]
    empty = "There are no topics. Write one with `wirewatch topics new`."
    print_rows(rows, COLUMNS, as_json=as_json, empty=empty)
    if errors := [fault for fault in faults_of_topics(catalog, faults) if fault.is_error]:
        raise CatalogError(errors)


def _row(topic: TopicDefinition) -> dict[str, Any]:
    return {
        "id": topic.id,
        "title": topic.title,
        "state": topic.state,
        "languages": list(topic.languages),
        "severity": topic.alert.severity,
        "threshold": topic.threshold,
        "rules": len(topic.rules),
        "tests": len(topic.tests),
        "owner": topic.owner,
        "publish": topic.publish,
        "revision": topic.revision,
        "file": topic.position.file,
    }
