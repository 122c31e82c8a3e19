"""Help, version, wrong usage, lists before the first run, and what a command imports."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest

from core.garbage import NEW_OBJECTS
from core.store import Store
from tests.support.cli_installation import CliInstallation
from wirewatch.contracts.generate import ROOT


def test_lists_are_empty_before_the_first_run(own_installation: CliInstallation) -> None:
    for group in ("alerts", "streams"):
        assert json.loads(own_installation.invoke(group, "list", "--json")) == []
    assert own_installation.invoke("streams", "tail", "news.alerts.v1") == ""
    assert not own_installation.data.exists()


@pytest.mark.parametrize(
    "command",
    ["feeds poll nope", "streams tail nope", "streams tail news.alerts.v1 --from soon",
     "alerts show 12345678", "alerts list --state gone", "alerts list --topic nope",
     "articles show nope", "run --only nope", "run --json", "nope"],
)  # fmt: skip
def test_wrong_usage_exits_with_2_and_a_message(
    installation: CliInstallation, command: str
) -> None:
    done = installation.execute(*shlex.split(command))
    assert (done.code, done.out) == (2, "")
    assert "nope" in done.err or len(done.err) > 20


def test_an_unknown_setting_is_a_warning(own_installation: CliInstallation) -> None:
    own_installation.environment["WIREWATCH_WEB_PRT"] = "1"
    err = own_installation.execute("alerts", "list").err
    assert "unknown_setting" in err
    assert "nearest=WIREWATCH_WEB_PORT" in err


@pytest.mark.processes
def test_help_shows_examples_and_version_the_version(installation: CliInstallation) -> None:
    assert "wirewatch run --once --json" in installation.run_executable("--help")
    assert installation.run_executable("--version").startswith("wirewatch 0.")


@pytest.mark.processes
@pytest.mark.parametrize(
    ("arguments", "libraries"),
    [
        (["--help"], {"aiohttp", "numpy", "pydantic_settings", "sqlalchemy", "structlog"}),
        (["check"], {"aiohttp", "sqlalchemy", "fastapi", "kafka"}),
        (["feeds", "list"], {"aiohttp", "numpy", "fastapi", "kafka"}),
    ],
)
def test_a_command_imports_no_library_that_it_does_not_need(
    own_installation: CliInstallation, arguments: list[str], libraries: set[str]
) -> None:
    if arguments != ["check"]:  # which reads the store only where there is one
        own_installation.data.mkdir()
        Store.open(f"sqlite:///{own_installation.data}/store.db").close()  # which needs more
    program = (
        "import sys; from wirewatch.cli import execute; execute(sys.argv[1:]);"
        "sys.stderr.write(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=own_installation.folder, text=True,
        env=own_installation.env | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=True,
    )  # fmt: skip
    assert libraries & set(done.stderr.split()) == set()


@pytest.mark.processes
def test_a_process_looks_for_garbage_rarely_and_not_before_it_ends() -> None:
    program = (
        "import atexit, gc, sys; from wirewatch.cli import main; sys.argv[1:] = ['--version'];"
        "atexit.register(lambda: print('to search:', *gc.get_threshold(), len(gc.get_objects())));"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, text=True, capture_output=True, check=True
    )
    threshold, *_, left = map(int, done.stdout.partition("to search:")[2].split())
    assert threshold == NEW_OBJECTS
    assert left < 100
