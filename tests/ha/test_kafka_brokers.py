"""Brokers of Apache Kafka are lost while articles flow: nothing is lost, nothing is told twice."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.kafka.cluster import Cluster
from tests.support.kafka_cluster import Some, running_cluster
from tests.support.newsroom import Newsroom, WebhookReceiver, unique_story
from tests.support.running_program import RunningProgram, health, run_program, wait_until
from tests.support.split import Plan, Split
from tests.wirewatch.run.many_stories import count_opened
from tests.wirewatch.run.test_on_postgres import new_program

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


def test_without_most_brokers_nothing_is_told_and_health_says_so_and_afterwards_everything_is(
    tmp_path: Path,
    newsroom: Newsroom,
    webhook: WebhookReceiver,
    cluster: Cluster,
    environment: dict[str, str],
) -> None:
    installation = new_program(tmp_path, newsroom, webhook, **environment)
    installation.poll_every_second()
    newsroom.publish("kurier", unique_story("/s0", "Bericht Nummer 0"))
    newsroom.publish("bote")
    with run_program(installation) as running:
        wait_until(lambda: webhook.notifications, "nothing was notified", running)
        most = Some(cluster.brokers[1:])
        most.kill()
        newsroom.publish("kurier", unique_story("/s1", "Bericht Nummer 1"))
        wait_long(lambda: "Kafka" in str(health(running)["wrong"]), running)
        assert len(webhook.notifications) == 1
        most.start()
        wait_long(lambda: len(webhook.notifications) == 2, running)
        wait_long(lambda: health(running)["status"] == "ok", running)
        running.stop()
    articles = Counter(r["headers"]["ce_id"] for r in installation.tail("news.articles.v1"))
    assert len(articles) == 2
    assert sorted(count_opened(installation).values()) == [1, 1]
    assert len({body["id"] for body in webhook.notifications}) == 2


def wait_long(condition: Callable[[], object], running: RunningProgram) -> None:
    """Wait as long as pauses and time-outs of the program may take, one after the other."""
    deadline = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < deadline, "\n".join(running.lines[-60:])
        time.sleep(0.5)


def test_more_replicas_than_brokers_are_refused_with_the_number_of_brokers(
    tmp_path: Path,
    newsroom: Newsroom,
    webhook: WebhookReceiver,
    cluster: Cluster,
    environment: dict[str, str],
) -> None:
    environment |= {"WIREWATCH_STREAMS_REPLICATION": "4"}
    installation = new_program(tmp_path, newsroom, webhook, **environment)
    process = installation.start("run", "--once")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, out + err
    message = " ".join(err.split())
    assert "it has 3 brokers at this moment" in message
    assert "Set WIREWATCH_STREAMS_REPLICATION" in message
