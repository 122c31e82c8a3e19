"""Ingest, two processors and alerts in separate processes, all of them killed at random."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.support.kafka import Broker
from tests.support.newsroom import Newsroom, WebhookReceiver
from tests.support.split import Plan, Split

pytestmark = [pytest.mark.timeout(180), pytest.mark.processes]


def _assert_notified_once(split: Split, **servers: Broker) -> None:
    outcome = split.run(servers)
    assert not outcome.wrong, f"{outcome}\n{outcome.wrong[:10]}"
    assert outcome.notified == split.plan.stories // 2
    assert sum(outcome.killed.values()) == split.plan.kills


def test_a_split_deployment_on_sqlite_loses_and_repeats_nothing(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    _assert_notified_once(Split(tmp_path, newsroom, webhook, {}, Plan(stories=48, kills=8)))


def test_a_split_deployment_on_kafka_and_postgresql_loses_and_repeats_nothing(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver, own_broker: Broker, postgres: str
) -> None:
    environment = {
        "WIREWATCH_STREAMS_URL": f"kafka://{own_broker.address}",
        "WIREWATCH_STREAMS_PREFIX": f"split-{uuid.uuid4().hex[:8]}",
        "WIREWATCH_DATABASE_URL": postgres,
    }
    plan = Plan(stories=48, kills=8, server_kills=1, repeats=True, apart=True)
    _assert_notified_once(Split(tmp_path, newsroom, webhook, environment, plan), broker=own_broker)
