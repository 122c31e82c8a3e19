"""Pictures of the real console for the README: the demo, looked at through Chromium.

::

    wirewatch demo --stay ─▶ every story told ─▶ some are judged ─▶ docs/images/*.png

Run it from the repository: ``.venv/bin/python scripts/screenshots.py [FOLDER]``. It takes about a
minute and needs Debian's chromium, no network.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.browser import Browser, Page  # noqa: E402 - the tests are no package of ours

WIDE, PHONE = (1180, 800), (390, 844)
DEMO_SECONDS = 200


@contextmanager
def demo(work: Path) -> Iterator[str]:
    """The demo's console, after its summary.

    Args:
        work: A folder that is not there yet.
    """
    program = ROOT / ".venv" / "bin" / "wirewatch"
    command = [str(program), "demo", "--stay", "--speed", "10", "--port", "0", "--data", str(work)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 ours
    try:
        url, late = "", time.monotonic() + DEMO_SECONDS
        assert process.stdout  # noqa: S101 - asked for above
        for line in process.stdout:
            if found := re.search(r"Console: (http://\S+?)/?\s", line):
                url = found[1]
            if "Everything goes on" in line:
                break
            if time.monotonic() > late:
                raise SystemExit("The demo takes too long.")
        if not url:
            raise SystemExit("The demo ended by itself.")
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def judge(page: Page, url: str) -> None:
    """Some work at the desk, so that the pictures show what it leaves behind."""
    page.open(f"{url}/")
    for selector in (
        "li:nth-child(6) .acts [value^=relevant]",
        "li:nth-child(3) .acts [value^=ack]",
    ):
        with page.leaving():
            page.click(selector)
    time.sleep(11)  # until undo is no longer offered


def main(folder: Path) -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, demo(Path(work) / "demo") as url, \
            Browser.start() as browser:  # fmt: skip
        with browser.page(size=WIDE, javascript=False) as page:
            judge(page, url)
        with browser.page(size=WIDE, scale=1.5) as page:
            page.open(f"{url}/")
            most = (
                "[...document.querySelectorAll('.story')].find(s => /4 outlets/.test(s.innerText))"
            )
            story = page.run(
                f"({most} ?? document.querySelector('.story')).querySelector('h2 a').href"
            )
            page.picture(folder / "stories.png", whole=False)
            for name, address in (("story", story), ("topic", f"{url}/topics/nato-membership"),
                                  ("feeds", f"{url}/feeds")):  # fmt: skip
                page.open(address)
                page.picture(folder / f"{name}.png", whole=False)
        with browser.page(size=WIDE, scale=1.5, dark=True, language="de") as page:
            page.open(f"{url}/")
            page.picture(folder / "stories-dark.png", whole=False)
        with browser.page(size=PHONE, scale=2) as page:
            page.open(f"{url}/")
            page.picture(folder / "stories-phone.png", whole=False)
    for path in sorted(folder.glob("*.png")):
        print(f"{path}: {path.stat().st_size // 1024} kB")  # noqa: T201 - a script


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
