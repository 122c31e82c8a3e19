"""Lines of articles, and a simulation of them."""

from __future__ import annotations

import json
from typing import Any

from tests.support.cli_installation import CliInstallation

HARBOUR = (
    "Die Regierung in Oslo hat am Sonntag angekündigt, den Ausbau der Häfen im Norden vorzuziehen. "
    "Der Nato-Beitritt des Nachbarn mache das nötig, sagte der Verteidigungsminister am Abend. "
    "Anwohner in Tromsø fürchten um die Fischerei und haben eine Demonstration angemeldet."
)


REFERENDUM = (
    "In Wien beginnt im Herbst eine Kampagne für eine Volksabstimmung über den Nato-Beitritt. "
    "Die Grünen lehnen sie ab, zwei Landeshauptleute unterstützen sie, ein Gutachten fehlt noch."
)


def line(url: str, at: str, **fields: Any) -> dict[str, Any]:
    """A line of a file about an article that was first seen on 22 November 2026."""
    article = {"title": "Oslo zieht Ausbau der Häfen vor", "text": HARBOUR, "language": "de"}
    place = {"url": f"https://{url}", "outlet": url.split(".")[0]}
    return place | article | {"first_seen_at": f"2026-11-22T{at}:00Z"} | fields


def referendum(url: str, at: str, **fields: Any) -> dict[str, Any]:
    return line(url, at, title="Kampagne für Volksabstimmung in Wien", text=REFERENDUM, **fields)


def json_lines(*lines: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(each) for each in lines).encode()


def simulate(installation: CliInstallation, *lines: dict[str, Any]) -> dict[str, Any]:
    out = installation.invoke("alerts", "simulate", "-", "--json", stdin=json_lines(*lines))
    report: dict[str, Any] = json.loads(out)
    return report
