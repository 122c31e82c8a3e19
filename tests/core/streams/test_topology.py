from datetime import timedelta
from pathlib import Path

from config.settings import Settings
from core.messages.envelope import DEAD_LETTER
from core.streams.topology import canary_specs, receipts_spec, stream_specs


def test_the_streams_are_those_of_the_public_contract(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, streams_partitions=8, streams_max_record_bytes=5_000)
    specs = {s.name: s for s in stream_specs(settings, published=["nato-membership"])}
    assert {name: s.partitions for name, s in specs.items()} == {
        "news.articles.v1": 8,
        "news.enriched.v1": 8,
        "news.matches.v1": 8,
        "news.alerts.v1": 6,
        "news.feed-health.v1": 3,
        "news.dead-letter.v1": 3,
        "news.topic.nato-membership.v1": 3,
    }
    assert {s.max_record_bytes for s in specs.values()} == {5_000}
    assert specs.pop("news.feed-health.v1").retention == timedelta(days=7)
    assert {s.retention for s in specs.values()} == {timedelta(days=30)}


def test_every_stream_has_the_replication_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, streams_replication=3, streams_min_insync=1)
    specs = [*stream_specs(settings, published=["x"]), *canary_specs(settings)]
    copies = {(s.replication, s.min_insync) for s in [*specs, receipts_spec(settings)]}
    assert copies == {(3, 1)}


def test_a_receipt_is_kept_as_long_as_its_dead_letter(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, streams_retention=timedelta(days=3))
    letters = next(s for s in stream_specs(settings) if s.name == DEAD_LETTER)
    assert receipts_spec(settings).retention == letters.retention
