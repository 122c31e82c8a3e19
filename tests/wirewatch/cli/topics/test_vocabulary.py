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
