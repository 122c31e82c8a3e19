"""Read a mapping of an operator's file key by key and collect all faults.

A :class:`Section` wraps one mapping. Its methods report each fault with its position and return a
fallback, so that one run finds all faults. A value that is built from a section with errors is
discarded (:attr:`Section.is_valid`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from config.catalog.models import FilePosition, SourceText
from config.catalog.values import InvalidValue, Parse, nearest, shown
from config.catalog.variables import Variables
from config.faults import Fault
from config.yaml.nodes import MappingNode, ScalarNode, SequenceNode, YamlNode, fault

T = TypeVar("T")
D = TypeVar("D")


class Faults:
    """Collects faults.

    Attributes:
        all: The faults so far.
        errors: How many of them are errors.
    """

    def __init__(self) -> None:
        self.all: list[Fault] = []
        self.errors = 0

    def add(self, position: FilePosition, code: str, message: str, mend: str) -> None:
        """Add a fault."""
        self.extend([fault(position, code, message, mend)])

    def extend(self, faults: Collection[Fault]) -> None:
        """Add faults that were found elsewhere."""
        self.all += faults
        self.errors += sum(f.is_error for f in faults)


class Section:
    """One mapping of a file.

    Args:
        faults: Collects the faults.
        node: The mapping; anything else is a fault.
        what: Its name in messages: ``an outlet``.
        known: The keys it may have; None allows any.
        variables: Replaces ``${NAME}`` in values; None leaves values as they are.
    """

    def __init__(
        self,
        faults: Faults,
        node: YamlNode,
        what: str,
        known: Collection[str] | None,
        variables: Variables | None = None,
    ) -> None:
        self._faults = faults
        self._what = what
        self._variables = variables
        self._errors_before = faults.errors
        self._is_mapping = isinstance(node, MappingNode)
        self.position = node.position
        self.pairs = node.pairs if isinstance(node, MappingNode) else {}
        if not isinstance(node, MappingNode):
            mend = f"Write `key: value` lines{_keys(known)}."
            faults.add(node.position, "E213", f"Expected a mapping for {what}.", mend)
        for key, (position, _) in self.pairs.items():
            if known is not None and key not in known:
                message = f"Unknown key {shown(key)} in {what}."
                faults.add(position, "E211", message, nearest(key, known))

    @property
    def is_valid(self) -> bool:
        """Whether this section has had no error so far."""
        return self._faults.errors == self._errors_before

    def fault(self, key: str, code: str, message: str, mend: str) -> None:
        """Add a fault at a key, or at the section where the key is missing.

        Adds nothing where the section is no mapping: that is a fault already.
        """
        if not self._is_mapping:
            return
        position = self.pairs[key][1].position if key in self.pairs else self.position
        self._faults.add(position, code, message, mend)

    def has(self, key: str) -> bool:
        """Return whether the key is present and has a value."""
        return self._node(key) is not None

    def get(self, key: str, parse: Parse[T], default: D) -> T | D:
        """Return an optional value, or ``default`` where it is missing or faulty."""
        node = self._node(key)
        return default if node is None else self._parsed(node, key, parse, default)

    def require(self, key: str, parse: Parse[T], fallback: T) -> T:
        """Return a required value, or ``fallback`` where it is missing or faulty."""
        node = self._required(key)
        return fallback if node is None else self._parsed(node, key, parse, fallback)

    def source(self, key: str) -> SourceText | None:
        """Return a required text with the positions of its characters, or None."""
        node = self._required(key)
        return None if node is None else self.source_of(node, key)

    def source_of(self, node: YamlNode, key: str) -> SourceText | None:
        """Return the text of a node with the positions of its characters, or None."""
        scalar = self._scalar(node, key)
        if scalar is not None and not scalar.value.strip():
            mend = "Write some text, or delete the key."
            self._faults.add(scalar.position, "E221", f"`{key}` is empty.", mend)
            return None
        return scalar.source if scalar else None

    def nodes(self, key: str, *, required: bool = False) -> tuple[YamlNode, ...]:
        """Return the nodes of a list; an empty tuple where the key is missing."""
        node = self._required(key) if required else self._node(key)
        if node is None:
            return ()
        if isinstance(node, SequenceNode):
            return node.nodes
        self._faults.add(
            node.position, "E213", f"`{key}` must be a list.", f"Write `{key}: [...]`."
        )
        return ()

    def items(self, key: str, parse: Parse[T]) -> tuple[T, ...]:
        """Return the values of an optional list, without repeats."""
        items = (self._parsed(node, key, parse, None) for node in self.nodes(key))
        return tuple(dict.fromkeys(value for value in items if value is not None))

    def items_with_positions(self, key: str, parse: Parse[T]) -> Iterator[tuple[T, FilePosition]]:
        """Yield the values of an optional list, each with its position."""
        for node in self.nodes(key):
            value = self._parsed(node, key, parse, None)
            if value is not None:
                yield value, node.position

    def mapping(self, key: str) -> MappingNode | None:
        """Return an optional mapping."""
        node = self._node(key)
        if node is None or isinstance(node, MappingNode):
            return node
        message = f"`{key}` must be a mapping."
        self._faults.add(node.position, "E213", message, f"Write `{key}: {{name: value}}`.")
        return None

    def parsed(self, node: YamlNode, key: str, parse: Parse[T]) -> T | None:
        """Return the value of a node that is not directly under a key; None if faulty."""
        return self._parsed(node, key, parse, None)

    def _node(self, key: str) -> YamlNode | None:
        pair = self.pairs.get(key)
        if pair is None or (isinstance(pair[1], ScalarNode) and pair[1].is_null):
            return None
        return pair[1]

    def _required(self, key: str) -> YamlNode | None:
        node = self._node(key)
        if node is None:
            state = "is empty" if key in self.pairs else "is missing"
            self.fault(key, "E212", f"`{key}` {state} in {self._what}.", f"Write `{key}: ...`.")
        return node

    def _scalar(self, node: YamlNode, key: str) -> ScalarNode | None:
        if isinstance(node, ScalarNode) and not node.is_null:
            return node
        self._faults.add(
            node.position, "E213", f"`{key}` must be a single value.", "Write one value."
        )
        return None

    def _parsed(self, node: YamlNode, key: str, parse: Parse[T], fallback: D) -> T | D:
        scalar = self._scalar(node, key)
        if scalar is None:
            return fallback
        value = self.expanded(scalar)
        result = value if isinstance(value, InvalidValue) else parse(value)
        if isinstance(result, InvalidValue):
            unset = value is result
            message = (
                result.message
                if unset or value == scalar.value
                else f"`{key}`: the value of {shown(scalar.value)} is not valid."
            )
            self._faults.add(scalar.position, result.code, message, result.mend)
            return fallback
        return result

    def expanded(self, scalar: ScalarNode) -> str | InvalidValue:
        """Return a scalar's text with ``${NAME}`` replaced, where this file has variables."""
        return scalar.value if self._variables is None else self._variables.expand(scalar.value)


def read_list(
    root: YamlNode, faults: Faults, file: str, item: str, read: Callable[[YamlNode], T | None]
) -> tuple[T, ...]:
    """Return the valid items of a file that contains a list.

    Args:
        root: The content of the file.
        faults: Collects the faults.
        file: What the file is called in a fault: *an entities file*.
        item: What an item is called: *entity*.
        read: Reads an item, or returns None where it is not valid.
    """
    if not isinstance(root, SequenceNode):
        message = f"{file[0].upper()}{file[1:]} contains a list."
        faults.add(root.position, "E213", message, f"Start each {item} with `- id:`.")
        return ()
    items = (read(node) for node in root.nodes)
    return tuple(one for one in items if one is not None)


def _keys(known: Collection[str] | None) -> str:
    return f" ({', '.join(known)})" if known else ""
