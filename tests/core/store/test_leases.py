"""A named lease has one holder at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.processes.instance import Instance
from core.store import Connection, Store, leases

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def acquire(connection: Connection, instance: Instance, now: datetime = NOW) -> bool:
    return leases.acquire(connection, "job", instance, now=now, ttl=MINUTE)


def test_a_lease_has_one_holder_who_can_renew_it(
    store: Store, instance: Instance, other: Instance
) -> None:
    with store.write() as connection:
        assert acquire(connection, instance)
        assert not acquire(connection, other)
        assert acquire(connection, instance)


def test_an_expired_lease_can_be_acquired(
    store: Store, instance: Instance, other: Instance
) -> None:
    with store.write() as connection:
        assert acquire(connection, instance)
        assert acquire(connection, other, NOW + MINUTE)
        assert not acquire(connection, instance, NOW + MINUTE)


def test_only_its_holder_releases_a_lease(
    store: Store, instance: Instance, other: Instance
) -> None:
    with store.write() as connection:
        assert acquire(connection, instance)
        leases.release(connection, "job", other)
        assert not acquire(connection, other)
        leases.release(connection, "job", instance)
        assert acquire(connection, other)


def test_the_lease_of_a_dead_instance_can_be_acquired_at_once(
    store: Store, instance: Instance, other: Instance
) -> None:
    with store.write() as connection:
        assert acquire(connection, other)
        other.close()
        assert acquire(connection, instance)


@pytest.mark.parametrize(("holder", "expires_at"), [(None, NOW + MINUTE), ("a", None), ("a", NOW)])
def test_a_lease_without_holder_or_time_or_that_has_expired_is_free(
    instance: Instance, holder: str | None, expires_at: datetime | None
) -> None:
    assert leases.is_free(holder, expires_at, instance, NOW)
