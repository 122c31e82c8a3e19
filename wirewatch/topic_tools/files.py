"""Topics as commands name them: an id, the path of a file anywhere, or a file in a git revision.

::

    nato-membership                          the topic of config/topics/
    drafts/nato.yaml                         a file anywhere; it sees what config/ shares
    HEAD~1:config/topics/nato.yaml           the file as that revision has it
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from config.catalog.load import RawFile, assemble, gather
from config.catalog.models import Catalog, TopicDefinition
from config.catalog.variables import Variables
from config.errors import CatalogError, UsageError
from config.faults import Fault, in_file_order
from config.settings import Settings
from config.yaml.nodes import read
from processors import concept_faults, topic_faults
from processors.lint import errors_of_topic
from wirewatch.run.bootstrap import load_files

GIT_SECONDS = 20
"""How long git may take to print a file."""

_REVISION = re.compile(r"(?P<revision>[A-Za-z0-9_][^:\s]*):(?P<path>[^:]+\.ya?ml)")


def is_path(name: str) -> bool:
    """Return whether an argument is the path of a topic's file instead of a topic's id."""
    return name.endswith((".yaml", ".yml")) or "/" in name or os.sep in name


def load_topic(settings: Settings, name: str) -> tuple[Catalog, list[Fault]]:
    """Return the catalog with one topic alone, and every fault of its file and its concepts.

    Args:
        settings: Where the operator's files are.
        name: The topic: an id, a path, or ``REVISION:PATH``.

    Raises:
        UsageError: There is no such topic, file or revision.
        CatalogError: The file has an error that leaves no topic to look at.
    """
    catalog, faults = _load(settings, name)
    return _with_faults(catalog, topic_of(catalog).position.file, faults)


def faults_of_text(settings: Settings, path: Path, text: str) -> list[Fault]:
    """Return every fault of a topic that is not written yet.

    Args:
        settings: Where the operator's files are.
        path: Where the topic's file will be.
        text: The file.

    Raises:
        CatalogError: The text has an error that leaves no topic to look at.
    """
    catalog, faults = _topic_of_file(settings, RawFile("topic", path, text.encode()))
    return _with_faults(catalog, topic_of(catalog).position.file, faults)[1]


def load_sound_topic(settings: Settings, name: str) -> Catalog:
    """Return the catalog with one topic alone.

    Raises:
        UsageError: There is no such topic, file or revision.
        CatalogError: The topic's file has an error.
    """
    catalog, faults = _load(settings, name)
    topic = topic_of(catalog)
    errors = [f for f in faults if f.is_error and f.file == topic.position.file]
    if errors := [*errors, *errors_of_topic(topic, catalog)]:
        raise CatalogError(in_file_order(errors))
    return catalog


def check_alerts(settings: Settings) -> Catalog:
    """Return the valid parts of the operator's files, with all topics.

    Raises:
        CatalogError: alerts.yaml or its receivers have errors: nobody could be told.
    """
    from alerts.receivers import receiver_faults

    catalog, faults = load_files(settings)
    found = [*faults, *receiver_faults(catalog)]
    if errors := [f for f in found if f.is_error and Path(f.file).name == "alerts.yaml"]:
        raise CatalogError(errors)
    return catalog


def faults_of_topics(catalog: Catalog, faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults in the files of topics and vocabulary.

    Where there is no topic at all, they include those that say what cannot be read: the path of the
    configuration may be mistyped.
    """
    return [f for f in faults if _is_topic_fault(f) or (not catalog.topics and _is_unread(f))]


def topic_of(catalog: Catalog) -> TopicDefinition:
    """Return the topic of a catalog that has only one."""
    (topic,) = catalog.topics
    return topic


def _load(settings: Settings, name: str) -> tuple[Catalog, list[Fault]]:
    """Return the catalog with one topic alone, and the faults of reading the files."""
    if not is_path(name):
        return _configured_topic(settings, name)
    return _topic_of_file(settings, _raw_file(name))


def _configured_topic(settings: Settings, topic: str) -> tuple[Catalog, list[Fault]]:
    files = gather(settings.config_dir)
    variables = Variables(os.environ, Path(".env"))
    catalog, faults = assemble([f for f in files if _may_define(f, topic)], variables)
    chosen = tuple(t for t in catalog.topics if t.id == topic)
    if not chosen:  # the others too, to say what there is
        catalog, faults = assemble(files, variables)
        chosen = tuple(t for t in catalog.topics if t.id == topic)
    if not chosen:
        unread = [] if catalog.topics else [f for f in faults if _is_unread(f)]
        broken = [f for f in faults if f.is_error and _is_topic_file(f.file)]
        if errors := unread or [f for f in broken if Path(f.file).stem == topic]:
            raise CatalogError(errors)
        known = ", ".join(sorted(t.id for t in catalog.topics)) or "none"
        mend = f"Topics: {known}. The path of a file needs a slash or ends in .yaml."
        raise UsageError(f"There is no topic {topic!r}.", mend=mend)
    return replace(catalog, topics=chosen), faults


def _may_define(file: RawFile, topic: str) -> bool:
    """Return whether a file may have the topic, or is no topic's."""
    is_other = isinstance(file.content, bytes) and topic.encode() not in file.content
    return file.kind != "topic" or not is_other


def _topic_of_file(settings: Settings, file: RawFile) -> tuple[Catalog, list[Fault]]:
    """Return the topic of a file beside the other files of config/, without its other topics."""
    shared = [f for f in gather(settings.config_dir) if f.kind != "topic"]
    catalog, faults = assemble([*shared, file], Variables(os.environ, Path(".env")))
    if not catalog.topics:
        errors = [f for f in faults if f.is_error and not _is_of(shared, f)]
        raise CatalogError(errors or faults)
    return catalog, faults


def _with_faults(
    catalog: Catalog, file: str, faults: Sequence[Fault]
) -> tuple[Catalog, list[Fault]]:
    found = [*faults, *topic_faults(catalog)]
    of_concepts = concept_faults(topic_of(catalog), catalog)
    return catalog, in_file_order([*(f for f in found if f.file == file), *of_concepts])


def _is_of(files: Sequence[RawFile], fault: Fault) -> bool:
    return any(Path(fault.file).name == file.path.name for file in files)


def _is_topic_fault(fault: Fault) -> bool:
    path = Path(fault.file)
    return not {"topics", "vocabulary"}.isdisjoint((path.parent.name, path.name))


def _is_unread(fault: Fault) -> bool:
    return fault.code == "E201"


def _is_topic_file(file: str) -> bool:
    return Path(file).parent.name == "topics"


def _raw_file(name: str) -> RawFile:
    path = Path(name)
    if name.endswith(".yml"):
        raise UsageError(
            f"{name}: files that end in .yml are not read.", mend="Rename it to .yaml."
        )
    if not path.exists() and (match := _REVISION.fullmatch(name)):
        return RawFile("topic", Path(name), _file_in_git(match["revision"], match["path"]))
    if not path.is_file():
        why = "is a folder" if path.is_dir() else "does not exist"
        raise UsageError(f"{name} {why}.", mend="Name a topic's file, or a topic's id.")
    return RawFile("topic", path, read(path))


def _file_in_git(revision: str, path: str) -> bytes:
    """Return a file as a revision has it.

    Raises:
        UsageError: git is missing, or knows no such revision or file.
    """
    # ./ makes git read the path from the current folder, not from the root of the repository.
    relative = path if path.startswith(("/", "./", "../")) else f"./{path}"
    try:
        done = subprocess.run(  # noqa: S603  # a revision never begins with a hyphen
            ["git", "show", f"{revision}:{relative}"],  # noqa: S607  # the user's own git
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot be run: {error}.", mend="Name a file.") from None
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        raise UsageError(f"{revision}:{path}: {why}.", mend="Name a file and a revision of git.")
    return done.stdout
