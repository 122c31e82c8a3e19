"""The statements of Python files, for tests that read the code of the project."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """Yield all statements of a module, those in functions, classes and branches too.

    ``ast.walk`` would yield each expression as well, which takes twice as long.
    """
    for block in ("body", "handlers", "orelse", "finalbody", "cases"):
        for node in getattr(tree, block, ()):
            if isinstance(node, ast.stmt):
                yield node
            yield from statements(node)
