"""What every stream engine must do: the contract suite. A number means the same on every engine.

An engine's test module subclasses :class:`Contract` and gives one fixture, ``settings``: settings
whose ``streams_url`` names the engine and whose prefix or file is this test's own; and one method,
``age``: how its operator lets retention take what is old.

Every engine, here: 1 2 3 5 6 7 8 10 11 15 (earliest, latest, by time) 16 17 18 20 21 22 23 26 28
(by time) 29 30 31 32 33 34 35 37 38 40 (by time) 42 44. For all of them: 4 in
``test_partitioner.py``.

Every engine, each in a way of its own (they set an engine's own times, or break what it stands on):
12 24 25 43: ``test_embedded.py``; ``kafka/test_engine.py``, ``kafka/test_weather_*.py``.

Kafka only, there: 9 (the embedded log packs nothing), 13 14 (the embedded log appends before it
returns, so nothing is under way), 36 (a transaction of the embedded log dies with its process).
Embedded only: 45 (readers share one file with the writers; a broker's do not).

Elsewhere: 39 with the relay (``tests/core``) and the deliveries (``tests/alerts``).
Not in the port, so on no engine: 15 (none: a group always begins somewhere), 19 (metadata of a
commit), 27 (pause), 28 (seek by offset), 40 (by size).
"""

from __future__ import annotations

from tests.core.streams.contract_groups import Groups
from tests.core.streams.contract_records import Records
from tests.core.streams.contract_work import Work


class Contract(Records, Groups, Work):
    """All of it. See the module's docstring."""
