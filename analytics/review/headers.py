"""What every answer forbids the browser: to load or send anything elsewhere, to be framed, to keep a copy."""

from __future__ import annotations

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
#: Besides, where a browser came by https: for a year it comes no other way.
ONLY_HTTPS = {"strict-transport-security": "max-age=31536000"}
