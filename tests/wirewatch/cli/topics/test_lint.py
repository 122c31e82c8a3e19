"""What ``topics lint`` says with articles, what is allowed, and SARIF."""

from __future__ import annotations

import json
from typing import Any

from tests.support.cli_installation import CliInstallation

TOPIC = """\
id: gas
threshold: 30
allow: {W107: the tests are elsewhere}
rules:
  - {id: alone, weight: 30, query: Gas}
  - {id: allowed, weight: 30, query: Strom, allow: {W102: "it is, here"}}
  - {id: never, weight: 10, query: Kohle}
  - {id: meant, weight: 10, query: Torf, allow: {W105: next winter}}
  - {id: booster, weight: 5, query: Preis}
  - {id: wide, weight: 5, query: wort*}
"""


def codes(faults: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return sorted((fault["code"], fault["line"]) for fault in faults)


def test_lint_with_articles_finds_rules_without_effect_and_topics_that_match_too_much(
    own_installation: CliInstallation,
) -> None:
    own_installation.write("topics/gas.yaml", TOPIC)
    titles = [f"Gas wort{n:03}" for n in range(60)] + ["Der Preis"] * 150
    lines = (json.dumps({"title": title, "language": "de"}) for title in titles)
    args = ("topics", "lint", "gas", "--json")
    plain = json.loads(own_installation.invoke(*args))
    assert codes(plain) == [("W102", 5)]
    stdin = "\n".join(lines).encode()
    found = json.loads(own_installation.invoke(*args, "--articles", "-", stdin=stdin))
    assert codes(found) == [
        ("W102", 5), ("W103", 10), ("W105", 6), ("W105", 7), ("W106", 1), ("W108", 9), ("W108", 10),
    ]  # fmt: skip
    assert any("finds 60 words" in fault["message"] for fault in found)
    few = b'{"title": "Gas", "language": "de"}'
    assert json.loads(own_installation.invoke(*args, "--articles", "-", stdin=few)) == plain


def test_only_warnings_can_be_allowed_and_only_with_a_reason(
    own_installation: CliInstallation,
) -> None:
    own_installation.write("topics/gas.yaml", "id: gas\nquery: Gas\nallow: {E005: no, W107: ''}\n")
    done = own_installation.execute("topics", "lint", "gas")
    assert done.code == 1
    assert "`E005` is no warning." in done.err
    assert "`W107` is empty." in done.err


def test_failing_tests_of_topics_are_errors_of_checks_and_harmless_to_the_program(
    own_installation: CliInstallation,
) -> None:
    test = "tests:\n  - {name: no, language: de, title: Gas, match: false}\n"
    own_installation.write("topics/gas.yaml", TOPIC + test)
    for command in (("check", "--json"), ("topics", "lint", "gas", "--json")):
        faults = json.loads(own_installation.invoke(*command, code=1))
        assert [f["message"] for f in faults if f["code"] == "E020"] == [
            "Test 'no' fails: match is true, expected false."
        ]
    trial = own_installation.invoke("topics", "try", "gas", "-", stdin=b"+ de: Gas")
    assert "Precision 1.00" in trial


def test_faults_are_printed_as_sarif(own_installation: CliInstallation) -> None:
    own_installation.write("topics/gas.yaml", TOPIC)
    for command in (("check", "--sarif"), ("topics", "lint", "gas", "--sarif")):
        log = json.loads(own_installation.invoke(*command))
        (run,) = log["runs"]
        (result,) = [r for r in run["results"] if r["ruleId"] == "W102"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "W102"
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"].endswith("/gas.yaml")
        assert (place["region"]["startLine"], result["level"]) == (5, "warning")
