"""Positions in the text of a YAML file, for edits that leave all other characters as they are.

A position is an offset in characters from the beginning of the text, as the marks of the nodes have
it that ruamel.yaml composes.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml.nodes import MappingNode, ScalarNode


def child(mapping: Any, key: str) -> Any:
    """Return the node of a key of a mapping, or None."""
    return next((value for name, value in mapping.value if name.value == key), None)


def value_of(mapping: Any, key: str) -> str:
    """Return the text of a key of a mapping; empty where it has none, or is no mapping."""
    node = child(mapping, key) if isinstance(mapping, MappingNode) else None
    return str(node.value) if isinstance(node, ScalarNode) else ""


def end_of(node: Any) -> int:
    """Return where the text of a node ends; the mark of a block is after what follows it.

    A block scalar (``|`` or ``>``) ends where the next line begins.
    """
    if isinstance(node, ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return end_of(last[1] if isinstance(last, tuple) else last)


def line_end(text: str, index: int) -> int:
    """Return where the line of a position ends, without its line break."""
    end = text.find("\n", index)
    end = len(text) if end < 0 else end
    return end - (text[end - 1 : end] == "\r")


def next_line(text: str, index: int) -> int:
    """Return where the line after that of a position begins; the end of the text if it is last."""
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def newline_of(text: str) -> str:
    r"""Return how the lines of a text end: ``\r\n`` if one of them does, else ``\n``."""
    return "\r\n" if "\r\n" in text else "\n"
