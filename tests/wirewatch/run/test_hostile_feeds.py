"""A feed that no parser gets through delays nobody but itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.cli_installation import new_installation
from tests.support.newsroom import (
    Answer,
    LoopbackServer,
    Story,
    serve_newsroom,
    serve_webhook,
    unique_story,
)
from tests.support.running_program import health, run_program, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def quadratic_feed(characters: int) -> bytes:
    """Return a valid feed whose author is one long word.

    The parser looks for an e-mail address in it, from each of its characters to the end.
    """
    return (
        "<rss version='2.0'><channel><title>Probe</title><link>http://bad.example/</link><item>"
        f"<title>Probe</title><link>http://bad.example/1</link><author>{'y' * characters}</author>"
        "</item></channel></rss>"
    ).encode()


def test_good_articles_are_told_beside_hostile_feeds_and_the_program_stops_in_time(
    tmp_path: Path,
) -> None:
    hostile = LoopbackServer(lambda request: Answer(quadratic_feed(60_000)))
    with serve_newsroom() as newsroom, serve_webhook() as webhook:
        installation = new_installation(tmp_path)
        installation.extraction_processes = True
        installation.environment["WIREWATCH_PARSE_CPU"] = "0.7"
        bad = {f"bad{n}": f"{hostile.url}/{n}.xml" for n in range(2)}
        installation.write_sources(kurier=newsroom.feed_url("kurier"), **bad)
        installation.route_to_webhook(webhook.url)
        newsroom.publish("kurier", Story("/start", "Haushalt", "Der Rat tagte lange. " * 20))
        with run_program(installation) as program:
            program.wait_for("feed_polled")
            wait_until(lambda: hostile.requests, "no bad feed was polled", program)
            newsroom.publish("kurier", *(unique_story(f"/{n}", f"Oslo {n}") for n in range(3)))
            wait_until(lambda: len(webhook.notifications) >= 3, "not all told", program)
            began = time.monotonic()
            assert health(program)["status"] == "ok"
            assert time.monotonic() - began < 5
            assert program.stop() < 10
    hostile.close()
