"""`qredo doctor`: check that keys, clock, network and service fit together, and say what to do if not."""

from __future__ import annotations

import os
import stat
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..._http.schemes import SCHEMES
from ..._operations import Operation, operations_of
from ..._text import printable
from .._apis import load_package
from .._connection import Connection
from .._errors import report_of
from .._exits import Exit
from .._keys import keys_folder
from .._option_groups import JsonOption, with_groups
from .._output import print_json
from .._shapes import ShapesOption, check_into, print_report
from .._table import grid_of
from .._view import screen

if TYPE_CHECKING:
    import httpx

    from ..._shapes.report import ShapeReport

__all__ = ["doctor"]

_MARKS = {"ok": "ok  ", "warning": "WARN", "problem": "FAIL", "skipped": "-   "}


@with_groups
def doctor(*, shapes: ShapesOption = None, as_json: JsonOption = False, connection: Connection) -> Any:
    """Check keys, environment, clock, TLS and connection; say what to do.

    Sends one signed read, with --shapes some more, and changes nothing. The exit code is 1 if there is a problem;
    warnings do not count.

    Examples:

      qredo doctor --api qredo_partner_v1_1 --environment sandbox
      qredo doctor --api qredo_partner_v1_1 --environment sandbox --shapes shapes.json
      qredo doctor --keys keys --environment emulator --url http://127.0.0.1:8080 --json
    """
    reports: list[ShapeReport] = []
    findings = list(check_all(connection, shapes, reports.append))
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        _print(findings)
        for report in reports:
            print_report(report)
    return Exit.NO if any(finding.status == "problem" for finding in findings) else Exit.OK


def _print(findings: Iterable[Finding]) -> None:
    lines: list[tuple[str, str]] = []
    for each in findings:
        lines.append((_MARKS[each.status], f"{each.check}: {each.found}"))
        lines += [("", f"  {each.advice}")] if each.advice else []
    with screen() as out:
        out.print(grid_of(lines))


_REFUSED = (
    "the service must know this API key and the public half of this private key: check whether one of them belongs to "
    "another environment, or to the folder of another emulator (--keys)"
)
_OTHER_NONCE = "; or the service expects another nonce than the one in --nonces: docs/nonces.md says how to repair that"
_TOLERANCE = 5.0  # seconds, as that of the clock correction
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Finding(NamedTuple):
    """The result of a check.

    Attributes:
        check: What was looked at.
        status: `ok`, `warning`, `problem` or `skipped`.
        found: What was found.
        advice: What to do, or empty.
    """

    check: str
    status: Literal["ok", "warning", "problem", "skipped"]
    found: str
    advice: str = ""


def check_all(
    connection: Connection, shapes: Path | None = None, keep: Callable[[ShapeReport], object] = lambda _: None
) -> Iterator[Finding]:
    """Run all checks, each after those that it depends on.

    Args:
        connection: What to check.
        shapes: Where to write the report about the shapes; None to leave them unchecked.
        keep: Takes this report.
    """
    from ..._environments.base_url import base_url_of

    client_class = connection.client_class()
    environment = connection.named_environment()
    operation, arguments = _simple_read(connection, client_class)
    yield from map(_check_file, _key_files(connection, client_class.SECURITY))
    credentials = yield from _check_credentials(connection, client_class.SECURITY)
    if credentials is not None:
        yield _check_kind(environment, credentials)
    # A documented path: the service responds to it with 401, since the request has no credentials.
    url = base_url_of(client_class, environment) + (operation.path.format_map(arguments) if operation else "/")
    response = yield from _check_network(url, connection.timeout)
    if response is not None:
        yield _check_tls(response)
        yield _check_clock(response)
    with ExitStack() as stack:
        client = None
        if credentials is None or response is None:
            yield Finding("signed read", "skipped", "no credentials, or no connection")
        else:
            client = yield from _check_read(connection, client_class, operation, arguments, stack)
        if shapes is not None:
            yield _check_shapes(client, shapes, keep)


def _key_files(connection: Connection, security: str) -> list[Path]:
    folder = keys_folder(connection.keys)
    if folder is None:
        variables = ("QREDO_API_KEY_FILE", "QREDO_PRIVATE_KEY_FILE", "QREDO_API_SECRET_FILE")
        return [Path(os.environ[name]) for name in variables if os.environ.get(name)]
    names = ("apikey", "private.pem") if SCHEMES[security].proof == "rsa" else ("apikey", "apisecret")
    return [folder / name for name in names]


def _check_file(path: Path) -> Finding:
    try:
        mode = path.stat().st_mode
        path.open("rb").close()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Finding(f"{path}", "problem", reason, "name the folder with --keys; `qredo keygen DIR` makes a key pair")
    if os.name == "posix" and mode & _OTHERS:
        found = f"mode {stat.S_IMODE(mode):04o}: other users can read or change it"
        return Finding(f"{path}", "warning", found, f"chmod 600 {path}")
    if os.name != "posix":
        return Finding(f"{path}", "ok", "can be read; whether others can is not checked on this system")
    return Finding(f"{path}", "ok", f"mode {stat.S_IMODE(mode):04o}, readable by its owner only")


def _check_credentials(connection: Connection, security: str) -> Any:
    """Generator of findings that returns the credentials, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # file modes are reported by a check of their own
            credentials = connection.credentials(security)
    except Exception as error:
        yield _problem("credentials", error)
        return None
    if SCHEMES[security].proof == "rsa":
        yield from _check_pair(connection, credentials)
    return credentials


def _check_pair(connection: Connection, credentials: Any) -> Iterator[Finding]:
    from ... import KeyLoadError, PublicKey

    key = credentials.signer
    yield Finding("RSA key", "ok", f"{key.bits} bits, {key.fingerprint}")
    path = (keys_folder(connection.keys) or Path()) / "public.pem"
    if keys_folder(connection.keys) is None or not path.exists():
        yield Finding("key pair", "skipped", "there is no public.pem beside the private key")
        return
    try:
        public = PublicKey.from_file(path)
    except KeyLoadError as error:
        yield _problem("key pair", error)
        return
    if public == key.public_key:
        yield Finding("key pair", "ok", f"{path} belongs to the private key")
    else:
        yield Finding(
            "key pair",
            "problem",
            f"{path} belongs to another key: {public.fingerprint}",
            "upload the public key of private.pem: openssl rsa -in private.pem -pubout",
        )


def _check_kind(environment: Any, credentials: Any) -> Finding:
    from ... import EnvironmentMismatchError

    try:
        environment.admit(credentials.kind)
    except EnvironmentMismatchError as error:
        return _problem("API key", error)
    return Finding("API key", "ok", f"{credentials.kind}, for the environment {environment.name}")


def _check_network(url: str, timeout: float | None) -> Any:
    """Generator of findings that returns the response to a request without credentials, or None."""
    import httpx

    from ..._environments.origin import is_loopback, origin_of

    origin = origin_of(url)
    try:
        with httpx.Client(timeout=timeout or 10.0, trust_env=not is_loopback(origin)) as http:
            start = time.monotonic()
            response = http.get(url, headers={"user-agent": "qredo-doctor"})
            took = time.monotonic() - start
            response.extensions["tls"] = _tls_version(response)
    except httpx.HTTPError as error:
        advice = "check name, port, proxy and firewall; `qredo-emulator` starts an emulator"
        yield _problem("connection", error)._replace(advice=advice)
        return None
    found = f"{origin} responded after {took:.2f} s"
    if response.status_code in {404, 405}:
        found = f"{found} with HTTP {response.status_code} to {response.url.path}: another service may listen there"
        yield Finding("connection", "warning", found, "check --url, --environment and --api")
    else:
        yield Finding("connection", "ok", found)
    return response


def _tls_version(response: httpx.Response) -> str | None:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    return tls.version() if tls is not None else None


def _check_tls(response: httpx.Response) -> Finding:
    version = response.extensions["tls"]
    if version is None:
        return Finding("TLS", "skipped", f"plain {response.url.scheme}, for an emulator or on this machine only")
    if version in {"TLSv1.2", "TLSv1.3"}:
        return Finding("TLS", "ok", version)
    return Finding("TLS", "problem", version, "TLS 1.2 or later is needed: look for a proxy in between")


def _check_clock(response: httpx.Response) -> Finding:
    from ..._http.dates import parse_http_date

    date = parse_http_date(response.headers.get("date"))
    if date is None:
        return Finding("clock", "skipped", "the server sent no Date header")
    difference = date + 0.5 - time.time()
    if abs(difference) <= _TOLERANCE:
        return Finding("clock", "ok", f"within {_TOLERANCE:.0f} s of the server's")
    found = f"the server's is {abs(difference):.0f} s {'ahead of' if difference > 0 else 'behind'} ours"
    return Finding("clock", "warning", found, "set this machine's clock (NTP); a difference up to an hour is corrected")


def _check_read(
    connection: Connection,
    client_class: Any,
    operation: Operation | None,
    arguments: Mapping[str, str],
    stack: ExitStack,
) -> Any:
    """Generator of findings that returns the client, which `stack` closes, or None if the signed read failed."""
    if operation is None:
        needs = "workspace_id" in SCHEMES[client_class.SECURITY].options
        advice = "give --workspace ID, or set QREDO_WORKSPACE" if needs else ""
        yield Finding("signed read", "skipped", "no read of this API works without an id", advice)
        return None
    try:
        client = stack.enter_context(connection.connect(client_class))
        getattr(getattr(client, operation.tag), operation.verb)(**arguments)
    except Exception as error:
        finding = _problem("signed read", error)
        refused = _REFUSED + (_OTHER_NONCE if connection.nonces else "")
        yield finding._replace(advice=refused) if getattr(error, "status_code", None) == 401 else finding
        return None
    yield Finding("signed read", "ok", f"{operation.id}: the signature was accepted")
    return client


def _check_shapes(client: Any, path: Path, keep: Callable[[ShapeReport], object]) -> Finding:
    if client is None:
        return Finding("shapes", "skipped", "no signed read was accepted")
    try:
        report = check_into(path, client, datetime.now(UTC).replace(microsecond=0))
    except Exception as error:
        return _problem("shapes", error)
    keep(report)
    called = [each for each in report.operations if each.calls]
    failed = sum(bool(each.errors) for each in called)
    found = f"{len(called)} operations called, {failed} with errors; {len(report.mismatches)} mismatches, in {path}"
    if not report.mismatches and not failed:
        return Finding("shapes", "ok", found)
    return Finding("shapes", "warning", found, "use of a mismatch raises ResponseError: correct the description first")


def _simple_read(connection: Connection, client_class: Any) -> tuple[Operation | None, dict[str, str]]:
    """Return a GET that needs nothing that is not known, with its arguments: no id but the workspace's, and no feed."""
    known = {} if connection.workspace is None else {"workspace_id": connection.workspace}
    package = load_package(client_class.__module__.rpartition(".")[0])
    for each in operations_of(package):
        required = [one.name for one in each.parameters if one.required]
        is_read = each.method == "GET" and each.feed is None and each.security == client_class.SECURITY
        if is_read and known.keys() >= set(required):
            return each, {name: known[name] for name in required}
    return None, {}


def _problem(check: str, error: Exception) -> Finding:
    report = report_of(error)
    if report is None:
        raise error
    return Finding(check, "problem", printable(report.message), report.hint)
