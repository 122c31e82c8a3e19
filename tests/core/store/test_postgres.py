"""PostgreSQL may refuse a connection, be unreachable, come back, and have another clock."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import make_url

from config import secrets
from config.errors import SettingsError, StoreError, StoreRefusedError, WirewatchError, retryable
from core.clock import utc_now
from core.store import Store, answer_limit, feeds, hosts, outbox, postgres
from core.store.engine import about
from core.streams.port import NewRecord
from tests.support.postgres import Server
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = NewRecord("news.test.v1", None, b"v", (), NOW)
HOUR = timedelta(hours=1)


@pytest.fixture
def database_url(migrated_postgres: str) -> str:
    return migrated_postgres


def with_parts(url: str, **parts: object) -> str:
    changed = make_url(url).set(**parts)  # type: ignore[arg-type]
    return changed.render_as_string(hide_password=False)


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ({"password": "geheim"}, SettingsError, "Check user and password"),
        ({"password": ""}, SettingsError, "Put the password into"),
        ({"username": "niemand"}, SettingsError, "Check user and password"),
        ({"database": "nirgends"}, SettingsError, "createdb"),
        ({"port": 1}, StoreError, "cannot be reached: Connection refused. Start it"),
        ({"host": "nirgends.invalid"}, StoreError, "cannot be reached"),
    ],
)
def test_an_error_of_connecting_says_what_to_do_and_hides_the_password(
    database_url: str, parts: dict[str, object], error: type[WirewatchError], message: str
) -> None:
    url = with_parts(database_url, **parts)
    with pytest.raises(error, match=message) as raised:
        Store.open(url)
    password = make_url(url).password
    assert not password or str(password) not in str(raised.value)


def test_the_password_is_masked_in_log_lines(database_url: str) -> None:
    Store.open(database_url).close()
    password = str(make_url(database_url).password)
    assert password not in secrets.mask(f"a line with {password}")


def test_both_spellings_of_the_scheme_are_accepted(database_url: str) -> None:
    Store.open(database_url.replace("postgresql:", "postgres:")).close()


def test_a_database_with_another_encoding_is_refused(postgres_server: str) -> None:
    with closing(psycopg.connect(postgres_server, autocommit=True)) as connection:
        name = f"narrow_{uuid.uuid4().hex}"  # other runs may use the same server
        connection.execute(
            f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
        )
        try:
            with pytest.raises(SettingsError, match=r"encoded in LATIN1.*UTF8"):
                Store.open(with_parts(postgres_server, database=name))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_sessions_have_time_limits(store: Store) -> None:
    with store.write() as connection:
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            limit = connection.scalar(sa.text(f"SELECT current_setting('{name}')"))
            assert limit in ("15s", "1min")
        connection.execute(sa.text("SET LOCAL statement_timeout = 20"))
        with pytest.raises(sa.exc.DBAPIError, match="statement timeout"):
            connection.execute(sa.text("SELECT pg_sleep(5)"))
        connection.rollback()


def test_an_answer_that_does_not_come_is_not_waited_for_and_the_next_connection_works(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_limit, "ANSWER_SECONDS", 0.2)
    lost = pytest.raises(StoreError, match="connection to the store was lost: no answer")
    with lost as raised, store.write() as connection:
        connection.execute(sa.text("SELECT pg_sleep(30)"))
    assert retryable(raised.value)
    assert count_pending(store) == 0


def test_lifted_limits_hold_again_when_the_connection_is_back_in_the_pool(store: Store) -> None:
    def limit(connection: sa.Connection) -> float:
        driver = connection.connection.driver_connection
        assert isinstance(driver, answer_limit.LimitedConnection)
        return driver.limit

    with store._engine.begin() as connection:
        postgres.lift_limits(connection)
        assert limit(connection) == answer_limit.UNLIMITED
    with store._engine.connect() as connection:  # pinged, but in no transaction yet
        assert limit(connection) == answer_limit.ANSWER_SECONDS


def test_a_connection_keeps_no_state_between_transactions(store: Store) -> None:
    """So PgBouncer may give each transaction another connection to the server."""
    for _ in range(7):  # the driver would prepare a statement the sixth time
        assert count_pending(store) == 0
    with store._engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        driver.autocommit = True
        session = {
            name: driver.execute(f"SHOW {name}".encode()).fetchone()
            for name in postgres.TRANSACTION
        }
        prepared = driver.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
        driver.autocommit = False
    assert set(session.values()) == {("0",)}
    assert prepared == (0,)


def test_a_read_transaction_is_one_consistent_view_and_cannot_write(store: Store) -> None:
    with store.read() as view:
        assert outbox.count_pending(view) == 0
        with store.write() as connection:
            outbox.put(connection, [RECORD])
        assert outbox.count_pending(view) == 0
    with store.read() as view:
        assert outbox.count_pending(view) == 1
        with pytest.raises(sa.exc.DBAPIError, match="read-only"):
            view.execute(about.insert().values(name="a", value="b"))


def test_row_numbers_go_beyond_32_bits(store: Store) -> None:
    with store.write() as connection:
        for table in ("outbox", "entries"):
            connection.execute(sa.text(f"SELECT setval('{table}_id_seq', {2**40})"))
        outbox.put(connection, [RECORD])
        assert [r.sequence for r in outbox.load_oldest(connection, 9)] == [2**40 + 1]


def test_characters_that_no_database_accepts_are_replaced_in_text_from_outside(
    store: Store,
) -> None:
    robots = hosts.RobotsRecord("https://a.org", "rules", "a\0b\ud800c😀", MONDAY, MONDAY)
    with store.write() as connection:
        hosts.save_robots(connection, robots)
        feeds.sync(connection, [feed_record(last_error="\0", etag='"\0"')], MONDAY)
        stored = hosts.find_robots(connection, "https://a.org")
        feed = feeds.get(connection, "kurier-1")
    assert stored is not None
    assert stored.text == "a\ufffdb\ufffdc😀"
    assert (feed.last_error, feed.etag) == ("\ufffd", '"\ufffd"')


@pytest.mark.parametrize("value", ["a\0b", "x" * 201])
def test_a_value_that_no_column_accepts_is_not_retried(store: Store, value: str) -> None:
    with pytest.raises(StoreRefusedError) as raised, store.write() as connection:
        connection.execute(about.insert().values(name="a", value=value))
    assert not retryable(raised.value)


# --- a server that stops and starts ---


def write_one(store: Store) -> None:
    with store.write() as connection:
        outbox.put(connection, [RECORD])


def count_pending(store: Store) -> int:
    with store.read() as connection:
        return outbox.count_pending(connection)


@pytest.mark.parametrize("end", [Server.stop, Server.kill])
def test_the_first_call_after_a_restart_of_the_server_succeeds(
    own_postgres: Server, end: Callable[[Server], None]
) -> None:
    store = Store.open(own_postgres.url())
    write_one(store)
    end(own_postgres)
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(StoreError, match=r"reached|lost") as raised:
            write_one(store)
        assert retryable(raised.value)
        assert time.monotonic() - began < 10
    own_postgres.start()
    write_one(store)
    assert count_pending(store) == 2
    store.close()


def test_a_server_that_dies_during_a_transaction_keeps_nothing_of_it(
    own_postgres: Server,
) -> None:
    store = Store.open(own_postgres.url())

    def write_and_lose() -> None:
        with store.write() as connection:
            outbox.put(connection, [RECORD])
            own_postgres.kill()
            outbox.put(connection, [RECORD])

    with pytest.raises(StoreError, match="lost") as raised:
        write_and_lose()
    assert retryable(raised.value)
    own_postgres.start()
    assert count_pending(store) == 0
    store.close()


def test_connecting_to_a_server_that_does_not_answer_ends_after_seconds(
    own_postgres: Server,
) -> None:
    own_postgres.freeze()
    began = time.monotonic()
    try:
        with pytest.raises(StoreError, match="cannot be reached"):
            Store.open(own_postgres.url())
    finally:
        own_postgres.thaw()
    assert 3 < time.monotonic() - began < 20


# --- clocks ---


@pytest.mark.parametrize(("skew", "direction"), [(HOUR, "ahead of"), (-HOUR, "behind")])
def test_a_process_whose_clock_is_wrong_by_an_hour_does_not_start(
    database_url: str, skew: timedelta, direction: str
) -> None:
    with pytest.raises(
        StoreError, match=rf"clock is 3[56]\d\d s {direction} .* Synchronise the clocks"
    ):
        Store.open(database_url, clock=lambda: utc_now() + skew)


def test_a_clock_may_be_wrong_by_some_seconds(database_url: str) -> None:
    Store.open(database_url, clock=lambda: utc_now() + timedelta(seconds=5)).close()


def test_nothing_is_written_while_the_clock_is_wrong(database_url: str) -> None:
    off = timedelta()
    store = Store.open(database_url, clock=lambda: utc_now() + off)
    write_one(store)
    off = HOUR
    for _ in range(2):
        with pytest.raises(StoreError, match="ahead of") as raised:
            write_one(store)
        assert retryable(raised.value)
    off = timedelta()
    write_one(store)
    assert count_pending(store) == 2
    store.close()
