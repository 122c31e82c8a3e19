"""Threads that write take turns, first come, first served."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from core.store import Store
from core.store.turns import WriteTurns
from tests.support.schemas import new_sqlite

PATIENCE = 20.0


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def wait_for_queue(turns: WriteTurns, length: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(turns._queue) < length:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_thread_that_writes_all_the_time_lets_every_waiting_thread_go_first() -> None:
    turns, order = WriteTurns(), list[int]()

    def write(number: int) -> None:
        with turns.turn():
            order.append(number)

    threads = []
    with turns.turn():
        for number in range(3):
            threads.append(in_thread(partial(write, number)))
            wait_for_queue(turns, number + 1)
    write(3)
    for thread in threads:
        thread.join(PATIENCE)
    assert order == [0, 1, 2, 3]


def test_a_thread_whose_patience_ends_goes_on_without_a_turn_and_takes_none_from_others() -> None:
    turns, order = WriteTurns(patience=0.05), list[str]()

    def write() -> None:
        with turns.turn():
            order.append("without a turn")

    with turns.turn():
        in_thread(write).join(PATIENCE)
        order.append("with a turn")
    with turns.turn():
        order.append("next")
    assert order == ["without a turn", "with a turn", "next"]


def test_a_transaction_that_fails_passes_its_turn_on() -> None:
    turns = WriteTurns()
    with suppress(ValueError), turns.turn():
        raise ValueError
    with turns.turn():
        assert not turns._queue


def test_a_seldom_writer_gets_its_turn_between_writers_that_never_pause(tmp_path: Path) -> None:
    store, stop, writes = Store.open(new_sqlite(tmp_path)), threading.Event(), list[int]()

    def write_all_the_time() -> None:
        while not stop.is_set() and len(writes) < 200:
            with store.write():
                writes.append(1)
                time.sleep(0.005)

    threads = [in_thread(write_all_the_time) for _ in range(3)]
    before = len(writes)
    with store.write():
        waited_for = len(writes) - before
        stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    store.close()
    assert waited_for <= 20
