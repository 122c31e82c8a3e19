"""The process that workers are forked from: it has imported the handler, and has one thread.

::

    parent ── FORK + socket ──▶ fork ──▶ worker
    parent ── KILL + pid
    parent ◀── "forked PID", later "ended PID CODE" ──┘

A worker forked here starts in milliseconds, and shares the memory of the imported modules. The
server ends, and the kernel its workers, when the parent closes the connection. It ignores SIGINT
and SIGTERM, which a terminal or a service manager sends to all processes of a group: the parent
decides when work ends.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import struct
from collections.abc import Set
from typing import NoReturn

from core.processes.workers import task_loop
from core.processes.workers.task_loop import Handler

ORDER = struct.Struct("!cQ")
"""What to do, and with which worker."""

FORK, KILL = b"f", b"k"


def load(name: str) -> Handler:
    """Import a handler, named as ``module:function``, and warm it up if it has a ``warm_up``."""
    module_name, _, function = name.partition(":")
    module = importlib.import_module(module_name)
    handler: Handler = getattr(module, function)
    getattr(module, "warm_up", lambda: None)()
    return handler


def main(descriptor: int, name: str, memory: int) -> None:
    """Fork workers until the parent closes the connection.

    Args:
        descriptor: Of the server's end of the connection.
        name: The handler of the workers.
        memory: Resident bytes that a worker may have.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    _silence()
    parent = socket.socket(fileno=descriptor)
    handler = load(name)
    gc.collect()
    gc.freeze()  # keeps the memory shared
    ended, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    workers: set[int] = set()
    while True:
        ready, _, _ = select.select([parent, ended], [], [])
        if ended in ready:
            ended.recv(4096)
            _report_ended(parent, workers)
        if parent in ready:
            order, descriptors, _, _ = socket.recv_fds(parent, ORDER.size, 1)
            if len(order) < ORDER.size:
                return
            what, pid = ORDER.unpack(order)
            if what == KILL:
                _kill(pid, workers)
                continue
            pid = os.fork()
            if pid == 0:
                for other in (parent, ended, waker):
                    other.close()
                _become_worker(descriptors[0], handler, memory)
            workers.add(pid)
            os.close(descriptors[0])
            parent.sendall(f"forked {pid}\n".encode())


def _silence() -> None:
    """Discard what libraries print: the parent's streams are for its own output."""
    null = os.open(os.devnull, os.O_RDWR)
    for target in (0, 1, 2):
        os.dup2(null, target)
    os.close(null)


def _become_worker(descriptor: int, handler: Handler, memory: int) -> NoReturn:
    """In the forked process: run tasks, and end without running what the server has set up."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        task_loop.end_with_parent()
        with socket.socket(fileno=descriptor) as connection:
            task_loop.serve(connection, handler, memory)
        code = 0
    finally:
        os._exit(code)


def _kill(pid: int, workers: Set[int]) -> None:
    """Kill a worker that was not collected yet, so that its number is its own."""
    if pid in workers:
        os.kill(pid, signal.SIGKILL)


def _report_ended(parent: socket.socket, workers: set[int]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        workers.discard(pid)
        parent.sendall(f"ended {pid} {os.waitstatus_to_exitcode(status)}\n".encode())
