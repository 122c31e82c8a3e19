"""The catalogues: every language has the keys and parameters of English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.pofile import read_po

from config.errors import WirewatchError
from config.i18n import LANGUAGES, LOCALES, translator
from tests.support.english import ENGLISH

ROOT = Path(__file__).parents[3]
ROOMS = ("config", "core", "ingest", "processors", "alerts", "wirewatch")

DOMAINS = sorted(path.stem for path in (LOCALES / "en" / "LC_MESSAGES").glob("*.po"))


def entries(language: str, domain: str) -> dict[str, tuple[str, ...]]:
    path: Path = LOCALES / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    return {_key(message.id): _texts(message.string) for message in catalogue if message.id}


def _key(msgid: Any) -> str:
    return msgid if isinstance(msgid, str) else msgid[0]


def _texts(msgstr: Any) -> tuple[str, ...]:
    return (msgstr,) if isinstance(msgstr, str) else tuple(msgstr)


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_a_language_has_the_keys_and_parameters_of_english(language: str, domain: str) -> None:
    english, other = entries("en", domain), entries(language, domain)
    assert other.keys() == english.keys()
    for key, texts in english.items():
        assert len(other[key]) == len(texts), key
        assert all(other[key]) or not all(texts), key
        wanted = set().union(*map(values, texts))
        assert set().union(*map(values, other[key])) == wanted, key


def test_no_key_is_in_two_domains() -> None:
    keys = [key for domain in DOMAINS for key in entries("en", domain)]
    assert all(entries("en", domain) for domain in DOMAINS)
    assert len(keys) == len(set(keys))


def test_german_contains_no_english() -> None:
    texts = {key: texts for domain in DOMAINS for key, texts in entries("de", domain).items()}
    outside = re.compile(r"\{\w+\}|`[^`]*`|\S*/\S*|\S+\.yaml")  # parameters, names of files
    found = [key for key in texts if ENGLISH.search(outside.sub("", " ".join(texts[key])))]
    assert found == []


def test_every_phrase_of_the_program_has_a_text() -> None:
    t = translator("en")
    keys = [key for domain in DOMAINS for key in entries("en", domain)]
    sources = [path.read_text("utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    codes = {code for source in sources for code in re.findall(r'\bPhrase\(\s*f?"([^"]+)"', source)}
    assert len(codes) > 80
    groups = {code.partition("{")[0] for code in codes if "{" in code}
    assert [code for code in codes if "{" not in code and not t.has(code)] == []
    assert [group for group in groups if not any(key.startswith(group) for key in keys)] == []


def test_every_fault_has_a_text_and_is_documented() -> None:
    sources = [path.read_text("utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    used = {code for source in sources for code in re.findall(r'"([EWR]\d{3})"', source)}
    page = (ROOT / "docs/faults.md").read_text("utf-8")
    documented = re.findall(r"^\| ([EWR]\d{3}) \|", page, re.MULTILINE)
    keys = entries("de", "faults")
    assert len(used) > 60
    for group in ("fault.", "mend."):
        texts = {key.removeprefix(group) for key in keys if key.startswith(group)}
        assert texts == set(documented)
        assert used - texts == set()


def subclasses(kind: type[WirewatchError]) -> Iterator[type[WirewatchError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from subclasses(each)


def test_every_kind_of_error_means_something_in_every_language() -> None:
    kinds = {each.kind for each in subclasses(WirewatchError)}
    assert len(kinds) > 8
    assert [k for k in kinds for c in LANGUAGES if not translator(c).has(f"trouble.{k}")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_found_by_its_key(language: str) -> None:
    t = translator(language)
    assert [k for d in DOMAINS for k in entries(language, d) if not t.has(k)] == []
