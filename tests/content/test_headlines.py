"""Headlines as newsrooms write them: a title, or a title and a lead, must be enough for a match.

A line of ``headlines/<topic>.<language>.txt`` is a headline that the topic must match (``+``) or
must not match (``-``); the text after ``||`` is the lead.
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


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_a_topic_matches_its_headlines_and_no_false_friends(
    path: Path, processors: Processors
) -> None:
    topic, language = path.stem.rsplit(".", 1)
    wrong = []
    for wanted, title, lead in _headlines(path):
        article = article_from_fields({"language": language, "title": title, "lead": lead})
        result = processors.explain(topic, article, given_language=language)
        if result.match is not wanted:
            problem = "not matched" if wanted else "matched"
            wrong.append(f"{problem}: {title} || {lead} {result.fired}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_list_has_headlines_of_both_kinds(path: Path) -> None:
    kinds = [wanted for wanted, _, _ in _headlines(path)]
    assert kinds.count(True) >= 15
    assert kinds.count(False) >= 10
