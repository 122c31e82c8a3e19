"""Serving the console inside the program's own event loop.

The socket is opened before anything else starts, so that a port in use ends the program with a
sentence; the signals stay with the program.
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
"""How long answers under way may take when the program stops."""


def listen(host: str, port: int) -> socket.socket:
    """The console's socket.

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
            mend="Perhaps another `wirewatch run` has it. Set WIREWATCH_WEB_PORT; 0 picks a "
            "free one.",
        ) from None
    # asyncio does it only for sockets that say they are TCP; without, each answer waits 40 ms for
    # the browser's acknowledgement of its head. What is accepted inherits it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address(listener: socket.socket) -> str:
    """The console's URL."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


async def serve(app: ASGIApp, listener: socket.socket, stop: asyncio.Event) -> None:
    """Answer requests until told to stop. The listener stays open: it may be served again."""
    config = uvicorn.Config(
        _ending(app, stop),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # it would believe whoever asks from this machine; see access_visit
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


def _ending(app: ASGIApp, stop: asyncio.Event) -> ASGIApp:
    """Tell answers that would go on for ever (events) by what they end."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[STOP] = stop
        await app(scope, receive, send)

    return told


class _Server(uvicorn.Server):
    """Leaves the signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
