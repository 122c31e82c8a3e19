"""Subjects that no shipped topic has, by one line of concepts, as a new operator writes it.

The first line of ``subjects/<subject>.txt`` is the query behind ``#``; the others are labelled
headlines, as ``wirewatch topics try`` reads them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.catalog.models import Catalog
from processors import Processors
from tests.processors.definitions import topic
from wirewatch.topic_tools.headlines import parse_labelled
from wirewatch.topic_tools.trial import try_topic

pytestmark = pytest.mark.slow

SUBJECTS = sorted((Path(__file__).parent / "subjects").glob("*.txt"))
PRECISION, RECALL = 0.95, 0.90
"""What one line reaches on each list at least."""


def _query(path: Path) -> str:
    return path.read_text("utf-8").splitlines()[0].removeprefix("# ")


def test_one_line_of_concepts_finds_most_headlines_of_a_subject(catalog: Catalog) -> None:
    topics = tuple(topic(_query(path), id=path.stem) for path in SUBJECTS)
    processors = Processors.compile(replace(catalog, topics=topics, entities=()), ("de", "en"))
    wrong = []
    for path in SUBJECTS:
        labelled = parse_labelled(path.read_bytes(), path.name, ("de", "en"), None)
        trial = try_topic(processors, path.stem, ["r"], labelled)
        if trial.precision < PRECISION or trial.recall < RECALL:
            misses = [one.labelled.article.title for one in (*trial.missed, *trial.false_alarms)]
            wrong.append((path.stem, trial.precision, trial.recall, misses))
    assert len(SUBJECTS) >= 2
    assert wrong == []
