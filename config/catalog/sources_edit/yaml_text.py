"""What ``sources.yaml`` has, as outlets and as YAML nodes, and values written as YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, SequenceNode

from config.catalog.models import Outlet
from config.catalog.section import Faults
from config.catalog.sources import read_sources
from config.catalog.variables import Variables
from config.errors import UsageError
from config.faults import Fault
from config.i18n import Phrase
from config.yaml.edits import child
from config.yaml.nodes import parse

BY_HAND = Phrase("sources.by_hand")

BOOLEANS = ("paused",)
"""Keys whose values are written without quotes."""

_PLAIN = re.compile(r"[^\W_](?:[^\s,\[\]{}#&*!|>'\"%@`:]| (?=\w)|:(?=\S))*")


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed as it is written.

    Attributes:
        url: Its URL.
        options: Its other keys, such as ``kind``; empty for a feed that is its URL alone.
    """

    url: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewOutlet:
    """The outlet of a feed to add; if the file has one of this id, only the id counts.

    Attributes:
        id: Its id.
        keys: Its other keys, such as ``name``, ``country`` and ``language``.
    """

    id: str
    keys: Mapping[str, str]


def read_outlets(text: str, variables: Variables) -> tuple[Outlet, ...]:
    """Return the outlets of a text.

    Raises:
        UsageError: It has faults.
    """
    outlets, errors = _read(text, variables)
    if errors:
        what = Phrase("sources.has_fault", line=errors[0].line, fault=errors[0].phrase)
        raise UsageError(what, mend=Phrase("sources.correct_first"))
    return outlets


def _read(text: str, variables: Variables) -> tuple[tuple[Outlet, ...], list[Fault]]:
    """Return the outlets of a text, and its errors."""
    faults = Faults()
    root, problems = parse("sources.yaml", text.encode())
    faults.extend(problems)
    outlets = read_sources(root, faults, variables) if root is not None else ()
    return tuple(outlets), [fault for fault in faults.all if fault.is_error]


def reread_outlets(text: str, variables: Variables) -> tuple[Outlet, ...]:
    """Return the outlets of a text that has been edited.

    Raises:
        UsageError: What was written has faults.
    """
    outlets, errors = _read(text, variables)
    if errors:
        what = Phrase("sources.would_have_fault", line=errors[0].line, fault=errors[0].phrase)
        raise UsageError(what, mend=Phrase("sources.correct_entered"))
    return outlets


def not_editable() -> UsageError:
    """Return the error for a file that is written in a way that this does not edit."""
    return UsageError(Phrase("sources.not_editable"), mend=BY_HAND)


def outlet_nodes(text: str) -> Any:
    """Return the node of the list of outlets."""
    try:
        root = YAML(pure=True).compose(text)
    except YAMLError as error:
        raise UsageError(Phrase("sources.no_yaml"), mend=BY_HAND) from error
    outlets = child(root, "outlets") if isinstance(root, MappingNode) else None
    if not isinstance(outlets, SequenceNode) or not outlets.value:
        raise UsageError(Phrase("sources.no_outlets"), mend=BY_HAND)
    return outlets


def flow_item(feed: NewFeed, *, in_list: bool = False) -> str:
    """Return a feed as an item of a list, in one line."""
    if not feed.options:
        return scalar(feed.url, in_list=in_list)
    pairs = {"url": feed.url, **feed.options}
    return "{" + ", ".join(f"{k}: {key_value(k, v, in_list=True)}" for k, v in pairs.items()) + "}"


def key_value(key: str, value: str, *, in_list: bool = False) -> str:
    """Return the value of a key of a feed as YAML."""
    return value if key in BOOLEANS else scalar(value, in_list=in_list)


def scalar(value: str, *, in_list: bool = False) -> str:
    """Return a value as YAML, quoted where it has to be."""
    plain = _PLAIN.fullmatch(value) and not ("," in value and in_list)
    is_text = plain and not re.fullmatch(
        r"[-+.0-9eE_]+|true|false|null|yes|no|on|off", value, re.IGNORECASE
    )
    return value if is_text else json.dumps(value, ensure_ascii=False)
