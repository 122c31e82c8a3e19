"""The query language of topics: text in, a closed tree of nodes out, or what is wrong and where.

::

    query text ──grammar──▶ nodes with $refs ──resolve──▶ closed nodes ──▶ processors.engine
                  │                             │
                  └── problems (code, offset) ──┘──▶ faults with file, line, column

What the language means is in docs/query-language.md.
"""

from processors.query.nodes import Node
from processors.query.parser import Parsed, parse
from processors.query.problems import QueryProblem
from processors.query.resolve import Resolved, resolve

__all__ = ["Node", "Parsed", "QueryProblem", "Resolved", "parse", "resolve"]
