"""`qredo sign`: the headers that make a request a signed one."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

from .._apis import load_client_class
from .._errors import CliError
from .._keys import KeysOption, PassphraseFileOption, keys_folder, read_credentials
from .._option_groups import JsonOption, option
from .._output import print_json, print_text
from .._request_options import BodyOption, NonceOption, TimestampOption, UrlOption, path_of_body, read_bytes, stamp_of

__all__ = ["sign"]


def sign(
    url: UrlOption,
    body: BodyOption = None,
    method: Annotated[
        str | None, option("--method", "GET without a body and POST with one, by default.", "METHOD")
    ] = None,
    timestamp: TimestampOption = None,
    nonce: NonceOption = None,
    curl: Annotated[bool, option("--curl", "Print a curl command; the API key is not in it.")] = False,
    api: Annotated[
        str | None,
        option("--api", "Only for an API that is signed with a secret: qredo_v1. Without it: RSA.", "PACKAGE"),
    ] = None,
    keys: KeysOption = None,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign a request and print the headers.

    Nothing is sent. The API key is never printed: it is a secret, and the same for each request.

    Examples:

      qredo sign --url https://api.qredo.network/api/v1/p/company/search
      qredo sign --url URL --body company.json --curl
      qredo sign --url URL --timestamp 1700000000 --json
    """
    from ..._http.schemes import DEFAULT_SCHEME, SCHEMES

    if curl and as_json:
        raise CliError("--curl and --json exclude each other: each is the whole output")
    content = read_bytes(body)
    verb = (method or ("POST" if content else "GET")).upper()
    stamp = stamp_of(timestamp, nonce)
    scheme = SCHEMES[load_client_class(api).SECURITY] if api else DEFAULT_SCHEME
    if scheme.timestamp_header is None:
        raise CliError("this API takes a token instead of a signature", "`qredo call` and `qredo send` get one")
    stamp_header = scheme.timestamp_header if nonce is None else scheme.nonce_header
    if stamp_header is None:
        raise CliError("this API takes no nonce", "give --timestamp, or neither")
    credentials = read_credentials(keys, scheme.name, passphrase_file)
    signature = scheme.signature(credentials, stamp, verb, url, content)
    headers = {stamp_header: stamp, scheme.signature_header: signature}
    if curl:
        print_text(_curl(verb, url, headers, scheme.api_key_header or "", _api_key_in_shell(keys), body, content))
    elif as_json:
        print_json(headers)
    else:
        print_text("\n".join(f"{name}: {value}" for name, value in headers.items()))


def _api_key_in_shell(keys: Path | None) -> str:
    """The API key as a word of a POSIX shell, from where the private key is taken; without the ends of lines."""
    folder = keys_folder(keys)
    if folder is not None:
        return f"$(tr -d '\\r\\n' < {shlex.quote(str(folder / 'apikey'))})"
    return "$QREDO_API_KEY" if os.environ.get("QREDO_API_KEY") else "$(tr -d '\\r\\n' < \"$QREDO_API_KEY_FILE\")"


def _curl(
    verb: str, url: str, headers: dict[str, str], key_header: str, api_key: str, source: str | None, body: bytes
) -> str:
    """A command for a POSIX shell. curl reads the API key from a pipe, so that no list of processes shows it."""
    lines = [f'printf \'header = "{key_header}: %s"\\n\' "{api_key}" | curl --config -']
    lines.append(f"--path-as-is --globoff --request {shlex.quote(verb)}")
    lines += [f"--header '{name}: {value}'" for name, value in headers.items()]
    if source is not None:
        lines.append("--header 'content-type: application/json'")
        lines.append(_curl_body(source, body))
    lines.append(shlex.quote(url))
    return " \\\n  ".join(lines)


def _curl_body(source: str, body: bytes) -> str:
    if path := path_of_body(source):
        return f"--data-binary {shlex.quote(f'@{path}')}"
    try:
        return f"--data-raw {shlex.quote(body.decode())}"  # also if it begins with @
    except UnicodeDecodeError:
        raise CliError("a body from stdin must be UTF-8 text for --curl", "put it into a file") from None
