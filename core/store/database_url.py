"""Read the URL of the store, which may name several servers of PostgreSQL.

::

    postgresql://USER:PASSWORD@a:5432,b:5432/DATABASE        as libpq and its programs write it
    postgresql://USER:PASSWORD@/DATABASE?host=a,b&port=…     as SQLAlchemy reads it, and libpq too

Of several servers only the one that takes writes is wanted, so the second form also gets
``target_session_attrs=read-write``: libpq then passes over a standby.
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
"""

from __future__ import annotations

import re

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from config.errors import SettingsError

_URL = re.compile(
    r"(?P<scheme>postgres[^:/]*://)(?P<user>[^/?#]*@)?(?P<hosts>[^/?#@]*)(?P<rest>.*)"
)
_SERVER = re.compile(r"(\[(?P<ipv6>[^\[\]]+)\]|(?P<host>[^:\[\]]*))(:(?P<port>\d+))?")

MEND = (
    "Write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE; several servers are"
    " HOST:PORT,HOST:PORT."
)


def parse_url(text: str) -> URL:
    """Return the URL of a store, in SQLAlchemy's form.

    Raises:
        SettingsError: It cannot be read. The message does not quote it, because of the password.
    """
    parts = _URL.fullmatch(text)
    try:
        if parts is None or "," not in parts["hosts"]:
            return _with_role(make_url(text))
        hosts, ports = zip(*map(_split, parts["hosts"].split(",")), strict=True)
        url = make_url(f"{parts['scheme']}{parts['user'] or ''}{parts['rest']}")
    except (ArgumentError, ValueError):  # such as a bad port; the cause would quote the URL
        raise SettingsError("WIREWATCH_DATABASE_URL cannot be read as a URL.", mend=MEND) from None
    return _with_role(url.update_query_dict({"host": ",".join(hosts), "port": ",".join(ports)}))


def _split(server: str) -> tuple[str, str]:
    """Return host and port of ``HOST:PORT``. libpq wants IPv6 addresses without their brackets.

    Raises:
        ValueError: It is not of this form.
    """
    parts = _SERVER.fullmatch(server)
    if parts is None:
        raise ValueError("not HOST or HOST:PORT")
    return parts["ipv6"] or parts["host"], str(int(parts["port"] or 5432))


def addresses_of(url: URL) -> str:
    """Return the servers of a URL, as ``HOST:PORT``, separated by commas."""
    if url.host:
        return _address(url.host, str(url.port or 5432))
    hosts = _values(url, "host")
    ports = _values(url, "port") or ["5432"]
    if len(hosts) > 1:
        ports = ports * len(hosts) if len(ports) == 1 else ports
        return ", ".join(map(_address, hosts, ports))
    return hosts[0] if hosts else "the local socket"


def _address(host: str, port: str) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _values(url: URL, name: str) -> list[str]:
    value = url.query.get(name, ())
    parts = [value] if isinstance(value, str) else value
    return [each for part in parts for each in part.split(",") if each]


def _with_role(url: URL) -> URL:
    if len(_values(url, "host")) < 2 or "target_session_attrs" in url.query:
        return url
    return url.update_query_dict({"target_session_attrs": "read-write"})
