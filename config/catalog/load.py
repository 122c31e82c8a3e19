"""Load a folder into a catalog, or return all of its faults at once.

::

    gather(folder) ──▶ RawFile … ──▶ assemble ──▶ Catalog (the valid parts), faults
      bytes, or a fault              parse → vocabulary, entities → topics, sources → alerts

Topics refer to entities, routes to receivers and topics. Each file is read after those it refers
to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from config.catalog.alerts import KINDS, read_alerts
from config.catalog.entities import read_entities
from config.catalog.models import (
    AlertsDefinition,
    Catalog,
    FilePosition,
    Outlet,
    Tier,
    TopicDefinition,
)
from config.catalog.section import Faults
from config.catalog.sources import read_sources
from config.catalog.topics import SEVERITIES, read_topic
from config.catalog.variables import Variables
from config.catalog.vocabulary import read_vocabulary
from config.catalog.word_files import WordFiles
from config.faults import Fault, in_file_order
from config.yaml.nodes import ScalarNode, YamlNode, fault, parse, read, shown_path

Kind = Literal["sources", "topic", "entities", "vocabulary", "alerts"]

ParseFile = Callable[[str, bytes], tuple[YamlNode | None, list[Fault]]]
"""Parses the bytes of a file into a tree and faults."""

FOLDERS: Final[tuple[tuple[Kind, str], ...]] = (
    ("entities", "entities"),
    ("vocabulary", "vocabulary"),
    ("topic", "topics"),
)
"""The folders of files by what these contain."""

_FILES: Final[tuple[tuple[Kind, str], ...]] = (
    ("sources", "sources.yaml"),
    ("alerts", "alerts.yaml"),
)


@dataclass(frozen=True, slots=True)
class RawFile:
    """An operator file, not parsed yet.

    Attributes:
        content: Its bytes, or why it could not be read.
    """

    kind: Kind
    path: Path
    content: bytes | Fault

    @property
    def fingerprint(self) -> str:
        """A hash of the content."""
        raw = self.content if isinstance(self.content, bytes) else str(self.content).encode()
        return hashlib.sha256(raw).hexdigest()


def load_catalog(
    folder: Path, environ: Mapping[str, str], dotenv: Path = Path(".env")
) -> tuple[Catalog | None, list[Fault]]:
    """Read the operator's files. Never raises for the content of a file.

    Args:
        folder: Contains sources.yaml and optionally topics/, entities/, vocabulary/ and
            alerts.yaml.
        environ: Where ``${NAME}`` is looked up first.
        dotenv: Where it is looked up last; may be missing.

    Returns:
        The catalog, or None where there is an error (warnings do not prevent it), and all faults
        of all files in file order.
    """
    catalog, faults = load_partly(folder, environ, dotenv)
    return (None if any(f.is_error for f in faults) else catalog), faults


def load_partly(
    folder: Path, environ: Mapping[str, str], dotenv: Path = Path(".env")
) -> tuple[Catalog, list[Fault]]:
    """Read the operator's files into a catalog of their valid parts, with all faults."""
    return assemble(gather(folder), Variables(environ, dotenv))


def operator_files(folder: Path) -> list[tuple[Kind, Path]]:
    """Return the files to read, readable or not; sources.yaml even where it is missing."""
    named = [(kind, folder / name) for kind, name in _FILES]
    present = [(k, p) for k, p in named if k == "sources" or p.exists() or p.is_symlink()]
    return present + [pair for kind, name in FOLDERS for pair in _in_folder(kind, folder / name)]


def _in_folder(kind: Kind, folder: Path) -> list[tuple[Kind, Path]]:
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError:  # not a folder, or not readable: reading it as a file reports which
        return [(kind, folder)]
    return [(kind, p) for p in paths if p.suffix in (".yaml", ".yml") and p.name[0] != "."]


def gather(folder: Path) -> tuple[RawFile, ...]:
    """Read every operator file of a folder."""
    if not folder.is_dir():
        mend = "Create it, or set WIREWATCH_CONFIG_DIR to the folder with sources.yaml."
        missing = fault(
            FilePosition(shown_path(folder), 1, 1), "E201", "There is no such folder.", mend
        )
        return (RawFile("sources", folder, missing),)
    return tuple(RawFile(kind, path, read(path)) for kind, path in operator_files(folder))


def assemble(
    files: Sequence[RawFile],
    variables: Variables,
    parse: ParseFile = parse,
    words: WordFiles | None = None,
    *,
    is_partial: bool = False,
) -> tuple[Catalog, list[Fault]]:
    """Return a catalog of the valid parts of these files, and all faults in file order.

    Args:
        files: The files, as :func:`gather` read them.
        variables: Replaces ``${NAME}``.
        parse: Parses a file; one with a cache makes a reload fast.
        words: Reads the files of words that topics name.
        is_partial: Whether topics are left out, so that routes may be about unknown ones.
    """
    faults = Faults()
    roots, unread = _roots(files, faults, parse)
    ids: dict[str, FilePosition] = {}
    entities = tuple(e for root in roots["entities"] for e in read_entities(root, faults, ids))
    known = None if "entities" in unread else ids
    concepts: dict[str, FilePosition] = {}
    vocabulary = tuple(
        concept
        for root in roots["vocabulary"]
        for concept in read_vocabulary(root, faults, concepts)
    )
    topics = _topics(roots["topic"], faults, known, words or WordFiles(variables.files))
    outlets = tuple(
        outlet for root in roots["sources"] for outlet in read_sources(root, faults, variables)
    )
    labels = {} if faults.errors or is_partial else _labels(topics, outlets)
    alerts = AlertsDefinition()
    for root in roots["alerts"]:
        alerts = read_alerts(root, faults, variables, labels)
    return Catalog(outlets, topics, entities, alerts, vocabulary), in_file_order(faults.all)


def _topics(
    roots: Sequence[YamlNode],
    faults: Faults,
    entities: Collection[str] | None,
    word_files: WordFiles,
) -> tuple[TopicDefinition, ...]:
    seen: dict[str, FilePosition] = {}
    topics = (read_topic(root, faults, seen, entities, word_files) for root in roots)
    return tuple(topic for topic in topics if topic is not None)


def _labels(
    topics: Sequence[TopicDefinition], outlets: Sequence[Outlet]
) -> dict[str, Collection[str]]:
    return {
        "topic": {topic.id for topic in topics},
        "severity": SEVERITIES,
        "kind": KINDS,
        "tier": tuple(Tier),
        "outlet": {outlet.id for outlet in outlets},
        "country": {outlet.country for outlet in outlets if outlet.country},
    }


def _roots(
    files: Sequence[RawFile], faults: Faults, parse: ParseFile
) -> tuple[dict[Kind, list[YamlNode]], frozenset[Kind]]:
    """Return the tree of each file, and the kinds of which a file could not be read."""
    roots: dict[Kind, list[YamlNode]] = {kind: [] for kind in get_args(Kind)}
    unread: set[Kind] = set()
    for file in files:
        before = faults.errors
        root = _root(file, faults, parse)
        if root is not None:
            roots[file.kind].append(root)
        elif faults.errors > before:
            unread.add(file.kind)
    return roots, frozenset(unread)


def _root(file: RawFile, faults: Faults, parse: ParseFile) -> YamlNode | None:
    start = FilePosition(shown_path(file.path), 1, 1)
    if isinstance(file.content, Fault):
        faults.extend([file.content])
        return None
    if file.path.suffix == ".yml":
        faults.add(start, "W202", "Files that end in .yml are not read.", "Rename it to .yaml.")
        return None
    root, found = parse(start.file, file.content)
    faults.extend(found)
    if root is None or (isinstance(root, ScalarNode) and root.is_null):
        if not found:
            _empty(start, file.kind, faults)
        return None
    return root


def _empty(position: FilePosition, kind: Kind, faults: Faults) -> None:
    if kind == "sources":
        faults.add(
            position, "E212", "The file is empty.", "Write `outlets:` and a list of outlets."
        )
    else:
        faults.add(position, "W201", "The file is empty.", "Add content, or delete it.")
