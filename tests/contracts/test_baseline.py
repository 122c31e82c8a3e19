"""The schemas that consumers rely on stay compatible, and the baseline cannot move by accident."""

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

BREAK = "news.alerts.v1: verdict: it is gone or has another name; readers rely on it"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a copy of the project's baseline."""
    shutil.copytree(ROOT / baseline.FOLDER, tmp_path / baseline.FOLDER)
    return tmp_path


def edit(root: Path, change: dict[str, Any]) -> Path:
    """Add properties to the baseline of the alerts' stream, None to remove one."""
    path = root / baseline.baseline_path("news.alerts.v1")
    schema = json.loads(path.read_text(encoding="utf-8"))
    properties = schema["properties"] | change
    schema["properties"] = {name: value for name, value in properties.items() if value is not None}
    path.write_text(json.dumps(schema), encoding="utf-8")
    return path


def test_what_is_published_breaks_no_consumer() -> None:
    assert baseline.breaking_changes(baseline.load_baseline(), baseline.published_schemas()) == []


def test_every_stream_of_v1_is_in_the_baseline() -> None:
    assert {s for s in STREAM_MESSAGES if s.endswith(".v1")} <= set(baseline.load_baseline())


@pytest.mark.parametrize("stream", sorted(baseline.load_baseline()))
def test_the_baseline_consists_of_valid_json_schemas(stream: str) -> None:
    jsonschema.Draft202012Validator.check_schema(baseline.load_baseline()[stream])


def test_the_generated_pages_never_touch_the_baseline() -> None:
    assert not [path for path in generated() if path.is_relative_to(baseline.FOLDER)]


def test_recording_adds_new_optional_fields_in_the_folder_of_the_version(root: Path) -> None:
    path = edit(root, {"reason_code": None})
    assert baseline.record(root) == []
    assert "reason_code" in json.loads(path.read_text(encoding="utf-8"))["properties"]
    assert baseline.baseline_path("news.alerts.v2").parts[-2:] == ("v2", "news.alerts.v2.json")


def test_recording_refuses_a_breaking_change_and_writes_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = edit(root, {"verdict": {"type": "string"}})
    assert baseline.main(root) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == BREAK
    assert lines[1].startswith("Nothing was written.")
    assert "verdict" in path.read_text(encoding="utf-8")


def test_a_stream_that_is_no_longer_published_is_a_breaking_change() -> None:
    schemas: dict[str, Any] = {"news.alerts.v1": {}, "news.rumours.v1": {}}
    changes = baseline.breaking_changes(schemas, {"news.alerts.v1": {}})
    assert changes == ["news.rumours.v1: nothing is published there any more"]


def test_what_is_published_is_recorded() -> None:
    assert baseline.load_baseline() == baseline.published_schemas()
