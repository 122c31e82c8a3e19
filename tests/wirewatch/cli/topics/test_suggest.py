from __future__ import annotations

import json

import pytest

from tests.support.cli_installation import CliInstallation

TOPIC = """\
id: gas
threshold: 30
rules:
  - {id: price, weight: 30, query: Gas}
  - {id: heating, weight: 25, query: Heizung}
tests:
  - {name: found, language: de, title: Gas wird für Haushalte teurer, match: true}
  - {name: missed, language: de, title: Fernwärme wird für Haushalte teurer, match: true}
  - {name: missed too, language: de, title: Die Fernwärme kostet mehr, match: true}
  - {name: wrong, language: de, title: Mann gibt in der Kurve Gas, match: false}
  - {name: other, language: de, title: Wohnungen kosten mehr, match: false}
"""
STORED = (
    "Fernwärme in Jena: Leitung ist undicht",
    "Heizung und Fernwärme im Vergleich",
    "Er gibt Gas und verliert in der Kurve",
    "Das Gas wird knapp",
)


def test_suggest_names_words_with_their_articles_and_their_cost(
    own_installation: CliInstallation,
) -> None:
    own_installation.write("topics/gas.yaml", TOPIC)
    own_installation.write("vocabulary/v.yaml", "- {id: household, forms: {de: Haushalt}}\n")
    stored = "\n".join(json.dumps({"title": t, "language": "de"}) for t in STORED).encode()
    args = ("topics", "suggest", "gas", "--articles", "-")
    result = json.loads(own_installation.invoke(*args, "--json", stdin=stored))
    counts = [result[name] for name in ("judged", "missed", "false", "stored")]
    assert counts == [5, 2, 1, 4]
    added = {each["word"]: each for each in result["add"]}
    best = result["add"][0]
    assert (best["word"], len(best["articles"]), best["harmed"]) == ("fernwärme", 2, [])
    assert (best["stored"], best["near_misses"]) == (2, 1)
    assert best["examples"] == [STORED[0], STORED[1]]
    assert "mehr" not in added, "it would put as many wrong as right"
    excluded = {each["word"]: each for each in result["exclude"]}
    assert excluded["kurve"]["stored"] == 1
    assert "gas" not in excluded
    assert [each["title"] for each in result["missed_articles"]] == [
        "Fernwärme wird für Haushalte teurer",
        "Die Fernwärme kostet mehr",
    ]
    remedies = {one["query"]: one for one in result["missed_articles"][0]["remedies"]}
    assert (remedies["fernwärme"]["stored"], remedies["fernwärme"]["wrong"]) == (2, [])
    concept = remedies["$household"]
    assert (concept["right"], concept["stored"]) == (["Fernwärme wird für Haushalte teurer"], 0)
    assert "fernwärme NEAR/S $household" not in remedies, "the concept alone costs no more"
    shown = own_installation.invoke(*args, stdin=stored)
    assert "      fernwärme: 2 right; 2 more would match, as: Fernwärme in Jena" in shown
    assert "fernwärme: 2 right; 2 more would match (1 are near misses)" in shown


@pytest.mark.slow
def test_suggest_learns_from_labelled_headlines_and_needs_some_answer(
    own_installation: CliInstallation,
) -> None:
    labelled = own_installation.folder / "labelled.txt"
    labelled.write_text("+ de: Schweden im Bündnis\n- de: Wetter\n", encoding="utf-8")
    args = ("topics", "suggest", "nato-membership", "--json")
    result = json.loads(own_installation.invoke(*args, "--file", str(labelled), "--judged"))
    assert [each["word"] for each in result["add"]] == ["bündnis", "schweden"]
    assert (result["missed"], result["false"], result["stored"]) == (1, 0, 0)
    assert own_installation.execute(*args).code == 2
