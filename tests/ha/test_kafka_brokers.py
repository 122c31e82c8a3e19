"""Brokers of Apache Kafka are lost while articles flow: nothing is lost, nothing is told twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.kafka.cluster import Cluster
from tests.support.kafka_cluster import Some, running_cluster
from tests.support.newsroom import Newsroom, WebhookReceiver
from tests.support.split import Plan, Split

pytestmark = [
    pytest.mark.ha,
    pytest.mark.kafka,
    pytest.mark.processes,
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as brokers:
        yield brokers


@pytest.fixture
def environment(cluster: Cluster) -> dict[str, str]:
    return {
        "WIREWATCH_STREAMS_URL": f"kafka://{cluster.addresses}",
        "WIREWATCH_STREAMS_PREFIX": f"ha-{uuid.uuid4().hex[:8]}",
        "WIREWATCH_STREAMS_PARTITIONS": "6",
        "WIREWATCH_STREAMS_REPLICATION": "3",
    }


def test_lost_brokers_moved_leaders_and_a_lost_majority_lose_and_repeat_nothing(
    tmp_path: Path,
    newsroom: Newsroom,
    webhook: WebhookReceiver,
    cluster: Cluster,
    environment: dict[str, str],
) -> None:
    plan = Plan(
        stories=64,
        kills=0,
        server_kills=1,
        server_stops=1,
        away=4.0,
        pause=1.0,
        settled=True,
        repeats=True,
        patience=150.0,
    )
    first, second, third = cluster.brokers
    servers = {"one": Some([first]), "another": Some([second]), "most": Some([second, third])}
    outcome = Split(tmp_path, newsroom, webhook, environment, plan).run(servers)
    assert not outcome.wrong, f"{outcome}\n{outcome.wrong[:10]}"
    assert outcome.notified == plan.stories // 2
    assert not outcome.notified_again
    assert not outcome.ended, "each process finds the other brokers by itself"
