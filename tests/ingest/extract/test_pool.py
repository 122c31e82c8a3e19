"""A page that hangs or kills its worker affects no other page; no worker outlives its parent."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import ExtractionError
from config.i18n import Phrase
from config.settings import Settings
from ingest.extract import ExtractedPage, PageHints
from ingest.extract.pool import ExtractPool, extract_in_worker

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
PARAGRAPH = (
    "Der Rat hat am Freitag nach langer Beratung den Entwurf für die neue Brücke beschlossen."
)
PAGE = (
    f"<html><body><h1>Rat beschließt Brücke</h1>{f'<p>{PARAGRAPH}</p>' * 5}</body></html>".encode()
)
URL = "https://www.example.com/artikel"


def settings(*, workers: int = 2, timeout: float = 20.0) -> Settings:
    return Settings(extract_workers=workers, extract_timeout=timeout)


def failing_task(
    body: bytes, url: str, content_type: str | None, hints: PageHints, now: datetime, limit: float
) -> ExtractedPage | tuple[str, Phrase]:
    """Do what a worker does, but hang, die or fail on certain pages."""
    if body == b"hang":
        time.sleep(60)
    if body == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if body == b"fail":
        raise ValueError("no page is like this")
    return extract_in_worker(body, url, content_type, hints, now, limit)


async def outcome(pool: ExtractPool, body: bytes) -> str:
    try:
        return (await pool.extract(body, url=URL, now=NOW)).title
    except ExtractionError as error:
        return error.outcome


@pytest.mark.processes
def test_bad_pages_fail_alone_each_with_its_own_outcome() -> None:
    async def scene() -> list[str]:
        async with ExtractPool(settings(timeout=3.0), task=failing_task) as pool:
            bodies = [PAGE, b"hang", PAGE, b"die", PAGE, b"fail", b"%PDF-1.7", b"  ", PAGE, PAGE]
            return list(await asyncio.gather(*(outcome(pool, body) for body in bodies)))

    title = "Rat beschließt Brücke"
    outcomes = asyncio.run(scene())
    assert outcomes == [
        title,
        "timeout",
        title,
        "crash",
        title,
        "crash",
        "not_html",
        "empty",
        title,
        title,
    ]


@pytest.mark.processes
def test_a_worker_killed_while_idle_loses_no_page() -> None:
    async def scene() -> list[str]:
        async with ExtractPool(settings(workers=2)) as pool:
            titles = [await outcome(pool, PAGE)]
            for child in multiprocessing.active_children():
                child.kill()
            await asyncio.sleep(0.5)
            return [*titles, *await asyncio.gather(*(outcome(pool, PAGE) for _ in range(3)))]

    assert asyncio.run(scene()) == ["Rat beschließt Brücke"] * 4


@pytest.mark.processes
def test_workers_that_cannot_start_are_an_extraction_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        async with ExtractPool(settings(workers=1)):
            pytest.fail("the pool opened")

    monkeypatch.setattr("ingest.extract.pool.prepare_worker", os._exit)
    with pytest.raises(ExtractionError, match="cannot be started"):
        asyncio.run(scene())


def test_a_closed_pool_refuses_pages() -> None:
    async def scene() -> None:
        await ExtractPool(settings()).extract(PAGE, url=URL, now=NOW)

    with pytest.raises(RuntimeError, match="not open"):
        asyncio.run(scene())


PARENT = """
import asyncio, sys
from datetime import UTC, datetime
from config.settings import Settings
from ingest.extract.pool import ExtractPool

async def main():
    file = open(sys.argv[1], "w")
    async with ExtractPool(Settings(extract_workers=2)) as pool:
        await pool.extract(b"<p>" + b"Ein Satz, der lang genug ist, um ein Absatz zu sein. " * 9,
                           url="https://www.example.com/", now=datetime.now(UTC))
        print("ready", flush=True)
        await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).parents[3]
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "open.lock")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Return the process ids of the spawned workers of a parent, by session."""
    workers = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            command = (folder / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z" and int(fields[3]) == process.pid and b"spawn_main" in command:
            workers.append(int(folder.name))
    return workers


@pytest.mark.processes
def test_workers_inherit_no_file_and_exit_soon_after_the_parent_is_killed(
    parent: subprocess.Popen[str], tmp_path: Path
) -> None:
    workers = workers_of(parent)
    assert len(workers) == 2
    for worker in workers:
        targets = {str(link.readlink()) for link in Path(f"/proc/{worker}/fd").iterdir()}
        assert str(tmp_path / "open.lock") not in targets
        os.kill(worker, signal.SIGINT)
    time.sleep(0.3)
    assert workers_of(parent) == workers  # workers ignore Ctrl-C
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 30  # a worker may still be loading its modules
    while workers_of(parent) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert workers_of(parent) == []
