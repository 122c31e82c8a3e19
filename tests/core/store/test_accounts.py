"""Accounts: names without regard to case, and always an operator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from config.errors import NotFoundError, UsageError
from core.store import Connection, Store
from core.store.accounts import (
    AccountRole,
    account_id,
    add_account,
    check_name,
    find_account,
    has_accounts,
    list_accounts,
    remove_account,
    set_password,
    set_role,
)
from tests.support.schemas import new_sqlite

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
READER, ANALYST, OPERATOR = AccountRole


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store without accounts."""
    return Store.open(new_sqlite(tmp_path_factory.mktemp("accounts")))


def refused(connection: Connection, change: Callable[[Connection], object]) -> str:
    """Return why a change is refused."""
    with pytest.raises(UsageError) as caught:
        change(connection)
    return caught.value.message


def test_there_is_always_an_operator_until_the_last_account_is_removed(store: Store) -> None:
    with store.write() as c:
        assert not has_accounts(c)
        assert "operator" in refused(c, lambda c: add_account(c, "Ada", ANALYST, "h1", NOW))
        add_account(c, " Ada ", OPERATOR, "h1", NOW)
        assert "already" in refused(c, lambda c: add_account(c, "ADA", READER, "h2", NOW))
        add_account(c, "Bert", READER, "h2", NOW)
        assert [(a.name, a.role) for a in list_accounts(c)] == [("Ada", OPERATOR), ("Bert", READER)]
        assert "last operator" in refused(c, lambda c: set_role(c, "Ada", ANALYST))
        assert "last operator" in refused(c, lambda c: remove_account(c, "ada"))
        set_role(c, "bert", OPERATOR)
        remove_account(c, "ada")
        assert find_account(c, account_id("Ada")) is None
        remove_account(c, "Bert")
        assert not has_accounts(c)
        with pytest.raises(NotFoundError):
            set_password(c, "Bert", "h3")


def test_a_new_password_changes_what_sessions_are_bound_to(store: Store) -> None:
    with store.write() as c:
        before = add_account(c, "Ada", OPERATOR, "h1", NOW)
        set_password(c, "ADA", "h2")
        after = find_account(c, account_id("ada"))
    assert after is not None
    assert (after.name, after.password_hash) == ("Ada", "h2")
    assert after.session_stamp != before.session_stamp


def test_names_are_letters_digits_and_a_few_signs() -> None:
    for name in ("Ada Lovelace", "o'brien", "jürgen@example.org", "Łucja", "李雷", "a.b_c-d"):
        assert check_name(name) == name
    for name in ("", "   ", "x" * 81, "a<b", "a/b", "a:b", "a\nb;", "{{7}}"):
        with pytest.raises(UsageError):
            check_name(name)
