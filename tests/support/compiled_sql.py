"""SQL that is compiled once in a test run.

SQLAlchemy compiles each statement once for each engine. The program has one engine; tests open a
store each, and a quarter of their time went into compiling the same statements again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

STATEMENTS = 5_000
"""More than there are in all tests together."""


def share_compiled_sql() -> None:
    """Let all engines of this process share what they compile.

    The dialect is a part of the cache's key. All dialects of a class compile alike here, since no
    engine is created with options of its own.
    """
    cache: LRUCache[Any, Any] = LRUCache(STATEMENTS)
    initialise = Engine.__init__

    def initialise_with_cache(self: Engine, *arguments: Any, **options: Any) -> None:
        initialise(self, *arguments, **options)
        self._compiled_cache = cache

    setattr(Engine, "__init__", initialise_with_cache)  # noqa: B010 - a method, for mypy
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))  # noqa: B010
        setattr(dialect, "__hash__", lambda self: hash(type(self)))  # noqa: B010
