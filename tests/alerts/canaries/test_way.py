"""The way of a canary through processors and alerts to a target, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from alerts.canaries.timer import CanaryTimer
from config.catalog.models import ReceiverDefinition
from core.canary import CANARY_ARTICLES, CANARY_MATCHES
from core.store import canaries, cards, deliveries, outbox, resend, targets
from core.store.alerts import decisions
from core.store.canaries import CanaryState
from core.store.console import overviews
from core.store.outbox import outbox as outbox_table
from core.streams.port import Batch, NewRecord, PartitionRange, Record
from processors.canary import canary_match, with_canary
from processors.pipeline import Processors
from tests.alerts.harness import NOON, PLACE, Harness, webhook
from tests.support.faultserver import FaultServer, reply
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


def as_record(new: NewRecord) -> Record:
    return Record(new.stream, 0, 0, new.key, new.value, new.headers, new.time)


def take_outbox(harness: Harness) -> list[NewRecord]:
    """Return the records for the streams, as the relay takes them."""
    with harness.store.write() as connection:
        records = outbox.load_oldest(connection, 100)
        outbox.delete(connection, records)
    return records


def send(harness: Harness) -> int:
    """Run the timer and carry what it sends to the deliveries. Return how many canaries it sent."""
    CanaryTimer(harness.store, lambda: harness.catalog).run_due(harness.now)
    sent = take_outbox(harness)
    assert {record.stream for record in sent} <= {CANARY_ARTICLES}
    processors = Processors.compile(with_canary(harness.catalog), ("de", "en"))
    for record in sent:
        for found in canary_match(as_record(record), processors):
            receive(harness, as_record(found))
    return len(sent)


def receive(harness: Harness, record: Record) -> None:
    harness.worker.handle(Batch((record,), (PartitionRange(record.stream, 0, 0, 1),)))


def configure(harness: Harness, *receivers: ReceiverDefinition) -> None:
    harness.set_topics()
    harness.set_receivers(*receivers)


def desk(faults: FaultServer, **keys: Any) -> ReceiverDefinition:
    return webhook(faults.url("/desk"), canary=True, **keys)


def other(faults: FaultServer) -> ReceiverDefinition:
    return webhook(faults.on("/other", reply(b"ok")), name="other")


def bodies(faults: FaultServer, path: str) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in faults.requests_to(path)]


def states(harness: Harness) -> list[CanaryState]:
    with harness.store.read() as connection:
        return canaries.load_canaries(connection)


def test_a_canary_arrives_labelled_as_one_and_leaves_nothing_behind(
    harness: Harness, faults: FaultServer
) -> None:
    faults.on("/desk", reply(b"ok"))
    configure(harness, desk(faults), other(faults))
    assert send(harness) == 1
    result = harness.dispatcher().run_once()
    assert result == {"delivered": 0, "failed": 0, "pending": 0, "held": 0}
    [body] = bodies(faults, "/desk")
    labels = (body["kind"], body["topic"]["id"], body["reason_code"])
    assert labels == ("canary", "_canary", "canary")
    assert body["story"]["title"] == "Canary: hourly test, no news"
    assert "nothing has happened" in body["reason"]
    assert faults.requests_to("/other") == []
    [state] = states(harness)
    assert state.arrived_at is not None
    with harness.store.read() as connection:
        for table in (decisions, cards.cards, deliveries.deliveries, deliveries.notifications):
            assert connection.execute(table.select()).all() == []
        assert connection.execute(outbox_table.select()).all() == []
    assert harness.dispositions.of("alerts") == {}


def test_the_message_is_in_the_language_of_the_receiver(
    harness: Harness, faults: FaultServer
) -> None:
    url = faults.on("/chat", reply(b"ok"))
    options = {"url": url, "language": "de"}
    chat = ReceiverDefinition("chat", "slack", options, {}, PLACE, canary=True)
    configure(harness, chat, other(faults))
    send(harness)
    harness.dispatcher().run_once()
    [request] = faults.requests_to("/chat")
    text = json.dumps(json.loads(request.body), ensure_ascii=False)
    assert "Kontrollmeldung (Canary): ein Test, nichts geschehen" in text
    assert "es ist nichts geschehen" in text


def test_two_processes_send_one_canary_an_hour(harness: Harness, faults: FaultServer) -> None:
    faults.on("/desk", reply(b"ok"))
    configure(harness, desk(faults), other(faults))
    sent = []
    for _ in range(3 * 12):
        sent.append(send(harness) + send(harness))
        harness.advance(minutes=5)
    assert sum(sent) == 3
    assert [n for n, count in enumerate(sent) if count] == [0, 12, 24]


def test_without_a_receiver_that_wants_one_nothing_runs(
    harness: Harness, faults: FaultServer
) -> None:
    faults.on("/desk", reply(b"ok"))
    configure(harness, desk(faults), other(faults))
    send(harness)
    configure(harness, webhook(faults.url("/desk")))
    harness.advance(hours=5)
    assert send(harness) == 0
    assert states(harness) == []
    assert with_canary(harness.catalog) is harness.catalog


def test_a_missing_canary_is_reported_once_by_another_receiver_and_so_is_its_return(
    harness: Harness, faults: FaultServer
) -> None:
    faults.on("/desk", reply(b"no", 503))
    reader = ReceiverDefinition("reader", "feed", {}, {}, PLACE)  # it sends nothing
    configure(harness, desk(faults), reader, other(faults))
    for _ in range(7):
        send(harness)
        harness.dispatcher().run_once(attempt_all_due=False)
        harness.advance(minutes=30)
    reported = [body for body in bodies(faults, "/other") if body["reason_code"] != "target_broken"]
    assert [(b["kind"], b["reason_code"]) for b in reported] == [("system", "canary_missing")]
    assert "has not arrived within two hours: desk (127.0.0.1" in reported[0]["reason"]
    faults.on("/desk", reply(b"ok"))
    for _ in range(3):
        harness.dispatcher().run_once()
        harness.advance(seconds=10)
        send(harness)
    reasons = [body["reason_code"] for body in bodies(faults, "/other")]
    assert reasons.count("canary_missing") == reasons.count("canary_back") == 1


def test_at_most_one_canary_waits_for_a_target_and_no_list_or_count_has_it(
    harness: Harness, faults: FaultServer
) -> None:
    faults.on("/desk", reply(b"no", 503))
    configure(harness, desk(faults), other(faults))
    for _ in range(4):
        send(harness)
        harness.dispatcher().run_once(attempt_all_due=False)
        harness.advance(hours=1)
    with harness.store.write() as connection:
        assert canaries.find_waiting(connection) == {("desk", states(harness)[0].target)}
        canary = deliveries.is_no_canary()
        rows = connection.execute(deliveries.deliveries.select().where(~canary)).all()
        assert len(rows) == 1
        listed = overviews.list_deliveries(connection, state="pending")
        assert [row for row in listed if row.kind == "canary"] == []
        assert deliveries.count_unfinished_by_receiver(connection).get("desk", 0) == 0
        assert {waiting for _, waiting in targets.list_broken(connection)} <= {0}
        again = resend.resend_selected(connection, resend.Selection(), now=harness.now)
        assert "desk" not in {row.receiver for row, _ in again}


def test_a_canary_that_took_more_than_two_hours_to_be_decided_is_not_sent(
    harness: Harness, faults: FaultServer
) -> None:
    faults.on("/desk", reply(b"ok"))
    configure(harness, desk(faults), other(faults))
    CanaryTimer(harness.store, lambda: harness.catalog).run_due(harness.now)
    [record] = take_outbox(harness)
    processors = Processors.compile(with_canary(harness.catalog), ("de", "en"))
    [found] = canary_match(as_record(record), processors)
    harness.advance(hours=2, minutes=1)
    with capture_logs() as logs:
        receive(harness, as_record(found))
    assert [(line["event"], line["reason_code"]) for line in logs] == [
        ("canary_suppressed", "too_old")
    ]
    harness.dispatcher().run_once()
    assert faults.requests_to("/desk") == []


def test_a_canary_that_comes_twice_is_sent_once(harness: Harness, faults: FaultServer) -> None:
    faults.on("/desk", reply(b"ok"))
    configure(harness, desk(faults), other(faults))
    CanaryTimer(harness.store, lambda: harness.catalog).run_due(harness.now)
    [record] = take_outbox(harness)
    processors = Processors.compile(with_canary(harness.catalog), ("de", "en"))
    [found] = canary_match(as_record(record), processors)
    for _ in range(2):
        receive(harness, as_record(found))
        receive(harness, as_record(found))
        harness.dispatcher().run_once()
    assert len(faults.requests_to("/desk")) == 1


@pytest.mark.parametrize("stream", [CANARY_ARTICLES, CANARY_MATCHES])
def test_a_canary_that_fails_is_logged_and_never_a_dead_letter(
    harness: Harness, faults: FaultServer, stream: str
) -> None:
    configure(harness, desk(faults), other(faults))
    broken = Record(stream, 0, 0, b"k", b"{not json", (), NOON)
    processors = Processors.compile(with_canary(harness.catalog), ("de", "en"))
    handlers: dict[str, Callable[[], object]] = {
        CANARY_ARTICLES: lambda: list(canary_match(broken, processors)),
        CANARY_MATCHES: lambda: receive(harness, broken),
    }
    with capture_logs() as logs:
        handlers[stream]()
    assert [line["event"] for line in logs] == ["canary_failed"]


def test_a_canary_matches_no_topic_of_the_operator(harness: Harness, faults: FaultServer) -> None:
    configure(harness, desk(faults), other(faults))
    everything = replace(with_canary(harness.catalog).topics[-1], id="everything")
    harness.set_topics(everything)
    CanaryTimer(harness.store, lambda: harness.catalog).run_due(harness.now)
    [record] = take_outbox(harness)
    processors = Processors.compile(with_canary(harness.catalog), ("de", "en"))
    found = list(canary_match(as_record(record), processors))
    assert [json.loads(each.value or b"")["topic_id"] for each in found] == ["_canary"]
