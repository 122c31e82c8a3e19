"""The console's socket.

The parent of `run` opens it before it starts anything else, so that a port in use ends it with a
clear message, and a console that is restarted keeps its address.
"""

from __future__ import annotations

import socket

from config.errors import SettingsError


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
