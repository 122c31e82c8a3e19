"""The embedded engine: streams in one SQLite file, for any number of processes on one host.

::

    log ── streams, records, reader, retention        what the file contains
     └── consumer ── group, positions, heartbeat      who reads it
            all over database (connections, transactions), schema (tables) and errors

The only package that imports apsw, which bundles its own SQLite. The system's SQLite may have the
WAL-reset bug (fixed in 3.51.3).
"""

from core.streams.embedded.heartbeat import SessionTimeouts
from core.streams.embedded.log import EmbeddedLog

__all__ = ["EmbeddedLog", "SessionTimeouts"]
