"""A webhook whose body is made by the operator's template."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.receivers import receiver_faults
from alerts.receivers.webhook import signed_headers
from config.catalog.load import load_catalog
from config.catalog.models import Catalog
from tests.alerts.harness import Harness, match
from tests.support.faultserver import FaultServer, reply

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SOURCES = (
    "outlets:\n  - {id: k, name: K, country: DE, language: de, feeds: ['https://k.example/r']}\n"
)
TEMPLATE = '{"text": {{ message.title | tojson }}, "why": {{ message.reason | tojson }}}'
PAGE = (Path(__file__).parents[3] / "docs" / "receivers.md").read_text(encoding="utf-8")


def catalog_of(
    folder: Path, template: str | None, url: str = "https://a.example/", options: str = ""
) -> Catalog:
    folder.mkdir(exist_ok=True)
    if template is not None:
        (folder / "desk.json.j2").write_text(template, encoding="utf-8")
    (folder / "sources.yaml").write_text(SOURCES)
    receiver = f"{{id: desk, kind: webhook, url: '{url}', template: desk.json.j2{options}}}"
    (folder / "alerts.yaml").write_text(
        f"receivers:\n  - {receiver}\nroutes: [{{receivers: [desk]}}]\n"
    )
    catalog, faults = load_catalog(folder, {}, folder / ".env")
    assert catalog is not None, faults
    return catalog


def faults_of(folder: Path, template: str | None) -> list[str]:
    faults = receiver_faults(catalog_of(folder, template))
    assert {f.code for f in faults} <= {"R009"}
    return [f.message for f in faults]


def configured(harness: Harness, catalog: Catalog) -> Harness:
    harness.catalog = Catalog((), harness.catalog.topics, (), catalog.alerts)
    return harness


def test_the_body_is_what_the_template_makes_and_is_signed(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    url = faults.on("/hook", reply())
    options = f", language: de, secret: {SECRET}"
    catalog = catalog_of(tmp_path / "config", TEMPLATE, url, options)
    assert receiver_faults(catalog) == []
    configured(harness, catalog).decide(match(title='A "quoted" <title>\\'))
    assert harness.dispatcher().run_once()["delivered"] == 1
    [request] = faults.requests_to("/hook")
    body = json.loads(request.body)
    assert body["text"] == 'A "quoted" <title>\\'
    assert body["why"].startswith("Neue Meldung.")
    at = datetime.fromtimestamp(int(request.header("webhook-timestamp") or 0), UTC)
    key, message_id = bytes(range(32)), request.header("webhook-id") or ""
    signed = signed_headers(message_id, at, request.body, key)
    assert request.header("webhook-signature") == signed["webhook-signature"]


def test_the_example_of_the_page_is_valid(tmp_path: Path) -> None:
    [example] = re.findall(r"```jinja\n(.*?)```", PAGE, re.DOTALL)
    assert faults_of(tmp_path, example) == []


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (None, "desk.json.j2 cannot be read: No such file or directory."),
        ("{\n{{ oops", "desk.json.j2:2: unexpected end of template"),
        ('{"a": {{ nothing | tojson }}}', "desk.json.j2: "),
        ('{"a": {{ message.colour | tojson }}}', "desk.json.j2: "),
        ('{"a": {{ message.title }}}', "desk.json.j2 does not make JSON: Expecting value"),
        ('{"a": {{ notification.topic.title | tojson }}}', "desk.json.j2: "),
        ('{"a": {{ message.articles[0].url | tojson }}}', "desk.json.j2: "),  # a test has none
        ("{{ ().__class__.__base__.__subclasses__() }}", "desk.json.j2: access to attribute"),
        ("{% include 'alerts.yaml' %}", "desk.json.j2: no loader for this environment"),
        ("{{ 1 // 0 }}", "desk.json.j2: integer division or modulo by zero"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "desk.json.j2: Range too big"),
        ("{% set x = notification.update({'id': 1}) %}1", "desk.json.j2: access to attribute"),
        (f"{'x' * 100_001}", "desk.json.j2 has more than 100,000 characters."),
    ],
)
def test_a_template_that_cannot_be_used_is_a_fault(
    tmp_path: Path, template: str | None, message: str
) -> None:
    [fault] = faults_of(tmp_path, template)
    assert fault.startswith(message)


def test_a_template_is_not_read_outside_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (tmp_path / "secret").write_text("1")
    (folder / "desk.json.j2").symlink_to(tmp_path / "secret")
    assert faults_of(folder, None) == ["desk.json.j2 is not in the folder of alerts.yaml."]


def test_a_template_that_breaks_while_running_keeps_the_notification_until_it_is_corrected(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    url = faults.on("/hook", reply())
    configured(harness, catalog_of(tmp_path / "config", TEMPLATE, url)).decide(match())
    (tmp_path / "config" / "desk.json.j2").write_text("{{ oops")
    assert harness.dispatcher().run_once()["pending"] == 1
    assert harness.last_error().startswith("The template of the body cannot be used: desk.json.j2:")
    assert faults.requests == []
    (tmp_path / "config" / "desk.json.j2").write_text(TEMPLATE)
    harness.advance(minutes=10)
    assert harness.dispatcher().run_once()["delivered"] == 1
