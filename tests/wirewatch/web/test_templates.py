"""Keys of the catalogue in templates and pages."""

from __future__ import annotations

import re

from babel.messages.pofile import read_po

from config.i18n import LOCALES, translator
from core.store.console.actions import REASONS
from core.store.console.overviews import DELIVERY_STATES
from core.store.console.story_list import STATES
from wirewatch.web.render import HERE

EN = translator("en")

SOURCES = "\n".join(
    path.read_text("utf-8") for kind in ("*.html", "*.py") for path in HERE.parent.rglob(kind)
)
USED = set(re.findall(r'\bt(?:\.plural)?\(\s*"([a-z0-9_.]+)"\s*[,)]', SOURCES))
USED |= set(re.findall(r'\bPhrase\(\s*"([a-z0-9_.]+)"\s*[,)]', SOURCES))

GROUPS = set(re.findall(r'\bt\.of\("([a-z.]+)",', SOURCES))
GROUPS |= {key.rstrip(".") for key in re.findall(r'\bt\("([a-z.]+\.)" ~', SOURCES)}
GROUPS |= {key.rstrip(".") for key in re.findall(r"\bPhrase\(f['\"]([a-z.]+\.)\{", SOURCES)}
GROUPS |= {key.rstrip(".") for key in re.findall(r"\bt(?:\.plural)?\(f['\"]([a-z.]+\.)\{", SOURCES)}
"""Groups whose keys are made with a value."""


def console_keys() -> list[str]:
    with (LOCALES / "en" / "LC_MESSAGES" / "console.po").open("rb") as file:
        ids = [message.id for message in read_po(file) if message.id]
    return [key if isinstance(key, str) else key[0] for key in ids]


def test_every_key_has_a_text() -> None:
    assert len(USED) > 90
    assert [key for key in USED if not EN.has(key)] == []


def test_every_value_of_a_state_has_a_text() -> None:
    values = {
        "story.state": STATES,
        "story.irrelevant": REASONS,
        "delivery.state": tuple(DELIVERY_STATES),
    }
    keys = [f"{group}.{value}" for group, group_values in values.items() for value in group_values]
    assert [key for key in keys if not EN.has(key)] == []
    assert values.keys() <= GROUPS


def test_every_text_is_used() -> None:
    own = "time."  # the translator's
    unused = [
        key
        for key in console_keys()
        if key not in USED and key.rpartition(".")[0] not in GROUPS and not key.startswith(own)
    ]
    assert unused == []
