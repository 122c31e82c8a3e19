"""Output that is safe for a terminal, and output that cannot be written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.cli_installation import WIREWATCH, CliInstallation
from wirewatch.cli.output import _json, counted


def test_json_contains_nothing_that_moves_a_cursor_or_ends_a_line() -> None:
    unsafe = "a\x1b[2J\x7f\x9b\u2028\u202e\ud800\u0085ä"
    text = _json({unsafe: unsafe}, indent=None)
    assert json.loads(text) == {unsafe: unsafe}
    assert "ä" in text
    assert len(text.splitlines()) == 1
    text.encode()
    assert not set(text) & set("\x1b\x7f\x9b\u2028\u202e")


def test_a_number_is_followed_by_its_word_in_the_right_form() -> None:
    said = [counted(n, "match", "matches") for n in (0, 1, 2)]
    assert (said, counted(2400, "error")) == (["0 matches", "1 match", "2 matches"], "2,400 errors")


@pytest.mark.processes
def test_a_reader_that_stops_early_is_no_failure(installation: CliInstallation) -> None:
    many = " ".join(["page.html"] * 400)
    shell = f"'{WIREWATCH}' articles extract --json {many} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", shell], cwd=installation.folder, env=installation.env, capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    line, status = done.stdout.splitlines()
    assert json.loads(line)["input"] == "page.html"
    assert (status, done.stderr) == ("0", "")


@pytest.mark.processes
@pytest.mark.parametrize(
    "command", [["feeds", "list"], ["articles", "extract", "--json", "page.html"]]
)
def test_output_that_cannot_be_written_exits_with_3(
    own_installation: CliInstallation, command: list[str]
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [str(WIREWATCH), *command], env=own_installation.env, cwd=own_installation.folder,
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 3
    failure = "wirewatch: The output cannot be written: No space left on device.\n"
    assert done.stderr.endswith(failure)
