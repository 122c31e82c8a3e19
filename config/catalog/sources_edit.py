"""Add feeds to ``sources.yaml`` and remove them, and leave everything else as its author wrote it.

::

    text ─ YAML nodes with their positions ─ lines inserted or cut ─▶ text
                                             └─ read again: exactly this change, or EditError

Nothing is written by a YAML writer, which would move comments and change quotes. Only the lines of
the feed are touched; the result is read like any operator file, and refused unless it says what the
old text said apart from the change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from config.catalog.models import Outlet
from config.catalog.section import Faults
from config.catalog.sources import read_sources
from config.catalog.variables import Variables
from config.errors import UsageError
from config.yaml.nodes import parse

__all__ = ["NewFeed", "NewOutlet", "add_feed", "remove_feed"]

_PLAIN = re.compile(r"[A-Za-z0-9][^\s,\[\]{}#&*!|>'\"%@`]*[A-Za-z0-9/_=-]")
_BY_HAND = "Edit sources.yaml by hand."


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed to add.

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


def add_feed(text: str, outlet: NewOutlet, feed: NewFeed, variables: Variables) -> str:
    """Return the text of ``sources.yaml`` with one more feed, in a new outlet if there is none.

    Args:
        text: The file.
        outlet: Whose feed it is.
        feed: The feed.
        variables: Replaces ``${NAME}`` in what the file has.

    Raises:
        UsageError: The file is not valid, has the feed already, or is written in a way that this
            cannot edit.
    """
    before = _outlets(text, variables)
    _refuse_known(before, feed.url)
    outlets = _outlet_nodes(text)
    known = next((o for o in outlets.value if _value(o, "id") == outlet.id), None)
    if known is None:
        changed = _with_outlet(text, outlets, outlet, feed)
    else:
        changed = _with_feed(text, _child(known, "feeds"), feed)
    urls = {**_urls(before), outlet.id: [*_urls(before).get(outlet.id, ()), feed.url]}
    return _checked(changed, urls, variables)


def remove_feed(text: str, url: str, variables: Variables) -> str:
    """Return the text of ``sources.yaml`` without a feed, and without its outlet if that was all.

    Args:
        text: The file.
        url: The feed's URL, with variables replaced.
        variables: Replaces ``${NAME}``.

    Raises:
        UsageError: There is no such feed, or the file is written in a way that this cannot edit.
    """
    urls = _urls(_outlets(text, variables))
    outlet = next((o for o in urls if url in urls[o]), None)
    if outlet is None:
        raise UsageError(f"sources.yaml has no feed {url}.", mend="See `wirewatch feeds list`.")
    outlets = _outlet_nodes(text)
    node = next(o for o in outlets.value if _value(o, "id") == outlet)
    feeds = _child(node, "feeds")
    index = urls[outlet].index(url)
    if len(urls[outlet]) > 1:
        del urls[outlet][index]
        changed = _without(text, feeds, feeds.value[index])
    else:
        del urls[outlet]
        changed = _without(text, outlets, node)
    return _checked(changed, urls, variables)


def _outlets(text: str, variables: Variables) -> tuple[Outlet, ...]:
    """Return the outlets of a text.

    Raises:
        UsageError: It has faults.
    """
    faults = Faults()
    root, problems = parse("sources.yaml", text.encode())
    faults.extend(problems)
    outlets = read_sources(root, faults, variables) if root is not None else ()
    errors = [fault for fault in faults.all if fault.is_error]
    if errors:
        raise UsageError(
            f"sources.yaml has a fault in line {errors[0].line}: {errors[0].message}",
            mend="`wirewatch check` shows all faults. Correct them first.",
        )
    return outlets


def _urls(outlets: Sequence[Outlet]) -> dict[str, list[str]]:
    return {outlet.id: [feed.url for feed in outlet.feeds] for outlet in outlets}


def _refuse_known(outlets: Sequence[Outlet], url: str) -> None:
    for outlet in outlets:
        if url in (feed.url for feed in outlet.feeds):
            raise UsageError(f"{outlet.id} already has the feed {url}.", mend="Nothing to do.")


def _checked(text: str, urls: Mapping[str, Sequence[str]], variables: Variables) -> str:
    """Return an edited text if it has exactly these feeds.

    Raises:
        UsageError: It has others: the file is written in a way that this does not know.
    """
    try:
        found = _urls(_outlets(text, variables))
    except UsageError:
        found = {}
    if found != {outlet: list(feeds) for outlet, feeds in urls.items()}:
        raise UsageError("This sources.yaml is written in a way that is not edited.", mend=_BY_HAND)
    return text


def _outlet_nodes(text: str) -> Any:
    """Return the node of the list of outlets."""
    try:
        root = YAML(pure=True).compose(text)
    except YAMLError as error:
        raise UsageError("sources.yaml is not valid YAML.", mend=_BY_HAND) from error
    outlets = _child(root, "outlets") if isinstance(root, MappingNode) else None
    if not isinstance(outlets, SequenceNode) or outlets.flow_style:
        raise UsageError("sources.yaml has no list of outlets, one below the other.", mend=_BY_HAND)
    return outlets


def _child(mapping: Any, key: str) -> Any:
    return next((value for name, value in mapping.value if name.value == key), None)


def _value(mapping: Any, key: str) -> str:
    node = _child(mapping, key) if isinstance(mapping, MappingNode) else None
    return str(node.value) if isinstance(node, ScalarNode) else ""


def _end(node: Any) -> int:
    """Return where the text of a node ends; the mark of a block is after what follows it."""
    if isinstance(node, ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _line_end(text: str, index: int) -> int:
    """Return where the line of a position ends, without its line break."""
    end = text.find("\n", index)
    end = len(text) if end < 0 else end
    return end - (text[end - 1 : end] == "\r")


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _with_feed(text: str, feeds: Any, feed: NewFeed) -> str:
    if not isinstance(feeds, SequenceNode) or not feeds.value:
        raise UsageError("The outlet's feeds are not a list.", mend=_BY_HAND)
    at = _end(feeds.value[-1])
    if feeds.flow_style:
        return f"{text[:at]}, {_flow_item(feed, in_list=True)}{text[at:]}"
    indent = " " * feeds.start_mark.column
    at = _line_end(text, at)
    return f"{text[:at]}{_newline(text)}{indent}- {_flow_item(feed)}{text[at:]}"


def _with_outlet(text: str, outlets: Any, outlet: NewOutlet, feed: NewFeed) -> str:
    indent = " " * outlets.start_mark.column
    lines = [f"- id: {_scalar(outlet.id)}"]
    lines += [f"  {key}: {_scalar(value)}" for key, value in outlet.keys.items()]
    lines += ["  feeds:", f"    - {_flow_item(feed)}"]
    newline = _newline(text)
    at = _line_end(text, _end(outlets))
    return text[:at] + newline + "".join(f"{newline}{indent}{line}" for line in lines) + text[at:]


def _without(text: str, sequence: Any, item: Any) -> str:
    if sequence.flow_style:
        return _without_flow_item(text, sequence, item)
    start = text.rfind("\n", 0, item.start_mark.index) + 1
    end = _line_end(text, _end(item))
    end += len(_newline(text)) if end < len(text) else 0
    # The empty line before an outlet goes with it.
    if isinstance(item, MappingNode) and not item.flow_style:
        before = text[:start]
        stripped = re.sub(r"\r?\n[ \t]*\r?\n\Z", _newline(text), before)
        return stripped + text[end:]
    return text[:start] + text[end:]


def _without_flow_item(text: str, sequence: Any, item: Any) -> str:
    index = sequence.value.index(item)
    if index:
        return text[: _end(sequence.value[index - 1])] + text[_end(item) :]
    return text[: item.start_mark.index] + text[sequence.value[1].start_mark.index :]


def _flow_item(feed: NewFeed, *, in_list: bool = False) -> str:
    if not feed.options:
        return _scalar(feed.url, in_list=in_list)
    pairs = {"url": feed.url, **feed.options}
    return "{" + ", ".join(f"{k}: {_scalar(v, in_list=True)}" for k, v in pairs.items()) + "}"


def _scalar(value: str, *, in_list: bool = False) -> str:
    """Return a value as YAML, quoted where it has to be."""
    plain = _PLAIN.fullmatch(value) and not ("," in value and in_list) and ": " not in value
    is_text = plain and not re.fullmatch(
        r"[-+.0-9eE_]+|true|false|null|yes|no|on|off", value, re.IGNORECASE
    )
    return value if is_text else json.dumps(value, ensure_ascii=False)
