"""The query language of topics: from a query's text to a resolved tree, or to its problems.

::

    query text ──parse──▶ tree with $terms ──resolve──▶ resolved tree ──▶ processors.engine
                  │                            │
                  └── problems (code, offset) ─┘──▶ faults with file, line, column

The language is described in docs/query-language.md. How to add an operator:
:mod:`processors.query.nodes`.
"""

from processors.query.nodes import Node
from processors.query.parser import Parsed, parse
from processors.query.problems import QueryProblem
from processors.query.resolve import Resolved, resolve

__all__ = ["Node", "Parsed", "QueryProblem", "Resolved", "parse", "resolve"]
