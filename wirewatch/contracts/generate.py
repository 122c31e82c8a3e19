"""The generated pages of docs/, written by ``make docs``; a test compares.

::

    Settings ──▶ docs/settings.md, .env.example
    messages ──▶ docs/schemas/<stream>.json, docs/asyncapi.json
    wirewatch/demo/room ──▶ docs/demo.md
    wirewatch.web.api ──▶ docs/openapi.json

The baseline is not one of them: see :mod:`wirewatch.contracts.baseline`.
"""

from __future__ import annotations

import json
from pathlib import Path

from core.messages.envelope import STREAM_MESSAGES, schema_uri
from wirewatch.contracts.asyncapi import asyncapi
from wirewatch.contracts.settings_page import env_example, settings_markdown
from wirewatch.demo.page import demo_markdown
from wirewatch.web.api import openapi_json

ROOT = Path(__file__).parents[2]


def schema(stream: str) -> str:
    """The JSON Schema of a stream's value, as readers see it."""
    body = STREAM_MESSAGES[stream].model_json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_uri(stream),
    }
    return json.dumps(head | body, indent=2, ensure_ascii=False) + "\n"


def generated() -> dict[Path, str]:
    """Every generated file, by path below the project's root."""
    pages = {Path(f"docs/schemas/{stream}.json"): schema(stream) for stream in STREAM_MESSAGES}
    pages[Path("docs/asyncapi.json")] = asyncapi()
    pages[Path("docs/settings.md")] = settings_markdown()
    pages[Path(".env.example")] = env_example()
    pages[Path("docs/demo.md")] = demo_markdown()
    pages[Path("docs/openapi.json")] = openapi_json()
    return pages


def write(root: Path = ROOT) -> None:
    """Write every generated file."""
    for path, text in generated().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
