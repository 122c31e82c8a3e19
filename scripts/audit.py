"""Ask OSV which pins of the lock files have known faults: ``make audit``.

::

    requirements*.lock ── name==version ── one question to osv.dev ── advisories ── report

OSV (https://osv.dev) has the advisories of GitHub, of the Python Packaging Authority and others.
One request asks for all pins, so that nothing has to be installed for it. Exit codes: 0 if no fault
is known, 1 if one is, 3 if the data cannot be reached, in which case nothing is known.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FINE, FAULTY, UNREACHABLE = 0, 1, 3

LOCK_FILES = ("requirements.lock", "requirements-dev.lock")
OSV = "https://api.osv.dev"
TIMEOUT = 20.0
"""Seconds for each request."""

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


class UnreachableError(Exception):
    """The advisories cannot be read."""


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """A release that a lock file names."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Advisory:
    """A known fault of a pin.

    Attributes:
        pin: The release.
        id: Identifier of OSV, such as ``GHSA-…`` or ``PYSEC-…``.
        aliases: Other identifiers, such as CVE numbers.
        summary: What is wrong, in one line; empty if the details could not be read.
        fixed: Versions that mend it.
    """

    pin: Pin
    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    fixed: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the line of the report."""
        names = ", ".join((self.id, *self.aliases))
        mend = f" Mended in {', '.join(self.fixed)}." if self.fixed else ""
        return f"{self.pin.name} {self.pin.version}: {names}: {self.summary or '?'}{mend}"


def read_pins(texts: Iterable[str]) -> list[Pin]:
    """Return the pins of lock files, each once."""
    return sorted({Pin(*match) for text in texts for match in _PIN.findall(text)})


def find_advisories(pins: Sequence[Pin], osv: str = OSV) -> list[Advisory]:
    """Return the known faults of some pins.

    Args:
        pins: Releases on PyPI.
        osv: Address of OSV's API.

    Raises:
        UnreachableError: The answer cannot be had or is not OSV's.
    """
    queries = [
        {"package": {"name": pin.name, "ecosystem": "PyPI"}, "version": pin.version} for pin in pins
    ]
    answer = _fetch(f"{osv}/v1/querybatch", {"queries": queries})
    try:
        known = [
            (pin, str(vulnerability["id"]))
            for pin, result in zip(pins, answer["results"], strict=True)
            for vulnerability in result.get("vulns", ())
        ]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UnreachableError("the answer has no result for each pin") from None
    return [_advisory(osv, pin, identifier) for pin, identifier in known]


def _advisory(osv: str, pin: Pin, identifier: str) -> Advisory:
    """Return an advisory with its details, or without them if they cannot be read."""
    try:
        details = _fetch(f"{osv}/v1/vulns/{identifier}")
        text = str(details.get("summary") or details.get("details") or "")
        aliases, fixed = tuple(map(str, details.get("aliases", ()))), _fixed(details, pin)
    except (UnreachableError, AttributeError, TypeError):
        return Advisory(pin, identifier)
    return Advisory(pin, identifier, aliases, " ".join(text.split())[:200], fixed)


def _fixed(details: dict[str, Any], pin: Pin) -> tuple[str, ...]:
    """Return the versions that mend a fault."""
    events = (
        event
        for affected in details.get("affected", ())
        if affected.get("package", {}).get("name", "").lower() == pin.name.lower()
        for extent in affected.get("ranges", ())
        if extent.get("type") == "ECOSYSTEM"
        for event in extent.get("events", ())
    )
    return tuple(str(event["fixed"]) for event in events if "fixed" in event)


def _fetch(url: str, question: object = None) -> dict[str, Any]:
    """Return the JSON object at a URL.

    Raises:
        UnreachableError: There is none.
    """
    body = None if question is None else json.dumps(question).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            answer = json.load(response)
    except (OSError, ValueError) as error:  # no network, a refusal, no JSON
        raise UnreachableError(str(error)) from error
    if not isinstance(answer, dict):
        raise UnreachableError("the answer is no JSON object")
    return answer


def report(pins: Sequence[Pin], osv: str, ignored: frozenset[str]) -> tuple[int, list[str]]:
    """Return the exit code and the lines to print.

    Args:
        pins: What the lock files name.
        osv: Address of OSV's API.
        ignored: Identifiers of advisories that do not concern this program.
    """
    try:
        found = find_advisories(pins, osv)
    except UnreachableError as error:
        return UNREACHABLE, [f"The advisories of {osv} cannot be read ({error}): nothing is known."]
    open_ = [each for each in found if ignored.isdisjoint({each.id, *each.aliases})]
    more = f", {len(found) - len(open_)} ignored" if len(found) > len(open_) else ""
    last = f"{len(pins)} pins, {len(open_)} known faults{more}."
    return FAULTY if open_ else FINE, [*map(str, open_), last]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="make audit", description="Ask OSV about the lock files.")
    parser.add_argument("--ignore", action="append", default=[], metavar="ID", help="an advisory")
    parser.add_argument("--osv", default=OSV, metavar="URL", help="a mirror of OSV's API")
    options = parser.parse_args()
    pins = read_pins(Path(name).read_text("utf-8") for name in LOCK_FILES)
    code, lines = report(pins, options.osv, frozenset(options.ignore))
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
