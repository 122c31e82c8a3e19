"""Where the values of settings come from: variables, ``.env``, and files with secrets.

::

    WIREWATCH_<NAME>_FILE ─▶ path ─▶ content ──▶ the setting <NAME>, if it is a secret
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

SHIPPED_CONFIG: Final = Path(__file__).parents[1]
"""Folder with the operator files that come with the program."""

MAY_HOLD_A_SECRET: Final[dict[str, JsonValue]] = {"secret": True}
"""Marks a setting that is no SecretStr but may contain a password: it may come from a file too."""


class SecretFiles(PydanticBaseSettingsSource):
    """Reads secret settings from the files that ``WIREWATCH_<NAME>_FILE`` names."""

    def __call__(self) -> dict[str, Any]:
        """Return the content of each named file, without the line feed at its end."""
        named = {**env_file(), **os.environ}
        return {
            name: _content(variable, named[variable])
            for name, field in self.settings_cls.model_fields.items()
            if is_secret(field) and named.get(variable := environment_name(name) + "_FILE")
        }

    def get_field_value(
        self,
        field: FieldInfo,  # noqa: ARG002 required by the base class
        field_name: str,
    ) -> tuple[Any, str, bool]:
        """Return the content of one field's file, or None where no file is named."""
        return self().get(field_name), field_name, False


def find_config_dir() -> Path:
    """Return the folder of the operator files where no setting names one.

    It is ``config`` in the working directory, beside ``data``. Where that has no ``sources.yaml``,
    it is the folder with the files that come with the program.
    """
    own = Path("config")
    return own if (own / "sources.yaml").is_file() else SHIPPED_CONFIG


def environment_name(field: str) -> str:
    """Return the name of the variable that sets a field."""
    return PREFIX + field.upper()


def is_secret(field: FieldInfo) -> bool:
    """Return whether a setting may come from a file and is never shown."""
    kinds = (field.annotation, *get_args(field.annotation))
    return SecretStr in kinds or field.json_schema_extra == MAY_HOLD_A_SECRET


def env_file() -> dict[str, str]:
    """Return the variables of ``.env`` in the working directory, if there is one."""
    if not Path(ENV_FILE).is_file():
        return {}
    return {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None}


def _content(variable: str, path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip("\r\n")
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        mend = "Point it to a file that this program can read, or unset it."
        raise SettingsError(
            f"{variable} names a file that cannot be read: {why}.", mend=mend
        ) from None
