"""How long a webhook waits: from an article's appearance in a feed to the webhook.

::

    python bench/latency.py [COUNT]

Runs the real program against a loopback newsroom and webhook; the feed is polled every second, each
article reaches a topic of its own. Needs no data. Prints the wait from the feed's change and,
without the polling interval, from the request for the page.
"""

from __future__ import annotations

import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.newsroom import Newsroom, Story, WebhookReceiver, serve_newsroom, serve_webhook

TEXT = (
    "Der Rat hat am Montag über Vorhaben{n} beraten und einstimmig beschlossen, es zu beginnen. "
    "Das sagte die Ministerin vor der Presse und nannte Einzelheiten zum weiteren Verfahren."
)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with (
        serve_newsroom() as newsroom,
        serve_webhook() as receiver,
        tempfile.TemporaryDirectory() as folder,
    ):
        installation = new_installation(Path(folder))
        installation.write_sources(kurier=newsroom.feed_url("kurier"))
        installation.poll_every_second()
        installation.route_to_webhook(receiver.url + "/hook")
        for n in range(count):
            installation.write(f"topics/t{n}.yaml", f"{{id: t{n}, title: T, query: Vorhaben{n}}}")
        newsroom.publish("kurier", Story("/zero", "Alte Meldung", "Nichts Neues aus dem Rathaus."))
        report(*measure(installation, newsroom, receiver, count))


def measure(
    installation: CliInstallation, newsroom: Newsroom, receiver: WebhookReceiver, count: int
) -> tuple[list[float], list[float]]:
    process = installation.start("run")
    try:
        until(lambda: newsroom.asked("/zero") > 0)
        whole, own = [], []
        for n in range(count):
            published = time.monotonic()
            newsroom.publish("kurier", Story(f"/{n}", f"Meldung {n}", TEXT.format(n=n)))
            until(
                lambda n=n: any(
                    p["articles"][0]["url"].endswith(f"/{n}") for p in receiver.notifications
                )
            )
            told = receiver.requests[-1].at
            asked = next(r.at for r in newsroom.requests if r.path == f"/{n}")
            whole.append(told - published)
            own.append(told - asked)
        return whole, own
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def until(done: object, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        if time.monotonic() > end:
            raise SystemExit("Waited too long; is something wrong with `wirewatch run`?")
        time.sleep(0.01)


def report(whole: list[float], own: list[float]) -> None:
    for name, waits in (("feed changed to webhook", whole), ("page asked for to webhook", own)):
        waits = sorted(waits)
        p95 = waits[min(len(waits) - 1, int(len(waits) * 0.95))]
        print(f"{name:27} median {statistics.median(waits):.2f} s, p95 {p95:.2f} s")


if __name__ == "__main__":
    main()
