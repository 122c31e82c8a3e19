"""Signed sessions in a cookie, and the form token (CSRF) of each.

Sessions are signed with a key of this process, so they end with the process. The form token is an
HMAC of the session's random part: only somebody who can read a page of the session knows it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from core.clock import Clock
from core.store.accounts import Account

SESSION_TIME = timedelta(hours=12)
"""A shift and a handover; after that people sign in again."""


@dataclass(frozen=True, slots=True)
class Session:
    """Content of a session cookie.

    Attributes:
        nonce: Random; identifies the session.
        signed_in: Whether the access token, or a name and its password, was entered.
        expires: End of the session in seconds since 1970.
        account: Id of the account that signed in; empty for the access token.
        stamp: The account's :attr:`core.store.accounts.Account.session_stamp` at that time.
    """

    nonce: str
    signed_in: bool
    expires: int
    account: str = ""
    stamp: str = ""


class Sessions:
    """Creates, signs and verifies sessions.

    Args:
        clock: The present.
        key: Secret of this process; random by default.
    """

    def __init__(self, clock: Clock, key: bytes | None = None) -> None:
        self._clock = clock
        self._key = key or secrets.token_bytes(32)
        self._ended: dict[str, int] = {}

    def begin(self, *, signed_in: bool, account: Account | None = None) -> Session:
        """Create a session, of an account if one signs in."""
        expires = int((self._clock() + SESSION_TIME).timestamp())
        nonce = secrets.token_hex(16)
        if account is None:
            return Session(nonce, signed_in, expires)
        return Session(nonce, signed_in, expires, account.id, account.session_stamp)

    def end(self, session: Session) -> None:
        """End a session: its cookie is no longer accepted."""
        now = self._clock().timestamp()
        self._ended = {n: expires for n, expires in self._ended.items() if expires > now}
        self._ended[session.nonce] = session.expires

    def cookie(self, session: Session) -> str:
        """Return the cookie of a session."""
        signed_in = int(session.signed_in)
        payload = f"{signed_in}.{session.expires}.{session.nonce}.{session.account}.{session.stamp}"
        return f"{payload}.{self._sign('session', payload)}"

    def read(self, cookie: str) -> Session | None:
        """Return the session of a cookie; None if it is forged, expired or ended."""
        payload, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign("session", payload).encode()):
            return None
        # Cannot fail: this process signed it.
        signed_in, expires, nonce, account, stamp = payload.split(".")
        session = Session(nonce, signed_in == "1", int(expires), account, stamp)
        has_expired = session.expires <= self._clock().timestamp()
        return None if has_expired or nonce in self._ended else session

    def csrf_token(self, session: Session) -> str:
        """Return the token that every form of the session carries."""
        return self._sign("csrf", session.nonce)

    def is_csrf_token(self, session: Session, token: str) -> bool:
        """Return whether a token belongs to the session, in constant time."""
        return hmac.compare_digest(token.encode(), self.csrf_token(session).encode())

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
