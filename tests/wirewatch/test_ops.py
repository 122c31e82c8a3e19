"""The rules and the dashboard in ops/: what they name exists, and Prometheus' own tool agrees."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from core import metrics
from core.store.deliveries import DELIVERED, FAILED, PENDING, UNKNOWN
from wirewatch.contracts.generate import ROOT
from wirewatch.outlet_latency import PERCENTILES, SEGMENTS
from wirewatch.run.housekeeping import STATES
from wirewatch.run.process_snapshot import merge_metrics

OPS = ROOT / "ops"
RULES = OPS / "prometheus" / "wirewatch.rules.yaml"
RULES_TEST = OPS / "prometheus" / "wirewatch.rules.test.yaml"
DASHBOARD = OPS / "grafana" / "wirewatch.json"
NEEDS_PROMTOOL = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed"
)

UNITS = ("_seconds", "_bytes", "_total", "_info")
COUNTS = frozenset(
    f"wirewatch_{name}"
    for name in (
        "canary_missing", "config_files_held", "config_last_reload_ok", "feeds", "lag_records",
        "latency_articles", "matches_suppressed_today", "matches_today", "outbox_pending",
        "outbox_refused", "pages_due", "process_healthy", "process_up", "targets_broken",
        "topic_tests_failed", "undelivered",
    )
)  # fmt: skip
"""Gauges of numbers of things, which have no unit."""

LABEL_VALUES = {
    ("wirewatch_feeds", "state"): {*STATES},
    ("wirewatch_latency_seconds", "segment"): {*SEGMENTS},
    ("wirewatch_latency_seconds", "percentile"): {str(percent) for percent in PERCENTILES},
    ("wirewatch_latency_articles", "segment"): {*SEGMENTS},
    ("wirewatch_deliveries_total", "outcome"): {DELIVERED, FAILED, PENDING, UNKNOWN},
}
"""What the labels that rules and dashboard name can be."""


def exposition() -> str:
    """Return what ``/metrics`` answers in this process."""
    up = {"desk-1": True}
    return merge_metrics({"desk-1": list(REGISTRY.collect())}, "desk-1", up, up).decode()


def known_labels() -> dict[str, set[str]]:
    """Return the labels of every sample that the program can have, by the sample's name."""
    labels = {"wirewatch_process_up": {"slot"}, "wirewatch_process_healthy": {"slot"}}
    for name, collector in REGISTRY._names_to_collectors.items():
        own = {*collector._labelnames} if isinstance(collector, MetricWrapperBase) else set()
        process = set() if name in metrics.SHARED else {"slot"}
        labels[name] = own | process | ({"le"} if name.endswith("_bucket") else set())
    return labels


def rules() -> list[dict[str, Any]]:
    [group] = YAML(typ="safe").load(RULES)["groups"]
    return list(group["rules"])


def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    return loaded


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


def faults_of(expression: str, known: dict[str, set[str]]) -> Iterator[str]:
    """Yield what an expression names that no sample of the program has."""
    names = re.findall(r"\b((?:wirewatch|process)_\w+)(?:\{([^}]*)\})?", expression)
    if not names:
        yield f"no metric in {expression}"
    labels: set[str] = set()
    for name, matchers in names:
        if name not in known:
            yield f"{name} is no metric"
            continue
        labels |= known[name]
        for label, operator, value in re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', matchers):
            if label not in known[name]:
                yield f"{name} has no label {label}"
            values = LABEL_VALUES.get((name, label))
            if values is not None and not {*value.split("|")} <= values:
                yield f"{name}: {label} is never {value} ({operator})"
    for grouping in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression):
        yield from (
            f"{each} is no label in {expression}"
            for each in re.split(r"[,\s]+", grouping)
            if each and each not in labels
        )


def test_every_expression_names_metrics_and_labels_that_the_program_has() -> None:
    known = known_labels()
    assert [fault for each in expressions() for fault in faults_of(each, known)] == []
    wrong = 'sum by (outlet) (wirewatch_feeds{state="lost", kind="x"}) + wirewatch_gone'
    assert [*faults_of(wrong, known)] == [
        "wirewatch_feeds: state is never lost (=)",
        "wirewatch_feeds has no label kind",
        "wirewatch_gone is no metric",
        f"outlet is no label in {wrong}",
    ]


def test_every_alert_says_what_to_do_and_has_a_test_and_a_line_in_the_docs() -> None:
    tests = RULES_TEST.read_text("utf-8")
    docs = (ROOT / "docs" / "operations.md").read_text("utf-8")
    known = known_labels()
    for rule in rules():
        name, texts = rule["alert"], rule["annotations"]
        assert rule["labels"]["severity"] in ("critical", "warning"), name
        assert texts.keys() == {"summary", "description"}, name
        assert f'alertname="{name}"' in tests, f"{name} has no test"
        assert f"`{name}`" in docs, f"{name} is not in docs/operations.md"
        used = {*re.findall(r"\$labels\.(\w+)", " ".join(texts.values()))}
        metric = re.findall(r"wirewatch_\w+", rule["expr"])
        assert used <= set().union(*(known[each] for each in metric)), name


def test_the_panels_of_the_dashboard_are_told_apart_and_do_not_overlap() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for at in (panel["gridPos"] for panel in panels)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
    for panel in panels:
        assert panel["type"] == "row" or panel["description"], panel["title"]


def test_names_of_metrics_end_with_their_unit_and_every_metric_has_a_help_text() -> None:
    ours = [
        family
        for family in text_string_to_metric_families(exposition())
        if family.name.startswith("wirewatch_")
    ]
    assert len(ours) > 40
    for family in ours:
        name = family.name + "_total" * (family.type == "counter")
        assert name in COUNTS or name.endswith(UNITS), name
        assert re.fullmatch(r"wirewatch(_[a-z]+)+", name), name
        assert family.documentation.endswith("."), name


@NEEDS_PROMTOOL
@pytest.mark.processes
def test_prometheus_accepts_the_metrics_and_the_rules_fire_when_they_should() -> None:
    for command, given in (
        (["check", "metrics"], exposition()),
        (["check", "rules", str(RULES)], None),
        (["test", "rules", str(RULES_TEST)], None),
    ):
        done = subprocess.run(
            ["promtool", *command], input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert not done.stderr, done.stderr
