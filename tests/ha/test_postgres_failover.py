"""The primary of PostgreSQL is lost, and its standby promoted: nothing is lost or told twice."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from config.errors import StoreError, retryable
from core.clock import utc_now
from core.store import Store, answer_limit, dump
from tests.support.newsroom import Newsroom, WebhookReceiver, unique_story
from tests.support.postgres_pair import Pair
from tests.support.running_program import health, run_program, wait_until
from tests.support.split import Plan, Split
from tests.wirewatch.run.many_stories import count_opened
from tests.wirewatch.run.test_on_postgres import new_program

pytestmark = [pytest.mark.ha, pytest.mark.processes, pytest.mark.timeout(300)]


def test_a_primary_killed_in_the_middle_of_the_work_loses_and_repeats_nothing(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver, pair: Pair
) -> None:
    plan = Plan(stories=48, kills=0, server_kills=2, server_stops=1, away=2.0, settled=True)
    environment = {"WIREWATCH_DATABASE_URL": pair.url}
    outcome = Split(tmp_path, newsroom, webhook, environment, plan).run({"postgres": pair})
    assert not outcome.wrong, f"{outcome}\n{outcome.wrong[:10]}"
    assert outcome.notified == plan.stories // 2
    assert not outcome.notified_again
    assert not outcome.ended, "each process connects to the new primary by itself"
    assert pair.failovers == 3


def test_while_no_standby_confirms_nothing_is_told_and_afterwards_everything_once(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver, pair: Pair
) -> None:
    installation = new_program(tmp_path, newsroom, webhook, WIREWATCH_DATABASE_URL=pair.url)
    installation.poll_every_second()
    newsroom.publish("kurier", unique_story("/s0", "Bericht Nummer 0"))
    newsroom.publish("bote")
    with run_program(installation) as running:
        wait_until(lambda: webhook.notifications, "nothing was notified", running)
        assert health(running)["status"] == "ok"
        pair.standby.stop()
        newsroom.publish("kurier", unique_story("/s1", "Bericht Nummer 1"))
        wait_until(lambda: health(running)["status"] != "ok", "it is not ill", running)
        assert len(webhook.notifications) == 1
        pair.standby.start()
        wait_until(lambda: len(webhook.notifications) == 2, "not notified afterwards", running)
        wait_until(lambda: health(running)["status"] == "ok", "it is not well again", running)
        running.stop()
    assert sorted(count_opened(installation).values()) == [1, 1]
    assert len({body["id"] for body in webhook.notifications}) == 2


def test_a_commit_that_no_standby_confirms_is_an_error_in_time_with_an_unknown_outcome(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_limit, "ANSWER_SECONDS", 2.0)
    with closing(Store.open(pair.url)) as store:
        pair.standby.stop()
        began = time.monotonic()
        with pytest.raises(StoreError, match="no answer within 2 s") as raised:
            store.check_writable(utc_now())
        assert retryable(raised.value)
        assert time.monotonic() - began < 10
        pair.standby.start()
        store.check_writable(utc_now())


def test_a_dump_is_made_on_the_server_that_has_the_snapshot(tmp_path: Path, pair: Pair) -> None:
    Store.open(pair.url).close()
    with dump.open_snapshot(pair.url) as snapshot:
        snapshot.fix()
        dump.dump(pair.url, snapshot, tmp_path / "dump")
    assert (tmp_path / "dump").read_bytes().startswith(b"PGDMP")
