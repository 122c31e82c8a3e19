"""What every stream engine must do: the contract suite. A number means the same on every engine.

An engine's test module subclasses :class:`Contract` and gives one fixture, ``settings``: settings
whose ``streams_url`` names the engine and whose prefix or file is this test's own.

Here: 1 2 3 5 6 7 8 10 11 15 (earliest) 16 17 18 20 21 22 23 26 28 (by time) 29 30 31 32 33 34 35
37 38 40 (by time) 42 44.
Embedded only (``test_embedded.py``; they set an engine's own times or break its file): 12 (the
relay's repeat) 24 25 43 45.
Elsewhere: 4 ``test_partitioner.py``; 39 with the relay and the deliveries.
Another engine is needed for: 9 (codecs), 12 (a reply lost on the network), 13 and 14 (futures of an
asynchronous producer), 36 (a transaction that stays open; the embedded log has none).
Not in the port: 15 (latest, none), 19 (commit metadata), 27 (pause), 28 (seek by offset), 40 (by
size).
"""

from __future__ import annotations

from tests.core.streams.contract_groups import Groups
from tests.core.streams.contract_records import Records
from tests.core.streams.contract_work import Work


class Contract(Records, Groups, Work):
    """All of it. See the module's docstring."""
