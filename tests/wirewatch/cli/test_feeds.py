from __future__ import annotations

import json

import pytest

from tests.support.cli_installation import CliInstallation


@pytest.mark.processes
def test_a_poll_of_an_unreachable_feed_exits_with_3(own_installation: CliInstallation) -> None:
    out = own_installation.invoke("feeds", "poll", "http://127.0.0.1:1/feed.xml", "--json", code=3)
    row = json.loads(out)
    assert (row["outcome"], row["state"]) == ("connect", "failing")


def test_feeds_are_listed_before_the_first_run(own_installation: CliInstallation) -> None:
    [feed] = json.loads(own_installation.invoke("feeds", "list", "--json"))
    assert (feed["state"], feed["url"]) == ("new", "http://127.0.0.1:1/feed.xml")
