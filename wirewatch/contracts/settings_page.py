"""The reference of every setting, generated from the settings themselves."""

from __future__ import annotations

import types
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from config.durations import format_duration
from config.settings import Settings
from config.settings.sources import environment_name, is_secret

_HEAD = """\
# Settings

<!-- Written by `make docs`; a test fails when it is out of date. -->

Settings are environment variables, or lines of a `.env` file in the working directory. The
environment comes first, then `<NAME>_FILE` (for settings marked *secret*: the path of a file that
contains the value), then `.env`, then the default. An empty variable counts as not set. Durations
are written like `90s`, `10m`, `48h` or `30d`; a relative path starts at the working directory.

All commands find their folders by one rule: the folder that a setting names, else `config` and
`data` in the working directory. Where `config` there has no `sources.yaml`, the files that come
with the program are read. So start every command in the working directory of `wirewatch run`, or
set `WIREWATCH_CONFIG_DIR` and `WIREWATCH_DATA_DIR` for all of them. Only `run` and commands that
store something create the data folder; the others name the folder in which data is missing.
`wirewatch check` names the folder of the files that it checked.

| Variable | Type | Default | Meaning |
|---|---|---|---|
"""

_ENV_HEAD = """\
# Copy to .env and uncomment the lines you want to change. The environment takes precedence.
# Written by `make docs`; docs/settings.md lists the same settings as a table.
"""


def settings_markdown() -> str:
    """Return the text of docs/settings.md."""
    rows = (
        f"| `{environment_name(name)}` | {_type(field)} | {_cell(_default(field))} "
        f"| {_escape(field.description or '')} |"
        for name, field in _fields()
    )
    return _HEAD + "\n".join(rows) + "\n"


def env_example() -> str:
    """Return the text of .env.example: every setting with its default, commented out."""
    blocks = (
        f"\n# {field.description}\n# {environment_name(name)}={_plain_default(field)}\n"
        for name, field in _fields()
    )
    return _ENV_HEAD + "".join(blocks)


def _fields() -> list[tuple[str, FieldInfo]]:
    """Return the settings, those that every installation has first: folders, streams, console."""
    special = Settings.model_fields.keys() - Settings.__annotations__.keys()
    return sorted(Settings.model_fields.items(), key=lambda named: named[0] in special)


def _type(field: FieldInfo) -> str:
    name = _type_name(field.annotation)
    return f"{name}, secret" if is_secret(field) else name


def _type_name(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(kind))
    if get_origin(kind) is types.UnionType:
        return _type_name(next(k for k in get_args(kind) if k is not type(None)))
    names = {
        str: "text", int: "whole number", float: "number", bool: "`true` or `false`",
        Path: "path", timedelta: "duration",
    }  # fmt: skip
    return names.get(kind, "text")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, Path):  # show a default inside the program as a path in a checkout
        home = Path(__file__).parents[2]
        return str(value.relative_to(home)) if value.is_relative_to(home) else str(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _plain_default(field: FieldInfo) -> str:
    return "" if is_secret(field) else _default(field)


def _cell(text: str) -> str:
    return f"`{_escape(text)}`" if text else "empty"


def _escape(text: str) -> str:
    return text.replace("|", "\\|")
