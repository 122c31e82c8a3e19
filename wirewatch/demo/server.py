"""The newsroom on loopback: one port an outlet, as every outlet has a host of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from wirewatch.demo.press import DemoPublisher
from wirewatch.demo.room import DemoOutlet

HOST = "127.0.0.1"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(press: DemoPublisher) -> AsyncIterator[None]:
    """Serve every outlet on a free port; ``press.urls`` says where."""
    async with AsyncExitStack() as stack:
        for outlet in press.newsroom.outlets:
            runner = web.AppRunner(_app(press, outlet), access_log=None)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, HOST, 0, shutdown_timeout=1.0).start()
            press.urls[outlet.id] = f"http://{HOST}:{runner.addresses[0][1]}"
        yield


def _app(press: DemoPublisher, outlet: DemoOutlet) -> web.Application:
    async def handle(request: web.Request) -> web.StreamResponse:
        found = press.answer(outlet, request.path, request.headers)
        return web.Response(status=found.status, body=found.body, headers=found.headers)

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    return app
