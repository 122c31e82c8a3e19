"""The generated pages of docs/: settings and schemas. ``make docs`` writes them, a test compares.

::

    Settings ──▶ docs/settings.md, .env.example
    messages ──▶ docs/schemas/<stream>.json
"""

from __future__ import annotations

import json
from pathlib import Path

from config.reference import env_example, settings_markdown
from core.messages import AlertEvent, ArticleRevision, Enriched, FeedHealth, Match, Message
from core.messages.envelope import ALERTS, ARTICLES, ENRICHED, FEED_HEALTH, MATCHES

ROOT = Path(__file__).parent.parent

STREAM_MESSAGES: dict[str, type[Message]] = {
    ARTICLES: ArticleRevision,
    ENRICHED: Enriched,
    MATCHES: Match,
    ALERTS: AlertEvent,
    FEED_HEALTH: FeedHealth,
}
"""What travels on each public stream."""


def schema(stream: str) -> str:
    """The JSON Schema of a stream's value, as readers see it."""
    body = STREAM_MESSAGES[stream].model_json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"/schemas/{stream}.json",
    }
    return json.dumps(head | body, indent=2, ensure_ascii=False) + "\n"


def generated() -> dict[Path, str]:
    """Every generated file, by path below the project's root."""
    pages = {Path(f"docs/schemas/{stream}.json"): schema(stream) for stream in STREAM_MESSAGES}
    pages[Path("docs/settings.md")] = settings_markdown()
    pages[Path(".env.example")] = env_example()
    return pages


def write(root: Path = ROOT) -> None:
    """Write every generated file."""
    for path, text in generated().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
