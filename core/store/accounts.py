"""Accounts of the people who use the console: a name, a role and the hash of a password each.

Names are compared without regard to case (:attr:`Account.id` is the same for ``Anna`` and
``anna``), so that nobody can sign in under a name that reads like another.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from sqlalchemy import Column, Connection, RowMapping, String, Table, Text, func, select

from config.errors import NotFoundError, UsageError
from core.ids import hash_parts
from core.store import leases
from core.store.column_types import SafeText, UtcDateTime, metadata
from core.text import clean_line

MAX_NAME = 80
"""Characters of a name, as of every author of an action."""

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", SafeText, nullable=False),
    Column("role", String(12), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)


class AccountRole(IntEnum):
    """What an account may do; a higher role may do everything that a lower one may."""

    READER = 1
    """See everything."""

    ANALYST = 2
    """Act on stories: acknowledge, assign, judge, snooze, write notes."""

    OPERATOR = 3
    """Change topics, poll feeds, send again, and see who did what."""

    @classmethod
    def parse(cls, text: str) -> AccountRole:
        """Return the role of a name in lower case.

        Raises:
            UsageError: There is no such role.
        """
        try:
            return cls[text.upper()]
        except KeyError:
            roles = ", ".join(map(str, cls))
            raise UsageError(f"{text[:40]!r} is no role.", mend=f"Use one of: {roles}.") from None

    def __str__(self) -> str:
        """Return the name as people write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Account:
    """An account.

    Attributes:
        id: Derived from the name without regard to case.
        password_hash: Argon2id hash with its parameters and salt.
    """

    id: str
    name: str
    role: AccountRole
    password_hash: str
    created_at: datetime

    @property
    def session_stamp(self) -> str:
        """Return what a session of the account holds; another one once the password is changed.

        The salt in the hash is random, so an account that was removed and added again under the
        same name with the same password has another stamp too.
        """
        return hashlib.sha256(f"{self.id}:{self.password_hash}".encode()).hexdigest()[:32]


def account_id(name: str) -> str:
    """Return the id of a name, whatever its case."""
    return hash_parts("account", clean_line(name, MAX_NAME).casefold())


def check_name(name: str) -> str:
    """Return a name as it is stored.

    Raises:
        UsageError: It is empty or too long, or has characters that names do not have.
    """
    cleaned = clean_line(name, MAX_NAME + 1).strip()
    if not 0 < len(cleaned) <= MAX_NAME:
        raise UsageError(f"A name has 1 to {MAX_NAME} characters.")
    wrong = [c for c in cleaned if not (unicodedata.category(c)[0] in "LMN" or c in " ._-@'’")]
    if wrong:
        mend = "Use letters, digits, spaces and . _ - @ '."
        raise UsageError(f"A name cannot contain {wrong[0]!r}.", mend=mend)
    return cleaned


def find_account(connection: Connection, account_id_: str) -> Account | None:
    """Return an account by its id."""
    row = connection.execute(select(accounts).where(accounts.c.id == account_id_)).mappings()
    found = row.first()
    return None if found is None else _account(found)


def has_accounts(connection: Connection) -> bool:
    """Return whether there is any account."""
    return connection.scalar(select(accounts.c.id).limit(1)) is not None


def list_accounts(connection: Connection) -> list[Account]:
    """Return all accounts by name."""
    rows = connection.execute(select(accounts).order_by(accounts.c.name)).mappings()
    return [_account(row) for row in rows]


def add_account(
    connection: Connection, name: str, role: AccountRole, password_hash: str, now: datetime
) -> Account:
    """Add an account.

    Raises:
        UsageError: The name is taken or invalid, or the first account is not an operator.
    """
    _lock(connection)
    name = check_name(name)
    account = Account(account_id(name), name, role, password_hash, now)
    if find_account(connection, account.id):
        mend = "Choose another name, or change its role or password."
        raise UsageError(f"There is an account {name!r} already.", mend=mend)
    if role is not AccountRole.OPERATOR and not has_accounts(connection):
        mend = "Add an operator first: once there is an account, the token is for programs only."
        raise UsageError("The first account must be an operator.", mend=mend)
    connection.execute(
        accounts.insert().values(
            id=account.id,
            name=name,
            role=str(role),
            password_hash=password_hash,
            created_at=now,
        )
    )
    return account


def set_role(connection: Connection, name: str, role: AccountRole) -> Account:
    """Change the role of an account; it counts from the next request on.

    Raises:
        NotFoundError: There is no such account.
        UsageError: It is the last operator.
    """
    _lock(connection)
    account = _require(connection, name)
    if role is not AccountRole.OPERATOR:
        _require_other_operator(connection, account)
    connection.execute(accounts.update().where(accounts.c.id == account.id).values(role=str(role)))
    return account


def set_password(connection: Connection, name: str, password_hash: str) -> Account:
    """Change the password of an account, which ends its sessions.

    Raises:
        NotFoundError: There is no such account.
    """
    account = _require(connection, name)
    connection.execute(
        accounts.update().where(accounts.c.id == account.id).values(password_hash=password_hash)
    )
    return account


def remove_account(connection: Connection, name: str) -> Account:
    """Remove an account, which ends its sessions. What its owner did keeps the name.

    Raises:
        NotFoundError: There is no such account.
        UsageError: It is the last operator, and there are other accounts.
    """
    _lock(connection)
    account = _require(connection, name)
    if connection.scalar(select(func.count()).select_from(accounts)) != 1:
        _require_other_operator(connection, account)
    connection.execute(accounts.delete().where(accounts.c.id == account.id))
    return account


def _require(connection: Connection, name: str) -> Account:
    account = find_account(connection, account_id(name))
    if account is None:
        mend = "`wirewatch users list` shows all accounts."
        raise NotFoundError(f"There is no account {clean_line(name, MAX_NAME)!r}.", mend=mend)
    return account


def _require_other_operator(connection: Connection, account: Account) -> None:
    others = select(accounts.c.id).where(
        accounts.c.role == str(AccountRole.OPERATOR), accounts.c.id != account.id
    )
    if account.role is AccountRole.OPERATOR and connection.scalar(others.limit(1)) is None:
        mend = "Make another account an operator first."
        raise UsageError(f"{account.name!r} is the last operator.", mend=mend)


def _lock(connection: Connection) -> None:
    """Lock the accounts until the transaction ends: the last operator must not be lost."""
    leases.lock_names(connection, "accounts", "all")


def _account(row: RowMapping) -> Account:
    return Account(**{**row, "role": AccountRole.parse(row["role"])})
