"""Exported tests are YAML that gives back the texts, whatever is in them."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.alerts.harness import topic
from tests.support.lanes import examples
from wirewatch.judged_tests import tests_yaml as export_tests

TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\"'\\#:-{}[]&*!|>%@`\n\r\t\x00\x85\u2028\u202e\ufeff"),
    )
)


@given(TEXTS, TEXTS)
@settings(max_examples=examples(60), deadline=None)
def test_every_text_comes_back_as_it_was(title: str, text: str) -> None:
    test = {"name": title, "match": True, "title": title, "text": text}
    yaml = export_tests(topic(), [test, test])
    assert all(unicodedata.category(c) not in ("Cc", "Cf") for c in yaml if c != "\n")
    [first, second] = YAML(typ="safe").load(yaml)["tests"]
    assert first == second == test
