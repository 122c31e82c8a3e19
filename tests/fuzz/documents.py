"""Valid documents to begin with, and what is put into them."""

from __future__ import annotations

import json

from core.ids import hash_parts

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Auberger Bote</title>
<link>https://bote.example/</link><language>de-DE</language><ttl>15</ttl>
<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
<atom:link rel="self" href="https://bote.example/rss"/>
<item><title>Rat &amp; Brücke: „Baubeginn“</title><link>https://bote.example/a/1?utm=rss</link>
<guid isPermaLink="false">bote-1</guid><pubDate>Sun, 22 Nov 2026 08:00:00 +0100</pubDate>
<description><![CDATA[<p>Der <b>Rat</b> berät &#252;ber die Br&uuml;cke.<br/>Am Montag.</p>]]>
</description>
<content:encoded>&lt;p&gt;Lang&lt;/p&gt;</content:encoded><dc:creator>Anna Muster</dc:creator>
<author>redaktion@bote.example (Anna Muster)</author><category>Politik</category>
<enclosure url="https://bote.example/1.jpg" length="9" type="image/jpeg"/></item>
<item><title>Zweite</title><link>/a/2</link><dc:date>2026-11-22T07:00:00Z</dc:date>
<itunes:author>Bernd</itunes:author><description>Kurz</description></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://bote.example/">
<title type="text">Bote</title><id>urn:x</id><link rel="self" href="/atom"/>
<entry><id>tag:bote.example,2026:1</id><title type="html">Eins &lt;i&gt;zwei&lt;/i&gt;</title>
<link rel="alternate" href="a/1"/><updated>2026-11-22T08:00:00+01:00</updated>
<published>2026-11-22T07:59:59.5Z</published><author><name>Anna</name><email>a@b.example</email>
</author><summary>Kurz</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>Lang</p></div></content></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://bote.example/"><title>B</title>
</channel><item rdf:about="https://bote.example/1"><title>Eins</title>
<link>https://bote.example/1</link></item></rdf:RDF>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Bote",
        "language": "de-DE",
        "feed_url": "https://bote.example/feed.json",
        "items": [
            {
                "id": "1",
                "url": "https://bote.example/a/1",
                "title": "Eins",
                "content_html": "<p>Der Rat</p>",
                "summary": "Kurz",
                "date_published": "2026-11-22T08:00:00+01:00",
                "authors": [{"name": "Anna Muster"}],
            },
            {"id": 2, "content_text": "Zwei", "date_modified": "2026-11-22", "author": {}},
        ],
    }
)

SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://bote.example/a/1</loc><lastmod>2026-11-22</lastmod><news:news>
<news:publication><news:name>Bote</news:name><news:language>de</news:language></news:publication>
<news:publication_date>2026-11-22T08:00:00+01:00</news:publication_date>
<news:title>Der Rat &amp; die Brücke</news:title></news:news>
<image:image><image:title>Bild</image:title></image:image></url>
<url><loc>https://bote.example/b</loc></url></urlset>"""

_LINKED_DATA = {
    "@context": "https://schema.org",
    "@graph": [
        {
            "@type": ["NewsArticle"],
            "headline": "Rat berät über Brücke",
            "datePublished": "2026-11-22T08:00:00+01:00",
            "author": [{"@type": "Person", "name": "Anna Muster"}, "Bernd", {"@id": "#x"}],
            "publisher": {"@type": "Organization", "name": "Auberger Bote"},
            "isAccessibleForFree": "False",
            "description": "Der Rat der Stadt Auberg berät am Montag über die neue Brücke.",
        }
    ],
}

PAGE = f"""<!doctype html><html lang="de"><head><meta charset="utf-8">
<title>Rat berät über Brücke - Auberger Bote</title>
<meta property="og:title" content="Rat berät über Brücke"><meta name="author" content="Anna">
<meta property="article:published_time" content="2026-11-22T08:00:00+01:00">
<link rel="canonical" href="/a/1"><script type="application/ld+json">{json.dumps(_LINKED_DATA)}
</script></head><body><header><nav><a href="/">Start</a><a href="/p">Politik</a></nav></header>
<main><article class="article"><h1>Rat berät über Brücke</h1><p class="byline">Von Anna Muster</p>
<time datetime="2026-11-22T08:00:00+01:00">22. November 2026, 8.00 Uhr</time>
<p class="lead">Der Rat der Stadt Auberg berät am Montag über die neue Brücke über den Fluss.</p>
<figure><img src="x"><figcaption>Foto: dpa</figcaption></figure>
<p>Die Brücke soll zwölf Millionen Euro kosten und die beiden Ufer der Stadt verbinden, sagt der
Bürgermeister.</p><div class="ad">Anzeige</div><h2>Kritik</h2><ul><li>Die Opposition ist gegen den
Bau der Brücke, weil die Stadt kein Geld habe.</li></ul>
<p>Der Bau soll im Frühjahr beginnen und zwei Jahre dauern, so steht es in der Vorlage.</p>
<aside><h3>Mehr zum Thema</h3><a href="/b">Weiteres</a></aside></article>
<section id="comments"><div class="comment"><b>Leser</b>: Unsinn!</div></section></main>
<footer>Impressum</footer></body></html>"""

QUERIES = (
    '"NATO Beitritt*" OR (Schweden AND NOT Fußball)',
    "(a NEAR/5 b) EXCEPT c",
    "title:(nato OR $terms) ONEAR/S entity:putin",
    "count(krieg OR frieden) >= 3",
    "language:de AND outlet:(kurier OR bote) AND =NATO",
)

URLS = (
    "https://bote.example/\nhttps://www.Bote.example:443/a/../1?utm_source=rss&b=%c3%a4#x",
    "https://bote.example/a/\n//müller.example/%7efoo?fbclid=1&id=2",
    "\nhttp://[2001:db8::1]:8080/?a=1&amp;b=2#!x",
    "https://x.co.uk/\n?ref=rss\nhttp://127.0.0.1/",
)

DATES = (
    "Sun, 22 Nov 2026 08:00:00 +0100",
    "2026-11-22T08:00:00.123+01:00",
    "20261122T080000Z",
    "22. November 2026, 8.00 Uhr MEZ",
    "Nov. 22nd, 2026 at 8:00 a.m. EST",
    "22/11/26 8h30",
    "1795330800",
    "22 ноября 2026 г., 08:00",
)

CURSORS = (f"1795330800000000-{'a' * 32}", f"-1-{'0' * 32}")

TEXTS = (
    "Die NATO-Länder beraten am 12. Januar, z. B. über L'OTAN und Putin's Krieg. „Ja“, sagt Dr. X.",
    "می\u200cشود 👩\u200d🚀 \U0001f3f4\U000e0067\U000e0062\U000e007f e\u0301\u0323 क्\u200dष\n\tx",
)

ARTICLE = json.dumps(
    {
        "url": "https://bote.example/a/1",
        "first_seen_at": "2026-11-22T08:00:00Z",
        "outlet": "kurier",
        "language": "de",
        "title": "Nato tagt",
        "lead": "Die Nato tagt.",
        "text": "Schweden tritt bei.",
        "published_at": "2026-11-22T07:00:00Z",
        "authors": ["Anna"],
    }
)

_ID, _OTHER = hash_parts("alert", "story 0"), hash_parts("alert", "story 1")
_JSON_POSTS = {
    "/api/v1/actions/ack": {"ids": [_ID], "by": "anna"},
    "/api/v1/actions/judge": {"ids": [_ID], "verdict": "irrelevant", "reason": "old", "note": "x"},
    "/api/v1/actions/assign": {"ids": [_ID], "to": "anna"},
    "/api/v1/actions/snooze": {"ids": [_ID], "until": "2026-11-23T08:00:00Z"},
    "/api/v1/actions/split": {"id": _ID, "articles": [hash_parts("article", "story 0", "0")]},
    "/api/v1/actions/merge": {"ids": [_ID, _OTHER]},
    f"/api/v1/actions/{_ID}/undo": {"by": "anna"},
    "/api/v1/topics/nato/explain": {"source": ARTICLE, "title": "Nato tagt", "language": "de"},
    "/api/v1/feeds/kurier/poll": {},
}
REQUESTS = (
    f"GET /api/v1/stories?before={CURSORS[0]}&limit=5&q=nato&since=2026-11-22T08:00:00Z\n",
    f"GET /api/v1/stories/newer?than={CURSORS[0]}&topic=nato&state=told\n",
    f"GET /?before={CURSORS[0]}&topic=nato&q=Br%C3%BCcke&since=2026-11-22&lang=de\n",
    f"GET /deliveries?state=failed&before={CURSORS[0]}\n",
    f"GET /api/v1/deliveries?state=failed&before={CURSORS[0]}&limit=1\n",
    f"GET /api/v1/stories/{_ID}\n",
    "GET /topics/nato?days=30\n",
    "GET /missed?url=https://bote.example/a/1&topic=nato\n",
    "GET /feeds?q=kurier\n",
    *(f"POST {path}\n{json.dumps(body)}" for path, body in _JSON_POSTS.items()),
)

MARKUP = (
    *("&#1;", "&#xd800;", "&#55357;&#56832;", "&amp;amp;lt;", "&nbsp;", "&bogus;", "&#x110000;"),
    *("<![CDATA[", "]]>", "<!--", "-->", "<?pi ?>", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;"),
    *("<item>", "</item>", "<entry>", "<title>", "</channel>", "<p>", "</p>", "<div>", "<br/>"),
    *("<a href='javascript:x'>", "<b x='1' y='2'>", "<svg:title>", "<script>", "<plaintext>"),
    *("<author>a@b (", "<dc:creator>", "@", "(", " a@b.c", "<link/>", "<table><tr><td>", "<svg>"),
    *(' xml:base="http://["', ' xmlns="x"', ' encoding="utf-16"', ' charset="utf-7"', ' lang="'),
)
HIDDEN = (
    *("\x00", "\x1f", "\x7f", "\x85", "\u00ad", "\u200b", "\u200d", "\u202e", "\u2028", "\ufeff"),
    *(
        "\ufffe",
        "\ufffd",
        "\U000e0041",
        "\ufe0f",
        "\u0301",
        "\u0316",
        "\u0344",
        "😀",
        "ß",
        "İ",
        "ﬁ",
    ),
)
JSON = (
    *('"\\ud800"', '"\\u0000"', "1e999", "-1", "NaN", "null", "true", "[]", "{}", "[[", "{", "}"),
    *('"2026-11-22T08:00:00Z"', '"9999-12-31T23:59:59Z"', '"0001-01-01T00:00:00+14:00"', '""'),
    *("9" * 400, '"a":', ",", ":", "\\", '"', "%00", "%ff", "&", "=", "?", "/", "..", "+", "#"),
)
WORDS = (
    *("AND", "OR", "NOT", "NEAR/3", "NEAR/S", "ONEAR/99", "EXCEPT", "count(", ")", "(", '"', "*"),
    *("?", "=", "$x", ":", "title:", "entity:", ">= 2", "-", "'s", "’", "ab*", "“", "1.000"),
)
PARTS = (
    *("//", "/", "\\", ":", "@", "?", "#", "%", "%2e", "%zz", "&amp;", "..", ".", "[", "]", "::1"),
    *(
        "xn--",
        "xn--a",
        "ü",
        "。",
        "０",
        "65536",
        "0x7f.1",
        "1e9",
        "utm_x=1",
        "\t",
        "\n",
        " ",
        "http:",
    ),
    *(
        "24",
        "99",
        "0000",
        "-",
        "+",
        "+25:00",
        "Z",
        "MEZ",
        "Uhr",
        "am",
        "12h",
        "mai",
        "31",
        "Feb",
        ",",
    ),
)
