from __future__ import annotations

import pytest

from alerts.receivers import definition_of, receiver_faults, receiver_kind
from config.catalog.models import AlertsDefinition, Catalog, FilePosition, ReceiverDefinition
from tests.alerts.harness import PLACE


def faults_of(kind: str, **options: object) -> list[tuple[str, int]]:
    places = {name: FilePosition("alerts.yaml", 10 + i, 5) for i, name in enumerate(options)}
    receiver = ReceiverDefinition("desk", kind, options, places, FilePosition("alerts.yaml", 3, 1))
    catalog = Catalog((), alerts=AlertsDefinition(receivers=(receiver,)))
    return [(f.code, f.line) for f in receiver_faults(catalog)]


@pytest.mark.parametrize(
    ("options", "faults"),
    [
        ({"url": "https://desk.example.org/x"}, []),
        ({"url": "http://127.0.0.1:8000/x", "secret": "whsec_c2VjcmV0"}, []),
        ({}, [("R003", 3)]),
        ({"url": "ftp://desk.example.org"}, [("R003", 10)]),
        ({"url": "https://"}, [("R003", 10)]),
        ({"url": "https://[::1"}, [("R003", 10)]),
        ({"url": "https://host:port/"}, [("R003", 10)]),
        ({"url": ("https://a.example.org",)}, [("R003", 10)]),
        ({"url": "https://a.example.org", "secret": "c2VjcmV0"}, [("R004", 11)]),
        ({"url": "https://a.example.org", "secret": "whsec_"}, [("R004", 11)]),
        ({"url": "https://a.example.org", "secret": "whsec_c2Vjc"}, [("R004", 11)]),
        ({"url": "https://a.example.org", "secret": "7"}, [("R004", 11)]),
        ({"url": "https://a.example.org", "method": "PUT"}, [("R002", 11)]),
    ],
)
def test_every_fault_of_a_webhook_has_its_position(
    options: dict[str, object], faults: list[tuple[str, int]]
) -> None:
    assert faults_of("webhook", **options) == faults


def test_a_kind_that_does_not_exist_is_a_fault() -> None:
    assert faults_of("fax", number="x") == [("R001", 3)]
    assert faults_of("console", url="x") == [("R002", 10)]
    assert faults_of("console") == []


def test_a_fault_says_what_to_write() -> None:
    receiver = ReceiverDefinition("chat", "fax", {}, {}, PLACE)
    [fault] = receiver_faults(Catalog((), alerts=AlertsDefinition(receivers=(receiver,))))
    assert fault.is_error
    assert str(fault) == (
        "alerts.yaml:1:1: R001 Receivers of kind 'fax' are not available in this version. "
        "Write one of: apprise, console, discord, email, feed, mattermost, ntfy, slack, teams, "
        "telegram, webhook."
    )


def test_the_console_always_exists() -> None:
    console = definition_of((), "console")
    assert console is not None
    assert receiver_kind(console.kind).targets(console) == ("console",)
    assert definition_of((), "desk") is None
