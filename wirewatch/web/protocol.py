"""HTTP/1.1 of the console with time limits: uvicorn's protocol, which has none, and its deadlines.

::

    connected ─▶ header ──head complete──▶ body ──body complete──▶ answer ──sent──▶ idle
                  10 s                     30 s                    no limit         60 s
                    ▲                                                                │
                    └──────────────────────── first byte ────────────────────────────┘
    the client reads nothing of what is written, or of what is left when the connection closes: 30 s

A deadline runs from the beginning of its phase: bytes that drip in do not move it. A connection
that misses one is aborted, which frees its descriptor and everything that waits to be sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from core.metrics import CONSOLE_CUT
from wirewatch.web.limits import BodyBudget, ConnectionLimits

_PIECE = 8_192
"""Bytes given to the parser at once: it limits heads only while they are incomplete."""


class LimitedProtocol(H11Protocol):
    """One connection.

    Args:
        config: uvicorn's configuration.
        state: uvicorn's state of the server.
        limits: The limits.
        bodies: The bodies of all connections.
        on_lost: Called when the connection is gone.
    """

    def __init__(
        self,
        config: Config,
        state: ServerState,
        limits: ConnectionLimits,
        bodies: BodyBudget,
        on_lost: Callable[[], object],
    ) -> None:
        super().__init__(config, state, {})
        self._limits = limits
        self._bodies = bodies
        self._on_lost = on_lost
        self._phase: tuple[str, Any] = ("", None)
        self._deadline: asyncio.TimerHandle | None = None
        self._write_deadline: asyncio.TimerHandle | None = None
        self._body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the head of the first request."""
        super().connection_made(transport)
        self._enter("header", self._limits.header)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all deadlines."""
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        for timer in (self._deadline, self._write_deadline):
            if timer is not None:
                timer.cancel()
        self._forget_body()
        self._on_lost()

    def data_received(self, data: bytes) -> None:
        """Parse bytes of the client."""
        for start in range(0, len(data), _PIECE):
            if self.transport.is_closing():
                return
            piece = data[start : start + _PIECE]
            if self.conn.their_state is h11.SEND_BODY and not self._count_body(len(piece)):
                self._cut("size")
                return
            super().data_received(piece)
            self._update_deadline()

    def on_response_complete(self) -> None:
        """Wait for the rest of the request, or for the next one."""
        super().on_response_complete()
        self._update_deadline()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read."""
        super().pause_writing()
        self._write_deadline = self.loop.call_later(self._limits.write, self._cut, "write")

    def resume_writing(self) -> None:
        """Go on with a client that reads."""
        super().resume_writing()
        if self._write_deadline is not None:
            self._write_deadline.cancel()

    def _update_deadline(self) -> None:
        """Begin the deadline of the phase in which the connection is, if it is another one now."""
        theirs, cycle = self.conn.their_state, self.cycle
        if self.transport.is_closing():
            self._enter("closing", self._limits.write)
        elif theirs is h11.SEND_BODY:
            self._enter("body", self._limits.body, cycle)
        elif theirs is not h11.IDLE:
            self._enter("answer", None, cycle)
        elif self._phase[0] == "header" or self.conn.trailing_data[0]:
            self._enter("header", self._limits.header, cycle)
        else:
            self._enter("idle", self._limits.idle, cycle)

    def _enter(self, name: str, seconds: float | None, cycle: Any = None) -> None:
        if self._phase == (name, cycle):
            return
        self._phase = (name, cycle)
        if name != "answer":
            self._forget_body()
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._cut, name) if seconds else None

    def _count_body(self, size: int) -> bool:
        """Count bytes of a body. Return whether they are within the limits."""
        self._body_bytes += size
        return self._bodies.take(size) and self._body_bytes <= self._limits.body_bytes

    def _forget_body(self) -> None:
        self._bodies.give(self._body_bytes)
        self._body_bytes = 0

    def _cut(self, phase: str) -> None:
        """Drop the connection and everything that waits to be sent."""
        if phase != "idle":
            CONSOLE_CUT.labels(phase).inc()
        self.transport.abort()
