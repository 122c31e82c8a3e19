"""The garbage collector in the process of the tests, which has the modules of all of them."""

from __future__ import annotations

from core import garbage

EXEMPT_EVERYTHING = garbage.exempt_everything
"""What the program does, whatever :func:`keep_garbage` has changed."""


def keep_garbage() -> None:
    """Let topics that a test compiles be garbage as everything else is.

    The program frees all garbage when it has compiled topics. Here that would be to examine all
    modules and tests for each worker, which takes a third of the time of `make quick`.
    """
    vars(garbage)["exempt_everything"] = lambda: None
