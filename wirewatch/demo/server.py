"""The newsroom on loopback, with a port for each outlet, since every outlet is a host."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from wirewatch.demo.newsroom import DemoOutlet
from wirewatch.demo.publisher import DemoPublisher

HOST = "127.0.0.1"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serve(publisher: DemoPublisher) -> AsyncIterator[None]:
    """Serve every outlet on a free port, and set ``publisher.urls``."""
    async with AsyncExitStack() as stack:
        for outlet in publisher.newsroom.outlets:
            runner = web.AppRunner(_app(publisher, outlet), access_log=None)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, HOST, 0, shutdown_timeout=1.0).start()
            publisher.urls[outlet.id] = f"http://{HOST}:{runner.addresses[0][1]}"
        yield


def _app(publisher: DemoPublisher, outlet: DemoOutlet) -> web.Application:
    async def handle(request: web.Request) -> web.StreamResponse:
        answer = publisher.answer(outlet, request.path, request.headers)
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    return app
