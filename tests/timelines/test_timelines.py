"""Every timeline causes the messages that its table says, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.timelines.timeline import read_timelines, run_timelines

FILES = sorted(Path(__file__).parent.glob("*.txt"))

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_each_article_of_a_timeline_causes_the_message_of_its_row(
    path: Path, tmp_path: Path
) -> None:
    content = read_timelines(path)
    outcomes = run_timelines(content, tmp_path)
    shown = "\n".join(map(lambda t, o: t.shown(o), content.timelines, outcomes))
    expected = [t.shown(row.expected for row in t.rows) for t in content.timelines]
    assert shown == "\n".join(expected)
