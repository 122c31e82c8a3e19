"""Health of a running program, and what an outside monitor hears of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.newsroom import Answer, LoopbackServer, Newsroom
from tests.support.running_program import health, run_program, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def is_ill(installation: CliInstallation) -> bool:
    """Return whether a process reports that the store cannot be written, and the exit code is 1."""
    done = installation.execute("health", "--json")
    return done.code == 1 and "store: cannot be written." in done.out


def test_a_program_whose_data_files_are_deleted_is_ill_and_says_so_everywhere(
    tmp_path: Path, newsroom: Newsroom
) -> None:
    monitor = LoopbackServer(lambda _: Answer(status=204))
    installation = new_installation(tmp_path)
    newsroom.publish("kurier")
    installation.write_sources(kurier=newsroom.feed_url("kurier"))
    installation.environment["WIREWATCH_HEARTBEAT_URL"] = f"{monitor.url}/ping/s3cr3t"
    with run_program(installation) as running:
        wait_until(lambda: monitor.requests, "no heartbeat was sent", running)
        assert health(running)["status"] == "ok"
        for path in installation.data.glob("*.db*"):
            path.unlink()
        wait_until(
            lambda: "store: cannot be written." in str(health(running)["wrong"]),
            "health does not name the deleted file",
            running,
        )
        wait_until(lambda: is_ill(installation), "`wirewatch health` does not see it", running)
        assert [request.path for request in monitor.requests] == ["/ping/s3cr3t"]
    monitor.close()
    assert "s3cr3t" not in "\n".join(running.lines)
