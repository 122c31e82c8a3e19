"""News sitemaps that cost as much as possible."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from tests.support.hostile.documents import MB, doctype, fill, news_url, sitemap

SITEMAPS: dict[str, Callable[[], bytes]] = {
    "sitemap of <url/>": lambda: sitemap(fill("<url/>")),
    "sitemap of 60,000 news": lambda: sitemap("".join(map(news_url, range(55_000)))),
    "sitemap of URLs without news": lambda: sitemap(
        fill("<url><loc>https://a.example/</loc></url>")
    ),
    "sitemap, many children in one URL": lambda: sitemap(f"<url>{fill('<a/>')}</url>"),
    "sitemap, nested URLs": lambda: sitemap(fill("<url>", 4 * MB) + fill("</url>", 4.8 * MB)),
    "sitemap, URLs nested 100 deep": lambda: sitemap(
        ("<url><loc>https://a.example/</loc>" * 100 + "</url>" * 100) * 700
    ),
    "sitemap, gzip of 48 MB": lambda: gzip.compress(
        sitemap("".join(map(news_url, range(55_000))) + fill("<url/>", 38 * MB))
    ),
    "sitemap, gzip of 48 MB of URLs": lambda: gzip.compress(
        sitemap(fill("<url><loc>https://a.example/</loc></url>", 47 * MB))
    ),
    "sitemap, bad & first": lambda: sitemap("A & B" + "".join(map(news_url, range(55_000)))),
    "sitemap, title of 9 MB": lambda: sitemap(
        "<url><loc>https://a.example/</loc><news:news><news:title>"
        f"{fill('&lt;b&gt;')}</news:title></news:news></url>"
    ),
    "sitemap, an entity of 4 MB": lambda: (
        f"<!-- <urlset > -->{doctype(f'''<!ENTITY a '{'A ' * 2 * MB}'>''')}".encode()
        + sitemap("".join(map(news_url, range(80))).replace("T", "&a;"))
    ),
}
