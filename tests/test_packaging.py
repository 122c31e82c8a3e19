"""How it is installed: locked, hashed, in an environment of its own, with clear errors."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
ENVIRONMENT = ROOT / "scripts" / "environment.py"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_pins_and_hashes_everything_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", text.strip())
    assert all("==" in block.splitlines()[0] for block in blocks)
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_lock_contains_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[<>=\[;]", d)[0].lower() for d in project["dependencies"]}
    lock = (ROOT / "requirements.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    assert named <= locked


def _create(before: str, folder: Path) -> subprocess.CompletedProcess[str]:
    code = f"import sys, runpy\n{before}\nsys.argv = ['x', {str(folder)!r}]\n"
    code += f"runpy.run_path({str(ENVIRONMENT)!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.processes
def test_an_old_python_gets_an_error_message_without_a_traceback(tmp_path: Path) -> None:
    done = _create("sys.version_info = (3, 9, 2)", tmp_path / "venv")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this is 3.9" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.processes
def test_a_python_without_ensurepip_gets_the_name_of_the_package_to_install(tmp_path: Path) -> None:
    done = _create("sys.modules['ensurepip'] = None", tmp_path / "venv")
    assert done.returncode == 1
    assert f"apt install python3.{sys.version_info[1]}-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.processes
def test_an_environment_is_created_in_an_empty_folder(tmp_path: Path) -> None:
    done = _create("", tmp_path / "venv")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "venv" / "bin" / "pip").exists()


@pytest.mark.processes
def test_every_make_target_says_what_it_does() -> None:
    done = subprocess.run(
        ["/usr/bin/env", "make", "-C", str(ROOT), "--no-print-directory", "help"],
        capture_output=True,
        text=True,
        check=True,
    )
    for target in ("install", "run", "test", "check", "bench", "help"):
        assert re.search(rf"make {target}\s+\S", done.stdout), target


def test_pre_commit_runs_the_tools_of_the_environment_so_no_version_is_pinned_twice() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    repositories = YAML(typ="safe").load(text)["repos"]
    assert [r["repo"] for r in repositories] == ["local"]
    hooks = repositories[0]["hooks"]
    tools = {hook["entry"].split()[0] for hook in hooks}
    assert tools == {".venv/bin/ruff", ".venv/bin/mypy"}
    assert {hook["language"] for hook in hooks} == {"system"}
    locked = (ROOT / "requirements-dev.lock").read_text()
    assert all(re.search(rf"^{Path(tool).name}==", locked, re.MULTILINE) for tool in tools)
