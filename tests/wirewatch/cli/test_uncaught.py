"""What a command writes when an error leaves it: no secret, no traceback without memory."""

from __future__ import annotations

import errno
import resource
import sys
import threading

import pytest

from config import secrets
from config.errors import OutOfMemoryError, StoreError, describe, out_of_memory
from tests.support.cli_installation import CliInstallation
from wirewatch.cli import uncaught


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


def cycle() -> Exception:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    return first


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (MemoryError(), True),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (ImportError("x.so: failed to map segment from shared object"), True),
        (RuntimeError("can't start new thread"), True),
        (RuntimeError("unable to start watchdog thread"), True),
        (caused(StoreError("The store refused."), MemoryError()), True),
        (OutOfMemoryError(), True),
        (OSError(errno.ENOSPC, "No space"), False),
        (ValueError("Cannot allocate memory"), False),
        (cycle(), False),
    ],
)
def test_a_lack_of_memory_is_recognised(error: Exception, is_memory: bool) -> None:
    assert (out_of_memory(error) is not None) == is_memory
    assert ("enough memory" in describe(error)) == is_memory
    assert uncaught.message_of(error).startswith("wirewatch: ") == is_memory


def test_what_is_said_of_a_foreign_error_has_no_secret() -> None:
    error = caused(StoreError("It failed."), ValueError("GET https://x.example/hooks/abc?k=1"))
    assert describe(error) == "It failed. (GET https://x.example/***)"
    assert describe(ValueError("at https://x.example/hooks/abc")) == "at https://x.example/***"


def test_a_traceback_of_a_thread_or_a_command_is_masked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for hook in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, hook, getattr(sys, hook))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    secrets.remember("Ge-heim-1234")
    uncaught.install()

    def fail() -> None:
        raise ValueError("https://me:pass@x.example got Ge-heim-1234")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    error = ValueError("GE-HEIM-1234")
    sys.excepthook(ValueError, error, None)
    written = capsys.readouterr().err
    assert written.count("ValueError: ") == 2
    assert "heim" not in written.lower()
    assert "me:pass" not in written


@pytest.mark.processes
@pytest.mark.parametrize("limit", [60_000_000, 150_000_000])
def test_a_command_without_memory_says_so_and_exits_with_3(
    own_installation: CliInstallation, limit: int
) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    process = own_installation.start_executable("check", preexec_fn=few)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.count("\n")) == (3, "", 1), err
    assert err.startswith("wirewatch: There is not enough memory.")
