"""Slots: the stable names under which the processes of one host share the work.

::

    WIREWATCH_SLOT, or the host's name ─▶ <base>-1, <base>-2 … ─lowest that is free─▶ Claim

A slot is a member's name in every group, on Kafka its static membership and its transactions too:
two living processes must never have one, and a process that comes back must get the one it had. So
each number is a file that the kernel keeps locked for us (``flock``), in a folder that all
processes of a user on this host share, whatever their data folders are. A claim that its parent
made passes to a forked child and lives until the last of them has ended; executed children (the
extraction pool) do not get it.

The file also holds what the process last said of its health: whoever reads it knows by the lock
whether that process lives. (``systemd-tmpfiles`` leaves locked files alone.)
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import re
import socket
import stat
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from config.errors import SettingsError
from config.settings import Settings

MOST_SAID = 4000
"""Bytes of what a process says: less than a page, so that it is read as it was written."""

_LOOKS, _LOOK_SECONDS = 3, 0.01
"""A reader holds a lock for a moment only; a process holds it for long."""


@dataclass
class SlotClaim:
    """A slot that is ours until it is closed, or until this process and its children have ended.

    Attributes:
        slot: ``<base>-<number>``.
    """

    slot: str
    _path: Path = field(repr=False)
    _descriptor: int = field(repr=False)

    def say(self, text: str) -> None:
        """Leave a text for :func:`held`; it replaces the last one."""
        raw = text.encode()
        if len(raw) >= MOST_SAID:
            raise ValueError(f"{len(raw)} bytes are too many to say")
        os.pwrite(self._descriptor, raw + b"\n", 0)
        os.ftruncate(self._descriptor, len(raw) + 1)

    def drop(self) -> None:
        """Close this process's copy only: for a child, of the claims that are its siblings'."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def close(self) -> None:
        """Give the slot back. Idempotent."""
        if self._descriptor >= 0 and _is_still(self._path, self._descriptor):
            self._path.unlink(missing_ok=True)
        self.drop()


def base(settings: Settings) -> str:
    """What the slots of this host begin with."""
    name = settings.slot or re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname())[:80]
    return name or "host"


def claim_slot(settings: Settings, *, home: Path | None = None) -> SlotClaim:
    """The lowest free slot; numbers begin at 1.

    Args:
        settings: Name the base; streams and prefix tell which deployments share the work.
        home: Where the folder of slots lies; by default that of temporary files.

    Raises:
        SettingsError: The folder of slots cannot be used, or belongs to somebody else.
    """
    folder = _folder(home)
    try:
        for number in itertools.count(1):
            slot = f"{base(settings)}-{number}"
            path = folder / f"{_deployment(settings)}-{slot}"
            if (descriptor := _take(path)) is not None:
                return SlotClaim(slot, path, descriptor)
    except OSError as error:
        raise _unusable(folder, str(error.strerror)) from None
    raise AssertionError("numbers do not end")


def held(settings: Settings, *, home: Path | None = None) -> dict[str, str]:
    """What living processes of this base said last, by slot; ``""`` where one has not said yet.

    Raises:
        SettingsError: The folder of slots cannot be used, or belongs to somebody else.
    """
    wanted = re.compile(re.escape(f"{_deployment(settings)}-{base(settings)}") + r"-\d+")
    files = sorted(p for p in _folder(home).iterdir() if wanted.fullmatch(p.name))
    heard = ((path.name.partition("-")[2], _said(path)) for path in files)
    return {slot: said for slot, said in heard if said is not None}


def _folder(home: Path | None) -> Path:
    """The folder of this user's slots, of all deployments."""
    own = Path()
    try:
        own = (home or Path(tempfile.gettempdir())) / f"wirewatch-slots-{os.geteuid()}"
        own.mkdir(mode=0o700, exist_ok=True)
        found = own.lstat()
    except OSError as error:
        raise _unusable(own, str(error.strerror)) from None
    if not _is_ours(found):
        raise _unusable(own, "it belongs to somebody else, or others may write to it")
    return own


def _is_ours(found: os.stat_result) -> bool:
    """Whether nobody else can have put files there: others may create names in a common folder."""
    mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return mine and not found.st_mode & 0o022


def _unusable(folder: Path, why: str) -> SettingsError:
    return SettingsError(
        f"The folder {folder} for the slots of this host cannot be used: {why}.",
        mend="Set TMPDIR to a folder of your own, the same for every process that shares the work.",
    )


def _deployment(settings: Settings) -> str:
    """The same for every process of one deployment, however its streams are spelled."""
    scheme, _, rest = settings.streams_location.partition("://")
    if scheme == "sqlite":
        where = os.path.realpath(rest.removeprefix("/"))
    else:
        where = ",".join(sorted({host.strip().lower() for host in rest.split(",")}))
    whole = f"{scheme}\0{where}\0{settings.streams_prefix.rstrip('.')}"
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _take(path: Path) -> int | None:
    """The descriptor of a locked, empty file; None where another process has it."""
    for _ in range(_LOOKS):
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        if _locked(descriptor, fcntl.LOCK_EX) and _is_still(path, descriptor):
            os.ftruncate(descriptor, 0)
            return descriptor
        os.close(descriptor)
        time.sleep(_LOOK_SECONDS)
    return None


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether the file is the one of that name: somebody may have swept it away meanwhile."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _said(path: Path) -> str | None:
    """What the process that holds a file said last; None where none holds it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        if _locked(descriptor, fcntl.LOCK_SH):
            return None
        return os.pread(descriptor, MOST_SAID, 0).decode("utf-8", "replace").partition("\n")[0]
    finally:
        os.close(descriptor)
