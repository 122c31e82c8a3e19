"""Each code of the linter, by a small file that has the fault."""

from __future__ import annotations

import json
from pathlib import Path

from config.catalog.load import load_partly
from processors import topic_faults

SOURCES = "outlets: [{id: zeit, name: Zeit, country: DE, feeds: ['https://zeit.example/rss']}]\n"
TESTS = """\
tests:
  - {name: y, language: de, title: Nato-Beitritt Schwedens, match: true}
  - {name: n, language: de, title: Regen, match: false}
"""


def topic(*queries: str, weights: tuple[int, ...] = (), tests: str = TESTS) -> str:
    """Return a topic with a rule for each query; rules weigh 30 unless said otherwise."""
    rules = "".join(
        f"  - {{id: r{n}, weight: {weight}, query: {json.dumps(query)}}}\n"
        for n, (query, weight) in enumerate(
            zip(queries, weights or (30,) * len(queries), strict=True)
        )
    )
    return f"id: t\nthreshold: 30\nrules:\n{rules}{tests}"


ONE_WORD = "nato AND beitritt"
CASES = {
    topic('"nato beitritt'): {"E001"},
    topic("nato beitritt"): {"E002"},
    topic("nato AND eu OR uno"): {"E003"},
    topic("NOT nato"): {"E004"},
    topic("nato OR NOT eu"): {"E004"},
    topic("nat*"): {"E005"},
    topic("nato NEAR/51 eu"): {"E006"},
    topic("(nato AND eu) NEAR/5 uno"): {"E006"},
    topic("nato EXCEPT (eu AND uno)"): {"E006"},
    topic("$nobody"): {"E007"},
    topic("colour:red"): {"E007"},
    topic(f"language:xx AND {ONE_WORD}"): {"E007"},
    topic(f"country:(DE OR XY) AND {ONE_WORD}"): {"E007"},
    topic(f"language:d* AND {ONE_WORD}"): set(),
    topic(ONE_WORD, weights=(29,)): {"E008", "W111"},
    topic(ONE_WORD).replace("rules:\n", f"rules:\n  - {{id: r0, query: {ONE_WORD}}}\n"): {"E009"},
    topic(ONE_WORD, "language:de", weights=(30, 1)): {"W101"},
    topic(ONE_WORD, "beitritt"): {"W102"},
    topic("join* OR (nato AND beitritt)"): {"W103"},
    topic(ONE_WORD, "schweden", weights=(60, -30)): {"W104"},
    topic(ONE_WORD, tests=""): {"W107"},
    topic(ONE_WORD, "eu AND uno"): {"W107"},
    topic("“nato beitritt”"): {"W109"},
    topic(f"outlet:(zeit OR zeitt) AND {ONE_WORD}", weights=(30,)): {"W110", "W107", "W111"},
    topic(f"{ONE_WORD} AND NOT outlet:zei*"): set(),
    topic(ONE_WORD): set(),
}


def test_each_code_is_found_in_a_small_file_that_has_the_fault(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    file = tmp_path / "topics" / "t.yaml"
    file.parent.mkdir()
    wrong = []
    for text, expected in CASES.items():
        file.write_text(text, encoding="utf-8")
        catalog, faults = load_partly(tmp_path, {})
        codes = {f.code for f in (*faults, *topic_faults(catalog))}
        if codes != expected:
            wrong.append((text, sorted(codes), sorted(expected)))
    assert wrong == []
