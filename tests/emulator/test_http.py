"""HTTP as it comes over a socket: pipelines, odd methods, odd bodies."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from qredo_emulator import Emulator


def spoken(qredo: Emulator, data: bytes) -> bytes:
    """What the emulator answers to these bytes until it closes the connection."""
    host, port = qredo.url.removeprefix("http://").rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(data)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def test_a_pipeline_is_answered_in_order(call: Any, qredo: Emulator) -> None:
    """Requests that are sent without waiting are answered one after the other, each for itself."""
    paths = ["/assets", "/nothing", "/company/search"]
    lines = b""
    for number, path in enumerate(paths):
        request = httpx.Request("GET", f"{qredo.url}{call.base}{path}")
        headers = {**call.signature(request, None, "x-timestamp", None, None), "host": request.headers["host"]}
        headers["connection"] = "close" if number == len(paths) - 1 else "keep-alive"
        lines += f"GET {call.base}{path} HTTP/1.1\r\n".encode()
        lines += "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"
    answer = spoken(qredo, lines)
    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"404", b"200"]
    assert [record.status for record in qredo.control.requests] == [200, 404, 200]


def test_a_body_that_is_too_long_is_413(qredo: Emulator) -> None:
    """A body of more than 16 MiB is refused, announced or not, before it fills the memory."""
    answer = spoken(qredo, b"POST /api/v1/p/company HTTP/1.1\r\nhost: x\r\ncontent-length: 16777217\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield bytes(4 * 1024 * 1024)

    async def send() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(qredo.app)) as client:
            return (await client.post(f"{qredo.url}/api/v1/p/company", content=parts())).status_code

    assert asyncio.run(send()) == 413
    assert [record.status for record in qredo.control.requests] == [413, 413]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PATCH", "TRACE", "BREW"])
def test_a_method_that_is_not_described_is_405(call: Any, method: str) -> None:
    """HEAD and OPTIONS, too: the description has neither. Allow says what there is; HEAD has no body."""
    answer = call(method, "/company/search")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert (answer.content == b"") == (method == "HEAD")


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/qredo_partner_v1_1/api/v1/p/assets/", "/qredo_partner_v1_1/api/v1/p/assets"),
        ("/qredo_partner_v1_1/api/v1/p//assets", "/qredo_partner_v1_1/api/v1/p/assets"),
        ("/assets", "/qredo_partner_v1_1/api/v1/p/assets"),
        ("/balance", "/qredo_v1/qapi/v1/balance"),
        ("/qredo_partner_v1_0/api/v1/p/liquidityhub", "/qredo_partner_v1_1/api/v1/p/liquidityhub"),
    ],
)
def test_a_near_path_is_named(call: Any, caplog: pytest.LogCaptureFixture, path: str, meant: str) -> None:
    """A path that comes close to one that is served is 404, and answer and log say which was probably meant."""
    call.base = ""
    answer = call("GET", path)
    assert answer.status_code == 404
    assert f"did you mean {meant}?" in answer.json()["detail"]["reason"]
    assert f"did you mean {meant}?" in caplog.text


ODD: dict[str, tuple[str, str, bytes, int]] = {
    "a duplicate query parameter that is not described": ("GET", "/company/search?x=1&x=2", b"", 200),
    "invalid UTF-8 in the query": ("GET", "/company/search?query=%ff%fe", b"", 200),
    "a lone surrogate in a body": ("POST", "/company", b'{"name": "\\ud800"}', 200),
    "a NUL in a body": ("POST", "/company", b'{"name": "\\u0000"}', 200),
    "an integer that is too long": (
        "POST",
        "/fees",
        b'{"type":"swap","asset":"BTC","amount":1' + b"0" * 400 + b"}",
        400,
    ),
    "a float that is too big": ("POST", "/fees", b'{"type":"swap","asset":"BTC","amount":1e999}', 400),
    "deep nesting in an unknown field": (
        "POST",
        "/company",
        b'{"name":"A","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        400,
    ),
    "a byte order mark": ("POST", "/company", b'\xef\xbb\xbf{"name":"A"}', 400),
    "UTF-16": ("POST", "/company", '{"name":"A"}'.encode("utf-16"), 400),
    "two documents": ("POST", "/company", b'{"name":"A"}{"name":"B"}', 400),
    "a duplicate key deep inside": ("POST", "/company", b'{"name":"A","x":[{"a":1,"a":2}]}', 400),
    "minus infinity": ("POST", "/company", b'{"name":"A","x":-Infinity}', 400),
    "white space alone": ("POST", "/company", b"  \n", 400),
    "a body of a GET": ("GET", "/assets", b"not JSON", 200),
    "NUL in the path": ("GET", "/company/%00", b"", 404),
    "invalid UTF-8 in the path": ("GET", "/company/%ff", b"", 404),
}


@pytest.mark.parametrize(("method", "path", "content", "status"), ODD.values(), ids=ODD)
def test_odd_input_is_no_fault(call: Any, method: str, path: str, content: bytes, status: int) -> None:
    """Input that readers may understand differently is refused or tolerated, and never a 5xx."""
    answer = call(method, path, content=content)
    assert answer.status_code == status, answer.text


def test_what_is_no_http_is_400(qredo: Emulator) -> None:
    """Bytes that are no request are answered by the server itself, and the next request works."""
    assert spoken(qredo, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert httpx.get(f"{qredo.url}/").status_code == 404


def test_a_client_that_leaves_in_the_middle_does_no_harm(call: Any, qredo: Emulator) -> None:
    """A request whose body never ends is forgotten when its client leaves."""
    host, port = qredo.url.removeprefix("http://").rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"POST {call.base}/company HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{{".encode())
    assert call("GET", "/assets").status_code == 200
    assert [record.operation for record in qredo.control.requests] == ["asset_get_all"]
