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

__all__ = ["NewFeed", "NewOutlet", "add_feeds", "remove_feed"]

_PLAIN = re.compile(r"[^\W_](?:[^\s,\[\]{}#&*!|>'\"%@`:]| (?=\w)|:(?=\S))*")
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


def add_feeds(text: str, feeds: Sequence[tuple[NewOutlet, NewFeed]], variables: Variables) -> str:
    """Return the text of ``sources.yaml`` with more feeds, in new outlets where there are none.

    Args:
        text: The file.
        feeds: The feeds, each with its outlet; of a new outlet the first mention counts.
        variables: Replaces ``${NAME}`` in what the file has.

    Raises:
        UsageError: The file is not valid, has one of the feeds already, or is written in a way that
            this cannot edit.
    """
    before = _outlets(text, variables)
    urls = _urls(before)
    added: dict[str, tuple[NewOutlet, list[NewFeed]]] = {}
    for outlet, feed in feeds:
        _refuse_known(urls, feed.url)
        urls.setdefault(outlet.id, []).append(feed.url)
        added.setdefault(outlet.id, (outlet, []))[1].append(feed)
    nodes = _outlet_nodes(text)
    known = {_value(node, "id"): node for node in nodes.value}
    insertions = [
        _feed_insertion(text, _child(known[outlet.id], "feeds"), new)
        for outlet, new in added.values()
        if outlet.id in known
    ]
    insertions += [
        _outlet_insertion(text, nodes, outlet, new)
        for outlet, new in added.values()
        if outlet.id not in known
    ]
    # From the end, so that the positions before stay. Of insertions at one position, which is the
    # end of the last outlet, the first comes last.
    by_position = sorted(enumerate(insertions), key=lambda one: (one[1][0], one[0]), reverse=True)
    for _, (at, inserted) in by_position:
        text = text[:at] + inserted + text[at:]
    return _checked(text, urls, variables)


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


def _refuse_known(urls: Mapping[str, Sequence[str]], url: str) -> None:
    for outlet, feeds in urls.items():
        if url in feeds:
            raise UsageError(f"{outlet} already has the feed {url}.", mend="Nothing to do.")


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
    if not isinstance(outlets, SequenceNode) or not outlets.value:
        raise UsageError("sources.yaml has no list of outlets.", mend=_BY_HAND)
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


def _feed_insertion(text: str, feeds: Any, new: Sequence[NewFeed]) -> tuple[int, str]:
    """Return where feeds are added to an outlet's list, and what."""
    if not isinstance(feeds, SequenceNode) or not feeds.value:
        raise UsageError("The outlet's feeds are not a list.", mend=_BY_HAND)
    at = _end(feeds.value[-1])
    if feeds.flow_style:
        return at, "".join(f", {_flow_item(feed, in_list=True)}" for feed in new)
    line = f"{_newline(text)}{' ' * feeds.start_mark.column}- "
    return _line_end(text, at), "".join(f"{line}{_flow_item(feed)}" for feed in new)


def _outlet_insertion(
    text: str, outlets: Any, outlet: NewOutlet, new: Sequence[NewFeed]
) -> tuple[int, str]:
    """Return where an outlet is added, after an empty line in a list of lines, and what."""
    at = _end(outlets)
    if outlets.flow_style:
        pairs = [("id", _scalar(outlet.id, in_list=True))]
        pairs += [(key, _scalar(value, in_list=True)) for key, value in outlet.keys.items()]
        pairs += [("feeds", f"[{', '.join(_flow_item(feed, in_list=True) for feed in new)}]")]
        item = "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        return _end(outlets.value[-1]), f", {item}"
    lines = [f"- id: {_scalar(outlet.id)}"]
    lines += [f"  {key}: {_scalar(value)}" for key, value in outlet.keys.items()]
    lines += ["  feeds:", *(f"    - {_flow_item(feed)}" for feed in new)]
    newline, indent = _newline(text), " " * outlets.start_mark.column
    inserted = newline + "".join(f"{newline}{indent}{line}" for line in lines)
    return _line_end(text, at), inserted


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
    if len(sequence.value) == 1:
        raise UsageError("This is the only outlet of sources.yaml.", mend=_BY_HAND)
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
    plain = _PLAIN.fullmatch(value) and not ("," in value and in_list)
    is_text = plain and not re.fullmatch(
        r"[-+.0-9eE_]+|true|false|null|yes|no|on|off", value, re.IGNORECASE
    )
    return value if is_text else json.dumps(value, ensure_ascii=False)
