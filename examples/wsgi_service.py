"""A WSGI service under gunicorn with preload: one client, made before the workers are forked.

    export QREDO_ENVIRONMENT=emulator QREDO_URL=http://127.0.0.1:8080       # or QREDO_ENVIRONMENT=sandbox
    gunicorn --chdir examples --preload --workers 2 --threads 4 --bind 127.0.0.1:8000 wsgi_service:app
    curl http://127.0.0.1:8000/companies/COMPANY_ID/holdings

Needs `pip install . gunicorn`. QREDO_KEYS is the absolute path of the folder with `apikey` and `private.pem`; without
it, the folder is `examples/keys`. Put the service behind your own authentication, which is not shown.
"""

from __future__ import annotations

import atexit
import json
import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import httpx
from qredo_partner_v1_1 import APIError, Client
from qredo_signing import Credentials, Environment, connect

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

HOLDINGS = re.compile(r"/companies/(\w+)/holdings")

# With --preload this runs once, and the key is read once. After the fork each worker opens its own connections, and its
# threads share them.
CLIENT = connect(
    Client,
    Credentials.from_directory(os.environ.get("QREDO_KEYS", "keys")),
    Environment.from_environment(),
)
atexit.register(CLIENT.close)  # in each process, for its own connections


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Respond to one request."""
    status, body = respond(environ["REQUEST_METHOD"], environ["PATH_INFO"])
    start_response(status, [("content-type", "application/json")])
    return [json.dumps(body).encode()]


def respond(method: str, path: str) -> tuple[str, object]:
    """Return the status line and the JSON of a response."""
    found = HOLDINGS.fullmatch(path)
    if not found or method != "GET":
        return "404 Not Found", {"error": "not found"}
    try:
        holdings = CLIENT.holding.get_all(found[1])
        return "200 OK", [{"asset": each.code, "amount": each.amount} for each in holdings]
    except APIError as error:
        if error.status_code == 404:
            return "404 Not Found", {"error": "no such company"}
        return "502 Bad Gateway", {"error": "rejected"}
    except httpx.TransportError as error:
        return "503 Service Unavailable", {"error": "unreachable", "kind": type(error).__name__}
