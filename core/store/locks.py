"""Locks on names, for what rows cannot guard: what is not there yet, or several rows together.

On SQLite one process writes at a time and there is nothing to do. On PostgreSQL these are advisory
locks of the transaction: the next statement sees all that former holders committed.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, func, select

_TAKE = select(
    func.pg_advisory_xact_lock(
        func.unnest(bindparam("keys", type_=ARRAY(BigInteger))).column_valued("key")
    )
)


def hold(connection: Connection, kind: str, *names: str) -> None:
    """Wait until nobody else holds any of the names; they are ours until the transaction ends.

    All names of a kind must be asked for in one call, and kinds in the same order everywhere: then
    no two transactions ever wait for one another.

    Args:
        connection: A write transaction, at its beginning.
        kind: What is guarded, e.g. ``topic``.
        names: Which ones; none is fine.
    """
    if connection.dialect.name == "postgresql" and names:
        keys = sorted({_key(kind, name) for name in names})
        connection.execute(_TAKE, {"keys": keys})


def _key(kind: str, name: str) -> int:
    told = hashlib.blake2b(f"wirewatch\0{kind}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(told, "big", signed=True)
