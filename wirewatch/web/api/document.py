"""The OpenAPI document as it is kept under docs/."""

from __future__ import annotations

import json
from typing import Any, cast

from wirewatch.web.api.app import create_api


def openapi_json() -> str:
    """What ``/api/v1/openapi.json`` says."""
    nothing = cast("Any", None)  # describing the paths calls none of them
    document = create_api(nothing, nothing, nothing, nothing).openapi()
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
