"""Mistakes with `connect`: its arguments, their order, and what belongs together."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

import httpx
import qredo_partner_v1_0
import qredo_partner_v1_1
import qredo_v1
from qredo_partner_v1_1 import AsyncClient, Client
from qredo_signing import Environment, InProcessNonces, KeyKind, SQLiteNonces

from .table import Mistake, Place

__all__ = ["CONNECTING"]


@contextmanager
def second_copy() -> Iterator[ModuleType]:
    """The library under another import path, as a vendored copy is."""
    ours = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "qredo_signing"}
    for name in ours:
        del sys.modules[name]
    try:
        yield import_module("qredo_signing")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "qredo_signing"]:
            del sys.modules[name]
        sys.modules.update(ours)


def mix_copies(at: Place) -> None:
    with second_copy() as copy:
        theirs = copy.Credentials.from_directory(at.keys)
        type(theirs).__module__ = "third_party.qredo_signing._keys.credentials"
    at.connect(Client, theirs, at.emulator.environment)


def sandbox(at: Place, **options: Any) -> Any:
    return at.to_emulator(**options)


CONNECTING = (
    Mistake(
        "A module is passed instead of its client class",
        lambda at: at.connect(qredo_partner_v1_1, at.emulator.credentials, at.emulator.environment),
        "the module qredo_partner_v1_1",
        "client_class must be the client class",
        "pass its class: qredo_partner_v1_1.Client or .AsyncClient",
    ),
    Mistake(
        "The credentials come first",
        lambda at: at.connect(at.emulator.credentials, Client, at.emulator.environment),
        "got Credentials",
        "client_class must be the client class",
        "the order is connect(Client, credentials, environment)",
    ),
    Mistake(
        "Credentials and environment are swapped",
        lambda at: at.connect(Client, at.emulator.environment, at.emulator.credentials),
        "got Environment",
        "credentials must be Credentials",
        "the order is connect(Client, credentials, environment)",
    ),
    Mistake(
        "Another class than a client is passed",
        lambda at: at.connect(httpx.Client, at.emulator.credentials, at.emulator.environment),
        "got the class httpx.Client",
        "client_class must be the client class of an API package",
        "import Client or AsyncClient from a package such as qredo_partner_v1_1",
    ),
    Mistake(
        "A client that is connected already is passed instead of its class",
        lambda at: at.connect(at.client, at.emulator.credentials, at.emulator.environment),
        "got Client",
        "client_class must be the client class",
        "import Client or AsyncClient",
    ),
    Mistake(
        "The folder of the keys is passed as credentials",
        lambda at: at.connect(Client, str(at.keys), at.emulator.environment),
        "got str",
        "credentials must be Credentials",
        "load them with .from_directory(path)",
    ),
    Mistake(
        "The class of the credentials is passed",
        lambda at: at.connect(Client, type(at.emulator.credentials), at.emulator.environment),
        "got the class qredo_signing.Credentials",
        "credentials must be Credentials",
        "load them with .from_directory(path)",
    ),
    Mistake(
        "Credentials of a second copy of the library",
        mix_copies,
        "got Credentials of third_party.qredo_signing._keys.credentials",
        "two copies of this library are in use",
        "import everything from the same one",
    ),
    Mistake(
        "The environment is a text",
        lambda at: at.connect(Client, at.emulator.credentials, "sandbox"),
        "got str",
        "environment must be an Environment",
        "such as Environment.SANDBOX",
    ),
    Mistake(
        "The environment is the URL of the server",
        lambda at: at.connect(Client, at.emulator.credentials, at.emulator.url),
        "got str",
        "environment must be an Environment",
        "for a URL, pass Environment.emulator(url)",
    ),
    Mistake(
        "The environment is None",
        lambda at: at.connect(Client, at.emulator.credentials, None),
        "got None",
        "there is no default",
        "pass one such as Environment.SANDBOX",
    ),
    Mistake(
        "The keys of an emulator are used in the sandbox",
        lambda at: at.connect(Client, at.emulator.credentials, Environment.SANDBOX),
        "the environment 'sandbox'",
        "takes no emulator's API key",
        "use Environment.emulator(url)",
    ),
    Mistake(
        "The API version is not in that environment",
        lambda at: at.connect(qredo_v1.Client, at.emulator.hmac_credentials, Environment.PLAY),
        "'play'",
        "documents no server",
        "it has:",
    ),
    Mistake(
        "An RSA key for the API that is signed with a secret",
        lambda at: at.connect(qredo_v1.Client, at.emulator.credentials, at.emulator.environment),
        "these are Credentials",
        "qredo_v1 0.1.0+r1 takes HmacCredentials",
        "load them with HmacCredentials.from_directory",
    ),
    Mistake(
        "A timeout that is a text, as an environment variable is",
        lambda at: sandbox(at, timeout="30"),
        "not str",
        "timeout must be seconds",
        "timeout=float(...)",
    ),
    Mistake(
        "A timeout of 0 seconds for no limit",
        lambda at: sandbox(at, timeout=0),
        "timeout is 0",
        "must be more than 0",
        "None for no limit",
    ),
    Mistake(
        "An infinite timeout in an httpx.Timeout",
        lambda at: sandbox(at, timeout=httpx.Timeout(5, read=math.inf)),
        "timeout.read is inf",
        "longer than a socket waits",
        "None for no limit",
    ),
    Mistake(
        "A text in an httpx.Timeout",
        lambda at: sandbox(at, timeout=httpx.Timeout(5, read="5")),  # type: ignore[arg-type]
        "timeout.read must be seconds",
        "not str",
        "read=float(...)",
    ),
    Mistake(
        "A limit of 0 in an httpx.Timeout for no limit",
        lambda at: sandbox(at, timeout=httpx.Timeout(5, write=0)),
        "timeout.write is 0",
        "must be more than 0",
        "None for no limit",
    ),
    Mistake(
        "A number of retries that is a text",
        lambda at: sandbox(at, max_retries="5"),
        "not str",
        "max_retries must be an int",
        "max_retries=int(...)",
    ),
    Mistake(
        "A negative number of retries",
        lambda at: sandbox(at, max_retries=-1),
        "max_retries is -1",
        "give 0 for no retries",
        "or a greater number",
    ),
    Mistake(
        "A deadline that is a text",
        lambda at: sandbox(at, deadline="60"),
        "not str",
        "deadline must be the seconds for a whole call",
        "deadline=float(...)",
    ),
    Mistake(
        "A timeout beside a client of one's own",
        lambda at: sandbox(at, timeout=5, http_client=httpx.Client()),
        "timeout= and http_client=",
        "exclude each other",
        "set the timeout on your http_client",
    ),
    Mistake(
        "An async http_client for a sync client",
        lambda at: sandbox(at, http_client=httpx.AsyncClient()),
        "got AsyncClient",
        "must be an httpx.Client here",
        "connect the package's AsyncClient, or pass an httpx.Client",
    ),
    Mistake(
        "An async transport for a sync client",
        lambda at: sandbox(at, transport=httpx.AsyncHTTPTransport()),
        "got AsyncHTTPTransport",
        "must be an httpx.BaseTransport here",
        "make one such as httpx.HTTPTransport()",
    ),
    Mistake(
        "The class of a transport",
        lambda at: sandbox(at, transport=httpx.HTTPTransport),
        "got the class httpx.HTTPTransport",
        "must be an httpx.BaseTransport here",
        "make one such as httpx.HTTPTransport()",
    ),
    Mistake(
        "The path of the nonces in place of the source",
        lambda at: sandbox(at, nonces="nonces.db"),
        "got str",
        "must be a source of nonces",
        "such as SQLiteNonces(path)",
    ),
    Mistake(
        "The class of a source of nonces",
        lambda at: sandbox(at, nonces=SQLiteNonces),
        "got SQLiteNonces",
        "must be a source of nonces",
        "such as SQLiteNonces(path)",
    ),
    Mistake(
        "The aiohttp transport for a sync client",
        lambda at: sandbox(at, transport="aiohttp"),
        "transport='aiohttp'",
        "is for async clients",
        "leave it out, or connect an AsyncClient",
    ),
    Mistake(
        "A transport that has no such name",
        lambda at: sandbox(at, client_class=AsyncClient, transport="http2"),
        "transport='http2'",
        "is not known",
        "the only transport with a name is 'aiohttp'",
    ),
    Mistake(
        "An option of connect is misspelt",
        lambda at: sandbox(at, time_out=5),
        "'time_out'",
        "connect() takes no argument",
        "Did you mean 'timeout'?",
    ),
    Mistake(
        "An agent's token instead of a function that makes tokens",
        lambda at: sandbox(at, agent_token="c0ffee"),
        "got str",
        "agent_token must be a callable",
        "returns a fresh token each time",
    ),
    Mistake(
        "The Partner API 1.0 without nonces",
        lambda at: sandbox(at, client_class=qredo_partner_v1_0.Client),
        "no nonces= are given",
        "takes only nonces that go up by exactly one",
        "SQLiteNonces(path, rule='counter').initialise(start), where start is the nonce that the service expects next",
    ),
    Mistake(
        "The Partner API 1.0 with nonces of the clock",
        lambda at: sandbox(at, client_class=qredo_partner_v1_0.Client, nonces=SQLiteNonces(at.folder / "nonces.db")),
        "these have the rule 'clock'",
        "takes only nonces that go up by exactly one",
        "Pass nonces=SQLiteNonces(path, rule='counter')",
    ),
    Mistake(
        "The Partner API 1.0 with a counter in memory",
        lambda at: sandbox(at, client_class=qredo_partner_v1_0.Client, nonces=InProcessNonces(rule="counter", start=1)),
        "InProcessNonces",
        "forgets where it stood when this process ends",
        "Pass nonces=SQLiteNonces(path, rule='counter')",
    ),
    Mistake(
        "Nonces with the API that is signed with a secret",
        lambda at: at.connect(
            qredo_v1.Client, at.emulator.hmac_credentials, at.emulator.environment, nonces=InProcessNonces()
        ),
        "nonces=",
        "takes API key and API secret",
        "leave out",
    ),
    Mistake(
        "Plain http to a server that is not on this machine",
        lambda at: Environment.custom("http://gateway.example", key_kind=KeyKind.LIVE),
        "http://gateway.example is plain http",
        "shows API keys to the network",
        "use https",
    ),
    Mistake(
        "The URL of an emulator with a path",
        lambda at: Environment.emulator("http://127.0.0.1:8080/api/v1/p"),
        "the URL has more after its host",
        "an origin is scheme, host and port only",
        "write http://127.0.0.1:8080",
    ),
    Mistake(
        "QREDO_ENVIRONMENT is not set",
        lambda at: Environment.from_environment(),
        "QREDO_ENVIRONMENT is not set",
        "set it to one of",
        "sandbox",
    ),
    Mistake(
        "QREDO_ENVIRONMENT has a name that is not known",
        lambda at: Environment.from_environment({"QREDO_ENVIRONMENT": "prod"}),
        "QREDO_ENVIRONMENT is 'prod'",
        "set it to one of",
        "production",
    ),
)
