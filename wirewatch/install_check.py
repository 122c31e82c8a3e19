"""Check that the program's packages are its own: a foreign ``config`` or ``core`` could win.

An editable install puts this folder on the import path after site-packages, so a foreign package
of the same name there would be imported first. Only the standard library is used here, because no
package of the program may be imported before this check.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("config", "core", "ingest", "processors", "alerts")
"""The top-level packages beside ``wirewatch``."""


def find_problem(home: Path | None = None) -> str:
    """Return what is wrong with the installation; empty where nothing is.

    Args:
        home: The folder with the packages; by default the one that contains this package.
    """
    home = home or Path(__file__).resolve().parent.parent
    for package in PACKAGES:
        origin = _origin(package)
        if origin is None:
            missing = f"The package `{package}` is missing at {home / package}."
            return f"{missing} Install Wirewatch again."
        if origin.resolve() != home / package / "__init__.py":
            foreign = f"{_describe(package, origin)} instead of {home / package}"
            return f"{foreign}. {_mend(package, origin)}"
    return ""


def _describe(package: str, origin: Path) -> str:
    by = ", ".join(_distributions(package))
    return f"`import {package}` finds {origin}" + (f" (installed by {by})" if by else "")


def _mend(package: str, origin: Path) -> str:
    if names := _distributions(package):
        return (
            "Install Wirewatch in an environment of its own (`make install`), or "
            f"`pip uninstall {' '.join(names)}`."
        )
    path = origin.parent if origin.name == "__init__.py" else origin
    return f"Move {path} away, or remove its folder from PYTHONPATH."


def _origin(package: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin) if spec and spec.origin else None


def _distributions(package: str) -> tuple[str, ...]:
    """Return the other installed distributions that contain a package of this name."""
    from importlib.metadata import packages_distributions  # slow, and rarely needed

    names = packages_distributions().get(package, [])
    return tuple(sorted({name for name in names if name.lower() != "wirewatch"}))
