"""Which settings of the user apply to the demo: how it is shown, not what it works on.

The demo has data, streams, operator files and servers of its own, so that it can neither read nor
write those of an installation.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from config.errors import SettingsError
from config.settings import Settings
from config.settings.sources import env_file, environment_name

DEFAULT_PORT: Final[int] = Settings.model_fields["web_port"].default

HEEDED: Final = (
    "web_port",
    "web_process",
    "web_edit_files",
    "processes",
    "extract_workers",
    "log_format",
    "log_level",
)


def heeded_variables(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables of the environment and of ``.env`` that apply to the demo."""
    variables = {**env_file(), **environ}
    names = map(environment_name, HEEDED)
    return {name: variables[name] for name in names if name in variables}


def console_port(variables: Mapping[str, str]) -> int:
    """Return the console's port that the user's variables name, or the default.

    Raises:
        SettingsError: It is not a port.
    """
    name = environment_name("web_port")
    text = variables.get(name, "").strip() or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdecimal() and int(text) < 2**16):
        mend = "Correct it, or name a port with --port."
        raise SettingsError(f"{name} is no port: it should be a number up to 65535.", mend=mend)
    return int(text)
