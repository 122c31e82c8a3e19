from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wirewatch.install_check import PACKAGES, find_problem

HOME = Path(__file__).parents[2]


def start(first: Path) -> subprocess.CompletedProcess[str]:
    """Start the program in a new interpreter, with another folder first on the import path."""
    return subprocess.run(
        [sys.executable, "-P", "-c", "from wirewatch.cli import main; main()", "--help"],
        env={"PYTHONPATH": f"{first}{os.pathsep}{HOME}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def foreign(folder: Path, name: str) -> Path:
    package = folder / name / "__init__.py"
    package.parent.mkdir()
    package.write_text("raise RuntimeError('foreign code was run')")
    return package


def test_an_intact_installation_has_no_problem() -> None:
    assert find_problem() == ""
    assert {p.parent.name for p in HOME.glob("*/__init__.py")} == {*PACKAGES, "wirewatch"}


@pytest.mark.processes
def test_a_foreign_package_stops_the_program_with_a_message(tmp_path: Path) -> None:
    package = foreign(tmp_path, "config")
    ended = start(tmp_path)
    assert ended.returncode == 1
    assert f"`import config` finds {package} instead of {HOME / 'config'}" in ended.stderr
    assert f"Move {package.parent} away" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "foreign code was run" not in ended.stderr


@pytest.mark.processes
def test_a_foreign_module_is_found_too(tmp_path: Path) -> None:
    (tmp_path / "alerts.py").write_text("")
    assert f"`import alerts` finds {tmp_path / 'alerts.py'}" in start(tmp_path).stderr


@pytest.mark.processes
def test_the_distribution_that_contains_it_is_named(tmp_path: Path) -> None:
    foreign(tmp_path, "processors")
    info = tmp_path / "processors_kit-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: processors-kit\nVersion: 1.0\n")
    (info / "top_level.txt").write_text("processors\n")
    ended = start(tmp_path)
    assert ended.returncode == 1
    assert "(installed by processors-kit)" in ended.stderr
    assert "pip uninstall processors-kit" in ended.stderr


def test_packages_in_another_folder_are_named(tmp_path: Path) -> None:
    assert f"instead of {tmp_path / 'config'}" in find_problem(tmp_path)
