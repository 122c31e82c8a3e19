"""The JSON Schema of what a webhook posts, generated from the model of the body that is posted.

What a field means is read from the docstrings of the models, so that it is written once.
"""

from __future__ import annotations

import inspect
import json
import re
from typing import Any, Final

from pydantic import BaseModel

from alerts.notification_body import (
    AlsoIn,
    BundledTopic,
    DigestItem,
    NotificationArticle,
    NotificationBody,
    NotificationStory,
    NotificationTopic,
)
from config.catalog.alerts import KINDS
from config.catalog.topics import SEVERITIES
from core.messages import Evidence
from core.messages.envelope import schema_uri
from core.store.deliveries import CANARY

WEBHOOK: Final = "webhook.v1"
"""Name of the schema; a body that breaks readers of this one would be ``webhook.v2``."""

MESSAGE_KINDS: Final = (*KINDS, CANARY)
"""What ``kind`` of a body may be."""

_MODELS: Final[tuple[type[BaseModel], ...]] = (
    NotificationBody,
    NotificationTopic,
    BundledTopic,
    NotificationStory,
    NotificationArticle,
    AlsoIn,
    DigestItem,
    Evidence,
)

_MEANINGS: Final = {
    "id": "Id of the notification, the same at every attempt; also the header webhook-id.",
    "kind": f"What kind of message it is: {', '.join(MESSAGE_KINDS)}.",
    "alert_id": "The alert that it is about; in a digest that of the most important item. In a "
    "message of the system or a canary it is the id of what it reports, and no alert's.",
    "severity": f"The highest severity of its alerts: {', '.join(SEVERITIES)}.",
    "story": "The story as people know it now; null in a digest.",
    "articles": "Articles of the story, those that the message is about first; at most 20. Empty "
    "in a digest, a test, a canary and a message of the system.",
    "console_url": "Where the console shows it.",
}
"""Meaning of the fields of the body itself that its docstring leaves out."""

_ATTRIBUTE = re.compile(r"^    (\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


def webhook_schema() -> dict[str, Any]:
    """Return the JSON Schema of the body of a webhook without a template."""
    body = NotificationBody.model_json_schema(mode="serialization")
    nodes = {NotificationBody.__name__: body, **body["$defs"]}
    for model in _MODELS:
        _describe(nodes[model.__name__], model)
    for name, meaning in _MEANINGS.items():
        body["properties"][name] = {"description": meaning, **_plain(body["properties"][name])}
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_uri(WEBHOOK),
        "title": "What a webhook posts",
    }
    return head | {key: value for key, value in body.items() if key != "title"}


def webhook_schema_text() -> str:
    """Return the schema as the file in docs/schemas/ and the command have it."""
    return json.dumps(webhook_schema(), indent=2, ensure_ascii=False) + "\n"


def _describe(node: dict[str, Any], model: type[BaseModel]) -> None:
    """Move what docstrings say of fields from the description of a model to the fields."""
    node["description"] = _summary(model)
    meanings: dict[str, str] = {}
    for base in reversed(model.__mro__):
        docstring = base.__dict__.get("__doc__") if issubclass(base, BaseModel) else None
        meanings |= dict(_ATTRIBUTE.findall(inspect.cleandoc(docstring or "")))
    for name, meaning in meanings.items():
        if name in node["properties"]:
            node["properties"][name] = _plain(node["properties"][name])
            node["properties"][name].setdefault("description", _as_json_says_it(meaning))


def _summary(model: type[BaseModel]) -> str:
    return _as_json_says_it(inspect.cleandoc(model.__doc__ or "").partition("\n\n")[0])


def _as_json_says_it(text: str) -> str:
    """Return a sentence of a docstring for readers of JSON."""
    return re.sub(r"\bNone\b", "null", " ".join(text.split())).replace("``", "`")


def _plain(field: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in field.items() if key != "title"}
