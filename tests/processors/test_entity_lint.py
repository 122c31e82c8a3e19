"""Faults of entities: shared aliases, skeletons without an effect, options of aliases."""

from __future__ import annotations

from pathlib import Path

from config.catalog.load import load_catalog
from processors import entity_faults

ENTITIES = """\
- {id: a, name: Anna Kos, aliases: [Kos]}
- {id: b, name: Bea Kos, aliases: [kos, Bea]}
- {id: c, name: Georgia, aliases: [{alias: Georgia, language: en}]}
- {id: d, name: Georgia (US), aliases: [{alias: Georgia, language: de}]}
- {id: e, name: Kiew, skeleton: true, aliases: [Kiew, Lwiw Stadt]}
- {id: f, name: Lawrow, skeleton: true, aliases: [Lawrow], demonyms: [lawrowsch], deny: [Kos]}
"""


def _folder(tmp_path: Path, entities: str) -> Path:
    (tmp_path / "entities").mkdir()
    (tmp_path / "entities" / "e.yaml").write_text(entities, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text("outlets: []\n", encoding="utf-8")
    return tmp_path


def test_shared_aliases_and_short_skeletons_are_warnings(tmp_path: Path) -> None:
    catalog, faults = load_catalog(_folder(tmp_path, ENTITIES), {}, Path("no.env"))
    assert catalog is not None, faults
    found = [(fault.line, fault.code) for fault in entity_faults(catalog)]
    assert found == [(2, "W241"), (5, "W242")]


def test_aliases_have_options(tmp_path: Path) -> None:
    catalog, _ = load_catalog(_folder(tmp_path, ENTITIES), {}, Path("no.env"))
    assert catalog is not None
    by_id = {entity.id: entity for entity in catalog.entities}
    assert [alias.language for alias in by_id["c"].aliases] == ["en"]
    (lavrov,) = by_id["f"].aliases
    assert lavrov.skeleton
    assert not by_id["f"].demonyms[0].skeleton
    assert by_id["f"].deny == ("Kos",)


def test_faulty_options_of_aliases_are_faults(tmp_path: Path) -> None:
    faulty = """\
- {id: a, name: A, aliases: [{alias: B, lang: de}]}
- {id: b, name: B, aliases: [{language: de}]}
- {id: c, name: C, aliases: [{alias: D, skeleton: maybe}]}
- {id: d, name: D, deny: word}
- {id: e, name: E, demonyms: [[nested]]}
"""
    catalog, faults = load_catalog(_folder(tmp_path, faulty), {}, Path("no.env"))
    assert catalog is None
    codes = [(fault.line, fault.code) for fault in faults]
    assert codes == [(1, "E211"), (2, "E212"), (3, "E221"), (4, "E213"), (5, "E213")]
