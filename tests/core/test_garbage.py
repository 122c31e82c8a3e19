"""What large tables cost the garbage collector: nothing, and what was replaced is freed."""

from __future__ import annotations

import gc
import weakref

import pytest

from core import garbage
from core.garbage import lasting_objects
from tests.support.garbage import EXEMPT_EVERYTHING


class Node:
    """An object that can refer to itself."""

    itself: Node


@pytest.fixture(autouse=True)
def as_the_program_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "exempt_everything", EXEMPT_EVERYTHING)


def circle() -> Node:
    node = Node()
    node.itself = node
    return node


@pytest.mark.slow
def test_what_is_made_is_not_examined_again() -> None:
    with lasting_objects():
        tables = [[number] for number in range(100)]
    examined = set(map(id, gc.get_objects()))
    assert examined.isdisjoint(map(id, tables))


@pytest.mark.slow
def test_a_circle_is_freed_when_the_tables_are_replaced() -> None:
    with lasting_objects():
        node = circle()
    freed = weakref.ref(node)
    del node
    gc.collect()
    assert freed() is not None
    with lasting_objects():
        pass
    assert freed() is None


def test_nothing_is_exempted_after_an_exception() -> None:
    made = [[1]]
    with pytest.raises(ValueError, match="no table"), lasting_objects():
        raise ValueError("no table")
    assert id(made[0]) in map(id, gc.get_objects())
