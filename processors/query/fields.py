"""The fields of an article that a resolved query is restricted to, from outside and by itself."""

from __future__ import annotations

from collections.abc import Sequence

from processors.query.nodes import HEAD, TEXT_FIELDS, All, Except, LabelNode, Near, Node, Not, Or


def restrict(node: Node, fields: Sequence[str]) -> Node:
    """Return a query whose leaves without a field of their own are restricted to some fields.

    A leaf becomes one alternative for each field, so that every operator means what it means
    without the restriction: NEAR still asks for both operands in one of the fields.

    Args:
        node: A resolved query.
        fields: Of title, lead and text; empty for no restriction.
    """
    if not fields:
        return node
    if node.children:
        return node.with_children([restrict(child, fields) for child in node.children])
    leaves = tuple(dict.fromkeys(node.in_field(field) for field in fields))
    return leaves[0] if len(leaves) == 1 else Or(leaves, at=node.at)


def fields_of(node: Node) -> frozenset[str]:
    """Return in which of title, lead and text the hits of a resolved query can lie."""
    if isinstance(node, Not | LabelNode):
        return frozenset()
    if isinstance(node, Except):
        return fields_of(node.left)
    if node.children:
        fields = frozenset[str]().union(*map(fields_of, node.children))
        is_head = isinstance(node, Near | All) and node.distance == HEAD
        return fields - {"text"} if is_head else fields
    scope = getattr(node, "scope", None)
    return frozenset(TEXT_FIELDS if scope is None else {scope} & set(TEXT_FIELDS))
