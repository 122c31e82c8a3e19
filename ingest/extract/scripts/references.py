"""Put together data that refers to its own parts: lists of devalue (Nuxt), caches of Apollo."""

from __future__ import annotations

from typing import Any

_MOST_NODES = 50_000
_DEEPEST = 40
_WRAPPERS = frozenset({"Reactive", "ShallowReactive", "Ref", "ShallowRef", "Set", "Date"})


class References:
    """Replaces references by what they refer to, within limits.

    Args:
        value: A value of JSON.
    """

    def __init__(self, value: object) -> None:
        self._value = value
        self._nodes = 0

    def resolved(self) -> object:
        """Return the value with its references replaced; those in a cycle become None."""
        if isinstance(self._value, list) and _is_flat(self._value):
            return self._unflattened(self._value, 0, frozenset())
        if isinstance(self._value, dict):
            caches = [v for v in (self._value, *self._value.values()) if isinstance(v, dict)]
            cache = next((c for c in caches if any(":" in k for k in list(c)[:200])), None)
            if cache is not None:
                return self._followed(self._value, cache, frozenset(), 0)
        return self._value

    def _unflattened(self, values: list[Any], index: object, above: frozenset[int]) -> object:
        """Return an element of a flat list, in which each number is the index of another one."""
        self._nodes += 1
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(values):
            return None
        if index in above or len(above) > _DEEPEST or self._nodes > _MOST_NODES:
            return None
        value, inside = values[index], above | {index}
        if isinstance(value, dict):
            return {k: self._unflattened(values, v, inside) for k, v in value.items()}
        if isinstance(value, list) and value and isinstance(value[0], str):
            is_wrapper = value[0] in _WRAPPERS and len(value) == 2
            return (
                value[1]
                if value[0] == "Date"
                else (self._unflattened(values, value[1], inside) if is_wrapper else None)
            )
        if isinstance(value, list):
            return [self._unflattened(values, v, inside) for v in value]
        return value

    def _followed(
        self, value: object, cache: dict[str, Any], above: frozenset[str], depth: int
    ) -> object:
        """Return a value in which ``{"__ref": KEY}`` is replaced by what the cache has there."""
        self._nodes += 1
        if depth > _DEEPEST or self._nodes > _MOST_NODES:
            return None
        if isinstance(value, list):
            return [self._followed(v, cache, above, depth + 1) for v in value]
        if not isinstance(value, dict):
            return value
        key = value.get("__ref")
        if isinstance(key, str):
            if key in above:
                return None
            return self._followed(cache.get(key), cache, above | {key}, depth + 1)
        return {k: self._followed(v, cache, above, depth + 1) for k, v in value.items()}


def _is_flat(values: list[Any]) -> bool:
    """Return whether a list is one of devalue: its first element has only indexes."""
    first = values[0] if values else None
    parts = list(first.values()) if isinstance(first, dict) else first
    return (
        len(values) > 3
        and isinstance(parts, list)
        and bool(parts)
        and all(isinstance(p, int | str) and not isinstance(p, bool) for p in parts)
        and any(isinstance(p, int) for p in parts)
    )
