"""Who sends a request: an account, a program with the access token, or anybody on loopback."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.concurrency import run_in_threadpool

from config.errors import BusyError
from core.clock import Clock
from core.store import Store, audit
from core.store.accounts import Account, AccountRole, account_id, find_account, has_accounts
from wirewatch.accounts.passwords import verify_password
from wirewatch.web.auth.sessions import Session

MAX_WAITING = 20
"""Sign-ins that wait for their turn to hash a password; more are refused. It is half a second of
hashing, and a page need not wait longer because of others."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sends a request, and what they may do.

    Attributes:
        role: Pages and actions each need one (:mod:`wirewatch.web.auth.permissions`).
        name: Author of what the request does; empty for the access token and where the console
            needs no sign-in: the author then says who they are.
    """

    role: AccountRole
    name: str = ""


NAMELESS_OPERATOR = Principal(AccountRole.OPERATOR)
"""Whoever has the access token; anybody while there is neither a token nor an account."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What the store says about a session.

    Attributes:
        has_accounts: Whether there are accounts at all. If so, only they can sign in.
        account: The account of the session; None if it has none, or was removed.
    """

    has_accounts: bool
    account: Account | None = None

    def identify(self, session: Session, *, needs_token: bool) -> Principal | None:
        """Return who has the session; None if they must sign in.

        Args:
            session: A session whose cookie was verified.
            needs_token: Whether the console has an access token.
        """
        if self.has_accounts:
            account = self.account
            if account is None or not session.signed_in:
                return None
            is_current = hmac.compare_digest(session.stamp, account.session_stamp)
            return Principal(account.role, account.name) if is_current else None
        is_token_session = session.signed_in and not session.account
        return NAMELESS_OPERATOR if is_token_session or not needs_token else None


class AccountDirectory(Protocol):
    """Looks accounts up."""

    def recognise(self, account_id: str) -> Recognition:
        """Return the account of an id, and whether there are any.

        Raises:
            StoreError: The store is not available.
        """
        ...

    def record_sign_in(self, account: Account) -> None:
        """Record that an account has signed in.

        Raises:
            StoreError: The store is not available.
        """
        ...


class StoredAccounts:
    """The accounts of the store, read anew for each request: a removed one is out at once.

    Args:
        store: The store.
        clock: The present.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def recognise(self, account_id: str) -> Recognition:
        """Return the account of an id, and whether there are any."""
        with self._store.read() as connection:
            account = find_account(connection, account_id) if account_id else None
            return Recognition(account is not None or has_accounts(connection), account)

    def record_sign_in(self, account: Account) -> None:
        """Record that an account has signed in."""
        name, now = account.name, self._clock()
        self._store.transact(lambda c: audit.record(c, "signed_in", name, by=name, at=now))


class SignIn:
    """Checks names and passwords, one at a time.

    Args:
        directory: The accounts.
    """

    def __init__(self, directory: AccountDirectory) -> None:
        self._directory = directory
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def check(self, name: str, password: str) -> Account | None:
        """Return the account of a name and its password; None if they do not belong together.

        It takes as long for a name that has no account.

        Raises:
            BusyError: Too many others are waiting.
            StoreError: The store is not available.
        """
        recognition = await run_in_threadpool(self._directory.recognise, account_id(name))
        account = recognition.account
        password_hash = account.password_hash if account else None
        verify = lambda: run_in_threadpool(verify_password, password_hash, password)  # noqa: E731
        is_right = await self._in_turn(verify)  # for a name without account too
        if account is None or not is_right:
            return None
        await run_in_threadpool(self._directory.record_sign_in, account)
        return account

    async def _in_turn(self, work: Callable[[], Awaitable[bool]]) -> bool:
        if self._waiting >= MAX_WAITING:
            raise BusyError("Too many people sign in at once.", mend="Try again in some seconds.")
        self._waiting += 1
        try:
            async with self._turn:
                return await work()
        finally:
            self._waiting -= 1
