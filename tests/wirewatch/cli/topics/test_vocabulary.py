"""What commands say of concepts."""

from __future__ import annotations

import json

import pytest

from tests.support.cli_installation import CliInstallation

pytestmark = pytest.mark.slow

TOPIC = "id: gas\nquery: $price\ntests: [{name: a, language: de, title: Preis, match: true}]\n"
CONCEPTS = """\
- id: price
  forms: {de: Preis}
  tests:
    match: [{de: Der Gaspreis steigt}, {de: Gas wird teurer}]
    no_match: [{de: Strom}]
- id: broken
  forms: {de: a b}
"""


def test_checks_run_the_sentences_of_concepts_and_a_broken_one_harms_no_topic_without_it(
    own_installation: CliInstallation,
) -> None:
    own_installation.write("topics/gas.yaml", TOPIC)
    own_installation.write("vocabulary/v.yaml", CONCEPTS)
    for command in (("check", "--json"), ("topics", "lint", "--json")):
        faults = json.loads(own_installation.invoke(*command, code=1))
        found = {(f["code"], f["line"]) for f in faults if "vocabulary" in f["file"]}
        assert {("E020", 4), ("E002", 7)} <= found, command
    assert json.loads(own_installation.invoke("topics", "test", "gas", "--json")) == []
    own_installation.write("topics/gas.yaml", TOPIC.replace("$price", "$price OR $broken"))
    (fault,) = json.loads(own_installation.invoke("topics", "test", "gas", "--json", code=1))
    assert (fault["code"], fault["line"]) == ("E002", 7)


def test_the_definition_of_a_concept_or_term_is_printed_without_reading_articles(
    own_installation: CliInstallation,
) -> None:
    own_installation.write("topics/gas.yaml", f"{TOPIC}terms: {{price: Abgabe}}\n")
    own_installation.write("vocabulary/v.yaml", CONCEPTS)
    expand = ("topics", "expand", "$price", "--definition")
    shown = own_installation.invoke(*expand).splitlines()
    assert shown[0].endswith("vocabulary/v.yaml:1")
    assert shown[1:] == [
        "  de: Preis",
        "    + Der Gaspreis steigt",
        "    + Gas wird teurer",
        "    - Strom",
    ]
    own = json.loads(own_installation.invoke(*expand, "--topic", "gas", "--json"))
    assert (own["forms"], own["match"]) == ({"": "Abgabe"}, []), "terms win over concepts"
    wrong = own_installation.execute("topics", "expand", "$nothing", "--definition")
    assert (wrong.code, "is no concept or term" in wrong.err) == (2, True)
