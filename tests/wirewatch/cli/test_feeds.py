from __future__ import annotations

import json
from dataclasses import replace

import pytest

from config.i18n import Phrase, in_english
from core.store import Store, feeds
from tests.support.cli_installation import CliInstallation
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY


@pytest.mark.processes
def test_a_poll_of_an_unreachable_feed_exits_with_3(own_installation: CliInstallation) -> None:
    out = own_installation.invoke("feeds", "poll", "http://127.0.0.1:1/feed.xml", "--json", code=3)
    row = json.loads(out)
    assert (row["outcome"], row["state"]) == ("connect", "failing")


def test_feeds_are_listed_before_the_first_run(own_installation: CliInstallation) -> None:
    [feed] = json.loads(own_installation.invoke("feeds", "list", "--json"))
    assert (feed["state"], feed["url"]) == ("new", "http://127.0.0.1:1/feed.xml")


def test_a_feed_that_is_read_in_part_is_listed_with_the_reason(
    own_installation: CliInstallation,
) -> None:
    [feed] = json.loads(own_installation.invoke("feeds", "list", "--json"))
    reason = Phrase("feed.why.partial", n=1000)
    record = feed_record(feed_id=feed["feed_id"], url=feed["url"], last_200_at=MONDAY)
    store = Store.open(f"sqlite:///{own_installation.data}/store.db")
    with store.write() as connection:
        feeds.sync(connection, [record], MONDAY)
        feeds.apply_change(
            connection,
            record.feed_id,
            lambda row: replace(row, last_200_at=MONDAY, cut_reason=reason.dump()),
        )
    store.close()
    [listed] = json.loads(own_installation.invoke("feeds", "list", "--json"))
    assert (listed["state"], listed["why"]) == ("partial", in_english(reason))
    assert "partial" in own_installation.invoke("feeds", "list")
