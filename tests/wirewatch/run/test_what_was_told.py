"""From a feed to the report: what was told stays what is shown, and everything adds up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.newsroom import Newsroom, Story, WebhookReceiver
from tests.wirewatch.run.many_stories import BODY, OTHER

pytestmark = pytest.mark.slow


@pytest.fixture
def installation(tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver) -> CliInstallation:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier=newsroom.feed_url("kurier"))
    installation.route_to_webhook(webhook.url + "/hook")
    return installation


def run(installation: CliInstallation, *args: str) -> Any:
    return json.loads(installation.invoke(*args, "--json"))


def test_a_revised_page_is_shown_as_it_was_told_with_what_is_gone(
    installation: CliInstallation, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    first = Story("/a", "Schweden unterzeichnet Antrag", BODY)
    newsroom.publish("kurier", first, Story("/b", "Haushalt beschlossen", OTHER))
    installation.invoke_once()
    told = webhook.notifications[0]["articles"][0]["evidence"][0]["sentence"]
    revised = BODY.replace(told, "Der Nato-Beitritt soll bald kommen, teilte das Amt mit.")
    newsroom.feeds["kurier"][0] = Story("/a", f"{first.title} neu", revised, summary="neu")
    assert installation.invoke_once()["articles"]["revised"] == 1
    [alert] = run(installation, "alerts", "list")
    [article] = run(installation, "alerts", "show", alert["id"])["articles"]
    assert article["revision"] == 1
    assert told in {each["sentence"] for each in article["evidence"]}
    assert (article["later"]["revision"], article["later"]["missing"]) == (2, [told])
    [report] = run(installation, "topics", "report")
    ends = [report[name] for name in ("matches", "told", "joined", "held", "suppressed")]
    assert ends[0] == sum(ends[1:]) == 2
    assert report["told"] >= 1
    [outcome] = run(installation, "alerts", "missed", f"{newsroom.url}/b")["outcomes"]
    assert outcome["outcome"] == "not_matched"
