"""How late a loop is."""

from __future__ import annotations

import threading

from core.loop_delay import LoopDelay
from core.metrics import LOOP_DELAY_SECONDS


class Stopwatch:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_loop_is_late_by_what_it_takes_beyond_its_wait_and_never_while_it_rests() -> None:
    now = Stopwatch()
    loop = LoopDelay("test", now)
    assert loop.seconds() == 0.0
    loop.turn(30)
    assert loop.thread == threading.get_ident()
    now.seconds += 30
    assert loop.seconds() == 0.0
    now.seconds += 4
    assert loop.seconds() == 4.0
    loop.turn()
    now.seconds += 1
    assert loop.seconds() == 1.0
    loop.rest()
    now.seconds += 1000
    assert loop.seconds() == 0.0


def test_every_turn_is_measured() -> None:
    now = Stopwatch()
    loop = LoopDelay("measured", now)
    loop.turn(1)
    now.seconds += 4
    loop.turn(5)
    now.seconds += 2
    loop.turn()
    [family] = LOOP_DELAY_SECONDS.collect()
    prefix = "wirewatch_loop_delay_seconds_"
    sums = {s.name: s.value for s in family.samples if s.labels == {"loop": "measured"}}
    assert (sums[f"{prefix}sum"], sums[f"{prefix}count"]) == (3, 2)
