"""The canary in the program: a round of `run --once`, and `run` with its health and metrics."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import Gauge

from config.i18n import in_english
from core import metrics
from core.store import Store, canaries
from core.store.canaries import CanaryState
from tests.support.cli_installation import AT_ONCE, CliInstallation, new_installation
from tests.support.newsroom import Newsroom, WebhookReceiver
from tests.support.running_program import health, run_program, wait_until
from wirewatch.run.bootstrap import open_settings
from wirewatch.run.canary_monitor import CanaryMonitor
from wirewatch.run.once import STAGES
from wirewatch.run.program import open_program

PUBLIC = ("articles", "enriched", "matches", "alerts", "dead-letter", "feed-health")


@pytest.fixture
def installation(tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver) -> CliInstallation:
    """An installation whose only outlet has nothing new, with a receiver that gets canaries."""
    installation = new_installation(tmp_path)
    newsroom.publish("kurier")
    installation.write_sources(kurier=newsroom.feed_url("kurier"))
    receivers = [
        {"id": "desk", "kind": "webhook", "url": webhook.url + "/hook", "canary": True},
        {"id": "other", "kind": "webhook", "url": webhook.url + "/other"},
    ]
    routes = [AT_ONCE | {"receivers": ["desk", "other"]}]
    installation.write("alerts.yaml", json.dumps({"receivers": receivers, "routes": routes}))
    return installation


@pytest.mark.slow
@pytest.mark.processes
def test_a_round_sends_a_canary_an_hour_through_all_stages_and_counts_it_nowhere(
    installation: CliInstallation, webhook: WebhookReceiver, engines: dict[str, str]
) -> None:
    installation.environment.update(engines)
    summary = installation.run_once()
    assert [body["kind"] for body in webhook.notifications] == ["canary"]
    assert summary["matches"] == 0
    assert summary["alerts"] == {"opened": 0, "updated": 0, "suppressed": 0}
    assert summary["deliveries"] == {"delivered": 0, "failed": 0, "pending": 0, "held": 0}
    assert summary["dispositions"] == {stage: {} for stage in STAGES}
    assert {name: installation.tail(f"news.{name}.v1") for name in PUBLIC} == {
        name: [] for name in PUBLIC
    }
    assert json.loads(installation.invoke("alerts", "list", "--json")) == []
    installation.run_once()
    assert len(webhook.notifications) == 1


@pytest.mark.slow
@pytest.mark.processes
def test_a_running_program_begins_when_a_receiver_wants_canaries_and_is_healthy(
    installation: CliInstallation, webhook: WebhookReceiver
) -> None:
    installation.environment["WIREWATCH_PROCESSES"] = "2"
    alerts = (installation.config / "alerts.yaml").read_text()
    installation.write("alerts.yaml", alerts.replace('"canary": true', '"canary": false'))
    with run_program(installation) as running:
        running.wait_for("stages_started")
        assert webhook.notifications == []
        installation.write("alerts.yaml", alerts)
        wait_until(lambda: webhook.notifications, "no canary arrived", running)
        assert health(running)["status"] == "ok"
        name = "wirewatch_canary_last_success_timestamp_seconds"
        arrived = f'{name}{{receiver="desk"}}'
        wait_until(lambda: arrived in running.get("/metrics")[1], "the metrics lack it", running)
        assert "wirewatch_canary_missing 0.0" in running.get("/metrics")[1]
    assert [body["kind"] for body in webhook.notifications] == ["canary"]


def value(gauge: Gauge) -> float:
    [family] = gauge.collect()
    [sample] = family.samples
    return float(sample.value)


def test_a_missing_canary_makes_the_program_ill(
    installation: CliInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, setting in installation.settings_environment.items():
        monkeypatch.setenv(name, setting)
    settings = open_settings()
    now = datetime.now(UTC)
    with open_program(settings) as program:
        monitor = CanaryMonitor(program)
        monitor.update()
        assert not monitor.problems
        _wait_since(program.store, now - timedelta(hours=3))
        monitor.update()
        [problem] = monitor.problems
        assert in_english(problem).startswith("canary: missing at desk (127.0.0.1")
        assert value(metrics.CANARY_MISSING) == 1


def _wait_since(store: Store, at: datetime) -> None:
    with store.write() as connection:
        canaries.sync(connection, {("desk", "127.0.0.1")})
        canaries.save(connection, CanaryState("desk", "127.0.0.1", waiting_since=at))
