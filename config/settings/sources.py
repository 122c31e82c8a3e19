"""Where a setting's value comes from: names of variables, ``.env``, and files of secrets.

::

    WIREWATCH_<NAME>_FILE ─▶ path ─▶ content ──▶ the setting <NAME>, where it may hold a secret
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, get_args

from dotenv import dotenv_values
from pydantic import JsonValue, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from config.errors import SettingsError

PREFIX = "WIREWATCH_"
ENV_FILE: Final = ".env"

MAY_HOLD_A_SECRET: Final[dict[str, JsonValue]] = {"secret": True}
"""Marks a setting that is no SecretStr but may hold a password: it may come from a file too."""


class SecretFiles(PydanticBaseSettingsSource):
    """Gives secret settings from the files that ``WIREWATCH_<NAME>_FILE`` names."""

    def __call__(self) -> dict[str, Any]:
        """The content of each file named, without the line feed at its end."""
        named = {**env_file(), **os.environ}
        return {
            name: _content(variable, named[variable])
            for name, field in self.settings_cls.model_fields.items()
            if is_secret(field) and named.get(variable := environment_name(name) + "_FILE")
        }

    def get_field_value(
        self,
        field: FieldInfo,  # noqa: ARG002 the base class asks for it
        field_name: str,
    ) -> tuple[Any, str, bool]:
        """The content of one field's file, None where none is named."""
        return self().get(field_name), field_name, False


def environment_name(field: str) -> str:
    """The variable that sets a field."""
    return PREFIX + field.upper()


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting may come from a file, and is never shown."""
    kinds = (field.annotation, *get_args(field.annotation))
    return SecretStr in kinds or field.json_schema_extra == MAY_HOLD_A_SECRET


def env_file() -> dict[str, str]:
    """What ``.env`` in the working directory sets; nothing where there is none."""
    if not Path(ENV_FILE).is_file():
        return {}
    return {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None}


def _content(variable: str, path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip("\r\n")
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        mend = "Point it at a file this program can read, or unset it."
        raise SettingsError(
            f"{variable} names a file that cannot be read: {why}.", mend=mend
        ) from None
