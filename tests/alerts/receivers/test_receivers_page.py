"""docs/receivers.md has a valid example of every kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alerts.receivers import RECEIVERS, receiver_faults
from config.catalog.load import load_catalog

PAGE = (Path(__file__).parents[3] / "docs" / "receivers.md").read_text(encoding="utf-8")
SECRETS = {
    "SLACK_WEBHOOK": "https://hooks.slack.com/services/T1/B1/x",
    "TEAMS_WEBHOOK": "https://a.powerplatform.com/workflows/1?sig=x",
    "MATTERMOST_WEBHOOK": "https://mattermost.example.org/hooks/x",
    "DISCORD_WEBHOOK": "https://discord.com/api/webhooks/1/x",
    "TELEGRAM_TOKEN": "123456:AAAAAAAAAAAAAAAA",
    "NTFY_TOPIC": "desk-x1",
    "NTFY_TOKEN": "tk_x",
    "MAIL_PASSWORD": "x",
    "APPRISE_URL": "matrixs://user:password@matrix.example.org/#room",
    "DESK_WEBHOOK": "https://desk.example.org/hook",
    "DESK_SECRET": "whsec_c2VjcmV0",
}


@pytest.mark.slow  # Apprise loads all of its services
def test_its_examples_are_valid_and_show_every_kind(tmp_path: Path) -> None:
    examples = re.findall(r"^  - \{.*\}$", PAGE, re.MULTILINE)
    ids = [re.findall(r"id: ([a-z]+)", example)[0] for example in examples]
    (tmp_path / "alerts.yaml").write_text(
        "receivers:\n" + "\n".join(examples) + f"\nroutes:\n  - receivers: [{', '.join(ids)}]\n"
    )
    (tmp_path / "sources.yaml").write_text(
        "outlets:\n  - {id: k, name: K, country: DE, language: de, feeds: ['https://k.example/r']}\n"
    )
    catalog, faults = load_catalog(tmp_path, SECRETS, tmp_path / ".env")
    assert catalog is not None, faults
    assert [str(fault) for fault in receiver_faults(catalog)] == []
    assert {r.kind for r in catalog.alerts.receivers} == set(RECEIVERS) - {"console"}
