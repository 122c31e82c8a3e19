from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from alerts.worker import GROUP, join
from core.clock import utc_now
from core.messages.envelope import DEAD_LETTER, MATCHES, to_record
from core.streams import open_streams
from core.streams.consume_loop import ConsumePolicy, drained
from core.streams.port import NewRecord, StreamLog
from core.streams.topology import stream_specs
from tests.alerts.harness import NOON, OTHER_TEXT, Harness, match
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


@pytest.fixture
def streams(harness: Harness) -> Iterator[StreamLog]:
    log = open_streams(harness.settings, instance=harness.me, clock=utc_now)
    log.create(stream_specs(harness.settings))
    yield log
    log.close()


def poison() -> NewRecord:
    return replace(to_record(match(), at=NOON), value=b"{not json")


def drain(harness: Harness, streams: StreamLog, slot: str = "one") -> None:
    with closing(join(streams, slot)) as consumer:
        harness.worker.run(
            consumer,
            stop=lambda: False,
            idle=lambda: drained(streams, GROUP, [MATCHES], slot=slot),
            policy=ConsumePolicy(poll_seconds=0.01),
        )


def test_a_record_that_is_not_a_match_becomes_a_dead_letter_and_the_others_are_decided(
    harness: Harness, streams: StreamLog
) -> None:
    fire = match("https://bote.example.org/x", title="Feuer in Lissabon", text=OTHER_TEXT)
    streams.append([to_record(match(), at=NOON), poison(), to_record(fire, at=NOON)])
    drain(harness, streams)
    assert harness.worker.counts == {"opened": 2, "updated": 0, "suppressed": 0}
    assert harness.dispositions.of("alerts") == {"dead_letter": 1, "new_story": 2}
    [dead_letter] = streams.read(DEAD_LETTER)
    assert dead_letter.value == b"{not json"
    assert dead_letter.header("dlq_stage") == "alerts"


def test_a_batch_that_was_decided_but_not_committed_is_read_again_and_changes_nothing(
    harness: Harness, streams: StreamLog
) -> None:
    streams.append([to_record(match(), at=NOON), to_record(match(revision=2), at=NOON)])
    with closing(join(streams, "one")) as consumer:
        batch = consumer.poll(timeout=1)
        harness.worker.handle(batch)  # and no commit
    before = harness.events(), harness.notifications()
    drain(harness, streams, "two")
    assert (harness.events(), harness.notifications()) == before
    assert harness.dispositions.of("alerts") == {"new_story": 1, "repeated": 2, "revision": 1}


def test_after_the_stream_file_was_created_again_nothing_is_skipped(
    harness: Harness, streams: StreamLog
) -> None:
    streams.append([to_record(match(revision=n), at=NOON) for n in (1, 2, 3)])
    drain(harness, streams)
    streams.close()
    harness.settings = harness.settings.model_copy(
        update={"streams_url": f"sqlite:///{harness.settings.data_dir.absolute() / 'new.db'}"}
    )
    new = open_streams(harness.settings, instance=harness.me, clock=utc_now)
    new.create(stream_specs(harness.settings))
    fire = match("https://bote.example.org/x", title="Feuer in Lissabon", text=OTHER_TEXT)
    new.append([to_record(fire, at=NOON)])
    drain(harness, new)
    new.close()
    assert harness.worker.counts["opened"] == 2


def test_a_match_that_the_store_can_never_save_becomes_a_dead_letter(
    harness: Harness, streams: StreamLog
) -> None:
    spoiled = match("https://bote.example.org/", title="\0", text=OTHER_TEXT)
    streams.append([to_record(spoiled, at=NOON), to_record(match(), at=NOON)])
    drain(harness, streams)
    takes_all = harness.store.dialect == "sqlite"
    assert len(harness.alerts()) == (2 if takes_all else 1)
    assert len(list(streams.read(DEAD_LETTER))) == (0 if takes_all else 1)
