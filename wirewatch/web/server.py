"""Serves the console inside the program's own event loop.

The program opens the socket before it starts anything else, so that a port in use ends it with a
clear message. The program itself handles signals, not the server.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from config.errors import SettingsError
from wirewatch.web.events import STOP

GRACE_SECONDS = 3
"""Time that unfinished answers get when the program stops."""


def listen(host: str, port: int) -> socket.socket:
    """Open the console's socket.

    Args:
        host: The address, as the settings allow.
        port: 0 picks a free one.

    Raises:
        SettingsError: The address cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsError(
            f"The console cannot listen on {host}:{port}: {error.strerror}.",
            mend="Another `wirewatch run` may be using it. Set WIREWATCH_WEB_PORT to another port, "
            "or to 0 to pick a free one.",
        ) from None
    # Accepted connections inherit this. asyncio sets it only for sockets that it opened as TCP
    # itself; without it every answer waits 40 ms for the browser to acknowledge the headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address(listener: socket.socket) -> str:
    """Return the console's URL."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


async def serve(app: ASGIApp, listener: socket.socket, stop: asyncio.Event) -> None:
    """Answer requests until ``stop`` is set. The listener stays open and can be served again."""
    config = uvicorn.Config(
        _with_stop(app, stop),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # it would trust every client on this machine; auth.request decides
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener.dup()]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving


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
