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
from tests.core.streams.contract.suite import Contract
from tests.support.kafka import Broker


class TestKafka(Contract):
    @pytest.fixture
    def settings(self, tmp_path: Path, kafka: Broker) -> Settings:
        return Settings(
            data_dir=tmp_path,
            streams_url=f"kafka://{kafka.address}",
            streams_prefix=f"t{uuid.uuid4().hex[:12]}",
        )

    def apply_retention(
        self, log: StreamLog, stream: str, retention: timedelta, settings: Settings
    ) -> None:
        """Delete records at once: by default brokers apply retention every few minutes only."""
        admin = KafkaAdminClient(bootstrap_servers=settings.streams_url.removeprefix("kafka://"))
        since = int((utc_now() - retention).timestamp() * 1000)
        partitions = [TopicPartition(f"{settings.streams_prefix}.{stream}", n) for n in range(6)]
        firsts = admin.list_partition_offsets(dict.fromkeys(partitions, since))
        admin.delete_records({p: o.offset for p, o in firsts.items() if o.offset >= 0})
        admin.close()
