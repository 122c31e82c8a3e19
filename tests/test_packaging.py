"""How it is installed: locked, hashed, in an environment of its own, with sentences for trouble."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

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


def test_the_lock_holds_every_dependency() -> None:
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


def test_an_old_python_gets_a_sentence(tmp_path: Path) -> None:
    done = _create("sys.version_info = (3, 9, 2)", tmp_path / "venv")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this is 3.9" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_without_ensurepip_is_told_which_package_to_install(tmp_path: Path) -> None:
    done = _create("sys.modules['ensurepip'] = None", tmp_path / "venv")
    assert done.returncode == 1
    assert f"apt install python3.{sys.version_info[1]}-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_environment_is_created_where_nothing_is_in_the_way(tmp_path: Path) -> None:
    done = _create("", tmp_path / "venv")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "venv" / "bin" / "pip").exists()


def test_every_make_target_says_what_it_does() -> None:
    done = subprocess.run(
        ["/usr/bin/env", "make", "-C", str(ROOT), "--no-print-directory", "help"],
        capture_output=True,
        text=True,
        check=True,
    )
    for target in ("install", "run", "test", "check", "bench", "help"):
        assert re.search(rf"make {target}\s+\S", done.stdout), target
