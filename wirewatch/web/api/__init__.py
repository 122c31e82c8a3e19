"""The JSON API: ``/api/v1``, described by ``/api/v1/openapi.json``.

::

    request ──▶ core.store.console ──▶ models ──▶ JSON with an ETag, or 304 if it is unchanged
                      └ an error ──▶ problem+json (RFC 9457)

Lists come in pages: ``next`` is the cursor of the next page. Within v1 fields are only added.
"""

from wirewatch.web.api.app import create_api

__all__ = ["create_api"]
