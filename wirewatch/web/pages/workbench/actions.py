"""What the buttons of the workbench do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from config.catalog.models import Catalog
from config.errors import UsageError, WirewatchError
from config.i18n import Phrase, Translator
from core.text import for_log
from processors import Processors
from wirewatch.judged_tests import load_tests_of_alert, tests_yaml
from wirewatch.topic_tools.draft import BLANK
from wirewatch.topic_tools.template import topic_file
from wirewatch.web import display, forms
from wirewatch.web.audited_save import SaveEntry, SaveOutcome, save_with_entry
from wirewatch.web.operator_files import OperatorFile, SaveRefusal
from wirewatch.web.pages.workbench import edits, views
from wirewatch.web.pages.workbench.draft import MAX_TEXT, Draft, read_definition, read_draft
from wirewatch.web.pages.workbench.files import find_file, topic_path
from wirewatch.web.pages.workbench.work import DAYS, LIMITS, ArchiveReader
from wirewatch.web.render import PageRenderer

NEW = "new-topic"
"""Id in the text of a new topic, until its author writes another one."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entered:
    """A form of the workbench.

    Attributes:
        topic_id: The topic in the address; empty for a new one.
        text: Its text, with line feeds as line breaks.
        base: The digest of the file when the text was opened; empty where there was none.
        seen: The digest of the file on disk as the page showed it.
        days: How far back the archive is looked through.
        term: What is expanded.
        by: Who sent it.
        do: What the button does: ``check``, ``try``, ``expand``, ``deny``, ``test``, ``save`` or
            ``overwrite``.
        value: What it does that with: a term, a word, an alert.
    """

    topic_id: str
    text: str
    base: str = ""
    seen: str = ""
    days: int = 7
    term: str = ""
    by: str = ""
    do: str = "check"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a request came to.

    Attributes:
        entered: The form, with the text as it is now.
        draft: The text as the loader reads it; None where it was not read.
        shown: Variables of the template.
        saved: The id of the topic whose file was written; empty where none was.
        notice: Code of the confirmation that it was.
    """

    entered: Entered
    draft: Draft | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)
    saved: str = ""
    notice: str = ""


def entered_in(form: forms.Form, topic_id: str, by: str) -> Entered:
    """Return what a form of the workbench contains.

    A button is named after what it does, if it does that with a value; else it is ``do``.
    """
    texts = form.all("text")
    text = (texts[0] if texts else "").replace("\r\n", "\n").replace("\r", "\n")
    do, value = form.get("do"), ""
    for name in ("expand", "deny", "test"):
        if values := form.all(name):
            do, value = name, values[0][:500]
    days = form.get("days")
    return Entered(
        topic_id,
        text if text.endswith("\n") or not text else f"{text}\n",
        base=form.get("base", 64),
        seen=form.get("seen", 64),
        days=int(days) if days in map(str, DAYS) else 7,
        term=form.get("term", 300),
        by=by,
        do=do,
        value=value,
    )


class WorkbenchActions:
    """Does what the buttons say. Blocks; for one request at a time.

    Args:
        renderer: Has the store, the files in force, the settings and the present.
    """

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer
        self._settings = renderer.runtime.settings
        self._reader = ArchiveReader(self._settings, renderer.clock)

    def open_file(self, topic_id: str) -> OperatorFile:
        """Return the file of a topic; with the text of a new one where there is no id.

        Raises:
            NotFoundError: There is no such topic.
            UsageError: The file cannot be edited here.
        """
        folder, catalog = self._settings.config_dir, self._catalog()
        if topic_id:
            return find_file(folder, catalog, topic_id)
        path = topic_path(folder, NEW)
        return OperatorFile(path, topic_file(NEW, "", path, BLANK))

    def work(self, entered: Entered, t: Translator) -> Worked:
        """Do what a form asks for, and return what it came to."""
        if len(entered.text) > MAX_TEXT:
            trouble = t("workbench.too_long", n=t.number(MAX_TEXT))
            return Worked(entered, shown={"trouble": trouble})
        file = self.open_file(entered.topic_id)
        draft = self._draft(entered.text, file.path)
        actions = {
            "try": self._try,
            "expand": self._expand,
            "deny": self._deny,
            "test": self._test,
            "save": self._save,
            "overwrite": self._overwrite,
        }
        action = actions.get(entered.do)
        try:
            return action(entered, draft, file, t) if action else Worked(entered, draft)
        except UsageError as error:
            return Worked(entered, draft, {"error": t.phrase(error.phrase)})
        except WirewatchError as error:
            log.warning("workbench_failed", do=for_log(entered.do), reason=for_log(str(error)))
            return Worked(entered, draft, {"trouble": t("search.unavailable")})

    def _draft(self, text: str, path: Path) -> Draft:
        catalog = self._catalog()
        return read_draft(text, path, catalog, self._settings.language_codes)

    def _try(self, entered: Entered, draft: Draft, file: OperatorFile, t: Translator) -> Worked:
        if not draft.is_sound:
            return Worked(entered, draft, {"trouble": t("workbench.errors_first")})
        saved = self._draft(file.text, file.path) if file.digest else None
        recent, matches = self._reader.match(draft, saved, entered.days)
        shown = views.matches_view(matches, LIMITS, self._catalog(), t)
        reading = views.reading_view(recent, entered.days, t)
        return Worked(entered, draft, {"trial": shown, "reading": reading})

    def _expand(self, entered: Entered, draft: Draft, _: OperatorFile, t: Translator) -> Worked:
        term = entered.value or entered.term
        entered = replace(entered, term=term)
        if not term:
            return Worked(entered, draft, {"trouble": t("workbench.no_term")})
        if not draft.is_sound:
            return Worked(entered, draft, {"trouble": t("workbench.errors_first")})
        recent, expansion = self._reader.expand(term, draft.catalog, entered.days)
        shown = views.expansion_view(expansion)
        reading = views.reading_view(recent, entered.days, t)
        return Worked(entered, draft, {"expansion": shown, "reading": reading})

    def _deny(self, entered: Entered, _draft: Draft, file: OperatorFile, t: Translator) -> Worked:
        part, _, word = entered.value.partition("\t")
        if not word.strip():
            raise UsageError(Phrase("edit.no_word"))
        text = edits.deny_word(entered.text, entered.term, part, word, self._reading(file.path))
        entered = replace(entered, text=text, value="")
        worked = self._expand(entered, self._draft(text, file.path), file, t)
        return replace(worked, shown={**worked.shown, "done": t("workbench.denied", word=word)})

    def _test(self, entered: Entered, draft: Draft, file: OperatorFile, t: Translator) -> Worked:
        if draft.topic is None or not draft.is_sound:
            return Worked(entered, draft, {"trouble": t("workbench.errors_first")})
        processors = Processors.compile(draft.catalog, self._settings.language_codes)
        with self._renderer.store.read() as connection:
            tests = load_tests_of_alert(connection, draft.topic, processors, entered.value)
        if not tests:
            return Worked(entered, draft, {"trouble": t("workbench.no_test")})
        items = "".join(f"{line}\n" for line in tests_yaml(draft.topic, tests).split("\n")[2:])
        text = edits.add_tests(entered.text, items, len(tests), self._reading(file.path))
        done = t("workbench.test_added", name=display.line(str(tests[0]["name"])))
        return Worked(replace(entered, text=text), self._draft(text, file.path), {"done": done})

    def _reading(self, path: Path) -> edits.Read:
        catalog = self._catalog()
        return lambda text: read_definition(text, path, catalog)[0]

    def _overwrite(
        self, entered: Entered, draft: Draft, file: OperatorFile, t: Translator
    ) -> Worked:
        return self._save(replace(entered, base=entered.seen), draft, file, t)

    def _save(self, entered: Entered, draft: Draft, file: OperatorFile, t: Translator) -> Worked:
        saved = self._written(entered, draft, file)
        if saved.refusal is None and draft.topic is not None:
            return Worked(entered, draft, saved=draft.topic.id, notice=saved.notice)
        text = t(f"workbench.refused.{saved.refusal}", errors=draft.errors, id=entered.topic_id)
        return Worked(entered, draft, {"refusal": saved.refusal, "refused": text})

    def _written(self, entered: Entered, draft: Draft, file: OperatorFile) -> SaveOutcome:
        """Write the file unless there is a reason not to."""
        if not self._settings.web_edit_files:
            return SaveOutcome(SaveRefusal.NOT_ALLOWED)
        if draft.topic is None or draft.errors:
            return SaveOutcome(SaveRefusal.ERRORS)
        if entered.topic_id and draft.topic.id != entered.topic_id:
            return SaveOutcome(SaveRefusal.OTHER_ID)
        if not entered.topic_id:
            file = replace(file, path=topic_path(self._settings.config_dir, draft.topic.id))
        opened = replace(file, digest=entered.base)
        entry = SaveEntry("topic_saved", draft.topic.id, entered.by, self._renderer.clock())
        folder = self._settings.config_dir / "topics"
        return save_with_entry(self._renderer.store, entry, opened, entered.text, folder)

    def _catalog(self) -> Catalog:
        return self._renderer.runtime.catalog()
