"""Requests through the real HTTP client, with limits that a busy machine keeps."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver

from config.errors import FetchError
from config.settings import Settings
from core.http import Response
from core.http.client import HttpClient
from core.http.ssrf_guard import SsrfGuard

MIB = 1 << 20


def settings(**changes: Any) -> Settings:
    """Return settings that allow the loopback interface."""
    defaults: dict[str, Any] = {
        "http_allow_private": True,
        "http_contact": "desk@example.org",
        "http_first_byte_timeout": 20.0,
        "http_total_timeout": 20.0,
    }
    return Settings(_env_file=None, **(defaults | changes))


def get(
    url: str,
    *,
    max_bytes: int = MIB,
    headers: Mapping[str, str] | None = None,
    truncate: bool = False,
    guard: SsrfGuard | None = None,
    trust: ssl.SSLContext | None = None,
    resolver: AbstractResolver | None = None,
    is_legacy: Callable[[str], bool] = lambda _url: False,
    **changes: Any,
) -> Response:
    """Request a URL; other keyword arguments are settings."""

    async def request() -> Response:
        client = HttpClient(
            settings(**changes), guard=guard, trust=trust, resolver=resolver, is_legacy=is_legacy
        )
        async with client:
            return await client.get(url, max_bytes=max_bytes, headers=headers, truncate=truncate)

    return asyncio.run(request())


def outcome(url: str, **options: Any) -> str:
    """Return the outcome of a request that fails."""
    with pytest.raises(FetchError) as caught:
        get(url, **options)
    assert caught.value.message
    return caught.value.outcome
