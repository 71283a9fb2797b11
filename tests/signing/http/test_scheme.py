"""A scheme that sends requests of its own, as one whose token comes from the service would."""

from __future__ import annotations

import asyncio
from collections.abc import Generator

import httpx
import pytest
from qredo_signing import Credentials, Environment, OriginError, PartnerAuth
from qredo_signing._http.scheme import Scheme, SigningOptions
from qredo_signing._http.schemes import SCHEMES

from ..doubles import make_info

URL = "https://sandbox-api.qredo.network/api/v1/p/assets"


class TokenScheme(Scheme):
    """Gets a token once, keeps it, and gets another one when it is refused."""

    name, credentials, proof, signature_header = "token_test", Credentials, "token", "x-token"
    may_renew = True
    token_url = "/token"

    def __init__(self, credentials: Credentials, options: SigningOptions) -> None:
        self._token: str | None = None

    def prepare(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._token is None:
            response = yield httpx.Request("POST", request.url.join(self.token_url))
            self._token = response.text

    def sign(self, request: httpx.Request, url: bytes) -> None:
        request.headers["x-token"] = self._token or ""

    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        self.sign(request, url)

    def renew(self, request: httpx.Request, response: httpx.Response, offset: float) -> bool:
        self._token = None
        return True


class Service:
    """Gives tokens 1, 2, ... and takes those that are good."""

    def __init__(self, *good: str) -> None:
        self.good, self.issued, self.seen = good, 0, list[str]()
        self.timeouts = list[object]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.timeouts.append(request.extensions.get("timeout"))
        if request.url.path == "/token":
            self.issued += 1
            return httpx.Response(200, text=str(self.issued))
        self.seen.append(request.headers["x-token"])
        return httpx.Response(200 if request.headers["x-token"] in self.good else 401)


def send(mode: str, auth: PartnerAuth, service: Service, times: int) -> list[int]:
    """Send some requests, and return their statuses."""
    transport, extensions = httpx.MockTransport(service), {"qredo": make_info(security="token_test")}
    if mode == "sync":
        with httpx.Client(transport=transport, auth=auth) as http:
            return [http.get(URL, extensions=extensions).status_code for _ in range(times)]

    async def main() -> list[int]:
        async with httpx.AsyncClient(transport=transport, auth=auth) as http:
            return [(await http.get(URL, extensions=extensions)).status_code for _ in range(times)]

    return asyncio.run(main())


@pytest.fixture
def scheme(monkeypatch: pytest.MonkeyPatch) -> type[TokenScheme]:
    """A scheme of this test alone, entered in the table."""

    class Here(TokenScheme):
        pass

    monkeypatch.setitem(SCHEMES, "token_test", Here)
    return Here


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_scheme_sends_a_request_first(mode: str, scheme: type[TokenScheme], credentials: Credentials) -> None:
    """What `prepare` yields is sent once, with the timeouts of the request it is for, and its response is used."""
    service = Service("1")
    assert send(mode, PartnerAuth(credentials, Environment.SANDBOX), service, 3) == [200, 200, 200]
    assert (service.issued, service.seen) == (1, ["1", "1", "1"])
    assert all(service.timeouts)
    assert service.timeouts[0] == service.timeouts[1]


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_refused_token_is_renewed_once(mode: str, scheme: type[TokenScheme], credentials: Credentials) -> None:
    """After a 401 the scheme is asked for another token and the request is sent again, but not a third time."""
    service = Service("2")
    assert send(mode, PartnerAuth(credentials, Environment.SANDBOX), service, 1) == [200]
    assert service.seen == ["1", "2"]
    service = Service()
    assert send(mode, PartnerAuth(credentials, Environment.SANDBOX), service, 1) == [401]
    assert service.seen == ["1", "2"]


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_request_of_the_scheme_stays_at_the_origin(
    mode: str, scheme: type[TokenScheme], credentials: Credentials
) -> None:
    """A request of the scheme to another origin is not sent."""
    scheme.token_url = "https://evil.test/token"
    service = Service("1")
    with pytest.raises(OriginError, match=r"would go to https://evil\.test"):
        send(mode, PartnerAuth(credentials, Environment.SANDBOX), service, 1)
    assert (service.issued, service.seen) == (0, [])
