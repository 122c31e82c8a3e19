"""What the workers of the tests run: tasks that misbehave as they are told."""

from __future__ import annotations

import os
import re
import signal
import time


def run(task: bytes) -> bytes:
    """Do what a task says, and return the process that did it."""
    word, _, number = task.decode().partition(" ")
    if word == "spin":  # one call into C, which no other thread interrupts
        re.fullmatch("(a|aa)+b", "a" * 60)
    elif word == "sleep":
        time.sleep(float(number))
    elif word == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif word == "grow":
        bytearray(b"x") * (int(number) * 1_000_000)
    elif word == "grow-slowly":
        kept = []
        while True:
            kept.append(b"x" * 4_000_000 + os.urandom(1))
            time.sleep(0.005)
    elif word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "raise":
        raise ValueError("no document is like this")
    elif word == "large":
        return b"x" * int(number)
    return str(os.getpid()).encode()
