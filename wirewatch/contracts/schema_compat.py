"""Compare two schemas of a stream and name every change that breaks a reader.

A stream contains records of both schemas at once: readers written for the old one read new records,
and readers written for the new one read old records (replay). So the set of values a field may have
can neither grow nor shrink within a version: a new enum value or a looser type surprises the
former, a dropped value or a tighter type rejects the records of the latter. The only compatible
change is a new optional property, because readers ignore properties they do not know.

::

    old schema ─┐  $ref resolved,        property by property,
    new schema ─┴─ unions taken apart ──▶ alternative by alternative ──▶ [Break, ...], [] is fine

Descriptions, titles and examples may change freely. A change of any keyword that is not known here
is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_WORDS = {"title", "description", "examples", "$comment", "$schema", "$id", "$defs", "deprecated"}
_READ_APART = {"type", "enum", "const", "default", "properties", "required"}
_NESTED = {"items", "additionalProperties", "prefixItems"}

Seen = frozenset[tuple[int, int]]
"""Pairs of nodes compared on the way here, by identity: a schema may refer to itself."""


@dataclass(frozen=True, slots=True)
class Break:
    """One incompatible change.

    Attributes:
        path: The field: ``article.zones[].zone``; ``""`` is the record itself.
        reason: What changed and which readers it breaks.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        """``article.url: it may be null now, ...``."""
        return f"{self.path or 'the record'}: {self.reason}"


def breaks(old: Schema, new: Schema) -> list[Break]:
    """Return every incompatible change from ``old`` to ``new``, both complete JSON Schemas.

    Raises:
        ValueError: A ``$ref`` points outside its schema's ``$defs`` or to itself, or an ``allOf``
            has several parts: such a schema cannot be compared.
    """
    return list(dict.fromkeys(_Comparison(old, new).nodes(old, new, "", frozenset())))


@dataclass(frozen=True, slots=True)
class _Comparison:
    old_root: Schema
    new_root: Schema

    def nodes(self, old: Schema, new: Schema, path: str, seen: Seen) -> Iterator[Break]:
        """Compare the values that one field may have."""
        pair = (id(old), id(new))
        if pair in seen:
            return
        seen |= {pair}
        yield from _default(old, new, path)
        before, after = _alternatives(self.old_root, old), _alternatives(self.new_root, new)
        if len(before) == len(after) == 1:
            yield from self.plain(before[0], after[0], path, seen)
            return
        yield from self.unions(before, after, path, seen)

    def unions(
        self, before: list[Schema], after: list[Schema], path: str, seen: Seen
    ) -> Iterator[Break]:
        """Pair alternatives of the same kind; the rest were added or removed."""
        left = list(after)
        for old in before:
            same = [new for new in left if _kind(new) == _kind(old)]
            if not same:
                yield Break(path, f"it can no longer be {_kind(old)}; {_KEPT}")
                continue
            results = [list(self.plain(old, new, path, seen)) for new in same]
            best = min(results, key=len)
            left.remove(same[results.index(best)])
            yield from best
        for new in left:
            yield Break(path, f"it may be {_kind(new)} now; {_READERS}")

    def plain(self, old: Schema, new: Schema, path: str, seen: Seen) -> Iterator[Break]:
        """Compare two schemas without alternatives."""
        if _kind(old) != _kind(new):
            change = f"it was {_kind(old)} and is {_kind(new)} now"
            yield Break(path, f"{change}; old readers and old records rely on the former")
            return
        yield from _values(old, new, path)
        yield from self.properties(old, new, path, seen)
        yield from self.nested(old, new, path, seen)
        handled = _WORDS | _READ_APART | _NESTED
        for name in sorted((set(old) | set(new)) - handled):
            if old.get(name) != new.get(name):
                change = f"{name} was {old.get(name)!r} and is {new.get(name)!r} now"
                yield Break(path, f"{change}; it must stay within a version")

    def properties(self, old: Schema, new: Schema, path: str, seen: Seen) -> Iterator[Break]:
        """Compare an object's properties; new optional ones are compatible."""
        before, after = old.get("properties", {}), new.get("properties", {})
        was, now = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            here = f"{path}.{name}".lstrip(".")
            if name not in after:
                yield Break(here, "it is gone or has another name; readers rely on it")
                continue
            if name in was - now:
                yield Break(here, f"it was required and is optional now; {_READERS}")
            if name in now - was:
                yield Break(here, f"it was optional and is required now; {_KEPT}")
            yield from self.nodes(before[name], after[name], here, seen)
        for name in sorted(now - set(before)):
            here = f"{path}.{name}".lstrip(".")
            yield Break(here, f"it is new and required; {_KEPT}")

    def nested(self, old: Schema, new: Schema, path: str, seen: Seen) -> Iterator[Break]:
        """Compare the items of arrays and maps; a missing keyword allows anything."""
        for name, mark in (("items", "[]"), ("additionalProperties", "{}")):
            yield from self.inner(old.get(name, True), new.get(name, True), path + mark, seen)
        before, after = old.get("prefixItems", []), new.get("prefixItems", [])
        if len(before) != len(after):
            yield Break(path, f"it had {len(before)} fixed items and has {len(after)} now")
            return
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from self.inner(one, other, f"{path}[{index}]", seen)

    def inner(
        self, old: Schema | bool, new: Schema | bool, path: str, seen: Seen
    ) -> Iterator[Break]:
        """Compare two schemas, which may also be ``true``, ``false`` or ``{}``."""
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from self.nodes(old, new, path, seen)
        elif old != new and not (old in (True, {}) and new in (True, {})):
            yield Break(path, "its allowed values were opened or closed")


_READERS = "readers of the old schema do not expect that"
_KEPT = "older records do not fit"


def _default(old: Schema, new: Schema, path: str) -> Iterator[Break]:
    """Compare defaults: the meaning of a missing field must not change."""
    if ("default" in old or "default" in new) and old.get("default") != new.get("default"):
        change = f"its default was {old.get('default')!r} and is {new.get('default')!r} now"
        yield Break(path, f"{change}; records without it would change their meaning")


def _values(old: Schema, new: Schema, path: str) -> Iterator[Break]:
    """Compare fixed sets of values (``enum``, ``const``)."""
    before, after = _fixed(old), _fixed(new)
    if before is None and after is None:
        return
    if before is None:
        yield Break(path, f"it could be anything and is one of a fixed set now; {_KEPT}")
    elif after is None:
        yield Break(path, f"it was one of a fixed set and can be anything now; {_READERS}")
    else:
        for value in (v for v in after if v not in before):
            yield Break(path, f"the value {value!r} is new; {_READERS}")
        for value in (v for v in before if v not in after):
            yield Break(path, f"the value {value!r} is gone; {_KEPT}")


def _fixed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _kind(schema: Schema) -> str:
    """Return ``integer``, ``null``, ``object`` ...: what distinguishes alternatives."""
    found = schema.get("type")
    if found is None and (values := _fixed(schema)) is not None:
        return " or ".join(sorted({type(v).__name__ for v in values}))
    return "anything" if found is None else str(found)


def _alternatives(root: Schema, schema: Schema) -> list[Schema]:
    """Return the alternatives of a schema: references followed, unions flattened."""
    whole = _resolved(root, schema)
    for union in ("anyOf", "oneOf"):
        if union in whole:
            rest = {name: value for name, value in whole.items() if name != union}
            parts = (part for one in whole[union] for part in _alternatives(root, one))
            return [{**rest, **part} for part in parts]
    if isinstance(whole.get("type"), list):
        return [{**whole, "type": kind} for kind in whole["type"]]
    return [whole]


def _resolved(root: Schema, schema: Schema) -> Schema:
    """Return a schema without ``$ref`` and ``allOf``; keywords beside a reference win."""
    found: dict[str, Any] = dict(schema)
    followed: set[str] = set()
    while "$ref" in found or "allOf" in found:
        if "$ref" in found:
            ref = found.pop("$ref")
            if ref in followed:
                raise ValueError(f"{ref!r} refers to itself")
            followed.add(ref)
            found = {**_target(root, ref), **found}
        else:
            [*parts] = found.pop("allOf")
            if len(parts) > 1:
                raise ValueError("an allOf of several parts cannot be compared")
            found = {**parts[0], **found}
    return found


def _target(root: Schema, ref: str) -> Schema:
    name = ref.removeprefix("#/$defs/")
    target = root.get("$defs", {}).get(name)
    if name == ref or target is None:
        raise ValueError(f"{ref!r} is not in the schema's $defs")
    found: Schema = target
    return found
