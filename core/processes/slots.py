"""Slots: the stable names under which the processes of one host share the work.

::

    WIREWATCH_SLOT, or the host's name ─▶ <base>-1, <base>-2 … ─the lowest free one─▶ SlotClaim

A process uses its slot as its member name in every consumer group; on Kafka it is also the name of
its static membership and of its transactions. So two living processes must never have the same
slot, and a process that restarts must get its old slot again. Each slot is a locked file
(:mod:`core.processes.file_lock`) in a folder that all processes of one user on one host share,
whatever their data folders are. A claim made by a parent passes to a forked child and lasts until
the last of them has ended; executed programs (the extraction workers) do not inherit it.

The file also holds the last status that its process wrote: a reader knows by the lock whether that
process is alive. (``systemd-tmpfiles`` does not delete locked files.) What is too long for a status
is in a second file beside it, the process's snapshot, which is replaced as a whole.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import socket
import stat
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import SettingsError
from core.processes import file_lock

if TYPE_CHECKING:
    from config.settings import Settings

MAX_STATUS_BYTES = 4000
"""Size of a status, less than a memory page, so that readers never see half of one."""

MAX_SNAPSHOT_BYTES = 8_000_000
"""Size of a snapshot: the metrics of ten thousand topics."""

_SNAPSHOT = ".snapshot"
"""What the name of a slot's snapshot file ends with."""

_ATTEMPTS, _ATTEMPT_SECONDS = 3, 0.01
"""A reader locks a file only for a moment; a process keeps it locked."""


@dataclass
class SlotClaim:
    """A claimed slot, until it is closed or this process and its forked children have ended.

    Attributes:
        slot: ``<base>-<number>``.
    """

    slot: str
    _path: Path = field(repr=False)
    _descriptor: int = field(repr=False)

    def write_status(self, text: str) -> None:
        """Replace the status that :func:`read_statuses` returns.

        Raises:
            ValueError: The text is too long (:data:`MAX_STATUS_BYTES`).
        """
        raw = text.encode()
        if len(raw) >= MAX_STATUS_BYTES:
            raise ValueError(f"a status of {len(raw)} bytes is too long")
        os.pwrite(self._descriptor, raw + b"\n", 0)
        os.ftruncate(self._descriptor, len(raw) + 1)

    def write_snapshot(self, raw: bytes) -> None:
        """Replace the snapshot that :func:`read_snapshots` returns.

        Raises:
            ValueError: The snapshot is too long (:data:`MAX_SNAPSHOT_BYTES`).
            OSError: The file cannot be written.
        """
        if len(raw) > MAX_SNAPSHOT_BYTES:
            raise ValueError(f"a snapshot of {len(raw)} bytes is too long")
        path = _snapshot_path(self._path)
        new = path.with_name(f"{path.name}.new")
        descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
        new.replace(path)

    def detach(self) -> None:
        """Close this process's copy of the claim: a forked child detaches its siblings' slots."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def close(self) -> None:
        """Free the slot. Idempotent."""
        if self._descriptor >= 0 and file_lock.is_open_at(self._path, self._descriptor):
            _snapshot_path(self._path).unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)
        self.detach()


def slot_base(settings: Settings) -> str:
    """Return the name with which the slots of this host begin."""
    name = settings.slot or re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname())[:80]
    return name or "host"


def claim_slot(settings: Settings, *, parent: Path | None = None) -> SlotClaim:
    """Claim the lowest free slot; numbers begin at 1.

    Args:
        settings: Give the base, and the streams and prefix that identify the deployment.
        parent: Where the folder of slots is; by default the system's folder of temporary files.

    Raises:
        SettingsError: The folder of slots cannot be used, or belongs to another user.
    """
    folder = _slot_folder(parent)
    try:
        for number in itertools.count(1):
            slot = f"{slot_base(settings)}-{number}"
            path = folder / f"{_deployment(settings)}-{slot}"
            if (descriptor := _acquire(path)) is not None:
                return SlotClaim(slot, path, descriptor)
    except OSError as error:
        raise _unusable(folder, str(error.strerror)) from None
    raise AssertionError("numbers do not end")


def read_statuses(settings: Settings, *, parent: Path | None = None) -> dict[str, str]:
    """Return the last status of every living process of this base, by slot.

    A process that has not written one yet has the status ``""``.

    Raises:
        SettingsError: The folder of slots cannot be used, or belongs to another user.
    """
    statuses = {slot: _read_status(path) for slot, path in _slot_paths(settings, parent).items()}
    return {slot: status for slot, status in statuses.items() if status is not None}


def read_snapshots(settings: Settings, *, parent: Path | None = None) -> dict[str, bytes]:
    """Return the last snapshot of every living process of this base that wrote one, by slot.

    Raises:
        SettingsError: The folder of slots cannot be used, or belongs to another user.
    """
    snapshots = {}
    for slot, path in _slot_paths(settings, parent).items():
        if file_lock.is_locked(path):
            with suppress(FileNotFoundError):
                snapshots[slot] = _snapshot_path(path).read_bytes()
    return snapshots


def _slot_paths(settings: Settings, parent: Path | None) -> dict[str, Path]:
    """Return the files of all slots of this base, whether they are claimed or not."""
    pattern = re.compile(re.escape(f"{_deployment(settings)}-{slot_base(settings)}") + r"-\d+")
    paths = sorted(p for p in _slot_folder(parent).iterdir() if pattern.fullmatch(p.name))
    return {path.name.partition("-")[2]: path for path in paths}


def _snapshot_path(path: Path) -> Path:
    return path.with_name(path.name + _SNAPSHOT)


def _slot_folder(parent: Path | None) -> Path:
    """Return the folder of this user's slots, of all deployments; create it where missing."""
    folder = Path()
    try:
        folder = (parent or Path(tempfile.gettempdir())) / f"wirewatch-slots-{os.geteuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise _unusable(folder, str(error.strerror)) from None
    if not _is_private(status):
        raise _unusable(folder, "it belongs to another user, or other users may write to it")
    return folder


def _is_private(status: os.stat_result) -> bool:
    """Return whether only this user can have created files in the folder.

    Any user may create a folder of this name in a shared folder of temporary files.
    """
    is_own_folder = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return is_own_folder and not status.st_mode & 0o022


def _unusable(folder: Path, reason: str) -> SettingsError:
    return SettingsError(
        f"The folder {folder} for the slots of this host cannot be used: {reason}.",
        mend="Set TMPDIR to a folder of your own, the same for every process that shares the work.",
    )


def _deployment(settings: Settings) -> str:
    """Return an id of the deployment, the same however the URL of its streams is spelled."""
    scheme, _, rest = settings.streams_location.partition("://")
    if scheme == "sqlite":
        location = os.path.realpath(rest.removeprefix("/"))
    else:
        location = ",".join(sorted({host.strip().lower() for host in rest.split(",")}))
    identity = f"{scheme}\0{location}\0{settings.streams_prefix.rstrip('.')}"
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _acquire(path: Path) -> int | None:
    """Lock and empty a slot's file. Return its descriptor, or None where another process has it."""
    for _ in range(_ATTEMPTS):
        if (descriptor := file_lock.acquire(path)) is not None:
            _snapshot_path(path).unlink(missing_ok=True)
            os.ftruncate(descriptor, 0)
            return descriptor
        time.sleep(_ATTEMPT_SECONDS)
    return None


def _read_status(path: Path) -> str | None:
    """Return the last status of the process that holds a slot; None where no process holds it."""
    with file_lock.open_if_locked(path) as descriptor:
        if descriptor is None:
            return None
        raw = os.pread(descriptor, MAX_STATUS_BYTES, 0)
        return raw.decode("utf-8", "replace").partition("\n")[0]
