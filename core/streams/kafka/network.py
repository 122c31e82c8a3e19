"""The network of a client, made to say why it fails.

::

    a broker refuses ──▶ its last words, then it hangs up ──▶ heard ──▶ the first connection ends so

Both halves are needed to tell a wrong password from a broker that is away.
"""

from __future__ import annotations

from typing import Any

from kafka import errors as theirs
from kafka.net.compat import KafkaNetClient

REFUSALS = (
    theirs.SaslAuthenticationFailedError,
    theirs.UnsupportedSaslMechanismError,
    theirs.IllegalSaslStateError,
)
"""The brokers do not take the name, the password, or passwords of that kind."""


def network(**how: Any) -> Any:
    """kafka-python's network client, with its own thread."""
    made = KafkaNetClient(**how)
    _hear_last_words(made._manager)  # noqa: SLF001
    _end_when_refused(made._manager)  # noqa: SLF001
    return made


def forgive(made: Any) -> None:
    """Once connected, go on trying: brokers may change their mind."""
    del made._manager.get_connection  # noqa: SLF001


def _hear_last_words(manager: Any) -> None:
    """Read what a broker says before it hangs up.

    kafka-python forgets what came together with the end of a connection; that is how a broker
    answers a wrong password.
    """
    build = manager._build_transport  # noqa: SLF001

    async def build_listening(*which: Any, **more: Any) -> Any:
        transport = await build(*which, **more)
        receive = transport._sock_recv  # noqa: SLF001

        def heard() -> tuple[bytes, BaseException | None]:
            data, error = receive()
            return data, None if data else error  # the end is met again at the next attempt

        transport._sock_recv = heard  # noqa: SLF001
        return transport

    manager._build_transport = build_listening  # noqa: SLF001


def _end_when_refused(manager: Any) -> None:
    """Let the first connection fail at once where trying again is in vain.

    kafka-python tries until its time is over, whatever the brokers say, and then says only that it
    was in vain.
    """
    get = manager.get_connection
    refusals: list[BaseException] = []

    def note(error: BaseException) -> None:
        if isinstance(error, REFUSALS) or "[SSL" in str(error):
            refusals.append(error)

    def get_or_end(*which: Any, **how: Any) -> Any:
        if refusals:
            raise refusals[0]
        connection = get(*which, **how)
        connection.init_future.add_errback(note)
        return connection

    manager.get_connection = get_or_end
