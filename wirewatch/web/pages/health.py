"""Endpoints for machines: the health check and the metrics."""

from __future__ import annotations

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from config.errors import WirewatchError
from config.i18n import in_english
from core.clock import rfc3339
from core.store import alerts as alert_store
from wirewatch.web.render import READ_METHODS, PageRenderer


class HealthEndpoints:
    """Answers ``/healthz`` and ``/metrics``."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the endpoints to the app."""
        app.add_api_route("/healthz", self.healthz, methods=READ_METHODS)
        app.add_api_route("/metrics", self.metrics, methods=READ_METHODS)

    def healthz(self) -> JSONResponse:
        """Return 200 while all is well, else 503 with the problems.

        The store answers, every process reports, every stage runs and makes progress, and no canary
        is missing.
        """
        runtime = self._renderer.runtime
        reasons = [in_english(reason) for reason in runtime.ill()]
        problems = [*reasons, *runtime.canary(), *self._store_problems()]
        body = {
            "status": "ill" if problems else "ok",
            "wrong": problems,
            "at": rfc3339(self._renderer.clock()),
            "processes": list(runtime.processes()),
        }
        return JSONResponse(body, status_code=503 if problems else 200)

    def metrics(self) -> Response:
        """Return the metrics of all processes in Prometheus' format."""
        return Response(self._renderer.runtime.metrics(), media_type=CONTENT_TYPE_LATEST)

    def _store_problems(self) -> list[str]:
        try:
            with self._renderer.store.read() as connection:
                alert_store.list_alerts(connection, limit=1)
        except WirewatchError as error:
            return [str(error)]
        return []
