"""Read ``vocabulary/*.yaml``: concepts that all topics share, a list in each file."""

from __future__ import annotations

from functools import partial
from typing import Final

from config.catalog import codes, values
from config.catalog.models import ConceptDefinition, ConceptTest, FilePosition, SourceText
from config.catalog.section import Faults, Section, read_list
from config.catalog.sources import check_unique
from config.yaml.nodes import MappingNode, YamlNode

_KEYS: Final = ("id", "forms", "tests")
_TEST_KEYS: Final = ("match", "no_match")


def read_vocabulary(
    root: YamlNode, faults: Faults, seen: dict[str, FilePosition]
) -> tuple[ConceptDefinition, ...]:
    """Return the valid concepts of a file.

    Args:
        root: The content of the file.
        faults: Collects the faults.
        seen: Ids of earlier concepts; those of this file are added, valid or not.
    """
    read = partial(_concept, faults=faults, seen=seen)
    return read_list(root, faults, "a vocabulary file", "concept", read)


def _concept(
    node: YamlNode, faults: Faults, seen: dict[str, FilePosition]
) -> ConceptDefinition | None:
    section = Section(faults, node, "a concept", _KEYS)
    concept_id = section.require("id", values.concept_name, "")
    check_unique(section, "id", concept_id, seen, "concept")
    concept = ConceptDefinition(
        id=concept_id,
        forms=_forms(section, faults),
        tests=_tests(section, faults),
        position=section.position,
    )
    return concept if section.is_valid else None


def _forms(concept: Section, faults: Faults) -> dict[str, SourceText]:
    """Return the query of each language."""
    mapping = concept.mapping("forms")
    if mapping is None or not mapping.pairs:
        mend = "Write `forms: {de: ..., en: ...}`."
        if mapping is not None or not concept.has("forms"):
            concept.fault("forms", "E212", "The concept has no `forms`.", mend)
        return {}
    section = Section(faults, mapping, "`forms`", None)
    forms = ((_language(section, key, faults), section.source(key)) for key in mapping.pairs)
    return {code: query for code, query in forms if code and query}


def _tests(concept: Section, faults: Faults) -> tuple[ConceptTest, ...]:
    """Return the sentences that the concept must find, and those that it must not."""
    mapping = concept.mapping("tests")
    if mapping is None:
        return ()
    section = Section(faults, mapping, "`tests`", _TEST_KEYS)
    tests = (
        _test(section, node, key == "match", faults)
        for key in _TEST_KEYS
        for node in section.nodes(key)
    )
    return tuple(test for test in tests if test is not None)


def _test(tests: Section, node: YamlNode, match: bool, faults: Faults) -> ConceptTest | None:
    """Return the test of a sentence, alone or as the value of its language."""
    if not isinstance(node, MappingNode):
        sentence = tests.parsed(node, "tests", values.text)
        return ConceptTest(sentence, "", match, node.position) if sentence else None
    section = Section(faults, node, "a sentence", None)
    if len(node.pairs) != 1:
        message = "A sentence with its language has one key."
        faults.add(node.position, "E213", message, 'Write `{de: "..."}`.')
        return None
    (key,) = node.pairs
    code, sentence = _language(section, key, faults), section.require(key, values.text, "")
    return ConceptTest(sentence, code, match, node.position) if section.is_valid else None


def _language(section: Section, key: str, faults: Faults) -> str:
    """Return the language that a key names; empty where it is none."""
    code = values.language(key)
    if isinstance(code, values.InvalidValue):
        faults.add(section.pairs[key][0], code.code, code.message, code.mend)
        return ""
    if code != key:
        message = f"Language codes are written small: {values.shown(key)}."
        faults.add(section.pairs[key][0], "E221", message, f"Write `{code}`.")
        return ""
    codes.check(section, key, code)
    return code
