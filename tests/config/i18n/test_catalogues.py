"""The catalogues: every language has the keys and parameters of English."""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.pofile import read_po

from config.i18n import LANGUAGES, LOCALES, translator

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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_found_by_its_key(language: str) -> None:
    t = translator(language)
    assert [k for d in DOMAINS for k in entries(language, d) if not t.has(k)] == []
