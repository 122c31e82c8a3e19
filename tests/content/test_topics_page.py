from __future__ import annotations

import re
from pathlib import Path

from config.catalog.load import load_partly
from processors import run_topic_tests, topic_faults

ROOT = Path(__file__).parents[2]
YAML = re.compile(r"```yaml\n(id: .*?)```", re.DOTALL)


def test_the_examples_of_the_topics_page_have_no_fault_and_pass_their_tests(tmp_path: Path) -> None:
    examples = YAML.findall((ROOT / "docs" / "topics.md").read_text(encoding="utf-8"))
    (tmp_path / "topics").mkdir()
    (tmp_path / "entities").mkdir()
    nato = "- {id: nato, name: NATO, aliases: [Nato]}\n"
    (tmp_path / "entities" / "nato.yaml").write_text(nato, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text("outlets: []\n", encoding="utf-8")
    for number, text in enumerate(examples):
        (tmp_path / "topics" / f"{number}.yaml").write_text(text, encoding="utf-8")
    catalog, faults = load_partly(tmp_path, {})
    found = [f for f in [*faults, *topic_faults(catalog)] if f.code != "W107" and f.is_error]
    found += [f for topic in catalog.topics for f in run_topic_tests(topic, catalog)]
    assert [f for f in found if "sources.yaml" not in f.file] == []
    assert len(catalog.topics) == len(examples) >= 2
