"""``topics route``: whom a match of a topic would reach."""

from __future__ import annotations

import json
from typing import Any

from tests.support.cli_installation import CliInstallation

ALERTS = """\
time_zone: Europe/Berlin
receivers:
  - {id: desk, kind: webhook, url: "https://desk.example/"}
  - {id: night, kind: webhook, url: "https://night.example/"}
  - {id: chief, kind: webhook, url: "https://chief.example/"}
quiet_hours: "22:00-06:00"
silences:
  - {match: {topic: nato-*, outlet: bote}, until: "2026-12-01T00:00:00Z", reason: Bote repeats us}
routes:
  - match: {severity: urgent}
    receivers: [chief]
    escalate: [{after: 10m, receivers: [night]}]
  - {match: {topic: nato-*}, receivers: [night], active: "00:00-06:00"}
  - {match: {topic: nato-*, country: FR}, receivers: [night]}
  - {match: {topic: nato-*}, receivers: [desk, console], max_per_hour: 4}
  - receivers: [console]
"""
SOURCES = """\
outlets:
  - {id: bote, name: Bote, country: DE, language: de, feeds: ["https://bote.example/rss"]}
  - {id: voix, name: Voix, country: FR, language: fr, feeds: ["https://voix.example/rss"]}
"""
NOON, NIGHT = "2026-11-20T12:00+01:00", "2026-11-20T23:30+01:00"


def ask(installation: CliInstallation, *options: str, at: str = NOON) -> dict[str, Any]:
    command = ("topics", "route", "nato-membership", "--at", at, "--json", *options)
    answer: dict[str, Any] = json.loads(installation.invoke(*command))
    return answer


def test_route_says_whom_a_match_would_reach_when_and_why(
    own_installation: CliInstallation,
) -> None:
    own_installation.write("alerts.yaml", ALERTS)
    own_installation.write("sources.yaml", SOURCES)
    plain = ask(own_installation)
    assert [(r["number"], r["chosen"], r["why_not"]) for r in plain["routes"]] == [
        (1, False, "severity is normal, not urgent"),
        (2, False, "it is outside its hours of duty"),
        (3, False, "country must be FR: --country tries one"),
        (4, True, None),
    ]
    assert [(r["receiver"], r["due"], r["max_per_hour"]) for r in plain["receivers"]] == [
        ("desk", "2026-11-20T11:01:30Z", 4),
        ("console", "2026-11-20T11:01:30Z", 4),
    ]
    quiet = ask(own_installation, at=NIGHT)
    assert [(r["held"], r["due"]) for r in quiet["receivers"]] == [
        ("quiet_hours", "2026-11-21T05:00:00Z")
    ] * 2
    urgent = ask(own_installation, "--severity", "urgent", at=NIGHT)
    assert [r["receiver"] for r in urgent["receivers"]] == ["chief"]
    assert urgent["escalation"] == [{"at": "2026-11-20T22:41:30Z", "receivers": ["night"]}]
    french = ask(own_installation, "--outlet", "voix")
    assert [r["receiver"] for r in french["receivers"]] == ["night"]
    muted = ask(own_installation, "--outlet", "bote")
    assert (muted["notifies"], muted["receivers"]) == (False, [])
    assert muted["silence"]["reason"] == "Bote repeats us"

    own_installation.write("topics/nato-membership.yaml", "id: nato-membership\nquery: Nato\n")
    command = ("topics", "route", "nato-membership", "--at", NOON)
    assert own_installation.execute(*command, "--expect", "desk", "--expect", "console").code == 0
    missed = own_installation.execute(*command, "--expect", "chief")
    assert (missed.code, missed.err) == (1, "Expected chief; it reaches desk, console.\n")
    assert "route 4 (alerts.yaml:15, topic=nato-*): used" in missed.out
    draft = "id: nato-membership\nstate: draft\nquery: Nato\n"
    own_installation.write("topics/nato-membership.yaml", draft)
    assert "Nobody is told. The topic's state is draft" in own_installation.invoke(*command)
    for wrong in (("--at", "noon"), ("--severity", "loud"), ("--outlet", "nobody")):
        assert own_installation.execute(*command, *wrong).code == 2
