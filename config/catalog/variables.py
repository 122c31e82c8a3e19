"""``${NAME}`` in operator files: the environment, then NAME_FILE, then ``.env``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from dotenv import dotenv_values

from config import secrets
from config.catalog.values import InvalidValue

_REFERENCE = re.compile(r"\$\{([^}\n]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Variables:
    """Where the values of ``${NAME}`` come from.

    Attributes:
        environ: The environment.
        dotenv: The ``.env`` file; need not exist.
        files: Filled with every file that was looked into.
    """

    environ: Mapping[str, str]
    dotenv: Path = Path(".env")
    files: set[Path] = field(default_factory=set)

    def expand(self, text: str) -> str | InvalidValue:
        """The text with every ``${NAME}`` replaced; what was put in is masked in logs."""
        parts: list[str] = []
        end = 0
        for match in _REFERENCE.finditer(text):
            value = self._value(match.group(1))
            if isinstance(value, InvalidValue):
                return value
            secrets.remember(value)
            parts += [text[end : match.start()], value]
            end = match.end()
        return "".join([*parts, text[end:]])

    def _value(self, name: str) -> str | InvalidValue:
        if not _NAME.fullmatch(name):
            return InvalidValue(f"`${{{name}}}` is not a variable.", "Write `${NAME}`.", "E222")
        for source in (self.environ, self._dotenv):
            if value := source.get(name):
                return value
            if path := source.get(f"{name}_FILE"):
                return self._content(name, path)
        mend = f"Set {name}, or {name}_FILE to a file that holds it, or put {name} in .env."
        return InvalidValue(f"`${{{name}}}` is not set.", mend, "E222")

    @cached_property
    def _dotenv(self) -> Mapping[str, str | None]:
        self.files.add(self.dotenv)
        try:
            return dotenv_values(self.dotenv)
        except (OSError, ValueError):  # closed to us, a folder, not UTF-8: nothing is set there
            return {}

    def _content(self, name: str, path: str) -> str | InvalidValue:
        try:
            file = Path(path).expanduser()
            self.files.add(file)
            value = file.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, ValueError, RuntimeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8 text"
            mend = "Point it at a file this program can read."
            return InvalidValue(f"The file {name}_FILE names cannot be read: {why}.", mend, "E222")
        if not value:
            return InvalidValue(
                f"The file {name}_FILE names is empty.", "Put the value in it.", "E222"
            )
        return value
