"""``wirewatch users``: accounts of the people who use the console.

A password is typed at a prompt, or read from a line of stdin where that is no terminal. It is never
an argument, which other users of the machine could read.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from config.errors import UsageError
from core.clock import rfc3339, utc_now
from wirewatch.cli.output import print_json, print_rows, say
from wirewatch.cli.terminal import login_name
from wirewatch.run.bootstrap import load_files, open_settings, open_store
from wirewatch.run.reading import read_store, require_existing

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.store import Connection
    from core.store.accounts import Account

app = typer.Typer(no_args_is_help=True, help="Manage who may use the console.")

RoleName = Literal["reader", "analyst", "operator"]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As it is shown to others.")]
RoleOption = Annotated[
    RoleName,
    typer.Option(
        help="reader sees everything, analyst acts on stories, operator changes topics and users."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@app.command()
def add(name: NameArgument, *, role: RoleOption = "analyst") -> None:
    """Add an account; the first one must be an operator."""
    from core.store.accounts import AccountRole, add_account, check_name
    from wirewatch.accounts.passwords import hash_password

    check_name(name)
    password_hash = hash_password(_new_password())
    account = _in_store(
        lambda c: add_account(c, name, AccountRole.parse(role), password_hash, utc_now()),
        "account_added",
        role,
    )
    say(f"Added {account.name}, {account.role}.")


@app.command("list")
def list_users(*, as_json: JsonOption = False) -> None:
    """List the accounts."""
    from core.store.accounts import list_accounts

    with read_store(open_settings()) as store, store.read() as connection:
        found = list_accounts(connection)
    rows = [
        {"name": each.name, "role": str(each.role), "created_at": rfc3339(each.created_at)}
        for each in found
    ]
    empty = "There are no accounts. Add one with `wirewatch users add NAME --role operator`."
    print_rows(rows, ("name", "role", "created_at"), as_json=as_json, empty=empty)


@app.command("role")
def change_role(name: NameArgument, role: Annotated[RoleName, typer.Argument()]) -> None:
    """Change the role of an account, from its next request on."""
    from core.store.accounts import AccountRole, set_role

    account = _in_store(lambda c: set_role(c, name, AccountRole.parse(role)), "role_changed", role)
    say(f"{account.name} is {role} now.")


@app.command("password")
def change_password(name: NameArgument) -> None:
    """Change the password of an account, and end its sessions."""
    from core.store.accounts import set_password
    from wirewatch.accounts.passwords import hash_password

    password_hash = hash_password(_new_password())
    account = _in_store(lambda c: set_password(c, name, password_hash), "password_changed")
    say(f"The password of {account.name} is changed; sessions have ended.")


@app.command()
def remove(name: NameArgument, *, as_json: JsonOption = False) -> None:
    """Remove an account and end its sessions; its name stays at what its owner did."""
    from core.store.accounts import has_accounts, remove_account

    are_left = False

    def work(connection: Connection) -> Account:
        nonlocal are_left
        removed = remove_account(connection, name)
        are_left = has_accounts(connection)
        return removed

    account = _in_store(work, "account_removed")
    if as_json:
        print_json({"name": account.name, "accounts_left": are_left})
        return
    say(f"Removed {account.name}; sessions have ended.")
    if not are_left:
        say("There are no accounts any more: the access token opens the console again, or, if")
        say("none is set, everybody on this machine.")


@app.command()
def erase(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As it is shown, in any case.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Replace a name by "removed" wherever it is the author or owner of something in the store.

    Files that name the person are yours to change, and are listed.
    """
    from core.store.erasure import erase_name
    from wirewatch.owners import find_mentions

    settings = open_settings()
    require_existing(settings.database_location)
    with open_store(settings) as store:
        count = store.transact(lambda c: erase_name(c, name, by=login_name(), at=utc_now()))
    catalog, _ = load_files(settings)
    mentions = [f"{where.file}:{where.line}" for where in find_mentions(catalog, name)]
    if as_json:
        print_json({"replaced": count, "files": mentions})
        return
    say(f"Replaced the name {count} times. Texts that people wrote are as they were.")
    for mention in mentions:
        say(f"{mention} names {name!r}; change the file.")


@app.command()
def audit(
    *,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many entries.")] = 50,
    by: Annotated[str, typer.Option(metavar="NAME", help="Only what this person did.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List who did what, newest first."""
    from core.store.audit import list_entries

    with read_store(open_settings()) as store, store.read() as connection:
        entries = list_entries(connection, by=by, limit=last)
    rows = [
        {
            "at": rfc3339(entry.at),
            "by": entry.author,
            "action": entry.action,
            "subject": entry.subject,
            "detail": entry.detail,
        }
        for entry in entries
    ]
    columns = ("at", "by", "action", "subject", "detail")
    print_rows(rows, columns, as_json=as_json, empty="Nothing was recorded.")


def _in_store(work: Callable[[Connection], Account], action: str, detail: str = "") -> Account:
    """Change an account and record that."""
    from core.store.audit import record

    def recorded(connection: Connection) -> Account:
        account = work(connection)
        by, now = login_name(), utc_now()
        record(connection, action, account.name, by=by, at=now, detail=detail)
        return account

    settings = open_settings()
    if action != "account_added":
        require_existing(settings.database_location)
    with open_store(settings) as store:
        return store.transact(recorded)


def _new_password() -> str:
    """Read a new password, twice from a terminal.

    Raises:
        UsageError: It is too short or too long, or the second one differs.
    """
    from wirewatch.accounts.passwords import MAX_LENGTH, check_password

    if not sys.stdin.isatty():
        line = sys.stdin.buffer.readline(4 * MAX_LENGTH + 2).decode("utf-8", "replace")
        return check_password(line.rstrip("\r\n"))
    import getpass

    password = check_password(getpass.getpass("Password: "))
    if getpass.getpass("Repeat the password: ") != password:
        raise UsageError("The passwords differ.", mend="Type the same password twice.")
    return password
