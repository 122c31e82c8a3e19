"""Hashes of passwords."""

from __future__ import annotations

import threading

import pytest

from config.errors import UsageError
from wirewatch.accounts import passwords
from wirewatch.accounts.passwords import check_password, hash_password, verify_password

PASSWORD = "correct horse battery staple"


def test_a_hash_verifies_its_password_alone_and_says_how_it_was_made() -> None:
    made = hash_password(PASSWORD)
    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_password(made, PASSWORD)
    for wrong in (PASSWORD + " ", "", "\ud800", "x" * 2_000):
        assert not verify_password(made, wrong), wrong


def test_a_name_without_account_costs_a_hash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    class Hasher:
        def hash(self, password: bytes) -> str:
            del password
            return "hash of nobody"

        def verify(self, password_hash: str, password: bytes) -> bool:
            del password
            verified.append(password_hash)
            return True  # as if the random password had been guessed

    monkeypatch.setattr(passwords, "_hasher", Hasher)
    passwords._hash_of_nobody.cache_clear()
    try:
        assert not verify_password(None, PASSWORD)
        assert verify_password("hash of Ada", PASSWORD)
    finally:
        passwords._hash_of_nobody.cache_clear()
    assert verified == ["hash of nobody", "hash of Ada"]


def test_hashes_are_computed_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, all_wait = [0], [0], threading.Barrier(4)

    class Hasher:
        def hash(self, password: bytes) -> str:
            del password
            running[0] += 1
            most[0] = max(most[0], running[0])
            threading.Event().wait(0.002)
            running[0] -= 1
            return ""

    def work() -> None:
        all_wait.wait()
        hash_password(PASSWORD)

    monkeypatch.setattr(passwords, "_hasher", Hasher)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_a_password_is_neither_short_nor_endless() -> None:
    assert check_password("x" * 12) == "x" * 12
    for wrong in ("", "x" * 11, "x" * 1_001):
        with pytest.raises(UsageError):
            check_password(wrong)
