"""`qredo send`: any signed request, also those that the vendor's tool keeps in folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from urllib.parse import urlsplit

import typer

from ..._operations import SAFE
from ..._strict_json import JSONError, load
from .._confirmation import confirm
from .._connection import Connection
from .._errors import CliError, as_usage_error
from .._exits import Exit
from .._inputs import read_file
from .._option_groups import option, with_groups
from .._output import logging_to_stderr, note
from .._plain_client import plain_client_class
from .._request_options import BodyOption, read_bytes
from .._responses import show_response
from .._view import View

if TYPE_CHECKING:
    import httpx

__all__ = ["send"]

_WITH_BODY = {"POST", "PUT", "PATCH"}


class _Request(NamedTuple):
    method: str
    target: str
    body: bytes


@with_groups
def send(
    *,
    method: Annotated[str | None, typer.Argument(help="GET, POST, PUT, DELETE, ...", show_default=False)] = None,
    target: Annotated[
        str | None, typer.Argument(metavar="URL|PATH", help="A full URL, or a path below the API's base URL.")
    ] = None,
    body: BodyOption = None,
    folder: Annotated[
        Path | None, option("--folder", "A request folder of the vendor's tool: its files uri and body.", "DIR")
    ] = None,
    connection: Connection,
    view: View,
) -> Any:
    """Send a signed request and print the response.

    It goes to the environment's origin or nowhere. A folder runs as it is; on an emulator its URL is pointed at the
    emulator, which serves the documented paths.

    Examples:

      qredo send GET /company/search?query=acme --api qredo_partner_v1_1 --environment sandbox
      qredo send POST /company --body '{"name": "ACME Corp"}' --json
      qredo send --folder requests/company_new --environment sandbox
    """
    request = _from_folder(folder, method, target, body) if folder else _from_arguments(method, target, body)
    fields = _fields(request.body)
    if folder:
        request = _for_emulator(request, connection.named_environment())
    changes = request.method not in SAFE
    what = f"{request.method} {request.target}"
    must_confirm = changes and connection.must_confirm(what)
    is_path = request.target.startswith("/")
    needs_api = is_path or connection.api is not None
    client_class = connection.client_class() if needs_api else plain_client_class(connection.named_environment())
    with logging_to_stderr(), connection.connect(client_class) as client:
        if must_confirm:
            confirm(what, connection.named_environment(), fields, dict)
        with view.writing() as file:
            connection.request_state.sent(what, changes=changes)
            with as_usage_error():
                response = client.send(_to_httpx(request, client.http, client.base_url if is_path else ""))
            code = Exit.OK if response.is_success else Exit.REFUSED  # anything less certain was raised
            connection.request_state.received(code or Exit.RESPONSE)
            show_response(response, view, file)
    if code:
        note(f"HTTP {response.status_code} {response.reason_phrase}")
    return code


def _to_httpx(request: _Request, http: httpx.Client, base_url: str) -> httpx.Request:
    headers = {"accept": "application/json", **({"content-type": "application/json"} if request.body else {})}
    return http.build_request(request.method, base_url + request.target, content=request.body, headers=headers)


def _from_arguments(method: str | None, target: str | None, body: str | None) -> _Request:
    if method is None or target is None:
        raise CliError("send needs METHOD and URL|PATH, or --folder DIR", "see `qredo send --help`")
    return _Request(_check_method(method), _check_target(target), read_bytes(body))


def _from_folder(folder: Path, method: str | None, target: str | None, body: str | None) -> _Request:
    """Read a request folder: `uri` holds the method, a space and the URL; `body` the bytes for POST, PUT and PATCH."""
    if method is not None or target is not None or body is not None:
        raise CliError("--folder is the whole request, so no METHOD, URL or --body goes with it")
    words = read_file(folder / "uri").decode("utf-8-sig", "replace").split()
    if len(words) != 2:
        raise CliError(f"{folder / 'uri'} must hold a method and a URL, as in: GET https://host/path")
    verb = _check_method(words[0])
    return _Request(verb, _check_target(words[1]), read_file(folder / "body") if verb in _WITH_BODY else b"")


def _check_method(method: str) -> str:
    if not method.isascii() or not method.isalpha():
        raise CliError(f"{method!r} is no HTTP method", "write GET, POST, PUT or DELETE before the URL")
    return method.upper()


def _check_target(target: str) -> str:
    try:
        parts = urlsplit(target)
    except ValueError:  # brackets that do not match
        parts = urlsplit("")
    if not target.startswith("/") and not (parts.scheme and parts.netloc):
        raise CliError(f"{target!r} is neither a URL nor a path", "write https://host/path, or /path")
    return target


def _fields(body: bytes) -> dict[str, Any]:
    """The fields of a body, for the question before it is sent. Raises `CliError` if it is not JSON."""
    try:
        value = load(body) if body else {}
    except JSONError as error:
        raise CliError(f"the body {error}") from None
    return value if isinstance(value, dict) else {"body": value}


def _for_emulator(request: _Request, environment: Any) -> _Request:
    """Point a request at the emulator if that is the environment: it serves the documented paths under its own host."""
    if not environment.is_emulator:
        return request
    parts = urlsplit(request.target)
    url = environment.origin + parts.path + (f"?{parts.query}" if parts.query else "")
    note(f"sent to the emulator: {url}")
    return request._replace(target=url)
