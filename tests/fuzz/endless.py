"""A target that never returns, for the test of the fuzzer's limit."""

import sys
from pathlib import Path

from tests.fuzz.mutations import mutations
from tests.fuzz.run import child
from tests.fuzz.targets import Target


def main() -> None:
    """Run a round; the argument is its folder."""
    target = Target(_check, mutations(("ab",), ("b",)), 1, cpu_seconds=0.03)
    child(target, 1, 50, Path(sys.argv[1]))


def _check(data: bytes) -> None:
    while data.count(b"b") == 2:
        pass
