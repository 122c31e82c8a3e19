"""The store: all SQL of the program, written with SQLAlchemy Core, on SQLite or PostgreSQL.

Each module covers one domain: its tables, and functions named by intent (``feeds.lease_due``,
``alert_changes.record_decision``). Functions take a connection, so that the caller decides what
belongs in one transaction::

    with store.write() as connection:
        articles.add_revision(connection, ...)
        outbox.put(connection, records)
"""

from sqlalchemy import Connection, Table

from core.store.engine import Store

__all__ = ["Connection", "Store", "Table"]
