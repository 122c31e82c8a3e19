"""The baseline: the schemas that consumers rely on, as committed.

::

    docs/schemas/baseline/v1/news.articles.v1.json   what consumers rely on
    messages ──▶ schema(stream)                      what is published now
                 a test fails where the second breaks the first (wirewatch.contracts.schema_compat)

``python -m wirewatch.contracts.baseline`` records what is published now: run it at a release that
added fields, and when a stream of another version (``.v2``) is added. It refuses to record a
breaking change. A stream that is no longer published stays in the baseline, so its removal counts
as a breaking change too. ``make docs`` never writes here.

The baseline is frozen since release 0.1.0: within a version, only optional fields are added.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.messages.envelope import STREAM_MESSAGES
from wirewatch.contracts.generate import ROOT, schema
from wirewatch.contracts.schema_compat import breaks
from wirewatch.contracts.webhook import WEBHOOK, webhook_schema

FOLDER = Path("docs/schemas/baseline")


def baseline_path(stream: str) -> Path:
    """Return ``docs/schemas/baseline/v1/news.articles.v1.json``, relative to the project's root."""
    return FOLDER / stream.rpartition(".")[2] / f"{stream}.json"


def load_baseline(root: Path = ROOT) -> dict[str, Any]:
    """Return the schemas that consumers rely on, by stream."""
    files = sorted((root / FOLDER).glob("v*/*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def published_schemas() -> dict[str, Any]:
    """Return the schemas of what is published now, by stream, and that of webhooks."""
    schemas = {stream: json.loads(schema(stream)) for stream in STREAM_MESSAGES}
    return schemas | {WEBHOOK: webhook_schema()}


def breaking_changes(baseline: Mapping[str, Any], published: Mapping[str, Any]) -> list[str]:
    """Return a sentence for every change that breaks a consumer."""
    changes = []
    for stream, old in baseline.items():
        if stream not in published:
            changes.append(f"{stream}: nothing is published there any more")
        else:
            changes += [f"{stream}: {change}" for change in breaks(old, published[stream])]
    return changes


def record(root: Path = ROOT) -> list[str]:
    """Write what is published now as the baseline, unless that breaks a consumer.

    Args:
        root: The project's folder.

    Returns:
        The breaking changes; nothing is written where there is one.
    """
    published = published_schemas()
    if changes := breaking_changes(load_baseline(root), published):
        return changes
    for stream, document in published.items():
        target = root / baseline_path(stream)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        target.write_text(text, encoding="utf-8")
    return []


def main(root: Path = ROOT) -> int:
    """Record the baseline and return the exit code: 1 where nothing was written."""
    changes = record(root)
    for change in changes:
        sys.stderr.write(f"{change}\n")
    if changes:
        sys.stderr.write(f"Nothing was written. {_ADD_A_VERSION}\n")
    return 1 if changes else 0


_ADD_A_VERSION = (
    "Add an optional field instead, or publish a stream of the next version (news.….v2)."
)


if __name__ == "__main__":
    sys.exit(main())
