"""Let the first release candidate write a store and streams; see README.md."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.support.newsroom import Answer, LoopbackServer, Request

FOLDER = Path(__file__).parent
PORTS = {"kurier": 8765, "bote": 8766, "desk": 8767}
"""Ports that the addresses in the written files have."""

ARTICLES: dict[str, tuple[str, str]] = {
    "ports": (
        "Oslo zieht Ausbau der Häfen vor",
        (
            "Die Regierung in Oslo hat am Sonntag angekündigt, den Ausbau der Häfen im Norden "
            "vorzuziehen. Der Verteidigungsminister sprach von einer Investition in Höhe von zwei "
            "Milliarden Kronen. Die Opposition kritisierte, dass das Parlament erst im Nachhinein "
            "unterrichtet worden sei. Anwohner in Tromsø fürchten um die Fischerei."
        ),
    ),
    "warehouse": (
        "Kaufhaus in Lissabon ausgebrannt",
        (
            "In einem Vorort von Lissabon ist ein leer stehendes Kaufhaus abgebrannt. Die Häfen "
            "der Stadt blieben offen. Die Feuerwehr war mit hundert Kräften im Einsatz und brachte "
            "die Flammen gegen Mitternacht unter Kontrolle. Verletzt wurde niemand."
        ),
    ),
    "railway": (
        "Güterzug entgleist vor Rotterdam",
        (
            "Vor Rotterdam ist am Morgen ein Güterzug mit Containern entgleist. Der Verkehr zu den "
            "Häfen ruht bis zum Abend, teilte der Betreiber der Strecke mit. Ein Kran soll die "
            "Wagen heben, die Ursache wird untersucht."
        ),
    ),
    "bridge": (
        "Klappbrücke in Triest klemmt",
        (
            "In Triest lässt sich eine Klappbrücke seit dem Mittag nicht mehr öffnen. Drei Fähren "
            "warten vor den Häfen, wie die Stadt berichtet. Techniker suchen den Fehler in der "
            "Hydraulik des mittleren Pfeilers."
        ),
    ),
}


class Newsroom:
    """Two outlets whose feeds grow, and a webhook that can be away."""

    def __init__(self) -> None:
        self.published: dict[str, list[str]] = {"kurier": [], "bote": []}
        self.is_away = False

    def answer(self, outlet: str, request: Request) -> Answer:
        if outlet == "desk":
            return Answer(status=503 if self.is_away else 200)
        name = request.path.strip("/").removesuffix(".html")
        if request.path == "/feed.xml":
            return Answer(self._feed(outlet).encode(), headers={"Content-Type": "text/xml"})
        if name not in self.published[outlet]:
            return Answer(status=404)
        title, text = ARTICLES[name]
        page = (
            f'<!doctype html><html lang="de"><head><title>{title}</title></head><body><article>'
            f"<h1>{title}</h1><p>{text}</p></article></body></html>"
        )
        return Answer(page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})

    def _feed(self, outlet: str) -> str:
        now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        items = "".join(
            f"<item><title>{ARTICLES[name][0]}</title><pubDate>{now}</pubDate>"
            f"<link>http://127.0.0.1:{PORTS[outlet]}/{name}.html</link></item>"
            for name in self.published[outlet]
        )
        return f'<rss version="2.0"><channel><title>{outlet}</title>{items}</channel></rss>'


def main() -> None:
    """Write ``store.sql`` and ``streams.sql`` with the program that the command line names."""
    [program] = sys.argv[1:]
    newsroom = Newsroom()
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        servers = [
            LoopbackServer(partial(newsroom.answer, outlet), port) for outlet, port in PORTS.items()
        ]
        try:
            _spend_day(program, newsroom, data)
        finally:
            for server in servers:
                server.close()
        for database in ("store", "streams"):
            _dump(data / f"{database}.db", FOLDER / f"{database}.sql")
        shutil.rmtree(data)


def _spend_day(program: str, newsroom: Newsroom, data: Path) -> None:
    def run(*arguments: str) -> str:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("WIREWATCH_")}
        environment = inherited | {
            "WIREWATCH_CONFIG_DIR": str(FOLDER / "config"),
            "WIREWATCH_DATA_DIR": str(data),
            "WIREWATCH_HTTP_ALLOW_PRIVATE": "1",
            "WIREWATCH_EXTRACT_WORKERS": "1",
        }
        done = subprocess.run(
            [program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        sys.stderr.write(done.stderr + done.stdout)
        return done.stdout

    run("check")
    run("run", "--once")  # what is in a feed at its first poll is backfill
    for outlet, name in (("kurier", "ports"), ("bote", "ports"), ("kurier", "warehouse")):
        newsroom.published[outlet].append(name)
        run("run", "--once")
    newest = next(line for line in run("alerts", "list").splitlines() if "Kaufhaus" in line)
    alert = re.search(r"[0-9a-f]{8,32}", newest)
    assert alert, newest
    run("alerts", "ack", alert[0], "--by", "Anna")
    newsroom.is_away = True
    newsroom.published["bote"].append("railway")
    run("run", "--once")
    newsroom.published["kurier"].append("bridge")
    for stage in ("ingest", "processors"):
        run("run", "--once", "--only", stage)


def _dump(database: Path, target: Path) -> None:
    """Write a database as SQL, with the numbers by which a program knows its own files."""
    with closing(sqlite3.connect(database)) as connection:
        names = ("application_id", "user_version")
        numbers = [(name, connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in names]
        lines = [
            *(f"PRAGMA {name} = {number};" for name, number in numbers),
            *connection.iterdump(),
        ]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
