"""Byte sequences that a broken or hostile server may send after it carried a request out, over 500 of them."""

# ruff: noqa: E501 - one sequence in a line
from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator

__all__ = ["RESPONSES"]

OK = b'{"company_id":"c","ref":"r","name":"A","tx_id":"t"}'
ERROR = b'{"code":1,"msg":"no","detail":{"reason":"r"}}'
DEPTH = 200_000
LOCATIONS = (
    "/elsewhere",
    "",
    "?a=b",
    "//evil.example/x",
    "https://evil.example/x",
    "http://evil.example/",
    "msauth:login",
    "javascript:alert(1)",
    "mailto:a@b.example",
    "http://xn--/",
    "http://[::1",
    "http://[::1]:99999/",
    "http://host:port/",
    "ftp://x/",
    "https://user:pass@evil.example/",
    "http://a b/",
    "http://\\evil/",
    "http:///x",
    "https://" + "a" * 300 + ".example/",
    "https://exa\xe4mple.example/",
    "data:text/plain,x",
    "x" * 70_000,
    "http://-/",
    "http://127.0.0.1:0/",
    "\x00",
)


def response(
    status: int | str, body: bytes = b"", *headers: str, kind: str = "application/json", length: int | None = None
) -> bytes:
    """A response with a status, a body and its length."""
    lines = [
        f"HTTP/1.1 {status} -",
        f"content-type: {kind}",
        f"content-length: {len(body) if length is None else length}",
    ]
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1") + body


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", status: int = 200) -> bytes:
    """A response in chunks."""
    head = f"HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def statuses() -> Iterator[tuple[str, bytes]]:
    """Every class of status, with a body of the service, of a gateway and with none."""
    known = [
        *range(200, 209),
        *range(300, 309),
        *range(400, 432),
        451,
        499,
        *range(500, 512),
        520,
        521,
        522,
        524,
        525,
        526,
        530,
        599,
    ]
    for status in known:
        yield f"{status} with the service's body", response(status, ERROR if status >= 300 else OK)
        yield f"{status} with a gateway's page", response(status, b"<html>no</html>", kind="text/html")
        yield f"{status} without a body", response(status)
    for status in (100, 101, 102, 103, 199):
        yield f"{status} and no more", f"HTTP/1.1 {status} -\r\n\r\n".encode()
        yield f"{status}, then 200", f"HTTP/1.1 {status} -\r\n\r\n".encode() + response(200, OK)
    for status in ("0", "99", "600", "999", "1000", "-1", "abc", "", "20", "2000", "2e2", "+200", "\xb2\xb9\xb2"):
        yield f"status {status!r}", response(status, OK)


def redirects() -> Iterator[tuple[str, bytes]]:
    """Every kind of redirect to every place."""
    for status in (301, 302, 303, 307, 308):
        for location in LOCATIONS:
            yield f"{status} to {location[:40]!r}", response(status, b"", f"location: {location}")
        yield f"{status} to two places", response(status, b"", "location: /a", "location: /b")


def encodings() -> Iterator[tuple[str, bytes]]:
    """Bodies that are not what their encoding or charset says."""
    squeezed = gzip.compress(OK)
    bodies = {
        "gzip": squeezed,
        "deflate": zlib.compress(OK),
        "br": b"\x00\x01\x02",
        "zstd": b"\x28\xb5\x2f\xfd",
        "compress": b"x",
        "identity": OK,
        "gzip, gzip": squeezed,
        "\xff": OK,
    }
    for encoding, body in bodies.items():
        for status in (200, 400, 500, 503):
            yield f"{status} in {encoding!r}", response(status, body, f"content-encoding: {encoding}")
            yield f"{status} not in {encoding!r}", response(status, b"plain", f"content-encoding: {encoding}")
    for cut in range(0, len(squeezed), 8):
        yield f"gzip cut at {cut}", response(200, squeezed[:cut], "content-encoding: gzip")
    yield "a gzip bomb", response(200, gzip.compress(b" " * 3_000_000), "content-encoding: gzip")
    for kind in (
        "",
        "text/plain",
        "application/json; charset=utf-16",
        "application/json; charset=nonsense",
        "\xff/\xff",
        "a" * 3000,
    ):
        yield f"type {kind[:40]!r}", response(200, OK, kind=kind)
        yield f"type {kind[:40]!r} of an error", response(500, ERROR, kind=kind)


def bodies() -> Iterator[tuple[str, bytes]]:
    """Bodies that are not the JSON that is described."""
    deep = b"[" * DEPTH + b"]" * DEPTH
    texts = (
        b"", b"{", b"null", b"[]", b"0", b"true", b'"x"', b"NaN", b"{}", b'{"company_id":1,"ref":2}', b"\xff\xfe", b"\x00",
        b"\xef\xbb\xbf" + OK, b'{"code":"x","msg":5,"detail":[]}', b'{"detail":{"reason":null}}', b'{"msg":null}',
        json.dumps({"code": 10**400, "msg": "m"}).encode(), b'{"code":1e999,"msg":"m"}', b"9" * 5000, b'{"a":' * 3000 + b"1" + b"}" * 3000,
        deep, b'{"a":' * DEPTH + b"1" + b"}" * DEPTH, b"[" * DEPTH, b'"\\ud800"', b"{}{}", OK + b"x",
    )  # fmt: skip
    for number, text in enumerate(texts):
        for status in (200, 201, 401, 404, 500, 503):
            yield f"{status} with body {number}: {text[:20]!r}", response(status, text)


def framing() -> Iterator[tuple[str, bytes]]:
    """Broken HTTP: heads, lengths, chunks."""
    yield from (
        ("nothing", b""),
        ("one byte", b"H"),
        ("an empty line", b"\r\n"),
        ("HTTP/0.9", OK),
        ("HTTP/1.0", b"HTTP/1.0 200 OK\r\n\r\n" + OK),
        ("HTTP/2.0", b"HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ("HTTP/9.9", b"HTTP/9.9 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ("a preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("frames of HTTP/2", b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
        ("a TLS alert", b"\x15\x03\x01\x00\x02\x02\x28"),
        ("a request", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"),
        ("line feeds alone", b"HTTP/1.1 200 OK\ncontent-length: 2\n\n{}"),
        ("carriage returns alone", b"HTTP/1.1 200 OK\rcontent-length: 2\r\r{}"),
        ("no reason", b"HTTP/1.1 200\r\ncontent-length: 2\r\n\r\n{}"),
        ("a header without a colon", b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n{}"),
        ("a header without a name", b"HTTP/1.1 200 OK\r\n: x\r\n\r\n{}"),
        ("a header with a NUL", b"HTTP/1.1 200 OK\r\nx: \x00\r\ncontent-length: 2\r\n\r\n{}"),
        ("a folded header", b"HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 2\r\n\r\n{}"),
        ("a name with a space", b"HTTP/1.1 200 OK\r\na b: x\r\ncontent-length: 2\r\n\r\n{}"),
        ("a huge header", b"HTTP/1.1 200 OK\r\nx: " + b"a" * 200_000 + b"\r\n\r\n{}"),
        ("20,000 headers", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000 + b"\r\n{}"),
        ("a line without an end", b"HTTP/1.1 200 " + b"a" * 200_000),
        ("binary", bytes(range(256)) * 20),
        ("two lengths", response(200, OK, "content-length: 3")),
        ("one length twice", response(200, OK, f"content-length: {len(OK)}")),
        ("length and chunks", response(200, OK, "transfer-encoding: chunked")),
        ("an unknown transfer encoding", response(200, OK, "transfer-encoding: gzip")),
        ("an upgrade", response(200, OK, "upgrade: h2c", "connection: upgrade")),
        ("two responses", response(200, OK) * 2),
        ("an error behind a success", response(200, OK) + response(500, ERROR)),
        ("rubbish behind a success", response(200, OK) + b"rubbish"),
        ("cookies and Retry-After", response(503, ERROR, "retry-after: \xff", "set-cookie: a=b", "date: never")),
    )
    for length in ("-1", "1e3", "0x10", "+2", " ", "", "9" * 400, "2, 2", "2.0", "\xb2"):
        yield (
            f"length {length[:20]!r}",
            b"HTTP/1.1 200 OK\r\ncontent-length: " + length.encode("latin-1") + b"\r\n\r\n{}",
        )
    for wait in ("-1", "1e400", "nan", "never", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT", "\xb2", "0x1"):
        for status in (429, 503):
            yield f"{status} with Retry-After {wait[:30]!r}", response(status, ERROR, f"retry-after: {wait}")
    whole = response(200, OK)
    for cut in range(1, len(whole), 3):
        yield f"cut at {cut}", whole[:cut]
    yield "too short by far", response(200, OK, length=10_000)
    yield "too long", response(200, OK, length=2)
    yield from (
        ("chunks", chunked(OK[:5], OK[5:])),
        ("chunks without an end", chunked(OK, end=b"")),
        ("a chunk with a wrong size", chunked(OK, end=b"zz\r\n\r\n")),
        ("a negative chunk", chunked(OK, end=b"-5\r\nhello\r\n0\r\n\r\n")),
        ("a chunk of 2**64", chunked(OK, end=b"ffffffffffffffffff\r\n")),
        ("a chunk extension", chunked(end=b"2;" + b"x" * 50_000 + b"\r\n{}\r\n0\r\n\r\n")),
        ("a trailer", chunked(OK, end=b"0\r\nx: y\r\n\r\n")),
        ("a broken trailer", chunked(OK, end=b"0\r\nnonsense\r\n\r\n")),
        ("chunks of an error", chunked(ERROR, status=500)),
        ("chunks of an error without an end", chunked(ERROR, end=b"", status=500)),
    )


def _all() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for group in (statuses, redirects, encodings, bodies, framing):
        for name, sequence in group():
            assert name not in found, name
            found[name] = sequence
    return found


RESPONSES = _all()
"""What the server sends, by what is wrong with it; the connection is closed after it."""
