"""The JSON API beside the pages: ``/api/v1``, described by ``/api/v1/openapi.json``.

::

    request ──▶ core.store.console ──▶ models ──▶ JSON with its ETag, 304 where the asker has it
                      └ an error ──▶ problem+json (RFC 9457)

Lists come in pages: ``next`` is the cursor of the following one. Within v1 only fields are added.
"""

from wirewatch.web.api.app import create_api

__all__ = ["create_api"]
