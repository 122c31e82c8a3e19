"""The JSON Schemas of the operator's files, against the readers of these files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from config.catalog import alerts, digests, entities, rules, sources, topics, vocabulary
from config.catalog.topic_tests import _EXPECTED, ARTICLE_FIELDS
from config.yaml.queries import quote_queries
from wirewatch.contracts.file_schemas import file_schemas

CONFIG = Path(__file__).parents[2] / "config"
SCHEMAS = file_schemas()
SHIPPED = {
    "topic": "topics/*.yaml",
    "entities": "entities/*.yaml",
    "vocabulary": "vocabulary/*.yaml",
    "sources": "sources.yaml",
    "alerts": "alerts.yaml",
}


def keys(schema: Any, *path: str) -> set[str]:
    """Return the keys of the mapping at a path of keys; lists are entered."""
    for name in ("", *path):
        schema = schema["properties"][name] if name else schema
        schema = schema.get("items", schema)
        options = [*schema.get("anyOf", ()), schema]
        schema = next(option for option in options if "properties" in option)
    return set(schema["properties"])


def test_the_schemas_have_the_keys_that_the_readers_know() -> None:
    topic, outlet, alert = SCHEMAS["topic"], SCHEMAS["sources"], SCHEMAS["alerts"]
    wrong = [
        (found, known)
        for found, known in (
            (keys(topic), topics._KEYS),
            (keys(topic, "rules"), rules._RULE_KEYS),
            (keys(topic, "rules", "weight"), rules._WEIGHT_KEYS),
            (keys(topic, "alert"), topics._ALERT_KEYS),
            (keys(topic, "tests"), (*_EXPECTED, *ARTICLE_FIELDS)),
            (keys(SCHEMAS["entities"]), entities._KEYS),
            (keys(SCHEMAS["vocabulary"]), vocabulary._KEYS),
            (keys(SCHEMAS["vocabulary"], "tests"), vocabulary._TEST_KEYS),
            (keys(outlet), sources._FILE_KEYS),
            (keys(outlet, "outlets"), sources._OUTLET_KEYS),
            (keys(alert), alerts._FILE_KEYS),
            (keys(alert, "routes"), alerts._ROUTE_KEYS),
            (keys(alert, "receivers"), alerts.RECEIVER_KEYS),
            (keys(alert, "silences"), alerts._SILENCE_KEYS),
            (keys(alert, "digests"), digests._DIGEST_KEYS),
            (keys(alert, "inhibit"), digests._INHIBITION_KEYS),
        )
        if found != set(known)
    ]
    assert not wrong


@pytest.mark.slow
def test_the_shipped_files_name_their_schema_and_are_valid_by_it() -> None:
    wrong = []
    for name, pattern in SHIPPED.items():
        jsonschema.Draft7Validator.check_schema(SCHEMAS[name])
        validator = jsonschema.Draft7Validator(SCHEMAS[name])
        for path in sorted(CONFIG.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            depth = "../" * len(path.relative_to(CONFIG).parts)
            first = text.partition("\n")[0]
            if first != f"# yaml-language-server: $schema={depth}docs/schemas/{name}.json":
                wrong.append(f"{path}: its first line does not name its schema")
            quoted = quote_queries(text)  # queries that begin with a quote, as the readers do
            content = YAML(typ="safe").load(quoted.text if quoted else text)
            errors = validator.iter_errors(content)
            wrong += [f"{path}: {error.json_path}: {error.message[:200]}" for error in errors]
    assert not wrong


def test_the_schemas_mark_mistakes() -> None:
    for name, content in (
        ("topic", {"id": "t", "qurey": "a"}),
        ("topic", {"id": "T T"}),
        ("topic", {"id": "t", "state": "lively"}),
        ("entities", [{"id": "a"}]),
        ("vocabulary", {"id": "a"}),
        ("sources", {"outlets": [{"id": "a", "feed": "b"}]}),
        ("alerts", {"receivers": [{"id": "a", "kind": "pigeon"}]}),
    ):
        assert not jsonschema.Draft7Validator(SCHEMAS[name]).is_valid(content), content
