"""`connect`: class, credentials and environment become a client. `test_auth.py` has the signing itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
import qredo_partner_v1_1
from qredo_signing import (
    ConfigurationError,
    Credentials,
    Environment,
    EnvironmentMismatchError,
    HmacCredentials,
    InProcessNonces,
    KeyKind,
    OriginError,
    PrivateKey,
    SQLiteNonces,
    __version__,
    connect,
    verify,
)
from qredo_signing.feeds import FeedConnectionError, feed

from .doubles import (
    API_SECRET,
    CREDENTIAL_HEADERS,
    AsyncDummy,
    AsyncHmacDummy,
    DummyClient,
    HmacDummy,
    call,
    make_api_key,
    serve,
)

GATEWAY = Environment.custom("https://gateway.example", key_kind=KeyKind.LIVE)


class NonceOnly(DummyClient):
    """A version that knows nonces only, and no sandbox, as 1.0 is."""

    API: ClassVar[tuple[str, str]] = ("dummy_v0", "0.9.0")
    SERVERS: ClassVar[Mapping[str, str]] = {"production": "https://api.qredo.network/api/v1/p/"}
    STAMPS: ClassVar[tuple[str, ...]] = ("nonce",)
    NONCE_RULE: ClassVar[str | None] = None


class Counting(NonceOnly):
    """One that also wants them to count by one."""

    NONCE_RULE: ClassVar[str | None] = "counter"


class AsyncCounting(AsyncDummy):
    """The same, async."""

    STAMPS: ClassVar[tuple[str, ...]] = ("nonce",)
    NONCE_RULE: ClassVar[str | None] = "counter"


class OtherClient(DummyClient):
    """An API that is secured in another way."""

    SECURITY: ClassVar[str] = "oauth"  # type: ignore[assignment]


class OwnCounter:
    """A counter of the user's own."""

    rule = "counter"

    def __init__(self, persistent: bool | None) -> None:
        self.used = 41
        if persistent is not None:
            self.persistent = persistent

    def next(self) -> int:
        """Count."""
        self.used += 1
        return self.used

    def give_back(self, nonce: int) -> None:
        """Count down."""
        self.used = nonce - 1


@pytest.mark.parametrize(
    ("environment", "options", "base_url"),
    [
        (Environment.PRODUCTION, {}, "https://api.qredo.network/api/v1/p"),
        (Environment.PRODUCTION_TEST, {}, "https://api.qredo.network/api/v1/p"),
        (Environment.SANDBOX, {}, "https://sandbox-api.qredo.network/api/v1/p"),
        (Environment.SANDBOX, {"server": "sandbox_qapi"}, "https://sandbox-api.qredo.network/qapi/v1/p"),
        (GATEWAY, {}, "https://gateway.example/api/v1/p"),
        (GATEWAY, {"server": "sandbox_qapi"}, "https://gateway.example/qapi/v1/p"),
        (
            Environment.custom("https://gateway.example", key_kind=KeyKind.LIVE, base_path="/"),
            {},
            "https://gateway.example",
        ),
        (
            Environment.custom("https://gateway.example:8443", key_kind=KeyKind.LIVE, base_path="/qredo/"),
            {},
            "https://gateway.example:8443/qredo",
        ),
    ],
)
def test_the_base_url(
    environment: Environment, options: dict[str, Any], base_url: str, credentials: Credentials
) -> None:
    """The origin is the environment's, the path the API version's, unless another server or path is named."""
    with connect(DummyClient, credentials, environment, **options) as client:
        assert client.base_url == base_url


def test_the_base_url_of_an_emulator(emulator_credentials: Credentials) -> None:
    """An emulator serves each version under its package's name; a closing slash in the description does not matter."""
    environment = Environment.emulator("http://127.0.0.1:8080")
    cases: list[tuple[type[DummyClient], dict[str, Any], str]] = [
        (DummyClient, {}, "http://127.0.0.1:8080/dummy_v1/api/v1/p"),
        (DummyClient, {"server": "sandbox_qapi"}, "http://127.0.0.1:8080/dummy_v1/qapi/v1/p"),
        (NonceOnly, {}, "http://127.0.0.1:8080/dummy_v0/api/v1/p"),
    ]
    for client_class, options, base_url in cases:
        with connect(client_class, emulator_credentials, environment, **options) as client:
            assert client.base_url == base_url


@pytest.mark.parametrize(
    ("client_class", "environment", "options", "why"),
    [
        (
            NonceOnly,
            Environment.SANDBOX,
            {},
            r"dummy_v0 0\.9\.0 documents no server 'sandbox'.*: production \(https://api\.qredo\.network\)\..*custom\(",
        ),
        (DummyClient, Environment.SANDBOX, {"server": "nowhere"}, "documents no server 'nowhere'"),
        (DummyClient, Environment.PRODUCTION, {"server": "sandbox"}, r"is on https://sandbox-api\.qredo\.network, but"),
    ],
)
def test_environment_and_version_must_agree(
    client_class: type[DummyClient],
    environment: Environment,
    options: dict[str, Any],
    why: str,
    credentials: Credentials,
) -> None:
    """A server that the version does not document, or that is on another origin, is refused."""
    with pytest.raises(EnvironmentMismatchError, match=why):
        connect(client_class, credentials, environment, **options)


def test_key_and_environment_must_agree(key: PrivateKey) -> None:
    """A key of the wrong kind is refused when the client is made."""
    live = Credentials(make_api_key(sandbox=False), key)
    with pytest.raises(EnvironmentMismatchError, match="does not take a live API key"):
        connect(DummyClient, live, Environment.SANDBOX)


def test_the_stamp_is_one_that_the_version_takes(emulator_credentials: Credentials) -> None:
    """A version that takes no timestamps gets nonces without being told; asking for a timestamp there is an error."""
    with serve() as server:
        environment = Environment.emulator(server.url)
        with connect(NonceOnly, emulator_credentials, environment) as client:
            client.call()
        with pytest.raises(ConfigurationError, match=r"takes no timestamp: pass stamp='nonce', or leave stamp= out"):
            connect(NonceOnly, emulator_credentials, environment, stamp="timestamp")
    assert CREDENTIAL_HEADERS & set(server.requests[0].headers) == {"x-api-key", "x-sign", "x-nonce"}


def test_the_version_must_be_secured_in_a_way_that_is_known(credentials: Credentials) -> None:
    """A version with another security scheme is refused, and the error names those that are known."""
    with pytest.raises(ConfigurationError, match=r"secured by 'oauth'.* can do partner_signature, qredo_signature"):
        connect(OtherClient, credentials, Environment.PRODUCTION)  # type: ignore[type-var]  # checkers see it too


def test_credentials_belong_to_a_version(credentials: Credentials) -> None:
    """The wrong pair of API version and credentials is an error that says which credentials the version takes."""
    hmac = HmacCredentials("_lJCqc-T3cnNpw", API_SECRET)
    takes = r"dummy_v1 1\.0\.0\+r1 takes"
    with pytest.raises(ConfigurationError, match=rf"{takes} HmacCredentials \(API key and API secret\).* Credentials:"):
        connect(HmacDummy, credentials, Environment.SANDBOX)  # type: ignore[type-var]  # checkers see it too
    with pytest.raises(ConfigurationError, match=rf"{takes} Credentials \(API key and RSA key\).* HmacCredentials:"):
        connect(DummyClient, hmac, Environment.SANDBOX)  # type: ignore[type-var]  # checkers see it too
    untyped: Any = connect
    with pytest.raises(TypeError, match="credentials must be HmacCredentials, got str"):
        untyped(HmacDummy, "_lJCqc-T3cnNpw", Environment.SANDBOX)
    with pytest.raises(TypeError, match="environment must be an Environment"):
        untyped(HmacDummy, hmac, "sandbox")


@pytest.mark.parametrize(
    "options",
    [
        {"stamp": "timestamp"},
        {"nonces": InProcessNonces()},
        {"serialize": False},
        {"agent_token": lambda: "c0ffee"},
        {"offload": True},
        {"stamp": "nonce", "agent_token": lambda: "c0ffee"},
    ],
    ids=lambda options: "+".join(options),
)
def test_what_makes_no_sense_with_a_secret(options: dict[str, Any], hmac_credentials: HmacCredentials) -> None:
    """Arguments for RSA are refused by name for an API that is signed with a secret."""
    untyped: Any = connect
    names = ", ".join(f"{name}=" for name in options)
    with pytest.raises(ConfigurationError, match=f"API key and API secret: leave out {names}, which"):
        untyped(AsyncHmacDummy, hmac_credentials, Environment.emulator("http://127.0.0.1:8080"), **options)


class TestCounters:
    """A version whose nonces go up by exactly one."""

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            ({}, "and no nonces= are given"),
            ({"stamp": "nonce"}, "and no nonces= are given"),
            (
                {"nonces": InProcessNonces()},
                "but these have the rule 'clock', whose numbers would block its counter",
            ),
            ({"nonces": InProcessNonces(rule="counter", start=1)}, "but InProcessNonces forgets where it stood"),
            ({"nonces": OwnCounter(persistent=False)}, "but OwnCounter forgets where it stood"),
        ],
        ids=["nothing", "only a stamp", "clock", "in process", "own, in process"],
    )
    def test_it_must_outlive_the_process(self, options: Any, why: str, mode: str, credentials: Credentials) -> None:
        """Anything but a persistent counter is refused before anything is sent, with the way to make one."""
        client_class: Any = Counting if mode == "sync" else AsyncCounting
        how = r"SQLiteNonces\(path, rule='counter'\)\.initialise\(start\).*the service expects next"
        with pytest.raises(ConfigurationError, match=rf"up by exactly one.*{why}.*{how}"):
            connect(client_class, credentials, Environment.PRODUCTION, **options)

    def test_a_clock_in_a_file_is_refused_too(self, tmp_path: Path, credentials: Credentials) -> None:
        """It is the rule that counts, and not where the numbers are kept."""
        with pytest.raises(ConfigurationError, match="have the rule 'clock'"):
            connect(Counting, credentials, Environment.PRODUCTION, nonces=SQLiteNonces(tmp_path / "nonces.db"))
        assert not (tmp_path / "nonces.db").exists()

    @pytest.mark.parametrize("persistent", [None, True])
    def test_a_counter_of_ones_own(self, persistent: bool | None, mode: str, emulator_credentials: Credentials) -> None:
        """A source of the user's own whose rule is `counter` is taken, unless it says that it does not persist."""
        with serve() as server:
            environment = Environment.emulator(server.url)
            if mode == "sync":
                with connect(Counting, emulator_credentials, environment, nonces=OwnCounter(persistent)) as client:
                    client.call()
                    client.call()
            else:

                async def main() -> None:
                    nonces = OwnCounter(persistent)
                    async with connect(AsyncCounting, emulator_credentials, environment, nonces=nonces) as client:
                        await client.call()
                        await client.call()

                asyncio.run(main())
        assert [seen.headers["x-nonce"] for seen in server.requests] == ["42", "43"]

    def test_requests_are_one_at_a_time(self, tmp_path: Path, credentials: Credentials) -> None:
        """`serialize=False` is refused: numbers that overtake each other shut a counter out."""
        nonces = SQLiteNonces(tmp_path / "nonces.db", rule="counter")
        with pytest.raises(ConfigurationError, match="serialize=False lets nonces overtake"):
            connect(Counting, credentials, Environment.PRODUCTION, nonces=nonces, serialize=False)

    def test_no_timestamps(self, tmp_path: Path, credentials: Credentials) -> None:
        """A timestamp is refused as a stamp, and so is an unknown nonce rule."""

        class Unknown(Counting):
            NONCE_RULE: ClassVar[str | None] = "lottery"

        with pytest.raises(ConfigurationError, match="takes no timestamp"):
            connect(Counting, credentials, Environment.PRODUCTION, stamp="timestamp")
        with pytest.raises(ConfigurationError, match="the nonce rule 'lottery', which is not known here"):
            connect(Unknown, credentials, Environment.PRODUCTION, nonces=OwnCounter(None))


def test_a_signed_call(mode: str, emulator_credentials: Credentials, key: PrivateKey) -> None:
    """A call arrives signed over what the server sees, with our product before the package's in the User-Agent."""
    with serve() as server:
        environment = Environment.emulator(server.url)
        response = call(
            mode, emulator_credentials, environment, "POST", "/company?x=a%20b", content=b'{"name":"\xc3\xbc"}'
        )
        (seen,) = server.requests
    assert (response.status_code, seen.path) == (200, "/dummy_v1/api/v1/p/company?x=a%20b")
    verify(key, seen.headers["x-timestamp"], server.url + seen.path, seen.body, seen.headers["x-sign"])
    assert seen.headers["x-api-key"] == emulator_credentials.api_key
    assert seen.headers["user-agent"] == f"qredo-python/{__version__} dummy_v1/1.0.0+r1"


def test_the_user_agent_is_prefixed_once(mode: str, credentials: Credentials) -> None:
    """A request made by hand gets our product, once though it is sent again, and alone if it has no User-Agent."""
    agents: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        agents.append(request.headers["user-agent"])
        return httpx.Response(200)

    def requests(client: DummyClient | AsyncDummy) -> list[httpx.Request]:
        url = f"{client.base_url}/x"
        named, bare = httpx.Request("GET", url, headers={"user-agent": "mine/2"}), httpx.Request("GET", url)
        return [named, named, bare]

    async def main() -> None:
        async with connect(AsyncDummy, credentials, GATEWAY, transport=httpx.MockTransport(answer)) as client:
            for request in requests(client):
                await client.send(request)

    if mode == "sync":
        with connect(DummyClient, credentials, GATEWAY, transport=httpx.MockTransport(answer)) as client:
            for request in requests(client):
                client.send(request)
    else:
        asyncio.run(main())
    ours = f"qredo-python/{__version__}"
    assert agents == [f"{ours} mine/2", f"{ours} mine/2", ours]


def test_agent_tokens_reach_agent_operations(mode: str, emulator_credentials: Credentials) -> None:
    """An agent operation through `connect` carries the token alone."""
    with serve() as server:
        options = {"agent_token": lambda: "c0ffee"}
        call(mode, emulator_credentials, Environment.emulator(server.url), options=options, security="agent_token")
        (seen,) = server.requests
    assert seen.headers["x-api-zkp"] == "c0ffee"
    assert not {"x-api-key", "x-sign", "x-timestamp", "x-nonce"} & set(seen.headers)


def test_nonces_and_clock_reach_the_auth(mode: str, emulator_credentials: Credentials) -> None:
    """Stamp and clock given to `connect` are what requests carry."""
    with serve() as server:
        environment = Environment.emulator(server.url)
        call(mode, emulator_credentials, environment, options={"clock": lambda: 5.0})
        call(mode, emulator_credentials, environment, options={"stamp": "nonce", "clock": lambda: 5.0})
        first, second = server.requests
    assert (first.headers["x-timestamp"], second.headers["x-nonce"]) == ("5", "5000000")


def test_offload_reaches_the_auth(emulator_credentials: Credentials, key: PrivateKey) -> None:
    """With offload=True an async call is signed as without."""
    with serve() as server:
        call("async", emulator_credentials, Environment.emulator(server.url), options={"offload": True})
        (seen,) = server.requests
    verify(key, seen.headers["x-timestamp"], server.url + seen.path, b"", seen.headers["x-sign"])


def test_the_default_timeout(credentials: Credentials) -> None:
    """Without a timeout of one's own it is 30 s, 5 s of them to connect; None means none."""
    with connect(DummyClient, credentials, GATEWAY) as client:
        assert client.http.timeout == httpx.Timeout(30.0, connect=5.0)
        assert client.http.follow_redirects is False
    with connect(DummyClient, credentials, GATEWAY, timeout=None) as client:
        assert client.http.timeout == httpx.Timeout(None)
    with connect(DummyClient, credentials, GATEWAY, timeout=7) as client:
        assert client.http.timeout == httpx.Timeout(7)


def test_closing_closes_what_was_made_for_the_client(credentials: Credentials) -> None:
    """The connections that `connect` made are closed with the client, sync and async."""
    with connect(DummyClient, credentials, GATEWAY) as client:
        assert not client.http.is_closed
    assert client.http.is_closed

    async def main() -> AsyncDummy:
        async with connect(AsyncDummy, credentials, GATEWAY) as client:
            assert not client.http.is_closed
        return client

    assert asyncio.run(main()).http.is_closed


def test_a_callers_own_http_client(emulator_credentials: Credentials, key: PrivateKey) -> None:
    """A caller's http_client signs for us, keeps its own settings for his other requests, and is never closed."""
    with serve() as server, httpx.Client(auth=("user", "word"), follow_redirects=True) as http:
        environment = Environment.emulator(server.url)
        with connect(DummyClient, emulator_credentials, environment, http_client=http) as client:
            client.call()
        assert not http.is_closed
        http.get(f"{server.url}/other")
        ours, his = server.requests
    verify(key, ours.headers["x-timestamp"], server.url + ours.path, b"", ours.headers["x-sign"])
    assert "authorization" not in ours.headers
    assert his.headers["authorization"].startswith("Basic ")
    assert "x-api-key" not in his.headers


def test_a_callers_own_async_http_client(emulator_credentials: Credentials) -> None:
    """A caller's async http_client is used and never closed."""

    async def main(url: str) -> None:
        async with httpx.AsyncClient() as http:
            environment = Environment.emulator(url)
            async with connect(AsyncDummy, emulator_credentials, environment, http_client=http) as client:
                await client.call()
            assert not http.is_closed

    with serve() as server:
        asyncio.run(main(server.url))
        assert "x-sign" in server.requests[0].headers


def test_a_callers_own_http_client_is_pinned(credentials: Credentials) -> None:
    """A request of ours to another origin is refused also through a caller's http_client."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    with httpx.Client(transport=transport) as http:
        client = connect(DummyClient, credentials, GATEWAY, http_client=http)
        with pytest.raises(OriginError):
            client.send(httpx.Request("GET", "https://evil.example/"))


def test_arguments_that_exclude_each_other(credentials: Credentials) -> None:
    """transport= or timeout= with http_client=, the wrong kind of client, and offload in sync use are TypeErrors."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    untyped: Any = connect
    with httpx.Client() as http:
        for client_class, options, why in (
            (DummyClient, {"http_client": http, "transport": transport}, "transport= and http_client= exclude"),
            (DummyClient, {"http_client": http, "timeout": 3}, "timeout= and http_client= exclude"),
            (AsyncDummy, {"http_client": http}, r"must be an httpx\.AsyncClient here, got Client"),
            (DummyClient, {"offload": True}, "offload= is for async clients"),
            (DummyClient, {"stamp": "timestamp", "nonces": object()}, "nonces= goes with"),
        ):
            with pytest.raises(TypeError, match=why):
                untyped(client_class, credentials, GATEWAY, **options)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_no_proxy_sees_a_request_to_loopback(
    variable: str, mode: str, emulator_credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy named in the environment is not used for loopback, where a request may be plain http."""
    with serve() as server, serve() as proxy:
        monkeypatch.setenv(variable, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        call(mode, emulator_credentials, Environment.emulator(server.url))
        assert (len(server.requests), proxy.requests) == (1, [])


def test_no_cookie_is_kept(emulator_credentials: Credentials) -> None:
    """What an answer sets goes back with no other request; a cookie that the caller sets himself does."""
    with serve(lambda seen: (200, {"set-cookie": "sticky=planted"}, b"{}")) as server:
        with connect(DummyClient, emulator_credentials, Environment.emulator(server.url)) as client:
            for own in ({}, {}, {"own": "1"}):
                client.http.cookies.update(own)
                client.send(client.http.build_request("GET", f"{server.url}/assets"))
        assert [seen.headers.get("cookie") for seen in server.requests] == [None, None, "own=1"]


@pytest.mark.parametrize("is_async", [False, True])
def test_a_cookie_that_cannot_be_sent_is_named(is_async: bool, emulator_credentials: Credentials) -> None:
    """If your own httpx client keeps a cookie that is not ASCII, the next call is not sent, with a documented error."""
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, headers=[(b"set-cookie", "sticky=\u00fc; Path=/".encode())], json={})

    arguments = emulator_credentials, Environment.emulator("http://127.0.0.1:1")
    transport = httpx.MockTransport(answer)

    def sync() -> None:
        own = httpx.Client(transport=transport)
        with own, connect(qredo_partner_v1_1.Client, *arguments, http_client=own) as client:
            client.company.search()
            with pytest.raises(httpx.LocalProtocolError, match=r"^company\.search: a cookie .* is not ASCII"):
                client.company.search()
            with pytest.raises(FeedConnectionError, match=r"a cookie .* is not ASCII"):
                next(feed(client, "wallets", resync=False))
            own.cookies.clear()
            client.company.search()

    async def story() -> None:
        own = httpx.AsyncClient(transport=transport)
        async with own, connect(qredo_partner_v1_1.AsyncClient, *arguments, http_client=own) as client:
            await client.company.search()
            with pytest.raises(httpx.LocalProtocolError, match=r"^company\.search: a cookie .* is not ASCII"):
                await client.company.search()
            with pytest.raises(FeedConnectionError, match=r"a cookie .* is not ASCII"):
                await anext(feed(client, "wallets", resync=False))
            own.cookies.clear()
            await client.company.search()

    asyncio.run(story()) if is_async else sync()
    assert len(asked) == 2


def test_an_extra_query_is_signed_and_an_extra_header_is_no_credential(
    emulator_credentials: Credentials, key: PrivateKey
) -> None:
    """What `with_options` adds to the URL is in the signature; a header with credentials stays the plugin's."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        headers = dict(request.headers)
        verify(key.public_key, headers["x-timestamp"], str(request.url), request.content, headers["x-sign"])
        seen.append((request.url.query, headers["x-api-key"], headers["x-team"]))
        return httpx.Response(200, json={})

    environment, transport = Environment.emulator("http://127.0.0.1:1"), httpx.MockTransport(answer)
    with connect(qredo_partner_v1_1.Client, emulator_credentials, environment, transport=transport) as client:
        extra = {"x-api-key": "another", "X-Sign": "another", "x-team": "treasury"}
        client.with_options(headers=extra, query={"trace": "1"}).company.search()
    assert seen == [(b"trace=1", emulator_credentials.api_key, "treasury")]


def test_no_connection_says_where_to(emulator_credentials: Credentials) -> None:
    """The error of httpx gets a note that names the operation and the server, without path or query."""
    environment = Environment.emulator("http://127.0.0.1:1")
    with (
        connect(DummyClient, emulator_credentials, environment, max_retries=0) as client,
        pytest.raises(httpx.ConnectError) as caught,
    ):
        client.call(path="/assets?name=planted")
    (note,) = caught.value.__notes__
    assert "no connection to http://127.0.0.1:1. Is a server running there" in note
    assert "planted" not in note
