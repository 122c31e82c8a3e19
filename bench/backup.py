"""A backup while articles flow: how long the program cannot write, and what people notice.

::

    python bench/backup.py [MEGABYTES]

Fills an installation with invented articles, runs the real program on it against a loopback
newsroom and webhook, publishes two articles a second, and makes a backup meanwhile. Then the
program is killed, and the backup is restored. Needs no data; prints sizes, times, and how long
webhooks waited.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from core.archive.open import open_archive
from core.archive.worker import GROUP as ARCHIVE
from core.archive.worker import STREAMS as ARCHIVE_STREAMS
from core.clock import utc_now
from core.ids import article_id
from core.messages import ArticleRevision
from core.messages.envelope import ARTICLES, to_record
from core.processes.instance import Instance
from core.store import Store
from core.store.articles import add_revision
from core.streams import open_streams
from core.streams.topology import stream_specs
from processors import GROUP
from processors.archive.words import words_of
from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.newsroom import Newsroom, Story, WebhookReceiver, serve_newsroom, serve_webhook
from tests.support.records import article_record

STEP = 1_000
ARCHIVED = 10
"""Of so many articles one is in the archive, whose index takes longest to fill."""
PER_SECOND = 2.0
WORDS = [f"wort{number}" for number in range(2_000)]
TOPICS = 400
TEXT = (
    "Der Rat hat am Montag über Vorhaben{n} beraten und einstimmig beschlossen, es zu beginnen. "
    "Das sagte die Ministerin vor der Presse und nannte Einzelheiten zum weiteren Verfahren."
)


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    home = os.environ.get("TMPDIR") or "/var/tmp"
    with (
        serve_newsroom() as newsroom,
        serve_webhook() as receiver,
        tempfile.TemporaryDirectory(dir=home) as folder,
    ):
        installation = new_installation(Path(folder))
        installation.write_sources(kurier=newsroom.feed_url("kurier"))
        installation.poll_every_second()
        installation.route_to_webhook(receiver.url + "/hook")
        for n in range(TOPICS):
            installation.write(f"topics/t{n}.yaml", f"{{id: t{n}, title: T, query: Vorhaben{n}}}")
        fill(installation, megabytes * 1_000_000)
        for path in sorted(installation.data.glob("*.db")):
            print(f"{path.name:12} {path.stat().st_size / 1e6:8.1f} MB")
        measure(installation, newsroom, receiver)


def fill(installation: CliInstallation, size: int) -> None:
    """Add articles to store, streams and archive until they have a size."""
    settings = Settings(data_dir=installation.data, config_dir=installation.config)
    store = Store.open(settings.database_location)
    instance = Instance.start(settings.data_dir)
    log = open_streams(settings, instance=instance, clock=utc_now)
    archive = open_archive(settings, words_of)
    log.create(stream_specs(settings))
    number = 0
    while sum(path.stat().st_size for path in settings.data_dir.iterdir()) < size:
        articles = [invent(number + each) for each in range(STEP)]
        number += STEP
        with store.write() as connection:
            for each in articles:
                row = article_record(
                    article_id=each.article_id, url=each.url, url_key=each.url, outlet="bench"
                )
                add_revision(connection, row, each)
        log.append([to_record(each, at=each.fetched_at) for each in articles])
        archive.add(articles[::ARCHIVED])
    for group, streams in ((GROUP, (ARTICLES,)), (ARCHIVE, ARCHIVE_STREAMS)):
        ends = {(each.stream, each.partition): each.end for each in log.lag(group, streams)}
        log.set_positions(group, ends)
    archive.close()
    log.close()
    instance.close()
    store.close()


def invent(number: int) -> ArticleRevision:
    """Return an article of 6,000 characters that no topic matches."""
    chance = random.Random(number)
    url, now = f"https://bench.example.org/{number}", datetime.now(UTC)
    return ArticleRevision(
        article_id=article_id(url), revision=1, url=url, title=f"Titel {number}",
        text=" ".join(chance.choices(WORDS, k=800)), outlet="bench", feed_id="bench-1",
        language="de", country="DE", first_seen_at=now, fetched_at=now,
    )  # fmt: skip


def measure(installation: CliInstallation, newsroom: Newsroom, receiver: WebhookReceiver) -> None:
    published: dict[str, float] = {}
    stop = threading.Event()

    def publish() -> None:
        number = 0
        while not stop.wait(1 / PER_SECOND):
            number += 1
            story = Story(f"/{number}", f"Meldung {number}", TEXT.format(n=number % TOPICS))
            published[f"/{number}"] = time.monotonic()
            newsroom.publish("kurier", story)

    newsroom.publish("kurier", Story("/zero", "Alte Meldung", "Nichts Neues aus dem Rathaus."))
    process = installation.start("run", new_session=True)
    wait_for(lambda: newsroom.asked("/zero") > 0)
    publisher = threading.Thread(target=publish)
    publisher.start()
    time.sleep(30)
    backup, began = installation.folder / "backup", time.monotonic()
    made = json.loads(installation.run("backup", str(backup), "--json"))
    ended = time.monotonic()
    time.sleep(30)
    waits = told(receiver)
    report("before", [w for p, w in delays(published, waits) if p < began - 5])
    report("during", [w for p, w in delays(published, waits) if began - 5 <= p <= ended])
    report("after", [w for p, w in delays(published, waits) if p > ended])
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")
    print(
        f"backup: {made['bytes'] / 1e6:,.0f} MB in {ended - began:.1f} s,"
        f" writes held for {made['held_seconds']:.3f} s"
    )
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    stop.set()
    publisher.join()
    at = time.monotonic() - (datetime.now(UTC) - datetime.fromisoformat(made["at"])).total_seconds()
    restore(installation, backup, receiver, at)


def restore(
    installation: CliInstallation, backup: Path, receiver: WebhookReceiver, at: float
) -> None:
    before = {
        each["id"]: request.at
        for each, request in zip(receiver.notifications, receiver.requests, strict=True)
    }
    count = len(receiver.requests)
    shutil.rmtree(installation.data)
    began = time.monotonic()
    restored = json.loads(
        installation.run("restore", str(backup), "--to", str(installation.data), "--json")
    )
    print(
        f"restore: {time.monotonic() - began:.1f} s; {restored['delivered']} delivered,"
        f" {restored['possible_repeats']} possible repeats"
    )
    for _ in range(3):
        installation.start("run", "--once").communicate(timeout=600)
    again = [each["id"] for each in receiver.notifications[count:]]
    early = [each for each in again if before.get(each, at) < at - 1]
    print(
        f"after the restore: {len(again)} messages, {len(set(again) & set(before))} of them with"
        f" ids sent after the backup, {len(early)} with ids sent before it"
    )


def told(receiver: WebhookReceiver) -> dict[str, float]:
    times: dict[str, float] = {}
    for each, request in zip(receiver.notifications, receiver.requests, strict=True):
        for article in each["articles"]:
            times.setdefault("/" + article["url"].rsplit("/", 1)[1], request.at)
    return times


def delays(published: dict[str, float], times: dict[str, float]) -> list[tuple[float, float]]:
    return [(at, times[path] - at) for path, at in published.items() if path in times]


def report(name: str, waits: list[float]) -> None:
    waits = sorted(waits)
    if waits:
        print(
            f"{name:8} {len(waits):4} told, median {waits[len(waits) // 2]:.2f} s,"
            f" longest {waits[-1]:.2f} s"
        )


def wait_for(done: object, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        if time.monotonic() > end:
            raise SystemExit("Waited too long; is something wrong with `wirewatch run`?")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
