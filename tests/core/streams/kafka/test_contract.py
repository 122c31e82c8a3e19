"""The contract on Apache Kafka."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.structs import TopicPartition

from config.settings import Settings
from core.clock import utc_now
from core.streams.port import StreamLog
from tests.core.streams.contract import Contract
from tests.support.kafka import Broker


class TestKafka(Contract):
    @pytest.fixture
    def settings(self, tmp_path: Path, kafka: Broker) -> Settings:
        return Settings(
            data_dir=tmp_path,
            streams_url=f"kafka://{kafka.address}",
            streams_prefix=f"t{uuid.uuid4().hex[:12]}",
        )

    def age(self, log: StreamLog, stream: str, keep: timedelta, settings: Settings) -> None:
        """At once, for brokers look after retention only every few minutes by default."""
        admin = KafkaAdminClient(bootstrap_servers=settings.streams_url.removeprefix("kafka://"))
        since = int((utc_now() - keep).timestamp() * 1000)
        parts = [TopicPartition(f"{settings.streams_prefix}.{stream}", n) for n in range(6)]
        firsts = admin.list_partition_offsets(dict.fromkeys(parts, since))
        kept = {p: first.offset for p, first in firsts.items() if first.offset >= 0}
        admin.delete_records(kept)
        admin.close()
