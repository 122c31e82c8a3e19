"""The baseline: the schemas that consumers rely on, as committed.

::

    docs/schemas/baseline/v1/news.articles.v1.json   what consumers rely on
    messages ──▶ schema(stream)                      what is published now
                 a test fails where the second breaks the first (wirewatch.contracts.schema_compat)

``python -m wirewatch.contracts.baseline`` records what is published now: run it at a release that
added fields, and when a stream of another version (``.v2``) is added. It refuses to record a
breaking change. A stream that is no longer published stays in the baseline, so its removal counts
as a breaking change too. ``make docs`` never writes here.

Until release 0.1.0 nobody can rely on the schemas: ``--renew`` records breaking changes too, and
prints them, so that the commit and CHANGELOG.md can say what changed for consumers. From that
release on, ``--renew`` is refused.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.messages.envelope import STREAM_MESSAGES
from wirewatch.contracts.generate import ROOT, schema
from wirewatch.contracts.schema_compat import breaks
from wirewatch.contracts.webhook import WEBHOOK, webhook_schema

FOLDER = Path("docs/schemas/baseline")

FIRST_RELEASE = (0, 1, 0)
"""The release from which on the baseline is frozen."""


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


def is_frozen(version: str) -> bool:
    """Return whether consumers may rely on the baseline of this version of the program.

    Args:
        version: As in pyproject.toml: ``0.1.0``, or ``0.1.0.dev0`` while it is in the making.
    """
    number, _, unreleased = version.partition(".dev")
    return (tuple(map(int, number.split("."))), not unreleased) >= (FIRST_RELEASE, True)


def project_version(root: Path = ROOT) -> str:
    """Return the program's version from pyproject.toml."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    version: str = project["project"]["version"]
    return version


def record(root: Path = ROOT, *, renew: bool = False) -> list[str]:
    """Write what is published now as the baseline, unless that breaks a consumer.

    Args:
        root: The project's folder.
        renew: Write breaking changes too, and drop streams that are no longer published.

    Returns:
        The breaking changes; without ``renew`` nothing is written where there is one.
    """
    published, baseline = published_schemas(), load_baseline(root)
    changes = breaking_changes(baseline, published)
    if changes and not renew:
        return changes
    for stream in baseline.keys() - published.keys():
        (root / baseline_path(stream)).unlink()
    for stream in published:
        target = root / baseline_path(stream)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(published[stream], indent=2, ensure_ascii=False) + "\n"
        target.write_text(text, encoding="utf-8")
    return changes


def main(arguments: Sequence[str] = (), root: Path = ROOT) -> int:
    """Record the baseline and return the exit code: 1 where nothing was written."""
    renew = "--renew" in arguments
    if renew and is_frozen(project_version(root)):
        sys.stderr.write(
            f"Nothing was written: the baseline is frozen since release 0.1.0. {_ADD_A_VERSION}\n"
        )
        return 1
    changes = record(root, renew=renew)
    for change in changes:
        sys.stderr.write(f"{change}\n")
    if changes and renew:
        sys.stderr.write("Written. Name these changes in the commit and in CHANGELOG.md.\n")
    elif changes:
        sys.stderr.write(f"Nothing was written. {_ADD_A_VERSION}\n")
    return 1 if changes and not renew else 0


_ADD_A_VERSION = (
    "Add an optional field instead, or publish a stream of the next version (news.….v2)."
)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
