"""Compare an answer with the one before, and make the next request for a page conditional. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from core.http import Response
from core.store.page_reads import PageValidators
from ingest.polling.conditional import opaque_validator

NO_VALIDATORS = PageValidators()
"""Nothing is known of the last answer, so that the next request is unconditional."""


def validators_of(response: Response) -> PageValidators:
    """Return what a later answer for the same page can be compared with."""
    headers = response.headers
    return PageValidators(
        opaque_validator(headers, "ETag"),
        opaque_validator(headers, "Last-Modified"),
        hashlib.sha256(response.body).hexdigest(),
    )


def without_headers(validators: PageValidators) -> PageValidators:
    """Return the validators of an answer to which another page has led.

    Its headers are those of a URL that the next request does not go to.
    """
    return PageValidators(body_sha256=validators.body_sha256)


def validators_after(before: PageValidators, response: Response) -> PageValidators:
    """Return the validators after an answer; a 304 may leave out those that have not changed."""
    after = validators_of(response)
    if response.status != 304:
        return after
    etag, modified = after.etag or before.etag, after.last_modified or before.last_modified
    return PageValidators(etag, modified, before.body_sha256)


def conditional_headers(validators: PageValidators) -> Mapping[str, str]:
    """Return the headers that make a request conditional; none where it cannot be."""
    pairs = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in pairs.items() if value}


def is_unchanged(before: PageValidators, response: Response) -> bool:
    """Return whether an answer says, or shows, that a page is as it was."""
    if response.status == 304:
        return bool(conditional_headers(before))
    return response.status == 200 and validators_of(response).body_sha256 == before.body_sha256
