"""Headlines as newsrooms write them: a title, or a title and a lead, must be enough for a match.

A line of ``headlines/<topic>.<language>.txt`` is a headline that the topic must match (``+``) or
must not match (``-``); the text after ``||`` is the lead. A topic of a page does not match all of
them: the lists measure it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from processors import Processors, article_from_fields

pytestmark = pytest.mark.slow

_FILES = sorted((Path(__file__).parent / "headlines").glob("*.txt"))


def _headlines(path: Path) -> list[tuple[bool, str, str]]:
    lines = path.read_text("utf-8").splitlines()
    parts = ((line[0] == "+", *line[1:].partition("||")) for line in lines)
    return [(wanted, title.strip(), lead.strip()) for wanted, title, _, lead in parts]


PRECISION, RECALL = 0.92, 0.90
"""What each topic reaches on each list at least. The rest is named where a topic falls below."""


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_a_topic_finds_its_headlines_and_few_others(path: Path, processors: Processors) -> None:
    topic, language = path.stem.rsplit(".", 1)
    wrong: list[str] = []
    hits = {(False, True): 0, (True, False): 0, (True, True): 0, (False, False): 0}
    for wanted, title, lead in _headlines(path):
        article = article_from_fields({"language": language, "title": title, "lead": lead})
        result = processors.explain(topic, article, given_language=language)
        hits[wanted, result.match] += 1
        if result.match is not wanted:
            problem = "not matched" if wanted else "matched"
            wrong.append(f"{problem}: {title} || {lead} {result.fired}")
    right = hits[True, True]
    precision = right / (right + hits[False, True])
    recall = right / (right + hits[True, False])
    figures = f"precision {precision:.3f}, recall {recall:.3f}"
    report = "\n".join([figures, *wrong])
    assert precision >= PRECISION, report
    assert recall >= RECALL, report


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_list_has_headlines_of_both_kinds(path: Path) -> None:
    kinds = [wanted for wanted, _, _ in _headlines(path)]
    assert kinds.count(True) >= 15
    assert kinds.count(False) >= 10
