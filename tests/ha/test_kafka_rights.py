"""Brokers with an authorizer: the documented rights are enough, and a missing one is named."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.errors import SettingsError
from config.settings import Settings
from core.clock import utc_now
from core.messages.envelope import ALERTS, ARTICLES, ENRICHED, MATCHES
from core.streams.kafka import KafkaLog, client_options
from core.streams.port import NewRecord
from core.streams.topology import stream_specs
from scripts.kafka.cluster import Cluster
from tests.core.streams.kafka.faults import SHORT
from tests.support.kafka_cluster import running_cluster
from tests.support.kafka_rights import (
    AUTHORIZER,
    EVERY,
    FIRST,
    LISTENER,
    PASSWORD,
    Right,
    documented_rights,
    grant,
    granted,
    login,
)
from tests.support.newsroom import Newsroom, WebhookReceiver
from tests.support.split import ROLES, Plan, Split

pytestmark = [pytest.mark.ha, pytest.mark.kafka, pytest.mark.processes, pytest.mark.timeout(600)]

PROCESSES = ("ingest", "processors", "alerts", "archive")


class SplitByUser(Split):
    """A deployment in which the process of each stage signs in as a user of its own."""

    url = ""

    def _environment(self, name: str) -> dict[str, str]:
        own = login(self.plan.roles[name]) | {"WIREWATCH_STREAMS_URL": self.url}
        return super()._environment(name) | own


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster(listeners=[LISTENER], properties=AUTHORIZER) as brokers:
        yield brokers


@pytest.fixture
def prefix() -> str:
    return f"acl-{uuid.uuid4().hex[:8]}"


OpenLog = Callable[[str], KafkaLog]


@pytest.fixture
def open_log(cluster: Cluster, prefix: str) -> Iterator[OpenLog]:
    """Open the streams as a user."""
    logs: list[KafkaLog] = []

    def open_as(user: str) -> KafkaLog:
        settings = Settings(
            kafka_security="sasl_plaintext",
            kafka_sasl_mechanism="PLAIN",
            kafka_username=user,
            kafka_password=SecretStr(PASSWORD),
        )
        address = cluster.addresses_of("CLIENT")
        options = client_options(address, settings, client_id=user, timeouts=SHORT)
        logs.append(KafkaLog(options, clock=utc_now, prefix=prefix, end=lambda: None))
        return logs[-1]

    yield open_as
    for log in logs:
        log.close()


def settings_of_streams(addresses: str, prefix: str) -> dict[str, str]:
    return {
        "WIREWATCH_STREAMS_URL": f"kafka://{addresses}",
        "WIREWATCH_STREAMS_PREFIX": prefix,
        "WIREWATCH_STREAMS_PARTITIONS": "3",
        "WIREWATCH_STREAMS_REPLICATION": "3",
    }


SPECS = stream_specs(Settings(streams_partitions=3, streams_replication=3))


def test_processes_with_the_documented_rights_alone_tell_every_story_once(
    tmp_path: Path,
    newsroom: Newsroom,
    webhook: WebhookReceiver,
    cluster: Cluster,
    prefix: str,
    open_log: OpenLog,
) -> None:
    grant(cluster.addresses, "first", prefix, documented_rights(EVERY, FIRST))
    open_log("first").create(SPECS)
    for process in PROCESSES:
        grant(cluster.addresses, process, prefix, documented_rights(EVERY, process))
    plan = Plan(stories=16, kills=0, repeats=True, roles=ROLES | {"archive": "archive"})
    environment = settings_of_streams(cluster.addresses, prefix)
    split = SplitByUser(tmp_path, newsroom, webhook, environment, plan)
    split.url = f"kafka://{cluster.addresses_of('CLIENT')}"
    outcome = split.run()
    assert not outcome.wrong, f"{outcome}\n{outcome.wrong[:10]}"
    assert outcome.notified == plan.stories // 2
    assert not outcome.ended
    logs = "".join(path.read_text() for path in (tmp_path / "logs").glob("*.log"))
    assert "does not allow" not in logs
    open_log("root").append([NewRecord(ARTICLES, b"k", b"no article", (), utc_now())])
    assert_commands_work(split, cluster.addresses, prefix)


def assert_commands_work(split: SplitByUser, brokers: str, prefix: str) -> None:
    """Replay articles and a dead letter, each as a user that may do only that."""
    environment = split.installation.environment
    environment |= {"WIREWATCH_STREAMS_URL": split.url}
    commands = {
        "": (["run", "--once", "--only", "processors"], "processors"),
        "streams replay": (["streams", "replay", "--from", "start", "--json"], "some"),
        "streams dead-letter replay": (
            ["streams", "dead-letter", "replay", "--all", "--json"],
            "some",
        ),
    }
    results = {}
    for command, (arguments, user) in commands.items():
        environment |= login(user)
        with granted(brokers, "some", prefix, documented_rights(EVERY, command)):
            process = split.installation.start(*arguments)
            out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err
        assert "does not allow" not in err
        results[command] = out
    assert json.loads(results["streams replay"])["articles"] >= split.plan.stories
    assert json.loads(results["streams dead-letter replay"])["replayed"] == 1


def test_a_missing_right_is_named_with_the_resource_that_it_is_missing_on(
    cluster: Cluster, prefix: str, open_log: OpenLog
) -> None:
    open_log("root").create(SPECS)
    open_log("root").append([NewRecord(ARTICLES, b"k", b"v", (), utc_now())])
    rights = [replace(r, process="") for r in documented_rights(EVERY, "processors")]

    def read(log: KafkaLog) -> None:
        with closing(log.consumer("processors", [ARTICLES], slot="a")) as member:
            deadline = time.monotonic() + 20
            while not (batch := member.poll(timeout=1)):
                assert time.monotonic() < deadline
            with member.transaction(batch) as out:
                out.append(NewRecord(ENRICHED, b"k", b"v", (), utc_now()))

    def append(log: KafkaLog) -> None:
        log.append([NewRecord(ALERTS, b"k", b"v", (), utc_now())])

    attempts: list[tuple[Right | None, Callable[[KafkaLog], object], str]] = [
        (None, append, f"WRITE on the stream '{prefix}.{ALERTS}'"),
        (None, lambda log: log.create([replace(SPECS[0], name="news.x.v1")]), "CREATE on"),
        (None, lambda log: log.delete_group("processors"), "DELETE on the group"),
        (Right("", "topic", "news.*", "READ"), read, f"READ on the stream '{prefix}.{ARTICLES}'"),
        (
            Right("", "topic", "news.*", "DESCRIBE_CONFIGS"),
            lambda log: log.lag("processors", [MATCHES]),
            f"DESCRIBE_CONFIGS on the stream '{prefix}.{MATCHES}'",
        ),
        (
            Right("", "topic", "news.enriched.v1", "WRITE"),
            read,
            f"WRITE on the stream '{prefix}.{ENRICHED}'",
        ),
        (
            Right("", "group", "wirewatch.processors", "READ"),
            read,
            f"READ on the group '{prefix}.wirewatch.processors'",
        ),
        (
            Right("", "group", "wirewatch.*", "DESCRIBE"),
            lambda log: log.lag("alerts", [MATCHES]),
            f"DESCRIBE on the group '{prefix}.wirewatch.alerts'",
        ),
        (
            Right("", "transactional id", "wirewatch.processors-*", "WRITE"),
            read,
            f"WRITE on the transactional id '{prefix}.wirewatch.processors-a'",
        ),
    ]
    for missing, attempt, message in attempts:
        assert missing is None or missing in rights, f"{missing} is not documented"
        left = [right for right in rights if right != missing]
        if missing and missing.operation != "DESCRIBE":  # which the other rights include
            left.append(replace(missing, operation="DESCRIBE"))
        with granted(cluster.addresses, "some", prefix, left):
            log = open_log("some")
            with pytest.raises(SettingsError) as raised:
                attempt(log)
            assert message in str(raised.value)
            assert "docs/kafka.md" in raised.value.mend
            assert raised.value.exit_code == 1


def test_a_command_without_a_right_ends_with_1_and_names_it(
    tmp_path: Path,
    newsroom: Newsroom,
    webhook: WebhookReceiver,
    cluster: Cluster,
    prefix: str,
    open_log: OpenLog,
) -> None:
    open_log("root").create(SPECS)
    grant(cluster.addresses, "alerts", prefix, documented_rights(EVERY, "alerts"))
    environment = settings_of_streams(cluster.addresses_of("CLIENT"), prefix) | login("alerts")
    split = Split(tmp_path, newsroom, webhook, environment, Plan(stories=2, kills=0))
    process = split.installation.start("run", "--once", "--only", "processors")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, out + err
    name = f"{prefix}.wirewatch.processors"
    assert f"does not allow this user WRITE on the transactional id '{name}" in " ".join(
        err.split()
    )
