"""What webhooks post fits its schema; docs/webhook.md describes it, and its receiver accepts it."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from alerts.canaries.receive import canary_body
from alerts.escalation import escalate_due
from alerts.rendering.sample import check_attempt, digest_attempt, sample_attempt
from alerts.system_messages import queue_broken_target
from config.catalog.models import AlertPolicy, EscalationStep
from config.i18n import Phrase, translator
from core.store.targets import TargetState
from tests.alerts.harness import NOON, TEXT, Harness, match, topic, webhook
from tests.support.cli_installation import new_installation
from wirewatch.contracts.generate import ROOT
from wirewatch.contracts.webhook import MESSAGE_KINDS, webhook_schema

PAGE = (ROOT / "docs/webhook.md").read_text(encoding="utf-8")
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SCHEMA = webhook_schema()


def strict(node: Any) -> Any:
    """Return a schema that allows no field that it does not name."""
    if isinstance(node, list):
        return [strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {"additionalProperties": False} if "properties" in node else {}
    return {key: strict(value) for key, value in node.items()} | closed


VALIDATOR = jsonschema.Draft202012Validator(
    strict(SCHEMA), format_checker=jsonschema.FormatChecker()
)


def body_of(harness: Harness, kind: str) -> list[Any]:
    return [json.loads(row.body) for row, _ in harness.notifications() if row.kind == kind]


def report(number: int, **values: Any) -> Any:
    """A match on an article of an outlet of its own about the same event."""
    own = " ".join(f"Blatt{number}wort{n}" for n in range(20))
    text = f"{own}. {TEXT.split('. ')[0]}."
    return match(f"https://blatt{number}.example.org/haefen", text=text, **values)


@pytest.fixture
def bodies(harness: Harness) -> list[Any]:
    """A body of every kind, as the program stores it to post it."""
    harness.set_receivers(webhook("http://127.0.0.1:1/x", name="desk"))
    [route] = harness.catalog.alerts.routes
    step = EscalationStep(timedelta(minutes=10), ("desk",))
    alerts = replace(harness.catalog.alerts, routes=(replace(route, escalate=(step,)),))
    harness.catalog = replace(harness.catalog, alerts=alerts)
    harness.set_topics(topic(alert=AlertPolicy("urgent")))
    harness.decide(match())
    escalate_due(harness.store, alerts, NOON + timedelta(minutes=11))
    deaths = "Zahl der Toten in Oslo steigt auf 41"
    harness.decide(match("https://bote.example.org/x", title=deaths))
    harness.decide(match(revision=2, title="Korrektur: Oslo baut die Häfen nicht aus"))
    harness.decide(match(revision=3, gone=True))
    for number in range(5):
        harness.advance(minutes=1)
        harness.decide(report(number))
    target = TargetState("desk", "x.example", NOON, broken_since=NOON, reason=Phrase("x").dump())
    with harness.store.write() as connection:
        queue_broken_target(connection, alerts, target, now=NOON)
        system = connection.exec_driver_sql("SELECT body FROM notifications WHERE kind = 'system'")
        told = [json.loads(row.body) for row in system]
    told += [json.loads(row.body) for row, _ in harness.notifications()]
    told.append(json.loads(canary_body("1" * 32, alerts.receivers[0], NOON, "http://x.example")))
    url, t = "http://x.example", translator("en")
    attempts = check_attempt("a", "b", t, url, NOON), digest_attempt(NOON), sample_attempt(NOON)
    return told + [json.loads(attempt.body) for attempt in attempts]


@pytest.mark.slow
def test_a_body_of_every_kind_fits_the_schema_exactly(bodies: list[Any]) -> None:
    wrong = [
        (body["kind"], error.message) for body in bodies for error in VALIDATOR.iter_errors(body)
    ]
    assert wrong == []
    kinds = {body["kind"] for body in bodies}
    assert kinds == set(MESSAGE_KINDS) - {"spike"}  # it differs from growth by its kind alone
    assert {body["escalation"] for body in bodies} == {0, 1}
    assert any(body["articles"] and body["articles"][0]["gone"] for body in bodies)


def test_the_page_describes_every_field_and_kind_and_its_example_fits_the_schema() -> None:
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    nodes = [SCHEMA, *(node for name, node in SCHEMA["$defs"].items() if name != "Field")]
    fields = {field for node in nodes for field in node["properties"]}
    assert fields - named == set()
    rows = re.findall(r"^\| `([a-z_]+)` \|", PAGE.partition("## The kinds")[2], re.MULTILINE)
    assert set(MESSAGE_KINDS) <= set(rows)
    [example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    VALIDATOR.validate(json.loads(example))
    assert set(json.loads(example)) == set(SCHEMA["properties"])


def test_the_schema_is_valid_and_describes_each_field_of_the_body() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    fields = SCHEMA["properties"].items()
    assert [name for name, field in fields if not field.get("description")] == []
    assert "Attributes" not in json.dumps(SCHEMA)


def test_a_command_prints_the_schema(tmp_path: Path) -> None:
    assert json.loads(new_installation(tmp_path).invoke("notify", "schema")) == SCHEMA


@contextmanager
def example_receiver(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Any]]:
    """Run the program of the page on a port of its own. Yield its URL and its database."""
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {"__name__": "receiver"}
    exec(compile(code, "docs/webhook.md", "exec"), names)
    names["Handler"].log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), names["Handler"])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", names["stored"]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        names["stored"].close()


@pytest.mark.parametrize(
    ("secret", "minutes", "outcome"),
    [(SECRET, 0, "delivered"), (SECRET, 6, "pending"), ("whsec_AAAA", 0, "pending")],
    ids=["signed", "an old request", "another secret"],
)
@pytest.mark.slow
def test_the_receiver_of_the_page_stores_what_is_signed_and_new_once(
    harness: Harness,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    secret: str,
    minutes: float,
    outcome: str,
) -> None:
    harness.now = datetime.now(UTC) - timedelta(minutes=minutes)
    with example_receiver(tmp_path, monkeypatch) as (url, stored):
        harness.set_receivers(webhook(url, secret))
        harness.decide(match(published_at=harness.now, first_seen_at=harness.now))
        assert harness.dispatcher().run_once()[outcome] == 1
        [(row, delivery)] = harness.notifications()
        stored_rows = stored.execute("SELECT id, kind, body FROM messages").fetchall()
    expected = [(row.id, "new_story", row.body.encode())] if outcome == "delivered" else []
    assert stored_rows == expected
    assert delivery.state == outcome
