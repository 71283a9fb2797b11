"""Frames that a broken or hostile server may send over HTTP/2 after it carried a request out."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import hpack

from .hostile_responses import ERROR, OK

__all__ = ["FRAMES"]

DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS, PADDED = 1, 4, 8


def frame(kind: int, payload: bytes = b"", flags: int = 0, stream: int = 1, length: int | None = None) -> bytes:
    """Make a frame; `length` may lie."""
    size = len(payload) if length is None else length
    return size.to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload


def head(*fields: tuple[str, str], flags: int = END_HEADERS, stream: int = 1) -> bytes:
    """Make a HEADERS frame."""
    return frame(HEADERS, hpack.Encoder().encode(list(fields)), flags, stream)


def response(status: str, body: bytes = OK, *fields: tuple[str, str]) -> bytes:
    """Make a whole response."""
    return head((":status", status), ("content-type", "application/json"), *fields) + frame(DATA, body, END_STREAM)


def _all() -> Iterator[tuple[str, bytes]]:
    good = response("200")
    for status in (200, 201, 204, 302, 400, 401, 404, 408, 409, 425, 429, 500, 502, 503, 504):
        yield f"status {status}", response(str(status), OK if status < 300 else ERROR)
    for code in range(16):
        yield f"reset {code}", frame(RST, struct.pack(">I", code))
        yield f"headers, then reset {code}", head((":status", "200")) + frame(RST, struct.pack(">I", code))
        for last in (0, 1, 2**31 - 1):
            yield f"goaway {code}, last stream {last}", frame(GOAWAY, struct.pack(">II", last, code), stream=0)
    for kind in range(12):
        for flags in (0, 1, 4, 8, 0x20, 0xFF):
            for stream in (0, 1, 2, 3):
                yield f"frame {kind}, flags {flags}, stream {stream}", frame(kind, bytes(8), flags, stream)
    for odd in ("", "abc", "99", "1000", "-1", "2 00"):
        yield f"status {odd!r}", response(odd)
    for number, value in ((0, 0), (2, 2), (3, 0), (4, 2**31), (5, 1), (5, 2**24), (99, 1)):
        yield f"setting {number}={value}", frame(SETTINGS, struct.pack(">HI", number, value), stream=0) + good
    for size in (0, 2**31 - 1):
        for stream in (0, 1):
            yield f"window {size} of {stream}", frame(WINDOW, struct.pack(">I", size), stream=stream) + good
    yield from (
        ("nothing", b""),
        ("HTTP/1.1", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
        ("rubbish", bytes(range(256)) * 4),
        ("a frame that lies", frame(DATA, b"x", length=2**24 - 1)),
        ("data before headers", frame(DATA, OK, END_STREAM)),
        ("no status", head(("a", "b"))),
        ("a status twice", head((":status", "200"), (":status", "500"))),
        ("a status behind", head(("a", "b"), (":status", "200"))),
        ("a name in capitals", head((":status", "200"), ("Content-Type", "a"))),
        ("a header of HTTP/1.1", head((":status", "200"), ("connection", "close"))),
        ("an unknown pseudo header", head((":status", "200"), (":x", "y"))),
        ("broken hpack", frame(HEADERS, b"\xff" * 40, END_HEADERS)),
        ("hpack beyond its table", frame(HEADERS, b"\xfe", END_HEADERS)),
        ("a huge header", head((":status", "200"), ("x", "a" * 15_000)) + good),
        ("interim alone", head((":status", "103"))),
        ("interim, then good", head((":status", "103")) + good),
        ("interim that ends", head((":status", "103"), flags=END_HEADERS | END_STREAM)),
        ("too long a body", response("200", OK, ("content-length", "2"))),
        ("too short a body", response("200", OK, ("content-length", "9999"))),
        ("two lengths", response("200", OK, ("content-length", "2"), ("content-length", "3"))),
        ("two responses", good + good),
        ("padding beyond the frame", frame(DATA, b"\xff{}", PADDED | END_STREAM)),
        ("headers without an end", frame(HEADERS, hpack.Encoder().encode([(":status", "200")]))),
        ("headers without an end, then data", frame(HEADERS, b"\x88") + frame(DATA, OK, END_STREAM)),
        ("another stream", head((":status", "200"), stream=3) + frame(DATA, OK, END_STREAM, stream=3)),
        ("a push", frame(PUSH, struct.pack(">I", 2) + b"\x82", END_HEADERS) + good),
        ("ping, then good", frame(PING, bytes(8), stream=0) + good),
        ("goaway, then good", frame(GOAWAY, struct.pack(">II", 1, 0), stream=0) + good),
        ("a trailer", head((":status", "200")) + frame(DATA, OK) + head(("x", "y"), flags=END_HEADERS | END_STREAM)),
        ("broken gzip", response("200", b"\x1f\x8bxx", ("content-encoding", "gzip"))),
    )
    for cut in range(1, len(good)):
        yield f"cut at {cut}", good[:cut]


FRAMES = dict(_all())
"""What the server sends after its settings, by what is wrong with it; the connection is closed after it."""
