"""The store: all SQL of the program, by SQLAlchemy Core, on SQLite or (by URL) another database.

A module a domain: its tables and the functions that read and write them, named by intent
(``lease_due_feeds``, ``record_decision``). Functions take a connection, so that the caller decides
what is one transaction::

    with store.write() as connection:
        articles.add_revision(connection, ...)
        outbox.put(connection, records)
"""

from sqlalchemy import Connection, Table

from core.store.engine import Store

__all__ = ["Connection", "Store", "Table"]
