"""Reading a mapping of an operator's file key by key, collecting every fault on the way.

A :class:`Section` wraps one mapping. Each of its readers reports what is wrong, with the place,
and gives the fallback then, so that one run finds every fault; whoever builds a value from a
section with errors throws it away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeVar

from config.catalog.models import FilePosition, SourceText
from config.catalog.values import InvalidValue, Parse, nearest, shown
from config.catalog.variables import Variables
from config.faults import Fault
from config.yaml.nodes import MappingNode, ScalarNode, SequenceNode, YamlNode, fault

T = TypeVar("T")
D = TypeVar("D")


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.all: list[Fault] = []
        self.errors = 0

    def add(self, place: FilePosition, code: str, message: str, mend: str) -> None:
        """Note a fault."""
        self.take([fault(place, code, message, mend)])

    def take(self, faults: Collection[Fault]) -> None:
        """Note faults found elsewhere."""
        self.all += faults
        self.errors += sum(f.is_error for f in faults)


class Section:
    """One mapping of a file.

    Args:
        faults: Where faults go.
        node: What stands there; a fault when it is no mapping.
        what: What it is, as messages name it: ``an outlet``.
        known: The keys it may have; None allows any.
        variables: Replaces ``${NAME}`` in texts; None leaves texts as they are.
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
        self._is_table = isinstance(node, MappingNode)
        self.place = node.place
        self.pairs = node.pairs if isinstance(node, MappingNode) else {}
        if not isinstance(node, MappingNode):
            mend = f"Write `key: value` lines{_keys(known)}."
            faults.add(node.place, "E213", f"Here {what} is expected.", mend)
        for key, (place, _) in self.pairs.items():
            if known is not None and key not in known:
                message = f"There is no key {shown(key)} in {what}."
                faults.add(place, "E211", message, nearest(key, known))

    @property
    def sound(self) -> bool:
        """Whether nothing of this section was wrong so far."""
        return self._faults.errors == self._errors_before

    def fault(self, key: str, code: str, message: str, mend: str) -> None:
        """Note a fault at a key, or at the section where the key is missing.

        What is no mapping at all is a fault already, and no key of it is missed.
        """
        if not self._is_table:
            return
        place = self.pairs[key][1].place if key in self.pairs else self.place
        self._faults.add(place, code, message, mend)

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        return self._node(key) is not None

    def get(self, key: str, parse: Parse[T], default: D) -> T | D:
        """An optional scalar."""
        node = self._node(key)
        return default if node is None else self._parsed(node, key, parse, default)

    def need(self, key: str, parse: Parse[T], fallback: T) -> T:
        """A scalar that must be there."""
        node = self._needed(key)
        return fallback if node is None else self._parsed(node, key, parse, fallback)

    def source(self, key: str) -> SourceText | None:
        """A text with the place of its characters; None and a fault where there is none."""
        node = self._needed(key)
        return None if node is None else self.source_of(node, key)

    def source_of(self, node: YamlNode, key: str) -> SourceText | None:
        """The same for a node of this section."""
        found = self._scalar(node, key)
        if found is not None and not found.value.strip():
            self._faults.add(
                found.place, "E221", f"`{key}` is empty.", "Write a text, or delete it."
            )
            return None
        return found.source if found else None

    def nodes(self, key: str, *, needed: bool = False) -> tuple[YamlNode, ...]:
        """The nodes of a list; none where the key is not there."""
        node = self._needed(key) if needed else self._node(key)
        if node is None:
            return ()
        if isinstance(node, SequenceNode):
            return node.nodes
        self._faults.add(node.place, "E213", f"`{key}` must be a list.", f"Write `{key}: [...]`.")
        return ()

    def each(self, key: str, parse: Parse[T]) -> tuple[T, ...]:
        """An optional list of scalars, each once."""
        found = (self._parsed(node, key, parse, None) for node in self.nodes(key))
        return tuple(dict.fromkeys(value for value in found if value is not None))

    def placed(self, key: str, parse: Parse[T]) -> Iterator[tuple[T, FilePosition]]:
        """The same with the place of each."""
        for node in self.nodes(key):
            value = self._parsed(node, key, parse, None)
            if value is not None:
                yield value, node.place

    def table(self, key: str) -> MappingNode | None:
        """An optional mapping."""
        node = self._node(key)
        if node is None or isinstance(node, MappingNode):
            return node
        message = f"`{key}` must be a mapping."
        self._faults.add(node.place, "E213", message, f"Write `{key}: {{name: value}}`.")
        return None

    def parsed(self, node: YamlNode, key: str, parse: Parse[T]) -> T | None:
        """A scalar of this section that does not stand directly under a key."""
        return self._parsed(node, key, parse, None)

    def _node(self, key: str) -> YamlNode | None:
        pair = self.pairs.get(key)
        if pair is None or (isinstance(pair[1], ScalarNode) and pair[1].is_null):
            return None
        return pair[1]

    def _needed(self, key: str) -> YamlNode | None:
        node = self._node(key)
        if node is None:
            has = "is empty" if key in self.pairs else "is missing"
            self.fault(key, "E212", f"`{key}` {has} in {self._what}.", f"Write `{key}: ...`.")
        return node

    def _scalar(self, node: YamlNode, key: str) -> ScalarNode | None:
        if isinstance(node, ScalarNode) and not node.is_null:
            return node
        self._faults.add(node.place, "E213", f"`{key}` must be a text here.", "Write one value.")
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
                else f"`{key}`: the value of {shown(scalar.value)} cannot be used."
            )
            self._faults.add(scalar.place, result.code, message, result.mend)
            return fallback
        return result

    def expanded(self, scalar: ScalarNode) -> str | InvalidValue:
        """A scalar's text with ``${NAME}`` replaced where this file has variables."""
        return scalar.value if self._variables is None else self._variables.expand(scalar.value)


def _keys(known: Collection[str] | None) -> str:
    return f" ({', '.join(known)})" if known else ""
