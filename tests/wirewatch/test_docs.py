"""The documentation is true: links, commands, settings and dependencies that it names exist.

Paths and names in code are checked by ``tests/test_references.py``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
import typer

from config.settings import Settings
from config.settings.sources import environment_name
from core.ids import article_id
from core.messages import (
    AlertEvent,
    AlertEventKind,
    FeedHealth,
    Message,
)
from core.messages.envelope import STREAM_MESSAGES, to_record
from core.messages.feed_health import FeedHealthKind
from processors import Processors, article_from_fields
from wirewatch.cli.app import app
from wirewatch.contracts.generate import ROOT, generated, schema
from wirewatch.run.bootstrap import load_files

PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "ops/helm/wirewatch/README.md",
    *(p.relative_to(ROOT).as_posix() for p in sorted((ROOT / "docs").rglob("*.md"))),
)
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_links_between_pages_lead_somewhere() -> None:
    missing = [
        f"{page}: {link}"
        for page in PAGES
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text(page))
        if "://" not in link and not ((ROOT / page).parent / link).exists()
    ]
    assert missing == []


def test_every_command_that_a_page_names_exists() -> None:
    known = commands()
    command = re.compile(r"`(?:\.venv/bin/)?wirewatch ([a-z]+)(?: ([a-z]+(?:-[a-z]+)*))?")
    unknown = [
        f"{page}: {name} {subcommand}"
        for page in (*PAGES, "CHANGELOG.md", ".env.example")
        for name, subcommand in command.findall(text(page))
        if name not in known or (known[name] and subcommand not in {"", *known[name]})
    ]
    assert unknown == []


def commands() -> dict[str, set[str]]:
    root: Any = typer.main.get_command(app)
    return {name: set(getattr(group, "commands", {})) for name, group in root.commands.items()}


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    for page in PAGES:
        assert set(re.findall(r"`make ([a-z-]+)", text(page))) <= targets, page
        assert set(re.findall(r"^make ([a-z-]+)", text(page), re.MULTILINE)) <= targets, page


def test_every_setting_that_a_page_names_exists() -> None:
    known = {environment_name(name) for name in Settings.model_fields}
    for page in (*PAGES, "docker-compose.yml", "Dockerfile"):
        named = set(re.findall(r"WIREWATCH_[A-Z_]*[A-Z]", text(page)))
        named = {n for n in named if not n.startswith(("WIREWATCH_TEST", "WIREWATCH_BENCH"))}
        assert {n for n in named - known if n.removesuffix("_FILE") not in known} == set(), page


def test_the_page_of_dependencies_explains_each_of_them_and_no_other() -> None:
    project = tomllib.loads(text("pyproject.toml"))
    groups = project["dependency-groups"]
    dev = [line for group in groups.values() for line in group if isinstance(line, str)]
    program, tools = text("docs/dependencies.md").split("## Its tests and tools")
    assert explained(program) == set(map(distribution, project["project"]["dependencies"]))
    assert explained(tools) == set(map(distribution, dev))


def distribution(requirement: str) -> str:
    name = re.match(r"[\w-]+", requirement)
    assert name
    return name.group()


def explained(page: str) -> set[str]:
    rows = re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE)
    return {name.strip() for row in rows for name in row.split(",")} - {"Library", "---"}


def test_the_page_of_faults_lists_exactly_the_codes_that_are_reported() -> None:
    rooms = ("config", "core", "ingest", "processors", "alerts", "wirewatch")
    code = "".join(p.read_text(encoding="utf-8") for r in rooms for p in (ROOT / r).rglob("*.py"))
    reported = set(re.findall(r'"([EWR]\d{3})"', code))
    assert len(reported) > 40
    assert set(re.findall(r"^\| ([EWR]\d{3}) \|", text("docs/faults.md"), re.MULTILINE)) == reported


def test_generated_pages_are_up_to_date() -> None:
    pages = generated()
    assert len(pages) > 5
    assert [str(path) for path in pages if text(str(path)) != pages[path]] == [], "run `make docs`"


def real_messages() -> Iterator[Message]:
    """Yield a message of each kind; those about the article come from the real processors."""
    fields = {
        "url": "https://example.org/a", "title": "Schwedens Nato-Beitritt", "text": "Er kommt.",
        "outlet": "kurier", "feed_id": "kurier-1", "language": "de", "country": "AT",
    }  # fmt: skip
    article = article_from_fields(fields)
    yield article
    catalog, _ = load_files(Settings())
    one = tuple(topic for topic in catalog.topics if topic.id == "nato-membership")
    outcome = Processors.compile(replace(catalog, topics=one), ("de", "en")).process(article)
    yield outcome.enriched
    assert outcome.matches
    yield outcome.matches[0]
    yield AlertEvent(
        alert_id="a", event=AlertEventKind.OPENED, topic_id="t", story_id="s", severity="normal",
        article_id=article_id("https://example.org/a"), reason="New.", reason_code="new_story",
        at=AT,
    )  # fmt: skip
    yield FeedHealth(
        feed_id="kurier-1", outlet="kurier", url="https://kurier.example/f", at=AT,
        event=FeedHealthKind.FAILING, outcome="connect", message="The server cannot be reached.",
    )  # fmt: skip


@pytest.fixture(scope="module")
def messages() -> dict[type[Message], Message]:
    return {type(message): message for message in real_messages()}


@pytest.mark.slow
@pytest.mark.parametrize("stream", STREAM_MESSAGES)
def test_schemas_are_valid_and_describe_what_is_published(
    stream: str, messages: dict[type[Message], Message]
) -> None:
    published = json.loads(schema(stream))
    jsonschema.Draft202012Validator.check_schema(published)
    kind = STREAM_MESSAGES[stream]
    record = to_record(messages[kind], at=AT)
    assert record.stream == stream
    jsonschema.Draft202012Validator(published).validate(json.loads(record.value or b""))
