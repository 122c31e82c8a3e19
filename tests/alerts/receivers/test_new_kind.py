"""A new kind of receiver is one file: options, payload, and what every kind shares."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.receivers import RECEIVERS, receiver_faults
from config.catalog.load import load_catalog
from config.catalog.models import Catalog
from tests.alerts.harness import Harness, match
from tests.alerts.receivers import chat_receiver
from tests.support.faultserver import Exchange, FaultServer, closed_port, reply

SOURCES = """\
outlets:
  - {id: kurier, name: Kurier, country: DE, language: de, feeds: ["https://kurier.example/rss"]}
"""


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RECEIVERS, "chat", f"{chat_receiver.__name__}:ChatReceiver")


def catalog_of(folder: Path, receiver: str, **environ: str) -> Catalog:
    (folder / "sources.yaml").write_text(SOURCES)
    routes = "routes: [{receivers: [chat]}]\n"
    (folder / "alerts.yaml").write_text(f"receivers:\n{receiver}{routes}")
    catalog, faults = load_catalog(folder, environ, folder / ".env")
    assert catalog is not None, faults
    return catalog


def configured(harness: Harness, folder: Path, url: str, options: str = "") -> Harness:
    files = folder / "config"
    files.mkdir()
    line = f"  - {{id: chat, kind: chat, url: '${{CHAT}}'{options}}}\n"
    catalog = catalog_of(files, line, CHAT=url)
    assert receiver_faults(catalog) == []
    harness.catalog = Catalog((), harness.catalog.topics, (), catalog.alerts)
    return harness


def test_its_file_is_no_longer_than_the_vendors_page() -> None:
    assert len(Path(chat_receiver.__file__).read_text().splitlines()) <= 90


def test_a_notification_is_posted_as_the_vendors_payload(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    url = faults.on("/services/T0KEN", reply(b"ok"))
    configured(harness, tmp_path, url, ", language: de").decide(match(title="A <b> & C"))
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 0, "held": 0}
    [request] = faults.requests_to("/services/T0KEN")
    assert request.header("content-type") == "application/json"
    message = json.loads(request.body)
    assert message["channel"] == "#news"
    assert message["text"] == "[NATO membership negotiations] A <b> & C"
    title, article, reason = (block["text"] for block in message["blocks"])
    assert title == "*A &lt;b&gt; &amp; C*"
    assert article.startswith("<https://kurier.example.org/haefen|kurier> *Die* Regierung in Oslo")
    assert reason.startswith("Neue Meldung. Innerhalb von 72 Stunden gibt es keine ähnliche")
    [(_, delivery)] = harness.notifications()
    assert delivery.target == f"127.0.0.1:{faults.port} #news"
    assert "T0KEN" not in repr(harness.notifications()) + repr(harness.events())


def test_answers_are_judged_as_for_every_receiver(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    answers: list[Callable[[Exchange], bool | None]] = [
        lambda e: e.reply(b"slow down", 429, {"Retry-After": "7"}),
        Exchange.reset,
        lambda e: e.reply(b"invalid_blocks", 400),
    ]
    url = faults.on("/services/x", lambda exchange: answers.pop(0)(exchange))
    configured(harness, tmp_path, url).decide(match())
    assert harness.dispatcher().run_once()["pending"] == 1
    assert harness.last_error() == "HTTP 429: slow down"
    assert harness.dispatcher().run_once()["pending"] == 1
    assert len(faults.requests_to("/services/x")) == 1  # the requested wait is respected
    harness.advance(seconds=7)
    assert harness.dispatcher().run_once()["pending"] == 1
    [(_, delivery)] = harness.notifications()
    assert (delivery.state, delivery.possible_repeat) == ("unknown", True)
    assert harness.last_error().endswith("It is unknown whether the message arrived.")
    assert harness.dispatcher().run_once()["failed"] == 1
    assert harness.last_error() == "HTTP 400: invalid_blocks"
    repeat = json.loads(faults.requests_to("/services/x")[-1].body)["blocks"][0]["text"]
    assert repeat.startswith("This message may be a repeat")


def test_without_a_connection_it_is_known_that_nothing_was_sent(
    harness: Harness, tmp_path: Path
) -> None:
    configured(harness, tmp_path, f"http://127.0.0.1:{closed_port()}/x").decide(match())
    assert harness.dispatcher().run_once()["pending"] == 1
    [(_, delivery)] = harness.notifications()
    assert (delivery.state, delivery.possible_repeat) == ("pending", False)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", ["2:5 R008 The receiver `chat` has no `url`. Messages are posted to this URL, which"]),
        (", url: 'https:/T0KEN'", ["2:33 R008 `url` cannot be used. Write url: https://chat.exa"]),
        (
            ", url: 'https://chat.example', language: fr, channel: [a], colour: red",
            [
                "2:67 R008 `fr` is not a value of `language`. Write one of: en, de.",
                "2:80 R008 `channel` must be a single value.",
                "2:93 R002 Receivers of kind `chat` have no `colour`. Remove it; the keys are id,",
            ],
        ),
    ],
)
def test_its_faults_come_from_its_declaration(
    tmp_path: Path, options: str, expected: list[str]
) -> None:
    catalog = catalog_of(tmp_path, f"  - {{id: chat, kind: chat{options}}}\n")
    faults = [
        f"{f.line}:{f.column} {f.code} {f.message} {f.mend}" for f in receiver_faults(catalog)
    ]
    assert [fault[: len(start)] for fault, start in zip(faults, expected, strict=True)] == expected
    assert "T0KEN" not in repr(faults)
