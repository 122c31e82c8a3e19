"""What consumers were promised in v1 still holds, and the promise cannot be moved by accident."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from core.messages.envelope import STREAM_MESSAGES
from wirewatch.contracts import baseline
from wirewatch.contracts.generate import ROOT, generated


def test_what_is_published_keeps_every_promise() -> None:
    assert baseline.broken(baseline.recorded(), baseline.published()) == []


def test_every_stream_of_v1_has_a_promise() -> None:
    assert {s for s in STREAM_MESSAGES if s.endswith(".v1")} <= set(baseline.recorded())


@pytest.mark.parametrize("stream", sorted(baseline.recorded()))
def test_a_promise_is_a_sound_json_schema(stream: str) -> None:
    jsonschema.Draft202012Validator.check_schema(baseline.recorded()[stream])


def test_the_generated_pages_never_touch_the_baseline() -> None:
    assert not [path for path in generated() if path.is_relative_to(baseline.FOLDER)]


def copied(folder: Path) -> Path:
    shutil.copytree(ROOT / baseline.FOLDER, folder / baseline.FOLDER)
    return folder


def test_recording_takes_new_optional_fields_and_lies_in_the_versions_folder(
    tmp_path: Path,
) -> None:
    root = copied(tmp_path)
    path = root / baseline.baseline_path("news.alerts.v1")
    older = json.loads(path.read_text(encoding="utf-8"))
    del older["properties"]["reason_code"]
    path.write_text(json.dumps(older), encoding="utf-8")
    assert baseline.record(root) == []
    assert "reason_code" in json.loads(path.read_text(encoding="utf-8"))["properties"]
    assert baseline.baseline_path("news.alerts.v2").parts[-2:] == ("v2", "news.alerts.v2.json")


def test_recording_refuses_a_break_and_writes_nothing(tmp_path: Path) -> None:
    root = copied(tmp_path)
    path = root / baseline.baseline_path("news.alerts.v1")
    other = json.loads(path.read_text(encoding="utf-8"))
    other["properties"]["verdict"] = {"type": "string"}
    path.write_text(json.dumps(other), encoding="utf-8")
    assert baseline.record(root) == [
        "news.alerts.v1: verdict: it is gone or has another name; readers rely on it"
    ]
    assert "verdict" in path.read_text(encoding="utf-8")


def test_a_stream_that_is_no_longer_published_is_missed() -> None:
    promised: dict[str, Any] = {"news.alerts.v1": {}, "news.rumours.v1": {}}
    found = baseline.broken(promised, {"news.alerts.v1": {}})
    assert found == ["news.rumours.v1: nothing is published there any more"]
