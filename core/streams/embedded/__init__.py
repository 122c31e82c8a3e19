"""The embedded log: streams in one SQLite file, for one host and any number of processes.

::

    log ── streams, records, tail, retention          what is in the file
     └── consumer ── group, shares, pulse             who reads it
            both over database (connections, transactions) over schema (tables)

The only package that imports apsw: it bundles an SQLite without the WAL-reset bug that the one of
the machine may have (fixed in 3.51.3).
"""

from core.streams.embedded.heartbeat import SessionTimes
from core.streams.embedded.log import EmbeddedLog

__all__ = ["EmbeddedLog", "SessionTimes"]
