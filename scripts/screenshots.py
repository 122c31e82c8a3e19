"""Take the README's screenshots: the demo's console in Chromium.

::

    wirewatch demo --stay ─▶ its summary ─▶ some stories are judged ─▶ docs/images/*.png

Run it from the repository: ``.venv/bin/python scripts/screenshots.py [FOLDER]``. It takes about a
minute and needs Chromium, but no network.
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

from tests.support.browser import Browser, Page  # noqa: E402 - the tests are not an installed package

WIDE, PHONE = (1180, 800), (390, 844)
DEMO_SECONDS = 200


@contextmanager
def demo(work: Path) -> Iterator[str]:
    """Run the demo; yield the address of its console once the demo is over.

    Args:
        work: The demo's folder; must not exist yet.
    """
    program = ROOT / ".venv" / "bin" / "wirewatch"
    command = [str(program), "demo", "--stay", "--speed", "10", "--port", "0", "--data", str(work)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    try:
        url, late = "", time.monotonic() + DEMO_SECONDS
        assert process.stdout  # noqa: S101 - asked for above
        for line in process.stdout:
            if found := re.search(r"Console: (http://\S+?)/?\s", line):
                url = found[1]
            if line.startswith("Ctrl-C ends it."):
                break
            if time.monotonic() > late:
                raise SystemExit("The demo did not finish in time.")
        if not url:
            raise SystemExit("The demo ended before its console was up.")
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def judge(page: Page, url: str) -> None:
    """Acknowledge and judge some stories, so that the screenshots show the result."""
    page.open(f"{url}/")
    for selector in (
        "li:nth-child(6) .acts [value^=relevant]",
        "li:nth-child(3) .acts [value^=ack]",
    ):
        with page.leaving():
            page.click(selector)
    time.sleep(11)  # until the confirmation has disappeared


def main(folder: Path) -> None:
    """Take all screenshots.

    Args:
        folder: Where to save them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, demo(Path(work) / "demo") as url, \
            Browser.start() as browser:  # fmt: skip
        with browser.page(size=WIDE, javascript=False) as page:
            judge(page, url)
        with browser.page(size=WIDE, scale=1.5) as page:
            page.open(f"{url}/")
            best = (
                "[...document.querySelectorAll('.story')].find(s => /4 outlets/.test(s.innerText))"
            )
            story = page.run(
                f"({best} ?? document.querySelector('.story')).querySelector('h2 a').href"
            )
            page.screenshot(folder / "stories.png", whole=False)
            for name, address in (("story", story), ("topic", f"{url}/topics/nato-membership"),
                                  ("feeds", f"{url}/feeds")):  # fmt: skip
                page.open(address)
                page.screenshot(folder / f"{name}.png", whole=False)
        with browser.page(size=WIDE, scale=1.5, dark=True, language="de") as page:
            page.open(f"{url}/")
            page.screenshot(folder / "stories-dark.png", whole=False)
        with browser.page(size=PHONE, scale=2) as page:
            page.open(f"{url}/")
            page.screenshot(folder / "stories-phone.png", whole=False)
    for path in sorted(folder.glob("*.png")):
        print(f"{path}: {path.stat().st_size // 1024} kB")  # noqa: T201 - output of the script


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
