"""The baseline: the schemas that consumers were promised, as committed.

::

    docs/schemas/baseline/v1/news.articles.v1.json   what was promised
    messages ──▶ schema(stream)                      what is published now
                 a test fails where the second breaks the first (wirewatch.contracts.schema_compat)

``python -m wirewatch.contracts.baseline`` records what is published now: at a release with new
fields, and when a stream of another version (``.v2``) comes. It refuses to record a break; what
was promised and is no longer published stays, as long as its folder does. ``make docs`` never
writes here.
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

FOLDER = Path("docs/schemas/baseline")


def baseline_path(stream: str) -> Path:
    """``docs/schemas/baseline/v1/news.articles.v1.json``, below the project's root."""
    return FOLDER / stream.rpartition(".")[2] / f"{stream}.json"


def recorded(root: Path = ROOT) -> dict[str, Any]:
    """The promised schemas, by stream."""
    files = sorted((root / FOLDER).glob("v*/*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def published() -> dict[str, Any]:
    """The schemas of what is published now, by stream."""
    return {stream: json.loads(schema(stream)) for stream in STREAM_MESSAGES}


def broken(promised: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """A sentence for every promise that is not kept; none is good."""
    found = []
    for stream, old in promised.items():
        if stream not in now:
            found.append(f"{stream}: nothing is published there any more")
        else:
            found += [f"{stream}: {change}" for change in breaks(old, now[stream])]
    return found


def record(root: Path = ROOT) -> list[str]:
    """Write what is published now as the baseline, unless it breaks a promise.

    Returns:
        What is broken; then nothing was written.
    """
    now = published()
    if found := broken(recorded(root), now):
        return found
    for stream in now:
        target = root / baseline_path(stream)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(schema(stream), encoding="utf-8")
    return []


def main() -> int:
    """Record, or say why not; the exit code is 1 where a promise would be broken."""
    found = record()
    for line in found:
        sys.stderr.write(f"{line}\n")
    if found:
        mend = (
            "Give the change a stream of its own version (news.….v2), or make it optional and new."
        )
        sys.stderr.write(f"Nothing was written. {mend}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
