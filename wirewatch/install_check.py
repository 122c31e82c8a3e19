"""Are the rooms ours? Their names are plain, and a foreign ``config`` could come first.

An editable install puts our folder on the import path after site-packages, so a foreign package
of the same name there would win. Only the standard library is used here: nothing of ours can be
imported before this has been asked.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

ROOMS = ("config", "core", "ingest", "processors", "alerts")


def complaint(home: Path | None = None) -> str:
    """What is in the way of our rooms, in words; empty where nothing is.

    Args:
        home: The folder our rooms lie in; that of this package when not given.
    """
    home = home or Path(__file__).resolve().parent.parent
    for room in ROOMS:
        found = _origin(room)
        if found is None:
            return f"The package `{room}` is missing at {home / room}. Install Wirewatch again."
        if found.resolve() != home / room / "__init__.py":
            return f"{_in_the_way(room, found)} instead of {home / room}. {_mend(room, found)}"
    return ""


def _in_the_way(room: str, found: Path) -> str:
    by = ", ".join(_distributions(room))
    return f"`import {room}` finds {found}" + (f" (installed by {by})" if by else "")


def _mend(room: str, found: Path) -> str:
    if names := _distributions(room):
        return (
            "Install Wirewatch in an environment of its own (`make install`), or "
            f"`pip uninstall {' '.join(names)}`."
        )
    thing = found.parent if found.name == "__init__.py" else found
    return f"Move {thing} away, or take its folder off PYTHONPATH."


def _origin(room: str) -> Path | None:
    spec = find_spec(room)
    return Path(spec.origin) if spec and spec.origin else None


def _distributions(room: str) -> tuple[str, ...]:
    """Installed distributions, but ours, that ship a package of this name."""
    from importlib.metadata import packages_distributions  # slow, and hardly ever needed

    names = packages_distributions().get(room, [])
    return tuple(sorted({name for name in names if name.lower() != "wirewatch"}))
