"""Accounts in memory, and hashes that cost little."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from argon2 import PasswordHasher

from config.errors import StoreError
from core.store.accounts import Account, AccountRole, account_id
from wirewatch.web.auth.principal import Recognition

PASSWORD = "correct horse battery staple"
CREATED = datetime(2026, 11, 1, tzinfo=UTC)


def cheap_hash(password: str = PASSWORD) -> str:
    """Return a hash that is verified within a millisecond; its parameters are part of it."""
    return PasswordHasher(1, 8, 1).hash(password)


class MemoryAccounts:
    """A directory of accounts that a test fills.

    Attributes:
        signed_in: Names of those who signed in.
        is_away: Whether looking an account up fails, as if the store were not available.
    """

    def __init__(self) -> None:
        self._by_id: dict[str, Account] = {}
        self.signed_in: list[str] = []
        self.is_away = False

    def add(
        self, name: str, role: AccountRole = AccountRole.ANALYST, password: str = PASSWORD
    ) -> None:
        """Add an account, or replace it."""
        account = Account(account_id(name), name, role, cheap_hash(password), CREATED)
        self._by_id[account.id] = account

    def change_role(self, name: str, role: AccountRole) -> None:
        """Change the role of an account."""
        key = account_id(name)
        self._by_id[key] = replace(self._by_id[key], role=role)

    def remove(self, name: str) -> None:
        """Remove an account."""
        del self._by_id[account_id(name)]

    def recognise(self, account_id: str) -> Recognition:
        """Return the account of an id, and whether there are any."""
        if self.is_away:
            raise StoreError("The database is away.")
        return Recognition(bool(self._by_id), self._by_id.get(account_id))

    def record_sign_in(self, account: Account) -> None:
        """Record that an account has signed in."""
        self.signed_in.append(account.name)
