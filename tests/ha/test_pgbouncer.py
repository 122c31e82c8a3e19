"""PgBouncer with ``pool_mode = transaction`` stands between the program and PostgreSQL."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.newsroom import Newsroom, WebhookReceiver
from tests.support.pgbouncer import NOT_THERE as NO_PGBOUNCER
from tests.support.pgbouncer import PgBouncer, find_pgbouncer, running_pgbouncer
from tests.support.postgres import NOT_THERE, Server, binaries, database
from tests.wirewatch.run.many_stories import assert_decided_once, publish_many, run_two_rounds
from tests.wirewatch.run.test_on_postgres import new_program

pytestmark = [pytest.mark.ha, pytest.mark.processes, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
CONTRACT = ("tests/core/store", "tests/core/archive")
LEAST = 200
"""Of the contract's tests that run on PostgreSQL."""


@pytest.fixture(scope="module")
def pooler() -> Iterator[PgBouncer]:
    program, home = find_pgbouncer(), binaries()
    if home is None or program is None:
        pytest.skip(NOT_THERE if home is None else NO_PGBOUNCER)
    with closing(Server(home)) as server, running_pgbouncer(program, server) as running:
        yield running


def test_the_contract_of_the_store_holds_behind_it(pooler: PgBouncer) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "postgres", *CONTRACT],
        cwd=ROOT,
        env=os.environ | {"WIREWATCH_TEST_POSTGRES": pooler.url()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout
    assert int(passed[1]) >= LEAST, done.stdout
    assert pooler.count_transactions() > 1000, "the tests did not run behind it"


def test_two_runs_at_once_behind_it_decide_and_tell_everything_once(
    pooler: PgBouncer, tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    before = pooler.count_transactions()
    with database(pooler.url()) as url:
        installation = new_program(tmp_path, newsroom, webhook, WIREWATCH_DATABASE_URL=url)
        publish_many(installation, newsroom, 12)
        run_two_rounds(installation)
        assert_decided_once(installation, webhook, 12, notified_again=0)
    assert pooler.count_transactions() - before > 50
