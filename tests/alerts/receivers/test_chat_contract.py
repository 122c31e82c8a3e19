"""What every kind that posts to a chat does, against a server that answers as its vendor does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from alerts.receivers import DeliveryAttempt, receiver_faults, receiver_kind
from alerts.receivers.chat import ChatReceiver
from alerts.rendering.fit import RenderedMessage
from config.catalog.load import load_catalog
from config.catalog.models import Catalog
from config.i18n import translator
from tests.alerts.harness import NOON, Harness, match
from tests.alerts.receivers.notification_bodies import (
    article,
    body,
    digest,
    evidence,
    second_article,
    story_with,
)
from tests.support.faultserver import Exchange, FaultServer, closed_port

pytestmark = pytest.mark.slow

SECRET = "T0KEN-T0KEN-T0KEN-T0KEN"
SOURCES = """\
outlets:
  - {id: kurier, name: Kurier, country: DE, language: de, feeds: ["https://kurier.example/rss"]}
"""
Answer = Callable[[Exchange], bool | None]


@dataclass(frozen=True)
class Vendor:
    """How a vendor is configured and answers.

    Attributes:
        options: Options of the receiver; ``{server}`` is the server's URL.
        path: Path of the requests.
        success: Answers a message that is accepted.
        refusal: Status and body where the message is refused.
        gone: Status and body where the channel is gone, or the token no longer valid.
        slow_down: Status, headers and body of a rate limit of 7 seconds.
        target: How deliveries name the target; ``{host}`` is the server.
    """

    kind: str
    options: str
    path: str
    success: tuple[int, str]
    refusal: tuple[int, str]
    gone: tuple[int, str]
    slow_down: tuple[int, dict[str, str], str]
    target: str = "{host}"

    def __str__(self) -> str:
        return self.kind


VENDORS = (
    Vendor(
        "slack",
        f"url: '{{server}}/services/T1/B1/{SECRET}'",
        f"/services/T1/B1/{SECRET}",
        (200, "ok"),
        (400, "invalid_payload"),
        (410, "channel_is_archived"),
        (429, {"Retry-After": "7"}, '{"retry_after": 7, "ok": false, "error": "rate_limited"}'),
    ),
    Vendor(
        "ntfy",
        f"server: '{{server}}', topic: {SECRET}, token: 'tk_{SECRET}'",
        "/",
        (200, '{"id": "x", "event": "message"}'),
        (400, '{"code": 40024, "http": 400, "error": "invalid request"}'),
        (403, '{"code": 40301, "http": 403, "error": "forbidden"}'),
        (429, {"Retry-After": "7"}, '{"code": 42901, "http": 429, "error": "limit reached"}'),
    ),
    Vendor(
        "telegram",
        f"server: '{{server}}', token: '123456:{SECRET}', chat: '-100123'",
        f"/bot123456:{SECRET}/sendMessage",
        (200, '{"ok": true, "result": {"message_id": 7}}'),
        (400, '{"ok": false, "error_code": 400, "description": "Bad Request: can\'t parse"}'),
        (400, '{"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}'),
        (
            429,
            {},
            '{"ok": false, "error_code": 429, "parameters": {"retry_after": 7}}',
        ),
        target="-100123",
    ),
    Vendor(
        "teams",
        f"url: '{{server}}/workflows/a1b2/triggers/manual/paths/invoke?sig={SECRET}'",
        "/workflows/a1b2/triggers/manual/paths/invoke",
        (202, ""),
        (400, '{"error": {"code": "InvalidRequestContent"}}'),
        (404, '{"error": {"code": "WorkflowNotFound"}}'),
        (429, {"Retry-After": "7"}, '{"error": {"code": "TooManyRequests"}}'),
    ),
    Vendor(
        "mattermost",
        f"url: '{{server}}/hooks/{SECRET}'",
        f"/hooks/{SECRET}",
        (200, "ok"),
        (400, '{"id": "web.incoming_webhook.text.app_error", "message": "No text specified"}'),
        (400, '{"id": "web.incoming_webhook.invalid.app_error", "message": "Invalid webhook"}'),
        (429, {"Retry-After": "7"}, "limit exceeded"),
    ),
    Vendor(
        "discord",
        f"url: '{{server}}/api/webhooks/1234/{SECRET}'",
        f"/api/webhooks/1234/{SECRET}",
        (200, '{"id": "1"}'),
        (400, '{"message": "Invalid Form Body", "code": 50035}'),
        (404, '{"message": "Unknown Webhook", "code": 10015}'),
        (
            429,
            {"Retry-After": "8"},
            '{"message": "You are being rate limited.", "retry_after": 7.0, "global": false}',
        ),
    ),
)
every_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=str)


def configure(harness: Harness, folder: Path, vendor: Vendor, server: str) -> None:
    """Route every alert to a receiver of the vendor."""
    files = folder / "config"
    files.mkdir(parents=True)
    (files / "sources.yaml").write_text(SOURCES)
    options = vendor.options.replace("{server}", server)
    receiver = f"receivers:\n  - {{id: chat, kind: {vendor.kind}, {options}}}\n"
    (files / "alerts.yaml").write_text(f"{receiver}routes: [{{receivers: [chat]}}]\n")
    catalog, faults = load_catalog(files, {}, files / ".env")
    assert catalog is not None, faults
    assert receiver_faults(catalog) == []
    harness.catalog = Catalog((), harness.catalog.topics, (), catalog.alerts)


def host(faults: FaultServer) -> str:
    return f"127.0.0.1:{faults.port}"


def answer(status: int, text: str, headers: dict[str, str] | None = None) -> Answer:
    return lambda exchange: exchange.reply(text.encode(), status, headers)


@every_vendor
def test_a_message_that_the_vendor_accepts_is_delivered(
    harness: Harness, tmp_path: Path, faults: FaultServer, vendor: Vendor
) -> None:
    faults.on(vendor.path, answer(*vendor.success))
    configure(harness, tmp_path, vendor, faults.url("").rstrip("/"))
    harness.decide(match(title="Ohne Verzug"))
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 0, "held": 0}
    [request] = faults.requests_to(vendor.path)
    assert request.header("content-type") == "application/json"
    assert "Ohne Verzug" in request.body.decode()
    [(_, delivery)] = harness.notifications()
    assert delivery.target == vendor.target.format(host=host(faults))


@every_vendor
def test_a_rate_limit_is_respected_to_the_second(
    harness: Harness, tmp_path: Path, faults: FaultServer, vendor: Vendor
) -> None:
    status, headers, text = vendor.slow_down
    answers = [answer(status, text, headers), answer(*vendor.success)]
    faults.on(vendor.path, lambda exchange: answers.pop(0)(exchange))
    configure(harness, tmp_path, vendor, faults.url("").rstrip("/"))
    harness.decide(match())
    harness.dispatcher().run_once()
    [(_, delivery)] = harness.notifications()
    assert delivery.state == "pending"
    assert 6.9 < (delivery.next_attempt_at - NOON).total_seconds() < 7.1
    harness.now = delivery.next_attempt_at
    assert harness.dispatcher().run_once()["delivered"] == 1


@every_vendor
@pytest.mark.parametrize(
    ("fault", "pending"),
    [("refusal", 0), ("gone", 1)],
    ids=["a refusal is final", "a channel that is gone is a fault of the target"],
)
def test_an_error_says_why_and_is_about_the_message_or_the_target(
    harness: Harness, tmp_path: Path, faults: FaultServer, vendor: Vendor, fault: str, pending: int
) -> None:
    status, text = {"refusal": vendor.refusal, "gone": vendor.gone}[fault]
    faults.on(vendor.path, answer(status, text))
    configure(harness, tmp_path, vendor, faults.url("").rstrip("/"))
    harness.decide(match())
    assert harness.dispatcher().run_once()["pending"] == pending
    assert harness.last_error() == f"HTTP {status}: {text}"


@every_vendor
def test_after_a_lost_answer_the_repeat_says_so(
    harness: Harness, tmp_path: Path, faults: FaultServer, vendor: Vendor
) -> None:
    answers: list[Answer] = [Exchange.reset, answer(*vendor.success)]
    faults.on(vendor.path, lambda exchange: answers.pop(0)(exchange))
    configure(harness, tmp_path, vendor, faults.url("").rstrip("/"))
    harness.decide(match())
    harness.dispatcher().run_once()
    [(_, delivery)] = harness.notifications()
    assert (delivery.state, delivery.possible_repeat) == ("unknown", True)
    assert harness.dispatcher().run_once()["delivered"] == 1
    first, second = faults.requests_to(vendor.path)
    assert "This message may be a repeat" not in first.body.decode()
    assert "This message may be a repeat" in second.body.decode()


@every_vendor
def test_without_a_connection_nothing_was_sent(
    harness: Harness, tmp_path: Path, vendor: Vendor
) -> None:
    configure(harness, tmp_path, vendor, f"http://127.0.0.1:{closed_port()}")
    harness.decide(match())
    harness.dispatcher().run_once()
    [(_, delivery)] = harness.notifications()
    assert (delivery.state, delivery.possible_repeat) == ("pending", False)
    assert SECRET not in harness.last_error()


@every_vendor
def test_no_secret_is_shown_even_if_the_answer_repeats_the_request(
    harness: Harness,
    tmp_path: Path,
    faults: FaultServer,
    vendor: Vendor,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def repeat(exchange: Exchange) -> bool:
        token = exchange.request.header("authorization") or ""
        return exchange.reply(f"Not found: {exchange.request.target} {token}".encode(), 404)

    faults.on(vendor.path, repeat)
    configure(harness, tmp_path, vendor, faults.url("").rstrip("/"))
    harness.decide(match())
    harness.dispatcher().run_once()
    assert "Not found: /" in harness.last_error()
    shown = repr(harness.notifications()) + repr(harness.events()) + "".join(capsys.readouterr())
    assert SECRET not in shown


@every_vendor
def test_a_message_is_in_the_readers_language_and_time_zone(
    harness: Harness, tmp_path: Path, faults: FaultServer, vendor: Vendor
) -> None:
    faults.on(vendor.path, answer(*vendor.success))
    german = replace(vendor, options=f"{vendor.options}, language: de, time_zone: Europe/Berlin")
    configure(harness, tmp_path, german, faults.url("").rstrip("/"))
    harness.decide(match())
    harness.dispatcher().run_once()
    [request] = faults.requests_to(vendor.path)
    text = re_escaped(request.body.decode())
    assert "22. Nov. 2026, 13:00 MEZ" in text
    assert "Neue Meldung. Innerhalb von 72 Stunden gibt es keine ähnliche" in text


def re_escaped(text: str) -> str:
    """Return a text without the backslashes of Markdown in JSON."""
    return text.replace("\\\\", "")


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
@pytest.mark.parametrize("option", ["language: fr", "time_zone: Europe/Atlantis", "colour: red"])
def test_an_option_that_cannot_be_used_is_a_fault(
    tmp_path: Path, vendor: Vendor, option: str
) -> None:
    (tmp_path / "sources.yaml").write_text(SOURCES)
    options = vendor.options.replace("{server}", "https://chat.example")
    receiver = f"receivers:\n  - {{id: chat, kind: {vendor.kind}, {options}, {option}}}\n"
    (tmp_path / "alerts.yaml").write_text(f"{receiver}routes: [{{receivers: [chat]}}]\n")
    catalog, _ = load_catalog(tmp_path, {}, tmp_path / ".env")
    assert catalog is not None
    [fault] = receiver_faults(catalog)
    assert fault.code == ("R002" if option.startswith("colour") else "R008")
    assert option.split(": ")[0] in f"{fault.message} {fault.mend}"
    assert SECRET not in str(fault)


@every_vendor
def test_a_receiver_without_its_secret_is_a_fault(tmp_path: Path, vendor: Vendor) -> None:
    (tmp_path / "sources.yaml").write_text(SOURCES)
    receiver = f"receivers:\n  - {{id: chat, kind: {vendor.kind}}}\n"
    (tmp_path / "alerts.yaml").write_text(f"{receiver}routes: [{{receivers: [chat]}}]\n")
    catalog, _ = load_catalog(tmp_path, {}, tmp_path / ".env")
    assert catalog is not None
    faults = receiver_faults(catalog)
    assert {fault.code for fault in faults} == {"R008"}
    assert all("has no `" in fault.message and "Write " in fault.mend for fault in faults)


# ── what is written ──────────────────────────────────────────────────────────────────────────


def attempt(**values: Any) -> DeliveryAttempt:
    content = body(**values).model_dump_json().encode()
    return DeliveryAttempt("1" * 32, "chat", "-100123", "update", content, 1, False, NOON)


def rendered(kind: str, **values: Any) -> RenderedMessage:
    return rendered_attempt(kind, attempt(**values))


def rendered_attempt(kind: str, attempt: DeliveryAttempt) -> RenderedMessage:
    receiver = receiver_kind(kind)
    assert isinstance(receiver, type)
    assert issubclass(receiver, ChatReceiver)
    return receiver.render(attempt, translator("en"), NOON)


HUGE = "<@everyone> [x](y) *" * 400
LONG_URL = "https://kurier.example.org/" + "a" * 2000


@every_vendor
def test_a_message_of_any_length_fits_and_counts_what_is_left_out(vendor: Vendor) -> None:
    articles = tuple(
        second_article(
            id=f"{n:032}",
            title=f"{n} {HUGE}",
            url=f"{LONG_URL}{n}",
            evidence=(evidence(HUGE, "everyone"), evidence(f"Second {HUGE}", "everyone")),
        )
        for n in range(20)
    )
    message = rendered(vendor.kind, articles=articles)
    assert message.fits
    assert re_escaped(json.dumps(message.payload)).count("more in the console") == 1
    assert "http://127.0.0.1:8080/alerts/2222" in json.dumps(message.payload)


@every_vendor
@pytest.mark.parametrize("character", ["&", "<", "\N{GRINNING FACE}", "_", "ä"])
def test_the_shortest_message_fits_whatever_it_is_made_of(vendor: Vendor, character: str) -> None:
    text = character * 5000
    story = story_with(title=text, development=text)
    one = article(title=text, outlet=text, url=LONG_URL, evidence=(evidence(text, character),))
    assert rendered(vendor.kind, story=story, articles=(one,), reason=text).fits


@every_vendor
def test_whole_articles_are_left_out_and_the_rest_is_complete(vendor: Vendor) -> None:
    articles = tuple(
        second_article(id=f"{n:032}", title=f"Title {n}", url=f"https://post.example.org/{n}")
        for n in range(20)
    )
    text = re_escaped(json.dumps(rendered(vendor.kind, articles=articles).payload))
    shown = [n for n in range(20) if f"Title {n}" in text]
    assert shown == list(range(len(shown)))
    assert 3 <= len(shown) <= 8
    assert f"and {20 - len(shown)} more in the console" in text


@every_vendor
@pytest.mark.parametrize("count", [1, 60])
def test_a_digest_names_what_was_held_and_why_and_counts_the_rest(
    vendor: Vendor, count: int
) -> None:
    content = digest(count).model_dump_json().encode()
    message = rendered_attempt(vendor.kind, replace(attempt(), body=content))
    text = re_escaped(json.dumps(message.payload, ensure_ascii=False))
    assert message.fits
    shown = text.count("Held for the hourly roll-up")
    assert 1 <= shown <= count
    more = f"and {count - shown} more in the console"
    assert (more in text) == (shown < count)


@every_vendor
def test_what_is_new_comes_first(vendor: Vendor) -> None:
    story = story_with(development="Turkey agrees")
    text = json.dumps(rendered(vendor.kind, story=story).payload)
    order = ["Turkey agrees", "kurier", "Why", "Also in"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    if vendor.kind != "ntfy":  # its title is apart
        headline = "Schweden unterzeichnet den Antrag"
        start = text.index('"blocks"') if vendor.kind == "slack" else 0
        start = text.index('"body"') if vendor.kind == "teams" else start
        assert text.index("Turkey agrees", start) < text.index(headline, start)
