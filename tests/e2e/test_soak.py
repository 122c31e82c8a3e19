"""Exactly once: workers are killed at random, and so is the broker."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.support.kafka import Broker
from tests.support.soak import Plan, Soak

pytestmark = [pytest.mark.timeout(180), pytest.mark.processes]


def _assert_exactly_once(soak: Soak, broker: Broker | None = None) -> None:
    outcome = soak.run(broker)
    assert not outcome.lost, f"{outcome}\n{outcome.lost[:5]}"
    assert not outcome.doubled, f"{outcome}\n{outcome.doubled[:5]}"
    assert sum(outcome.killed.values()) == soak.plan.kills
    assert outcome.at_work, "every kill hit an idle worker, which proves nothing"


def test_on_the_embedded_log_kills_lose_and_repeat_nothing(tmp_path: Path) -> None:
    _assert_exactly_once(Soak(tmp_path, {}, Plan(articles=3000, kills=8)))


def test_on_kafka_kills_of_workers_and_broker_lose_and_repeat_nothing(
    tmp_path: Path, own_broker: Broker
) -> None:
    environment = {
        "WIREWATCH_STREAMS_URL": f"kafka://{own_broker.address}",
        "WIREWATCH_STREAMS_PREFIX": f"soak-{uuid.uuid4().hex[:8]}",
    }
    plan = Plan(articles=1500, kills=6, broker_kills=1, broker_stops=1, away=2.0)
    _assert_exactly_once(Soak(tmp_path, environment, plan), own_broker)
