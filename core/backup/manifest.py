"""The manifest of a backup: what it contains, and which version of the program can read it."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from config.errors import BackupInvalidError

FILE = "manifest.json"
FORMAT = 1
STORE, STORE_DUMP, STREAMS, ARCHIVE, CONFIG = (
    "store.db",
    "store.dump",
    "streams.db",
    "archive.db",
    "config",
)
"""Names within a backup. Those of databases are also their names in a data folder."""


def _inside(path: str) -> str:
    """Return a path that leads into the backup.

    Raises:
        ValueError: It leads elsewhere.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise ValueError(f"{path!r} is not a path within the backup")
    return path


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class BackedUpFile(_Model):
    """A file of the backup.

    Attributes:
        path: Relative to the manifest, with slashes.
        bytes: Its size.
        sha256: Its hash, in hexadecimal.
    """

    path: Annotated[str, AfterValidator(_inside)]
    bytes: int
    sha256: str


class GroupPosition(_Model):
    """Where a consumer group on Kafka reads next in a partition."""

    group: str
    stream: str
    partition: int
    offset: int


class Manifest(_Model):
    """What a backup contains.

    Attributes:
        format: Version of this file's form.
        program: Version of the program that wrote it.
        at: The moment whose state it is.
        held_seconds: How long the running program could not write.
        store: Which database the store was in.
        schema_revision: The store's schema.
        store_id: Identifies the store's data.
        streams: Which engine the streams were in. Those on Kafka are not in the backup.
        streams_version: Version of the stream file; 0 on Kafka.
        archive_version: Version of the archive's file; 0 where it is in PostgreSQL or missing.
        positions: On Kafka, what each group had processed before the moment.
        files: All other files of the backup.
    """

    format: int
    program: str
    at: datetime
    held_seconds: float
    store: Literal["sqlite", "postgresql"]
    schema_revision: str
    store_id: str
    streams: Literal["sqlite", "kafka"]
    streams_version: int = 0
    archive_version: int = 0
    positions: tuple[GroupPosition, ...] = ()
    files: tuple[BackedUpFile, ...] = Field(min_length=1)

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(file.bytes for file in self.files)

    def has(self, path: str) -> bool:
        """Return whether the backup has a file."""
        return any(file.path == path for file in self.files)


def load_manifest(backup: Path) -> Manifest:
    """Read the manifest of a backup.

    Raises:
        BackupInvalidError: It is missing, damaged, or of a newer version of the program.
    """
    try:
        content = (backup / FILE).read_bytes()
    except OSError as error:
        raise BackupInvalidError(
            f"{backup} is no complete backup: {FILE} cannot be read ({error.strerror}).",
            mend="Name a folder that `wirewatch backup` wrote.",
        ) from None
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BackupInvalidError(
            f"{FILE} of {backup} is not valid at {where or 'its end'}."
        ) from None
    if manifest.format > FORMAT:
        raise newer("The backup", manifest)
    return manifest


def newer(what: str, manifest: Manifest) -> BackupInvalidError:
    """Return the error that says that a newer version of the program wrote something."""
    return BackupInvalidError(
        f"{what} was written by version {manifest.program} of Wirewatch, which is newer.",
        mend="Restore it with that version or a later one.",
    )


def describe_file(folder: Path, path: Path) -> BackedUpFile:
    """Return the entry of a file, after reading it."""
    digest, size = hash_file(path)
    return BackedUpFile(path=path.relative_to(folder).as_posix(), bytes=size, sha256=digest)


def hash_file(path: Path) -> tuple[str, int]:
    """Return the hash and the size of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, os.fstat(file.fileno()).st_size
