"""The TLS settings of every connection that this package makes by itself."""

from __future__ import annotations

import ssl

import httpx

__all__ = ["make_tls_context"]


def make_tls_context(*, is_used: bool = True) -> ssl.SSLContext:
    """Make a context as httpx does, which verifies certificates and host names, for TLS 1.2 and later.

    Args:
        is_used: Whether anything will go over TLS. If not, it trusts nobody: to read whom to trust takes long.
    """
    context = httpx.create_ssl_context() if is_used else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    return context
