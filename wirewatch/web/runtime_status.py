"""What the console asks of the program it runs in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.catalog.models import Catalog
from config.faults import Fault
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class RuntimeStatus:
    """What the console asks of the program it runs in.

    Attributes:
        catalog: The operator's files in force.
        ill: The stages that do not run, with reasons; empty while all is well.
        faults: What is wrong in the newest operator files; an error keeps them out of force.
        settings: Of the whole program.
    """

    catalog: Callable[[], Catalog]
    ill: Callable[[], list[str]]
    faults: Callable[[], Sequence[Fault]]
    settings: Settings
