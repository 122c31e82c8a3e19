"""Load the settings, and report invalid values and unknown variables."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from config import secrets
from config.errors import SettingsError
from config.settings import Settings
from config.settings.sources import ENV_FILE, PREFIX, env_file, environment_name, is_secret


def load_settings() -> Settings:
    """Read the settings from the environment, files with secrets and ``.env``.

    Raises:
        SettingsError: A value is not valid; the message names all such values.
    """
    settings = settings_of()
    for name in type(settings).model_fields:
        if isinstance(value := getattr(settings, name), SecretStr):
            secrets.remember(value.get_secret_value())
    return settings


def settings_of(**values: Any) -> Settings:
    """Return settings with some values given, the others read as by :func:`load_settings`.

    Raises:
        SettingsError: A value is not valid; the message names all such values.
    """
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(
            " ".join(_sentence(e) for e in error.errors()),
            mend="Correct the environment or .env; docs/settings.md lists every setting.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        mend = "Make it a UTF-8 text file that this program can read."
        raise SettingsError(f"{ENV_FILE} cannot be read: {error}.", mend=mend) from None


def unknown_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the ``WIREWATCH_*`` variables that no setting has, each with the most similar (or "").

    Includes those of ``.env``, except the variables of the tests (``WIREWATCH_TEST_*``).
    """
    known = {environment_name(name) for name in Settings.model_fields}
    known |= {
        f"{environment_name(n)}_FILE" for n, f in Settings.model_fields.items() if is_secret(f)
    }
    unknown = (
        name
        for name in sorted({*environ, *env_file()})
        if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_") and name not in known
    )
    return {name: _nearest(name, known) for name in unknown}


def _nearest(name: str, known: set[str]) -> str:
    """Compare without the prefix, which would make all names similar."""
    bare = [variable.removeprefix(PREFIX) for variable in sorted(known)]
    matches = get_close_matches(name.removeprefix(PREFIX), bare, n=1)
    return PREFIX + matches[0] if matches else ""


_EXPECTED: Final = {
    "bool_parsing": "it should be true or false",
    "float_parsing": "it should be a number",
    "int_parsing": "it should be a whole number",
    "time_delta_parsing": "it should be a duration like 90s, 10m, 48h or 30d",
}


def _sentence(error: ErrorDetails) -> str:
    """Return ``WIREWATCH_WEB_PORT is `abc`: it should be a whole number.`` without secrets."""
    reason = error["msg"].removeprefix("Value error, ").replace("Input should", "it should", 1)
    reason = _EXPECTED.get(error["type"], reason).rstrip(".")
    if not error["loc"]:
        return f"{reason}."
    name = str(error["loc"][0])
    hidden = is_secret(Settings.model_fields[name])
    value = "" if hidden else f" is `{' '.join(str(error['input']).split())[:80]}`"
    return f"{environment_name(name)}{value}: {reason}."
