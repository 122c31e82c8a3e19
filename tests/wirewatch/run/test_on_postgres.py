"""The whole program on PostgreSQL: the same results, shared work, a server that is killed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.newsroom import Newsroom, Story, WebhookReceiver, unique_story
from tests.support.postgres import Server
from tests.support.running_program import run_program, wait_until
from tests.wirewatch.run.many_stories import (
    BODY,
    OTHER,
    assert_decided_once,
    count_opened,
    publish_many,
    run_two_rounds,
)


def new_program(
    folder: Path, newsroom: Newsroom, webhook: WebhookReceiver, **environment: str
) -> CliInstallation:
    installation = new_installation(folder)
    installation.environment.update(environment)
    installation.write_sources(kurier=newsroom.feed_url("kurier"), bote=newsroom.feed_url("bote"))
    installation.route_to_webhook(webhook.url + "/hook")
    return installation


def test_a_run_has_the_same_results_as_on_sqlite(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver, migrated_postgres: str
) -> None:
    database = {"WIREWATCH_DATABASE_URL": migrated_postgres}
    installations = [
        new_program(tmp_path / "sqlite", newsroom, webhook),
        new_program(tmp_path / "postgres", newsroom, webhook, **database),
    ]
    copy = Story("/copy", "Antrag unterzeichnet", BODY)
    history: list[Callable[[], None]] = [
        lambda: newsroom.publish("kurier", Story("/a", "Schweden unterzeichnet Antrag", BODY)),
        lambda: newsroom.publish("bote", copy, Story("/b", "Haushalt beschlossen", OTHER)),
    ]
    for publish in history:
        publish()
        on_sqlite, on_postgres = [each.invoke_once() for each in installations]
        assert on_postgres == on_sqlite
    bodies = [{k: v for k, v in b.items() if k != "reason"} for b in webhook.notifications]
    assert len(bodies) % 2 == 0
    assert [_without_times(b) for b in bodies[::2]] == [_without_times(b) for b in bodies[1::2]]
    assert not (installations[1].data / "store.db").exists()


def _without_times(body: Any) -> str:
    """Return a text without the times of day, which differ between the two runs."""
    return re.sub(r"\d\d:\d\d(:\d\d(\.\d+)?)?", "", str(body))


def test_two_runs_at_once_share_the_work(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver, postgres: str
) -> None:
    installation = new_program(tmp_path, newsroom, webhook, WIREWATCH_DATABASE_URL=postgres)
    publish_many(installation, newsroom, 12)
    run_two_rounds(installation)
    assert_decided_once(installation, webhook, 12)


def test_a_killed_and_restarted_server_loses_nothing_and_repeats_nothing(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver, own_postgres: Server
) -> None:
    url = own_postgres.url()
    installation = new_program(tmp_path, newsroom, webhook, WIREWATCH_DATABASE_URL=url)
    installation.write_sources(**{f"blatt{n}": newsroom.feed_url(f"feed{n}") for n in range(3)})
    installation.poll_every_second()
    newsroom.publish("feed0", unique_story("/s0", "Bericht Nummer 0"))
    with run_program(installation, "--only", "ingest,processors,alerts") as running:
        wait_until(lambda: webhook.notifications, "nothing was notified", running)
        newsroom.publish("feed1", unique_story("/s1", "Bericht Nummer 1"))
        own_postgres.kill()
        newsroom.publish("feed2", unique_story("/s2", "Bericht Nummer 2"))
        own_postgres.start()
        wait_until(lambda: len(webhook.notifications) >= 3, "not notified after a crash", running)
        running.stop()
    assert set(Counter(t["id"] for t in webhook.notifications).values()) == {1}
    assert sorted(count_opened(installation).values()) == [1, 1, 1]


def test_a_wrong_password_ends_the_program_with_a_message_that_does_not_show_it(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver, migrated_postgres: str
) -> None:
    url = re.sub(r":[^:@]+@", ":geheim@", migrated_postgres)
    installation = new_program(tmp_path, newsroom, webhook, WIREWATCH_DATABASE_URL=url)
    process = installation.start("run", "--once")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, out + err
    assert "Check user and password" in " ".join(err.split())
    assert "geheim" not in out + err
    assert "Traceback" not in err
