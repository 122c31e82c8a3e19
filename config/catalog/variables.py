"""Replace ``${NAME}`` in operator files: from the environment, NAME_FILE, or ``.env``."""

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
    """The sources of ``${NAME}``.

    Attributes:
        environ: The environment; looked up first.
        dotenv: The ``.env`` file; looked up last, may be missing.
        files: Every file that was read, filled while values are looked up; the files of words that
            topics name are added to it.
    """

    environ: Mapping[str, str]
    dotenv: Path = Path(".env")
    files: set[Path] = field(default_factory=set)

    def expand(self, text: str) -> str | InvalidValue:
        """Return the text with every ``${NAME}`` replaced, and mask these values in logs."""
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
            return InvalidValue(
                f"`${{{name}}}` is not a valid variable name.", "Write `${NAME}`.", "E222"
            )
        for source in (self.environ, self._dotenv):
            if value := source.get(name):
                return value
            if path := source.get(f"{name}_FILE"):
                return self._content(name, path)
        mend = f"Set {name}, set {name}_FILE to a file that contains it, or put {name} in .env."
        return InvalidValue(f"`${{{name}}}` is not set.", mend, "E222")

    @cached_property
    def _dotenv(self) -> Mapping[str, str | None]:
        self.files.add(self.dotenv)
        try:
            return dotenv_values(self.dotenv)
        except (OSError, ValueError):  # not readable, a folder, not UTF-8: it sets nothing
            return {}

    def _content(self, name: str, path: str) -> str | InvalidValue:
        try:
            file = Path(path).expanduser()
            self.files.add(file)
            value = file.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, ValueError, RuntimeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8 text"
            message = f"The file that {name}_FILE points to cannot be read: {why}."
            return InvalidValue(message, "Point it to a file that this program can read.", "E222")
        if not value:
            message = f"The file that {name}_FILE points to is empty."
            return InvalidValue(message, "Write the value to it.", "E222")
        return value
