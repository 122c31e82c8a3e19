"""Feeds are added to and removed from the text of ``sources.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.nodes import MappingNode, SequenceNode

from config.catalog.models import Outlet
from config.catalog.sources_edit.yaml_text import (
    BY_HAND,
    NewFeed,
    NewOutlet,
    flow_item,
    not_editable,
    outlet_nodes,
    read_outlets,
    reread_outlets,
    scalar,
)
from config.catalog.variables import Variables
from config.errors import UsageError
from config.i18n import Phrase
from config.yaml.edits import child, end_of, line_end, newline_of, value_of


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
    before = read_outlets(text, variables)
    urls = _urls(before)
    added: dict[str, tuple[NewOutlet, list[NewFeed]]] = {}
    for outlet, feed in feeds:
        _refuse_known(urls, feed.url)
        urls.setdefault(outlet.id, []).append(feed.url)
        added.setdefault(outlet.id, (outlet, []))[1].append(feed)
    nodes = outlet_nodes(text)
    known = {value_of(node, "id"): node for node in nodes.value}
    insertions = [
        _feed_insertion(text, child(known[outlet.id], "feeds"), new)
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
    urls = _urls(read_outlets(text, variables))
    outlet = next((o for o in urls if url in urls[o]), None)
    if outlet is None:
        raise UsageError(Phrase("sources.no_feed", url=url))
    outlets = outlet_nodes(text)
    node = next(o for o in outlets.value if value_of(o, "id") == outlet)
    feeds = child(node, "feeds")
    index = urls[outlet].index(url)
    if len(urls[outlet]) > 1:
        del urls[outlet][index]
        changed = _without(text, feeds, feeds.value[index])
    else:
        del urls[outlet]
        changed = _without(text, outlets, node)
    return _checked(changed, urls, variables)


def _urls(outlets: Sequence[Outlet]) -> dict[str, list[str]]:
    return {outlet.id: [feed.url for feed in outlet.feeds] for outlet in outlets}


def _refuse_known(urls: Mapping[str, Sequence[str]], url: str) -> None:
    for outlet, feeds in urls.items():
        if url in feeds:
            raise UsageError(Phrase("sources.known_feed", outlet=outlet, url=url))


def _checked(text: str, urls: Mapping[str, Sequence[str]], variables: Variables) -> str:
    """Return an edited text if it has exactly these feeds.

    Raises:
        UsageError: It has a fault, or other feeds: the file is written in a way that this does not
            know.
    """
    found = _urls(reread_outlets(text, variables))
    if found != {outlet: list(feeds) for outlet, feeds in urls.items()}:
        raise not_editable()
    return text


def _feed_insertion(text: str, feeds: Any, new: Sequence[NewFeed]) -> tuple[int, str]:
    """Return where feeds are added to an outlet's list, and what."""
    if not isinstance(feeds, SequenceNode) or not feeds.value:
        raise UsageError(Phrase("sources.feeds_no_list"), mend=BY_HAND)
    at = end_of(feeds.value[-1])
    if feeds.flow_style:
        return at, "".join(f", {flow_item(feed, in_list=True)}" for feed in new)
    line = f"{newline_of(text)}{' ' * feeds.start_mark.column}- "
    return line_end(text, at), "".join(f"{line}{flow_item(feed)}" for feed in new)


def _outlet_insertion(
    text: str, outlets: Any, outlet: NewOutlet, new: Sequence[NewFeed]
) -> tuple[int, str]:
    """Return where an outlet is added, after an empty line in a list of lines, and what."""
    at = end_of(outlets)
    if outlets.flow_style:
        pairs = [("id", scalar(outlet.id, in_list=True))]
        pairs += [(key, scalar(value, in_list=True)) for key, value in outlet.keys.items()]
        pairs += [("feeds", f"[{', '.join(flow_item(feed, in_list=True) for feed in new)}]")]
        item = "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        return end_of(outlets.value[-1]), f", {item}"
    lines = [f"- id: {scalar(outlet.id)}"]
    lines += [f"  {key}: {scalar(value)}" for key, value in outlet.keys.items()]
    lines += ["  feeds:", *(f"    - {flow_item(feed)}" for feed in new)]
    newline, indent = newline_of(text), " " * outlets.start_mark.column
    inserted = newline + "".join(f"{newline}{indent}{line}" for line in lines)
    return line_end(text, at), inserted


def _without(text: str, sequence: Any, item: Any) -> str:
    if sequence.flow_style:
        return _without_flow_item(text, sequence, item)
    start = text.rfind("\n", 0, item.start_mark.index) + 1
    end = line_end(text, end_of(item))
    end += len(newline_of(text)) if end < len(text) else 0
    # The empty line before an outlet goes with it.
    if isinstance(item, MappingNode) and not item.flow_style:
        before = text[:start]
        stripped = re.sub(r"\r?\n[ \t]*\r?\n\Z", newline_of(text), before)
        return stripped + text[end:]
    return text[:start] + text[end:]


def _without_flow_item(text: str, sequence: Any, item: Any) -> str:
    index = sequence.value.index(item)
    if len(sequence.value) == 1:
        raise UsageError(Phrase("sources.only_outlet"), mend=BY_HAND)
    if index:
        return text[: end_of(sequence.value[index - 1])] + text[end_of(item) :]
    return text[: item.start_mark.index] + text[sequence.value[1].start_mark.index :]
