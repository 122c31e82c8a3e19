"""The Helm chart, as far as it can be checked without helm."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema

from config.catalog.reload import CatalogKeeper
from config.settings import Settings
from config.settings.sources import environment_name, is_secret
from tests.support.chart import CHART, STAGES, load_yaml
from wirewatch.cli.run import STAGES as ALL_STAGES
from wirewatch.contracts.chart_settings import SET_BY_THE_CHART, chart_settings
from wirewatch.contracts.generate import ROOT
from wirewatch.run.supervisor import STOP_SECONDS

OF_EACH_STAGE = ("replicas", "settings", "resources")
CHART_FILE = load_yaml(CHART / "Chart.yaml")
VALUES = load_yaml(CHART / "values.yaml")
SCHEMA = json.loads((CHART / "values.schema.json").read_text("utf-8"))
TEMPLATES = {p.name: p.read_text("utf-8") for p in sorted((CHART / "templates").rglob("*.*"))}
TEMPLATE_TEXT = "\n".join(TEMPLATES.values())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def values_at(path: str) -> bool:
    """Return whether ``values.yaml`` has a value at a dotted path."""
    node: Any = VALUES
    for name in path.split("."):
        if not isinstance(node, dict) or name not in node:
            return False
        node = node[name]
    return True


def leaves(node: Any, path: str = "") -> Iterator[str]:
    """Yield the dotted path of every value that is no mapping, or an empty one."""
    if not isinstance(node, dict) or not node:
        yield path
        return
    for name, value in node.items():
        yield from leaves(value, f"{path}.{name}" if path else name)


def test_the_version_of_chart_and_image_is_that_of_the_program() -> None:
    version = PROJECT["version"]
    assert CHART_FILE["appVersion"] == version
    assert CHART_FILE["version"] == re.sub(r"\.(dev|a|b|rc)(\d+)", r"-\1\2", version)
    assert f'LABEL org.opencontainers.image.version="{version}"' in DOCKERFILE
    assert VALUES["image"]["tag"] == VALUES["image"]["digest"] == ""


def test_the_values_follow_their_schema_which_names_each_of_them() -> None:
    validator = jsonschema.Draft7Validator(SCHEMA)
    assert [fault.message for fault in validator.iter_errors(VALUES)] == []
    webhook = {"secret": {"variables": {"WIREWATCH_DATABASE_URL": "a", "DESK_WEBHOOK": "b"}}}
    assert validator.is_valid(webhook)
    for wrong in (
        {"ingest": {"replica": 2}},
        {"settings": {"WIREWATCH_LOG_LEVL": "info"}},
        {"settings": {"WIREWATCH_WEB_TOKEN": "a secret in plain text"}},
        {"settings": {"WIREWATCH_SLOT": "one-for-all"}},
        {"secret": {"variables": {"WIREWATCH_DATABASE_URL": "a", "WIREWATCH_HEARTBEAT_URL": "b"}}},
        {"kafka": {"brokers": "kafka://kafka:9092"}},
        {"config": {"files": {"topics/../alerts.yaml": ""}}},
        {"terminationGracePeriodSeconds": 10},
        {"web": {"replicas": 2}},
    ):
        assert [*validator.iter_errors(wrong)], wrong


def test_templates_read_values_that_exist_and_every_value_is_read() -> None:
    read = {*re.findall(r"\.Values\.([\w.]+)", TEMPLATE_TEXT)}
    read |= {*re.findall(r"\$v\.([\w.]+)", TEMPLATE_TEXT)}
    missing = sorted(path for path in read if not values_at(path.rstrip(".")))
    assert missing == []
    of_stages = {f"{stage}.{name}" for stage in (*STAGES, "web") for name in OF_EACH_STAGE}
    blocks = {"image", "config", "kafka.ca", "kafka.client"}  # read with `with`
    known = read | of_stages | blocks
    unread = [
        path
        for path in leaves(VALUES)
        if not any(path == each or path.startswith(f"{each}.") for each in known)
    ]
    assert unread == []


def test_every_setting_in_the_chart_is_one_of_the_program() -> None:
    fields = {environment_name(name): field for name, field in Settings.model_fields.items()}
    text = TEMPLATE_TEXT + "".join(
        (CHART / name).read_text("utf-8") for name in ("values.yaml", "README.md")
    )
    named = {*re.findall(r"WIREWATCH_[A-Z_]*[A-Z]", text)}
    unknown = [
        name
        for name in sorted(named - fields.keys())
        if not (name.endswith("_FILE") and is_secret(fields[name.removesuffix("_FILE")]))
    ]
    assert unknown == []
    assert fields.keys() >= SET_BY_THE_CHART
    assert SCHEMA["definitions"]["settings"]["propertyNames"]["enum"] == chart_settings()
    secrets = {*VALUES["secret"]["variables"], *VALUES["secret"]["consoleVariables"]}
    assert all(is_secret(fields[name]) for name in secrets)
    assert {*VALUES["settings"]} <= {*chart_settings()}


def test_each_stage_of_the_program_has_pods() -> None:
    [stages] = re.findall(r'\$stage := list ((?:"\w+" ?)+)\}\}\n\{\{- \$values', TEMPLATE_TEXT)
    assert {*re.findall(r"\w+", stages), "web"} == {*ALL_STAGES}
    assert "args: [run, --only, {{ $stage }}]" in TEMPLATES["stages.yaml"]
    assert "args: [run, --only, web]" in TEMPLATES["web.yaml"]


def test_a_pod_has_time_to_stop_and_is_the_user_of_the_image() -> None:
    [pause] = re.findall(r'preStop: \{exec: \{command: \[sleep, "(\d+)"\]', TEMPLATE_TEXT)
    least = SCHEMA["properties"]["terminationGracePeriodSeconds"]["minimum"]
    assert VALUES["terminationGracePeriodSeconds"] >= least > int(pause) + STOP_SECONDS
    [user] = re.findall(r"--uid (\d+)", DOCKERFILE)
    assert {*re.findall(r"(?:runAsUser|runAsGroup|fsGroup): (\d+)", TEMPLATE_TEXT)} == {user}


def test_the_rules_in_the_chart_are_those_of_prometheus() -> None:
    rules = CHART / "wirewatch.rules.yaml"
    assert rules.is_symlink()
    assert rules.resolve() == ROOT / "ops" / "prometheus" / "wirewatch.rules.yaml"


def test_files_of_a_config_map_are_read_and_noticed_when_kubernetes_replaces_them(
    tmp_path: Path,
) -> None:
    """Kubernetes writes a new folder and moves the link ``..data`` to it."""

    def publish(name: str, title: str) -> None:
        folder = tmp_path / name
        (folder / "topics").mkdir(parents=True)
        feed = "{id: kurier, name: Kurier, feeds: ['https://kurier.example/rss']}"
        (folder / "sources.yaml").write_text(f"outlets: [{feed}]\n")
        (folder / "topics" / "flood.yaml").write_text(f"id: flood\ntitle: {title}\nquery: flood\n")
        (tmp_path / "..new").symlink_to(name)
        (tmp_path / "..new").replace(tmp_path / "..data")

    publish("..2026_11_22_1", "Flood")
    for name in ("sources.yaml", "topics"):
        (tmp_path / name).symlink_to(Path("..data") / name)
    clock = datetime.now(UTC) + timedelta(minutes=1)
    keeper = CatalogKeeper(tmp_path, {}, (), lambda: clock)
    assert [topic.title for topic in keeper.current.topics] == ["Flood"]
    publish("..2026_11_22_2", "High water")
    keeper.refresh()
    assert [topic.title for topic in keeper.current.topics] == ["High water"]
