"""``wirewatch topics new``: the first draft of a topic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from wirewatch.cli.output import say, write
from wirewatch.run.bootstrap import open_settings

if TYPE_CHECKING:
    from config.settings import Settings
    from wirewatch.topic_tools.draft import TopicDraft


def new(
    topic: Annotated[str, typer.Argument(metavar="ID", help="Its id: a-z, 0-9 and hyphens")],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORDS]...",
            help="What it is about: all of these are needed, of one with commas any. "
            "Default: the words of the id.",
        ),
    ] = None,
    *,
    title: Annotated[str, typer.Option(help="What people read. Default: made of the id.")] = "",
    query: Annotated[
        str, typer.Option(help="Its only query, instead of rules made of words.")
    ] = "",
) -> None:
    """Write the first draft of a topic into config/topics. Never overwrites a file.

    \b
    wirewatch topics new arms-for-ukraine
    wirewatch topics new arms-for-ukraine "Waffenlieferung, Panzer, military aid" "Ukraine, Kiew"

    A word that a concept of the vocabulary finds becomes that concept, in all its languages, and
    stays beside it; a name becomes the entity. The rules score a headline, a lead
    and sentences of the text.
    """  # noqa: D301 click reads \b as: keep these lines
    from config.catalog import values
    from wirewatch.topic_tools.files import faults_of_text
    from wirewatch.topic_tools.template import check_query, topic_file

    settings = open_settings()
    name = values.identifier(topic)
    if isinstance(name, values.InvalidValue):
        raise UsageError(name.message, mend=name.mend)
    if query:
        check_query(query)
    path = settings.config_dir / "topics" / f"{name}.yaml"
    draft = query or _draft(settings, name, words or [])

    def text_of(draft: TopicDraft | str) -> str:
        return topic_file(name, " ".join(title.split()), path, draft)

    text, faults = text_of(draft), []
    for text in map(text_of, _variants(draft)):
        faults = faults_of_text(settings, path, text)
        if not any(fault.code == "W113" for fault in faults):
            break
    _write(path, text)
    _print_next_steps(name, str(path))
    for fault in faults:
        say(str(fault))


def _variants(draft: TopicDraft | str) -> list[TopicDraft | str]:
    """Return drafts: the first in which no word is in two operands (W113), else the last."""
    if isinstance(draft, str):
        return [draft]
    return [draft, replace(draft, names_only=True)]


def _draft(settings: Settings, topic: str, words: list[str]) -> TopicDraft:
    """Return the draft of a topic, from its words or from those of its id.

    Raises:
        UsageError: There are no words, or more are needed together than a sentence holds.
    """
    from wirewatch.run.bootstrap import load_files
    from wirewatch.topic_tools.draft import draft_of_id, draft_of_words
    from wirewatch.topic_tools.probe import ConceptProbe
    from wirewatch.topic_tools.template import TERMS

    probe = ConceptProbe(load_files(settings)[0], settings.language_codes)
    draft = draft_of_words(words, probe) if words else draft_of_id(topic, probe)
    if not draft.subjects:
        raise UsageError("There is no word among these.", mend="Say what the topic is about.")
    if len(draft.subjects) > len(TERMS):
        mend = "Give fewer: words between commas are alternatives."
        raise UsageError(f"{len(draft.subjects)} things in one sentence are too many.", mend=mend)
    return draft


def _write(path: Path, text: str) -> None:
    """Write a new file.

    Raises:
        UsageError: There is a file, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        mend = "Choose another id, or edit that file."
        raise UsageError(f"{path} exists already.", mend=mend) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.", mend="Make it writable.") from None


def _print_next_steps(topic: str, path: str) -> None:
    say(f"{path} is written. It is a draft: its matches are published, nobody is notified.")
    write("Next:")
    steps = (
        ("edit the file", "its terms, and headlines it must find and must not find"),
        (f"wirewatch topics lint {topic}", "what is wrong or risky in it"),
        (f"wirewatch topics test {topic}", "do its tests pass?"),
        (f"wirewatch topics try {topic} FILE", "precision and recall on labelled headlines"),
        (
            f"wirewatch topics suggest {topic} --file FILE",
            "what would catch each headline it missed",
        ),
        (f"wirewatch topics expand WORD --topic {topic}", "what a word finds in stored articles"),
        (f"wirewatch topics backtest {topic} --since 7d", "what it would have told people"),
        ("set `state: live`", "a running system takes it over by itself"),
    )
    width = max(len(command) for command, _ in steps)
    for command, why in steps:
        write(f"  {command:<{width}}  {why}")
