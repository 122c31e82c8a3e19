"""Write the generated pages of docs/: ``make docs``. A test fails where one is out of date.

::

    Settings ──▶ docs/settings.md, .env.example
    messages ──▶ docs/schemas/<stream>.json, docs/asyncapi.json
    body of a webhook ──▶ docs/schemas/webhook.v1.json
    operator files ──▶ docs/schemas/{topic,entities,vocabulary,sources,alerts}.json
    wirewatch/demo ──▶ docs/demo.md
    config/entities ──▶ docs/entity-ids.md
    wirewatch.web.api ──▶ docs/openapi.json
    Settings ──▶ ops/helm/wirewatch/values.schema.json, the names in it

The baseline is not among them: see :mod:`wirewatch.contracts.baseline`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from core.messages.envelope import STREAM_MESSAGES, schema_uri
from wirewatch.contracts.asyncapi import asyncapi
from wirewatch.contracts.chart_settings import CHART, values_schema
from wirewatch.contracts.demo_page import demo_markdown
from wirewatch.contracts.entities_page import entities_markdown
from wirewatch.contracts.file_schemas import file_schemas
from wirewatch.contracts.settings_page import env_example, settings_markdown
from wirewatch.contracts.webhook import WEBHOOK, webhook_schema_text
from wirewatch.web.api import create_api

ROOT = Path(__file__).parents[2]


def schema(stream: str) -> str:
    """Return the JSON Schema of a stream's value, as its readers see it."""
    body = STREAM_MESSAGES[stream].model_json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_uri(stream),
    }
    return json.dumps(head | body, indent=2, ensure_ascii=False) + "\n"


def openapi() -> str:
    """Return the OpenAPI document of the JSON API, as ``/api/v1/openapi.json`` serves it."""
    unused = cast("Any", None)  # describing the paths calls none of the handlers
    document = create_api(unused, unused, unused, unused).openapi()
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def generated() -> dict[Path, str]:
    """Return the text of every generated file, by path relative to the project's root."""
    pages = {Path(f"docs/schemas/{stream}.json"): schema(stream) for stream in STREAM_MESSAGES}
    for name, body in file_schemas().items():
        text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
        pages[Path(f"docs/schemas/{name}.json")] = text
    pages[Path(f"docs/schemas/{WEBHOOK}.json")] = webhook_schema_text()
    pages[Path("docs/asyncapi.json")] = asyncapi()
    pages[Path("docs/settings.md")] = settings_markdown()
    pages[Path(".env.example")] = env_example()
    pages[Path("docs/demo.md")] = demo_markdown()
    pages[Path("docs/entity-ids.md")] = entities_markdown()
    pages[Path("docs/openapi.json")] = openapi()
    values = CHART / "values.schema.json"
    pages[values] = values_schema((ROOT / values).read_text(encoding="utf-8"))
    return pages


def write(root: Path = ROOT) -> None:
    """Write every generated file."""
    for path, text in generated().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
