"""The tests of topics and concepts, run in another process when the files change."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config.catalog.reload import CatalogKeeper
from config.faults import Fault
from core import metrics
from processors import query_faults
from tests.support.cli_installation import new_installation
from wirewatch.run.definition_checks import COMMAND, MOST_SECONDS, QUIET_SECONDS, DefinitionChecks

TOPIC = """
id: t
query: Wetter
tests:
  - {name: found, title: Das Wetter, match: true}
  - {name: wrong, title: Die Nato tagt, match: true}
"""
CONCEPTS = """
- id: accession
  forms: {de: Beitritt}
  tests: {match: [{de: Es regnet.}], no_match: [{de: Wetter}]}
"""

pytestmark = pytest.mark.processes


class Checks:
    """Checks of a folder on a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.installation = new_installation(folder)
        self.installation.write("sources.yaml", "outlets: []")
        self.keeper = CatalogKeeper(
            self.installation.config, {}, [query_faults], lambda: datetime(2027, 1, 1, tzinfo=UTC)
        )
        self.now = 0.0
        self.checks = DefinitionChecks(self.keeper, COMMAND, lambda: self.now)

    def run(self) -> None:
        """Let the files be quiet for long enough, and wait for the check."""
        self.checks.run_due()
        self.now += QUIET_SECONDS
        self.checks.run_due()
        running = self.checks._running
        assert running is not None
        running.process.wait(60)
        self.checks.run_due()

    def use_command(self, code: str) -> None:
        self.checks.command = (sys.executable, "-c", code)


def test_tests_that_fail_are_found_after_a_change_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = Checks(tmp_path)
    for name, value in checks.installation.settings_environment.items():
        monkeypatch.setenv(name, value)
    checks.installation.write("topics/t.yaml", TOPIC)
    checks.installation.write("topics/bad.yaml", '{id: bad, query: "(x"}')
    checks.installation.write("vocabulary/v.yaml", CONCEPTS)
    checks.keeper.refresh()
    assert {f.code for f in checks.checks.faults()} == {"E001"}
    with capture_logs() as logs:
        checks.run()
    found = [(Path(f.file).name, f.line, f.code) for f in checks.checks.faults()]
    assert ("t.yaml", 6, "W111") in found
    assert ("v.yaml", 4, "W111") in found
    assert [one for one in found if one[2].startswith("E")] == [("bad.yaml", 1, "E001")]
    assert metrics.TOPIC_TESTS_FAILED._value.get() == 2
    assert [(line["event"], line["tests"]) for line in logs] == [("topic_tests_failed", 2)]


def test_a_check_waits_for_quiet_files_and_runs_once_for_each_change(tmp_path: Path) -> None:
    checks = Checks(tmp_path)
    failed = Fault(file="t", line=1, column=1, code="E020", message="m", mend="")
    prints = f"print({json.dumps([failed.model_dump()])!r})"
    checks.use_command(prints)
    checks.run()
    assert [f.code for f in checks.checks.faults()] == ["W111"]
    checks.now += 100 * QUIET_SECONDS
    checks.checks.run_due()
    assert checks.checks._running is None
    checks.installation.write("topics/new.yaml", "{id: new, query: x}")
    checks.keeper.refresh()
    assert checks.checks.faults() == ()  # what is known of other files is not shown
    checks.checks.run_due()
    checks.now += QUIET_SECONDS - 1
    checks.checks.run_due()
    assert checks.checks._running is None


def test_a_check_that_fails_or_takes_too_long_is_ended_and_logged(tmp_path: Path) -> None:
    checks = Checks(tmp_path)
    checks.use_command("raise SystemExit(3)")
    with capture_logs() as logs:
        checks.run()
    checks.use_command("import time; time.sleep(600)")
    checks.installation.write("topics/new.yaml", "{id: new, query: x}")
    checks.keeper.refresh()
    checks.checks.run_due()
    checks.now += QUIET_SECONDS
    checks.checks.run_due()
    checks.now += MOST_SECONDS
    with capture_logs() as late:
        checks.checks.run_due()
    events = [(line["event"], line["exit"]) for line in [*logs, *late]]
    assert events == [("definition_check_failed", 3), ("definition_check_failed", -9)]
    checks.checks.close()
