"""Errors in operator files, and what is in force of these files, as pages show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.catalog.last_good import HeldFile
from config.faults import Fault


@dataclass(frozen=True, slots=True)
class FileProblem:
    """An error in an operator file, or a file that is held although it has none.

    Attributes:
        fault: The error; None where an unchanged topic needs the version before.
        in_force: ``last_good``, ``off``, or ``newest`` where another file is held instead.
        good_at: Since when the version in force is.
    """

    file: str
    fault: Fault | None
    in_force: str
    good_at: datetime | None

    @property
    def topic_id(self) -> str:
        """The id by which the workbench opens the file; empty where it is no topic's."""
        path = Path(self.file)
        return path.stem if path.parent.name == "topics" else ""


def list_problems(
    faults: Sequence[Fault], held: Sequence[HeldFile], file: str | None = None
) -> list[FileProblem]:
    """Return the errors in operator files, then the files that are held without one.

    Args:
        faults: Faults of all files.
        held: The files whose newest version is not in force.
        file: Only this file; None for all.
    """
    return [problem for problem in _problems(faults, held) if file in (None, problem.file)]


def _problems(faults: Sequence[Fault], held: Sequence[HeldFile]) -> Iterator[FileProblem]:
    held_by_file = {one.file: one for one in held}
    errors = [fault for fault in faults if fault.is_error]
    for fault in errors:
        yield _problem(fault.file, fault, held_by_file.get(fault.file))
    with_error = {fault.file for fault in errors}
    for one in held:
        if one.file not in with_error:
            yield _problem(one.file, None, one)


def _problem(file: str, fault: Fault | None, held: HeldFile | None) -> FileProblem:
    if held is None:
        return FileProblem(file, fault, "newest", None)
    return FileProblem(file, fault, "off" if held.is_off else "last_good", held.good_at)
