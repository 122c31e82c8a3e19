"""Whatever the files hold, loading answers with a catalog or with faults."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from config.catalog.load import load_catalog, load_partly
from tests.support.lanes import examples

NAMES = st.sampled_from(["sources.yaml", "alerts.yaml", "topics/a.yaml", "entities/a.yaml"])

KEYS = st.sampled_from(
    ["outlets", "id", "name", "feeds", "url", "kind", "every", "country", "language", "tier",
     "query", "rules", "weight", "terms", "threshold", "state", "entities", "alert", "severity",
     "tests", "match", "title", "zones", "deny", "receivers", "routes", "topic", "console_url",
     "languages", "aliases", "publish", "unknown", "", "1"]
)  # fmt: skip
VALUES = st.recursive(
    st.sampled_from(
        ["a", "console", "de", "DE", "live", "10m", "30", "-1", "true", "~", "''", "'${X}'", "é",
         "https://a.example/f", "'[::1'", "\"\\u00e4\"", "1e999", "nato-*", "webhook", "*x", "&x a"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(v)}]"),
        st.dictionaries(KEYS, inner, max_size=5).map(
            lambda d: "{" + ", ".join(f"'{k}': {v}" for k, v in d.items()) + "}"
        ),
    ),
    max_leaves=15,
)  # fmt: skip


def check(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(content)
        catalog, faults = load_catalog(folder, {"X": "x"}, folder / ".env")
        assert (catalog is None) == any(f.is_error for f in faults)
        assert all(f.line >= 1 and f.column >= 1 and f.mend and f.message for f in faults)
        assert all(os.fspath(folder) in f.file for f in faults)
        assert load_partly(folder, {"X": "x"}, folder / ".env")[1] == faults


@settings(deadline=None)
@given(st.dictionaries(NAMES, VALUES.map(str.encode), max_size=4))
def test_any_yaml_leads_to_a_catalog_or_faults(files: dict[str, bytes]) -> None:
    check(files)


@settings(deadline=None, max_examples=examples(50))
@given(st.dictionaries(NAMES, st.binary(max_size=80), max_size=4))
def test_any_bytes_lead_to_a_catalog_or_faults(files: dict[str, bytes]) -> None:
    check(files)
