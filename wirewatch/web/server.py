"""Serves the console in the event loop of its process.

::

    listener ──accept, one at a time──▶ OpenConnections ── too many ──▶ closed at once
                                              │ admitted
                                              ▼
                       LimitedProtocol (deadlines) ──▶ ForwardedLimit ──▶ the console

The program itself handles signals, not the server.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from wirewatch.web.events import STOP
from wirewatch.web.limits import (
    OWN_DESCRIPTORS,
    BodyBudget,
    ConnectionLimits,
    ForwardedLimit,
    OpenConnections,
    fit_descriptors,
)
from wirewatch.web.protocol import LimitedProtocol

GRACE_SECONDS = 3
"""Time that unfinished answers get when the program stops."""

BACKLOG = 128
"""Connections that wait in the kernel to be accepted; they cost this process no descriptor."""

SCARCE_SECONDS = 1.0
"""Pause of accepting where the system has no descriptor or memory for another connection."""

log = structlog.get_logger(__name__)


async def serve(
    app: ASGIApp,
    listener: socket.socket,
    stop: asyncio.Event,
    limits: ConnectionLimits | None = None,
    reserved: int = OWN_DESCRIPTORS,
) -> None:
    """Answer requests until ``stop`` is set. The listener stays open and can be served again.

    Args:
        app: The console.
        listener: The socket.
        stop: Ends the server.
        limits: Limits of connections, by default the usual ones; no more connections are accepted
            than the process has descriptors for.
        reserved: Descriptors that everything else in this process needs.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # not a line for each bad request
    limits = _affordable(limits or ConnectionLimits(), reserved)
    config = uvicorn.Config(
        _with_stop(ForwardedLimit(app, limits), stop),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # it would trust every client on this machine; auth.request decides
        lifespan="off",
        ws="none",
        h11_max_incomplete_event_size=limits.header_bytes,
        timeout_keep_alive=2 * int(limits.idle) + 1,  # LimitedProtocol has the real one
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    config.load()
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[]))
    accepting = asyncio.create_task(_Acceptor(server, limits).run(listener.dup()))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, accepting, stopping), return_when=asyncio.FIRST_COMPLETED)
    for task in (stopping, accepting):
        task.cancel()
    server.should_exit = True
    await serving
    await asyncio.gather(accepting, return_exceptions=True)
    if not accepting.cancelled():
        accepting.result()  # raises why accepting ended


def _affordable(limits: ConnectionLimits, reserved: int) -> ConnectionLimits:
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        return limits
    affordable = fit_descriptors(limits, most, reserved)
    if affordable != limits:
        mend = f"Raise `ulimit -n` to {limits.connections + reserved}."
        log.warning("connections_limited", connections=affordable.connections, mend=mend)
    return affordable


def _with_stop(app: ASGIApp, stop: asyncio.Event) -> ASGIApp:
    """Pass the stop event to answers that would otherwise never end (server-sent events)."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[STOP] = stop
        await app(scope, receive, send)

    return wrapped


class _Server(uvicorn.Server):
    """Leaves signals to the program."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class _Acceptor:
    """Accepts one connection at a time, so that one too many has cost no more than one descriptor.

    asyncio's own server accepts everything that waits before it asks anybody.
    """

    def __init__(self, server: uvicorn.Server, limits: ConnectionLimits) -> None:
        self._server = server
        self._limits = limits
        self._open = OpenConnections(limits)
        self._bodies = BodyBudget(limits.bodies_bytes)

    async def run(self, listener: socket.socket) -> None:
        """Accept connections until cancelled, and close the listener."""
        with listener:
            listener.setblocking(False)
            listener.listen(BACKLOG)
            while True:
                await self._accept(listener)

    async def _accept(self, listener: socket.socket) -> None:
        try:
            connection, address = await asyncio.get_running_loop().sock_accept(listener)
        except ConnectionError:  # the client has left already
            return
        except OSError as error:
            log.warning("accept_failed", reason=error.strerror, pause=SCARCE_SECONDS)
            await asyncio.sleep(SCARCE_SECONDS)
            return
        if not self._open.admit(address[0]):
            connection.close()
            await asyncio.sleep(0)  # a flood of connections must not keep the loop
            return
        await self._connect(connection, address[0])

    async def _connect(self, connection: socket.socket, host: str) -> None:
        def protocol() -> LimitedProtocol:
            config, state = self._server.config, self._server.server_state
            on_lost = partial(self._open.release, host)
            return LimitedProtocol(config, state, self._limits, self._bodies, on_lost)

        await asyncio.get_running_loop().connect_accepted_socket(protocol, connection)
