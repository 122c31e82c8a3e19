"""Apache Kafka: streams on brokers, for any number of processes on any number of hosts.

::

    log ─┬─ opening                the first connection, or a sentence that says what is wrong
         ├─ topics, infos          what streams there are: made, known by name, described
         ├─ groups, probe          who reads them, how far, and what is unread
         ├─ producer               appending, outside a transaction
         ├─ tail                   reading without a group
         └─ member ─┬─ held        the client that fetches, and rebalances; detours, quarantine
                    ├─ places      where the group stands in each partition
                    └─ transaction outputs and position in one step, under the watchdog
              all over admin and clients (kafka-python, as it must be set up; network, noise)
              over options (settings), translate (its errors) and outputs (its records)

The only package that imports kafka-python. What was measured about that client, and what each
precaution here guards against, stands where the precaution is.
"""

from core.streams.kafka.log import KafkaLog
from core.streams.kafka.options import KafkaTimeouts, options

__all__ = ["KafkaLog", "KafkaTimeouts", "options"]
