from __future__ import annotations

import pytest

from core.store.outlets import HostOutlet
from ingest.pages.attribution import attributed
from tests.support.records import feed_record

BOTE, KURIER = HostOutlet("bote", "AT", "de"), HostOutlet("kurier", "DE", "de")
FEED = feed_record(outlet="sammler", host="sammler.net")
URL = "https://www.bote.net/deich-471130"


@pytest.mark.parametrize(
    ("about", "url", "outlets", "outlet"),
    [
        ("another outlet's site", URL, [BOTE], "bote"),
        ("nobody's site", URL, [], "sammler"),
        ("a site that two outlets share", URL, [BOTE, KURIER], "sammler"),
        ("its own site, beside another outlet", "https://www.sammler.net/a", [BOTE], "sammler"),
    ],
)
def test_an_article_is_of_the_outlet_on_whose_site_it_is(
    about: str, url: str, outlets: list[HostOutlet], outlet: str
) -> None:
    assert attributed(FEED, url, outlets).outlet == outlet, about


def test_the_country_is_that_of_the_outlet() -> None:
    assert attributed(FEED, URL, [BOTE]).country == "AT"
