"""``wirewatch users``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.store import Store
from core.store.accounts import account_id, find_account
from tests.support.accounts import cheap_hash
from tests.support.cli_installation import CliInstallation, new_installation
from wirewatch.accounts.passwords import verify_password

PASSWORD = "correct horse battery staple"


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliInstallation:
    """An installation without accounts, whose hashes cost little."""
    monkeypatch.setattr("wirewatch.accounts.passwords.hash_password", cheap_hash)
    return new_installation(tmp_path)


def password_works(installation: CliInstallation, name: str, password: str) -> bool:
    """Return whether a password opens an account."""
    store = Store.open(f"sqlite:///{installation.data / 'store.db'}")
    with store.read() as connection:
        account = find_account(connection, account_id(name))
    store.close()
    return account is not None and verify_password(account.password_hash, password)


def test_accounts_are_added_changed_and_removed(installation: CliInstallation) -> None:
    password = f"{PASSWORD}\r\n".encode()
    assert "users add NAME --role operator" in installation.invoke("users", "list")
    refused = installation.execute("users", "add", "Bert", stdin=password)
    assert (refused.code, "must be an operator" in refused.err) == (2, True)
    installation.invoke("users", "add", "Ada", "--role", "operator", stdin=password)
    assert "Bert, analyst" in installation.invoke("users", "add", "Bert", stdin=password)
    installation.invoke("users", "role", "bert", "reader")
    rows = json.loads(installation.invoke("users", "list", "--json"))
    assert [(row["name"], row["role"]) for row in rows] == [("Ada", "operator"), ("Bert", "reader")]
    assert password_works(installation, "bert", PASSWORD)
    installation.invoke("users", "password", "Bert", stdin=b"another long password\n")
    assert password_works(installation, "bert", "another long password")
    assert not password_works(installation, "bert", PASSWORD)
    installation.invoke("users", "remove", "Bert")
    assert "no accounts any more" in installation.invoke("users", "remove", "Ada")
    log = json.loads(installation.invoke("users", "audit", "--json", "--last", "4"))
    assert [(each["action"], each["subject"], each["detail"]) for each in log] == [
        ("account_removed", "Ada", ""),
        ("account_removed", "Bert", ""),
        ("password_changed", "Bert", ""),
        ("role_changed", "Bert", "reader"),
    ]
    installation.write("topics/nato.yaml", "id: nato\nquery: Nato\nowner: Bert\n")
    receivers = "receivers:\n  - id: desk\n    kind: feed\n    owner: BERT\n"
    silences = (
        "silences:\n  - {match: {topic: x}, until: 2999-01-01T00:00:00Z, reason: r, by: bert}\n"
    )
    routes = "routes: [{receivers: [desk]}]\n"
    installation.write("alerts.yaml", receivers + routes + silences)
    erased = json.loads(installation.invoke("users", "erase", "BERT", "--json"))
    assert erased["replaced"] == 4
    names = [mention.rpartition("/")[2] for mention in erased["files"]]
    assert names == ["alerts.yaml:4", "alerts.yaml:7", "nato.yaml:1"]
    assert "nato.yaml:1 names 'Bert'" in installation.invoke("users", "erase", "Bert")
    newest = json.loads(installation.invoke("users", "audit", "--json", "--last", "1"))[0]
    assert (newest["action"], newest["subject"]) == ("erased", "removed")


def test_a_password_that_cannot_be_used_adds_nothing(installation: CliInstallation) -> None:
    for stdin in (b"", b"short\n", b"x" * 3_000):
        answer = installation.execute("users", "add", "Ada", "--role", "operator", stdin=stdin)
        assert (answer.code, "12 to 1000 characters" in answer.err) == (2, True), stdin
    assert json.loads(installation.invoke("users", "list", "--json")) == []
