"""``sources.yaml`` as the console reads, changes and saves it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.catalog.variables import Variables
from config.errors import UsageError
from config.i18n import Phrase
from config.secrets import mask
from wirewatch.web.audited_save import SaveEntry, SaveOutcome, save_with_entry
from wirewatch.web.operator_files import (
    OperatorFile,
    SaveRefusal,
    read_file,
    unified_diff,
)
from wirewatch.web.render import PageRenderer

NAME = "sources.yaml"

Edit = Callable[[str, Variables], str]
"""Returns the text of the file with a change."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the file.

    Attributes:
        file: The file as it is.
        text: Its text with the change.
    """

    file: OperatorFile
    text: str

    @property
    def diff(self) -> str:
        """What changes, with secrets masked."""
        lines = unified_diff(self.file.text, self.text, NAME).splitlines()
        return "\n".join(map(mask, lines))

    @property
    def hides_secrets(self) -> bool:
        """Whether the diff has masked a secret, and does not apply as it is shown."""
        return self.diff != unified_diff(self.file.text, self.text, NAME).rstrip("\n")


class SourcesFile:
    """The file; saved where the settings allow it.

    Args:
        renderer: Has the settings, the store and the present.
    """

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer
        self._folder = renderer.runtime.settings.config_dir

    @property
    def may_save(self) -> bool:
        """Whether the settings allow to write the file."""
        return self._renderer.runtime.settings.web_edit_files

    @property
    def variables(self) -> Variables:
        """What replaces ``${NAME}`` in the file."""
        return Variables(os.environ, Path(".env"))

    def open(self) -> OperatorFile:
        """Read the file.

        Raises:
            UsageError: It cannot be read.
        """
        return read_file(self._folder / NAME)

    def change(self, edit: Edit) -> Change:
        """Return a change of the file as it is now.

        Raises:
            NotFoundError: The file does not have what should change.
            UsageError: The file cannot be changed like this.
        """
        file = self.open()
        return Change(file, edit(file.text, self.variables))

    def save(
        self, change: Change, base: str, action: str, subject: str, by: str, detail: str = ""
    ) -> SaveOutcome:
        """Replace the file as a whole, and record that in the audit log.

        Args:
            change: The change.
            base: The digest of the file that the reader of the page has seen.
            action: What was done, as a code of the catalogues under ``audit`` and ``flash``.
            subject: What it was done to.
            by: Who did it.
            detail: What else there is to know.
        """
        if not self.may_save:
            return SaveOutcome(SaveRefusal.NOT_ALLOWED)
        if change.file.digest != base:
            return SaveOutcome(SaveRefusal.CHANGED)
        entry = SaveEntry(action, subject, by, self._renderer.clock(), detail)
        store = self._renderer.store
        return save_with_entry(store, entry, change.file, change.text, self._folder)


def refuse_variables(*values: str) -> None:
    """Refuse values with ``${NAME}``: they would send a secret of the environment to a server.

    Raises:
        UsageError: One of them has one.
    """
    if any("${" in value for value in values):
        raise UsageError(Phrase("sources.variable"))
