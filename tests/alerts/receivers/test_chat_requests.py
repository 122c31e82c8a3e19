"""What is particular about each vendor's request, besides the message."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.alerts.harness import Harness, match
from tests.alerts.receivers.test_chat_contract import SECRET, VENDORS, Vendor, answer, configure
from tests.support.faultserver import FaultServer, ReceivedRequest


def vendor(kind: str, more: str = "") -> Vendor:
    found = next(v for v in VENDORS if v.kind == kind)
    return replace(found, options=found.options + more)


def requests_of(
    harness: Harness, folder: Path, faults: FaultServer, vendor: Vendor
) -> list[ReceivedRequest]:
    """Deliver one notification; return the requests of all targets."""
    faults.on(vendor.path, answer(*vendor.success))
    configure(harness, folder, vendor, faults.url("").rstrip("/"))
    harness.decide(match())
    assert harness.dispatcher().run_once()["pending"] == 0
    return faults.requests_to(vendor.path)


def test_ntfy_gets_the_topic_in_the_body_and_the_token_in_a_header(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    [request] = requests_of(harness, tmp_path, faults, vendor("ntfy"))
    assert request.header("authorization") == f"Bearer tk_{SECRET}"
    assert json.loads(request.body)["topic"] == SECRET


def test_discord_is_asked_to_answer_once_the_message_is_stored(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    [request] = requests_of(harness, tmp_path, faults, vendor("discord"))
    assert request.target.endswith("?wait=true")


def test_mattermost_gets_the_channel_only_where_one_is_written(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    [request] = requests_of(harness, tmp_path, faults, vendor("mattermost", ", channel: news"))
    assert json.loads(request.body)["channel"] == "news"


def test_each_chat_of_telegram_is_a_target_of_its_own(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    telegram = vendor("telegram")
    chats = replace(
        telegram, options=telegram.options.replace("'-100123'", "['-1', '@desk', '-1']")
    )
    requests = requests_of(harness, tmp_path, faults, chats)
    assert sorted(json.loads(r.body)["chat_id"] for r in requests) == ["-1", "@desk"]
    assert {delivery.target for _, delivery in harness.notifications()} == {"-1", "@desk"}


def test_a_chat_that_was_removed_from_the_file_gets_nothing_more(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    telegram = vendor("telegram")
    configure(harness, tmp_path, telegram, faults.url("").rstrip("/"))
    harness.decide(match())
    other = replace(telegram, options=telegram.options.replace("'-100123'", "'-7'"))
    configure(harness, tmp_path / "later", other, faults.url("").rstrip("/"))
    assert harness.dispatcher().run_once()["failed"] == 1
    assert harness.last_error().startswith("-100123 is no longer an address")
    assert faults.requests == []
