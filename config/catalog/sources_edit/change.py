"""The keys of a feed are changed in the text of ``sources.yaml``, where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ruamel.yaml.nodes import MappingNode, ScalarNode

from config.catalog.models import Feed, FilePosition, Outlet
from config.catalog.sources_edit.feeds import add_feeds, remove_feed
from config.catalog.sources_edit.yaml_text import (
    BY_HAND,
    NewFeed,
    NewOutlet,
    flow_item,
    key_value,
    not_editable,
    outlet_nodes,
    read_outlets,
    reread_outlets,
)
from config.catalog.variables import Variables
from config.errors import NotFoundError, UsageError
from config.i18n import Phrase
from config.yaml.edits import child, end_of, line_end, newline_of, value_of

_NOWHERE = FilePosition("", 0, 0)


def find_feed_keys(text: str, url: str, variables: Variables) -> tuple[str, NewFeed]:
    """Return the outlet of a feed, and its keys as the file has them, without variables replaced.

    Args:
        text: The file.
        url: The feed's URL, with variables replaced.
        variables: Replaces ``${NAME}``.

    Raises:
        NotFoundError: The file has no such feed.
        UsageError: The file is not valid, or is written in a way that this cannot edit.
    """
    outlets = read_outlets(text, variables)
    outlet, index = _position(outlets, url)
    node = _feed_node(text, outlet, index)
    return outlets[outlet].id, _keys(node)


def change_feed(text: str, url: str, outlet: str, changed: NewFeed, variables: Variables) -> str:
    """Return the text of ``sources.yaml`` with other keys of a feed.

    A feed that stays with its outlet is changed where it is, and its comments stay.

    Args:
        text: The file.
        url: The URL that the feed has now, with variables replaced.
        outlet: The id of an outlet of the file; the feed moves there if it is another one.
        changed: All keys that the feed has from now on, as the file writes them.
        variables: Replaces ``${NAME}``.

    Raises:
        NotFoundError: The file has no such feed or outlet.
        UsageError: The file is not valid, is written in a way that this cannot edit, or would have
            a fault.
    """
    outlets = read_outlets(text, variables)
    at, index = _position(outlets, url)
    if outlet not in (each.id for each in outlets):
        raise NotFoundError(f"There is no outlet {outlet[:80]!r}.")
    if outlet != outlets[at].id:
        moved = [(NewOutlet(outlet, {}), changed)]
        return add_feeds(remove_feed(text, url, variables), moved, variables)
    edited = _edited(text, _feed_node(text, at, index), changed)
    after = reread_outlets(edited, variables)
    same = _others(after, at, index) == _others(outlets, at, index)
    if not same or _keys(_feed_node(edited, at, index)) != changed:
        raise not_editable()
    return edited


def _position(outlets: Sequence[Outlet], url: str) -> tuple[int, int]:
    for number, outlet in enumerate(outlets):
        for index, feed in enumerate(outlet.feeds):
            if feed.url == url:
                return number, index
    raise NotFoundError("sources.yaml has no such feed.")


def _feed_node(text: str, outlet: int, index: int) -> Any:
    feeds = child(outlet_nodes(text).value[outlet], "feeds")
    return feeds.value[index]


def _keys(node: Any) -> NewFeed:
    if isinstance(node, ScalarNode):
        return NewFeed(str(node.value), {})
    if not isinstance(node, MappingNode):
        raise not_editable()
    values = {key.value: value_of(node, key.value) for key, _ in node.value}
    return NewFeed(values.pop("url", ""), values)


def _others(outlets: Sequence[Outlet], at: int, index: int) -> list[Outlet]:
    """Return the outlets without positions in the file, and without one of the feeds."""

    def bare(feed: Feed) -> Feed:
        return replace(feed, position=_NOWHERE)

    return [
        replace(
            outlet,
            position=_NOWHERE,
            feeds=tuple(
                bare(feed) for n, feed in enumerate(outlet.feeds) if (number, n) != (at, index)
            ),
        )
        for number, outlet in enumerate(outlets)
    ]


def _edited(text: str, node: Any, changed: NewFeed) -> str:
    start = node.start_mark.index
    if isinstance(node, ScalarNode) or node.flow_style:
        in_list = _is_in_flow_list(text, start)
        return text[:start] + flow_item(changed, in_list=in_list) + text[end_of(node) :]
    return _edited_lines(text, node, {"url": changed.url, **changed.options})


def _is_in_flow_list(text: str, start: int) -> bool:
    """Return whether an item is in a list of one line, where a comma ends it."""
    return not text[text.rfind("\n", 0, start) + 1 : start].lstrip().startswith("- ")


def _edited_lines(text: str, node: Any, keys: Mapping[str, str]) -> str:
    """Return the text with other keys of a mapping over several lines, one key in each."""
    edits = []
    for number, (key, value) in enumerate(node.value):
        start, end = value.start_mark.index, end_of(value)
        if key.value not in keys:
            if not number:
                raise UsageError(Phrase("sources.first_key"), mend=BY_HAND)
            begin = text.rfind("\n", 0, key.start_mark.index) + 1
            edits.append((begin, line_end(text, end) + len(newline_of(text)), ""))
        elif value.value != keys[key.value]:
            edits.append((start, end, key_value(key.value, keys[key.value])))
    present = {key.value for key, _ in node.value}
    indent = newline_of(text) + " " * node.start_mark.column
    added = "".join(f"{indent}{k}: {key_value(k, v)}" for k, v in keys.items() if k not in present)
    at = line_end(text, end_of(node.value[0][1]))  # the first key stays
    edits.append((at, at, added))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text
