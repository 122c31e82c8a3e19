"""Connect to servers whose TLS is older than what OpenSSL 3 accepts, if the operator says so.

What is accepted in addition: no secure renegotiation (RFC 5746, of 2010), ciphers that Python
leaves out, key exchange without forward secrecy, and short keys of Diffie-Hellman. Versions before
TLS 1.2 are not, and certificates are checked as always.
"""

from __future__ import annotations

import ssl

OP_LEGACY_SERVER_CONNECT = 0x4
"""``SSL_OP_LEGACY_SERVER_CONNECT`` of OpenSSL; the constant of :mod:`ssl` came with Python 3.12."""

_CIPHERS = "DEFAULT:!aNULL:!eNULL:!PSK:@SECLEVEL=1"

_OUTDATED = frozenset(
    {"UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "DH_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL", "BAD_DH_VALUE"}
)
_NOTHING_IN_COMMON = ("ALERT_HANDSHAKE_FAILURE", "ALERT_INSUFFICIENT_SECURITY")
_TOO_OLD = ("UNSUPPORTED_PROTOCOL", "ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION")


def legacy_context(trust: ssl.SSLContext | None) -> ssl.SSLContext:
    """Return a context that accepts outdated servers, with the same trusted certificates.

    Args:
        trust: The context for other servers; None for one that trusts what the system does.
    """
    context = ssl.create_default_context()
    for certificate in trust.get_ca_certs(binary_form=True) if trust else ():
        context.load_verify_locations(cadata=certificate)
    context.options |= OP_LEGACY_SERVER_CONNECT
    context.set_ciphers(_CIPHERS)
    return context


def outcome_of(reason: str) -> str:
    """Return the outcome of a failed handshake by OpenSSL's name for it. Pure.

    Returns:
        ``tls_legacy`` where :func:`legacy_context` may help, ``tls_version`` for a server that
        knows no version from TLS 1.2 on, else ``tls``.
    """
    if reason in _OUTDATED or reason.endswith(_NOTHING_IN_COMMON):
        return "tls_legacy"
    return "tls_version" if reason.endswith(_TOO_OLD) else "tls"
