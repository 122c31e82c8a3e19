"""Passwords: Argon2id hashes, made and verified one at a time.

A hash needs 19 MiB of memory and some 30 ms of one core. One at a time in a process, so that many
people who sign in at once (or somebody who pretends to be many) cannot exhaust its memory.
"""

from __future__ import annotations

import secrets
import threading
from functools import cache
from typing import TYPE_CHECKING

from config.errors import UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

TIME_COST, MEMORY_KIB, PARALLELISM = 2, 19_456, 1
"""The parameters that OWASP's Password Storage Cheat Sheet names first for Argon2id."""

MIN_LENGTH = 12
"""Characters of a password at least. NIST SP 800-63B asks for length, and for no kinds of
characters."""

MAX_LENGTH = 1_000
"""Characters of a password at most: hashing takes longer for longer ones."""

_one_at_a_time = threading.Lock()


def check_password(password: str) -> str:
    """Return the password if it may be used.

    Raises:
        UsageError: It is too short or too long.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        mend = "Several words that you make up are easy to remember."
        raise UsageError(f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters.", mend=mend)
    return password


def hash_password(password: str) -> str:
    """Return the hash of a password, with its parameters and a random salt."""
    with _one_at_a_time:
        return _hasher().hash(_bytes(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Return whether a password belongs to a hash.

    Args:
        password_hash: The hash of an account; None where there is no such account. Then another
            hash is computed, so that the answer takes as long and does not tell the two apart.
        password: As it was entered; untrusted.
    """
    from argon2.exceptions import VerifyMismatchError

    if len(password) > MAX_LENGTH:
        return False
    with _one_at_a_time:
        nobody = _hash_of_nobody()
        try:
            _hasher().verify(password_hash or nobody, _bytes(password))
        except VerifyMismatchError:
            return False
    return password_hash is not None


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(TIME_COST, MEMORY_KIB, PARALLELISM)


@cache
def _hash_of_nobody() -> str:
    return _hasher().hash(secrets.token_bytes(32))


def _bytes(password: str) -> bytes:
    """Return the password in UTF-8; a half of a surrogate pair is no reason to fail."""
    return password.encode("utf-8", "surrogatepass")
