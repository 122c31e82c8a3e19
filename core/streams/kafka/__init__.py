"""The Kafka engine: streams on Apache Kafka, for any number of processes on any number of hosts.

::

    log ─┬─ streams                create, find and describe streams
         ├─ groups                 list, describe and delete groups; their lag
         ├─ producer               append outside a transaction
         ├─ reader                 read without a group
         └─ consumer ─┬─ assigned     fetching and rebalances; positions; recovery
                      └─ transaction  outputs and position in one step, under the watchdog
              all over admin (requests) and connect (opening clients)
              over records, errors, options and kafka_python (repairs of the client)

The only package that imports kafka-python. What was measured of the client is stated where the
code relies on it.
"""

from core.streams.kafka.log import KafkaLog
from core.streams.kafka.options import KafkaTimeouts, client_options

__all__ = ["KafkaLog", "KafkaTimeouts", "client_options"]
