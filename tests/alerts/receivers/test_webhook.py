from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from alerts.receivers.webhook import signed_headers
from core.store import deliveries as delivery_store
from core.store import resend
from tests.alerts.harness import NOON, Harness, match, webhook
from tests.support.faultserver import Exchange, FaultServer, closed_port, reply

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def deliver(harness: Harness, url: str, secret: str | None = SECRET) -> dict[str, int]:
    """Tell one story to a webhook, one attempt."""
    harness.set_receivers(webhook(url, secret))
    harness.decide(match())
    return harness.dispatcher().run_once()


def delivery(harness: Harness) -> delivery_store.Delivery:
    [(_, delivery)] = harness.notifications()
    return delivery


def test_the_body_follows_the_contract(harness: Harness, faults: FaultServer) -> None:
    assert deliver(harness, faults.on("/hook", reply(status=204))) == {
        "delivered": 1,
        "failed": 0,
        "pending": 0,
        "held": 0,
    }
    [request] = faults.requests_to("/hook")
    body = json.loads(request.body)
    assert set(body) >= set(
        "id kind topic severity story articles reason console_url".split()  # noqa: SIM905
    )
    assert (body["kind"], body["reason_code"]) == ("new_story", "new_story")
    assert body["reason"].startswith("New story. The topic has no similar story within")
    assert body["reason_phrase"]["phrase"] == "decision.new_story_why"
    assert body["topic"] == {"id": "nato-membership", "title": "NATO membership negotiations"}
    [topic] = body["topics"]
    assert (topic["id"], topic["severity"]) == ("nato-membership", "normal")
    assert (topic["alert_id"], topic["story_id"]) == (body["alert_id"], body["story"]["id"])
    assert body["story"]["first_seen"] == "2026-11-22T12:00:00Z"
    assert body["story"]["outlets"] == 1
    [article] = body["articles"]
    assert article["evidence"][0]["surface"] == "Die"
    assert (article["outlet"], article["score"], article["rules"]) == ("kurier", 55, ["direct"])
    assert body["console_url"].startswith("http://127.0.0.1:8080/alerts/")


def test_the_library_of_standard_webhooks_accepts_the_signature(
    harness: Harness, faults: FaultServer
) -> None:
    harness.now = datetime.now(UTC)  # its library compares with the real time
    harness.set_receivers(webhook(faults.on("/hook", reply()), SECRET))
    harness.decide(match(published_at=harness.now, first_seen_at=harness.now))
    harness.dispatcher().run_once()
    [request] = faults.requests_to("/hook")
    body = Webhook(SECRET).verify(request.body, dict(request.headers))
    assert body["id"] == request.header("webhook-id") == harness.notifications()[0][0].id
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(SECRET).verify(request.body + b" ", dict(request.headers))


def test_the_library_of_standard_webhooks_makes_the_same_signature() -> None:
    headers = signed_headers("msg_1", NOON, b'{"a": "\xc3\xa4"}', bytes(range(32)))
    signature = Webhook(SECRET).sign("msg_1", NOON, '{"a": "ä"}')
    assert headers["webhook-signature"] == signature
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))


def test_without_a_secret_the_request_is_not_signed(harness: Harness, faults: FaultServer) -> None:
    deliver(harness, faults.on("/hook", reply()), secret=None)
    [request] = faults.requests_to("/hook")
    assert request.header("webhook-signature") is None
    assert request.header("webhook-id")


@pytest.mark.parametrize("status", [200, 204, 299])
def test_any_2xx_is_success(harness: Harness, faults: FaultServer, status: int) -> None:
    assert deliver(harness, faults.on("/hook", reply(status=status)))["delivered"] == 1
    [event] = [e for e in harness.events() if e.event == "notification_delivered"]
    assert (event.target, event.reason) == (f"127.0.0.1:{faults.port}", f"HTTP {status}")
    assert event.notification_id == harness.notifications()[0][0].id


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_rejected_notification_has_failed_and_is_not_retried(
    harness: Harness, faults: FaultServer, status: int
) -> None:
    answer = reply(b"no\x1b[31m such <b>hook", status)
    assert deliver(harness, faults.on("/hook", answer))["failed"] == 1
    assert delivery(harness).state == "failed"
    assert harness.last_error() == f"HTTP {status}: no[31m such <b>hook"
    [event] = [e for e in harness.events() if e.event == "notification_failed"]
    assert event.reason.startswith(f"HTTP {status}")
    assert harness.dispatcher().run_once() == {"delivered": 0, "failed": 0, "pending": 0, "held": 0}


@pytest.mark.parametrize("status", [301, 302, 307, 308, 401, 403, 404, 405, 410, 501])
def test_a_target_that_refuses_for_a_while_gets_the_notification_afterwards(
    harness: Harness, faults: FaultServer, status: int
) -> None:
    answer = reply(b"no route", status, location=faults.on("/other", reply()))
    assert deliver(harness, faults.on("/hook", answer))["pending"] == 1
    assert (delivery(harness).state, delivery(harness).possible_repeat) == ("pending", False)
    assert faults.requests_to("/other") == []
    assert harness.last_error() == f"HTTP {status}: no route"
    faults.on("/hook", reply())
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 0, "held": 0}


@pytest.mark.parametrize("status", [408, 425, 429, 500])
def test_a_temporary_failure_is_retried_with_the_same_bytes(
    harness: Harness, faults: FaultServer, status: int
) -> None:
    answers = [status, 200]
    url = faults.on("/hook", lambda e: e.reply(status=answers.pop(0)))
    assert deliver(harness, url) == {"delivered": 0, "failed": 0, "pending": 1, "held": 0}
    assert (delivery(harness).state, delivery(harness).possible_repeat) == ("pending", False)
    assert harness.dispatcher().run_once()["delivered"] == 1
    first, second = faults.requests_to("/hook")
    assert first.body == second.body
    assert first.header("webhook-id") == second.header("webhook-id")
    assert delivery(harness).attempts == 2


def test_retry_after_is_respected_to_the_second(harness: Harness, faults: FaultServer) -> None:
    answers = [(429, {"Retry-After": "7"}), (200, {})]

    def answer(exchange: Exchange) -> bool:
        status, headers = answers.pop(0)
        return exchange.reply(status=status, headers=headers)

    deliver(harness, faults.on("/hook", answer))
    due = delivery(harness).next_attempt_at
    harness.now = due.replace(microsecond=0)
    assert harness.dispatcher().run_once(attempt_all_due=False)["pending"] == 1
    harness.now = due
    assert harness.dispatcher().run_once(attempt_all_due=False)["delivered"] == 1
    assert len(faults.requests_to("/hook")) == 2
    assert 6.9 < (due - NOON).total_seconds() < 7.1


def test_a_target_that_is_down_for_a_minute_gets_the_notification_afterwards(
    harness: Harness, faults: FaultServer
) -> None:
    back = NOON.replace(minute=1)
    url = faults.on("/hook", lambda e: e.reply(status=503 if harness.now < back else 200))
    result = deliver(harness, url)
    while result["pending"]:
        harness.now = delivery(harness).next_attempt_at
        result = harness.dispatcher().run_once(attempt_all_due=False)
    assert result == {"delivered": 1, "failed": 0, "pending": 0, "held": 0}
    assert len(faults.requests_to("/hook")) == 6  # after 0, 2, 6, 14, 30, 62 seconds


def test_a_delivery_to_a_target_that_stays_down_is_given_up(
    harness: Harness, faults: FaultServer
) -> None:
    harness.settings = harness.settings.model_copy(
        update={"delivery_give_up": timedelta(minutes=10)}
    )
    result = deliver(harness, faults.on("/hook", reply(b"busy", 503)))
    while result["pending"]:
        harness.now = delivery(harness).next_attempt_at
        result = harness.dispatcher().run_once(attempt_all_due=False)
    assert result == {"delivered": 0, "failed": 1, "pending": 0, "held": 0}
    assert 5 < (harness.now - NOON).total_seconds() / 60 <= 10
    assert harness.last_error().endswith("attempts. HTTP 503: busy")
    with harness.store.write() as connection:
        assert resend.make_due(connection, delivery(harness).id, now=harness.now).is_accepted
    faults.on("/hook", reply())
    assert harness.dispatcher().run_once()["delivered"] == 1
    assert len({r.header("webhook-id") for r in faults.requests_to("/hook")}) == 1


@pytest.mark.slow
def test_no_answer_after_sending_is_unknown_and_the_next_attempt_a_possible_repeat(
    harness: Harness, faults: FaultServer
) -> None:
    patient = harness.settings
    harness.settings = patient.model_copy(update={"delivery_timeout": 1.5})
    url = faults.on("/hook", lambda e: e.wait(20))
    assert deliver(harness, url) == {"delivered": 0, "failed": 0, "pending": 1, "held": 0}
    assert (delivery(harness).state, delivery(harness).possible_repeat) == ("unknown", True)
    harness.settings = patient  # the second attempt must not be cut off too
    faults.on("/hook", reply())
    assert harness.dispatcher().run_once()["delivered"] == 1
    first, second = faults.requests_to("/hook")
    assert first.header("webhook-id") == second.header("webhook-id")
    [event] = [e for e in harness.events() if e.event == "notification_delivered"]
    assert event.reason == "HTTP 200 An earlier attempt may have arrived too."


def test_a_cut_connection_is_unknown(harness: Harness, faults: FaultServer) -> None:
    deliver(harness, faults.on("/hook", lambda e: e.reset()))
    assert delivery(harness).state == "unknown"


def test_after_a_refused_connection_it_is_known_that_nothing_was_sent(harness: Harness) -> None:
    assert deliver(harness, f"http://127.0.0.1:{closed_port()}/hook")["pending"] == 1
    assert (delivery(harness).state, delivery(harness).possible_repeat) == ("pending", False)
    assert harness.last_error() == "The server cannot be reached."


def test_a_huge_answer_is_not_read_to_the_end(harness: Harness, faults: FaultServer) -> None:
    assert deliver(harness, faults.on("/hook", reply(b"x" * 3_000_000)))["delivered"] == 1


def test_secrets_in_the_url_are_not_stored_or_published(
    harness: Harness, faults: FaultServer
) -> None:
    url = faults.on("/T0KEN", reply(status=404)) + "?key=T0KEN"
    deliver(harness, url)
    shown = repr(harness.notifications()) + repr(harness.events())
    assert "T0KEN" not in shown
