"""``alerts feed-address``: an address of the list of stories is made, shown and revoked."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from tests.support.cli_installation import CliInstallation

pytestmark = pytest.mark.slow


def test_an_address_is_shown_once_and_can_be_revoked(own_installation: CliInstallation) -> None:
    def run(*options: str) -> dict[str, str | None]:
        out = own_installation.invoke("alerts", "feed-address", "night-desk", *options, "--json")
        row: dict[str, str | None] = json.loads(out)
        return row

    assert run()["atom"] is None
    made = run("--renew")
    token = re.search(r"/alert-feeds/([\w-]{43})/stories/atom\.xml$", made["atom"] or "")
    assert token
    assert made["json"] == (made["atom"] or "").replace("atom.xml", "feed.json")
    database = (own_installation.folder / "data" / "store.db").read_bytes()
    assert hashlib.sha256(token[1].encode()).hexdigest().encode() in database
    assert token[1].encode() not in database
    assert token[1] not in str(run())
    assert run("--revoke")["made_at"] is None
    for wrong in (("Night desk",), ("night-desk", "--renew", "--revoke")):
        own_installation.invoke("alerts", "feed-address", *wrong, code=2)
