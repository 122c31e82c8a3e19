"""For machines: is everything well, and the metrics."""

from __future__ import annotations

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from config.errors import WirewatchError
from core.clock import rfc3339
from core.store import alerts as alert_store
from wirewatch.web.pages.stories import READ
from wirewatch.web.render import PageRenderer


class HealthEndpoints:
    """``/healthz`` and ``/metrics``."""

    def __init__(self, frame: PageRenderer) -> None:
        self._frame = frame

    def mount(self, app: FastAPI) -> None:
        """Put them where they are called."""
        app.add_api_route("/healthz", self.healthz, methods=READ)
        app.add_api_route("/metrics", self.metrics, methods=READ)

    def healthz(self) -> JSONResponse:
        """200 while the store answers and every stage runs, else 503 with what is wrong."""
        frame = self._frame
        wrong = frame.running.ill()
        try:
            with frame.store.read() as connection:
                alert_store.list_alerts(connection, limit=1)
        except WirewatchError as error:
            wrong = [*wrong, str(error)]
        body = {"status": "ill" if wrong else "ok", "wrong": wrong, "at": rfc3339(frame.clock())}
        return JSONResponse(body, status_code=503 if wrong else 200)

    def metrics(self) -> Response:
        """For Prometheus."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
