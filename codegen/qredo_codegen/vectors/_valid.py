"""The valid cases: one right signature each."""

from __future__ import annotations

from ._case import Case

__all__ = ["VALID"]

PRODUCTION = "https://api.qredo.network/api/v1/p"
SANDBOX = "https://sandbox-api.qredo.network/api/v1/p"
CREATE = f"{SANDBOX}/company"
COMPANY = f"{SANDBOX}/company/2CpSPxXN0JjaFHFDvFmPhNoMVeA"
SEARCH = f"{COMPANY}/fund/search"
JSON = b'{"name":"ACME Corp","country":"FR"}'


VALID = (
    Case("worked-example", "the example of RULE.md", "Basic", f"{PRODUCTION}/company", b'{"name":"ACME"}'),
    Case("get", "a GET without query or body", "Basic", f"{PRODUCTION}/company/2CpSPxXN0JjaFHFDvFmPhNoMVeA"),
    Case("get-4096", "the same kind with a key of 4096 bits", "Basic Key", f"{PRODUCTION}/assets", key="rsa-4096"),
    Case("get-e3", "a key with the public exponent 3", "Basic Key", f"{PRODUCTION}/assets", key="rsa-2048-e3"),
    Case("get-sandbox", "the sandbox's host", "Basic", f"{SANDBOX}/assets"),
    Case("get-qapi", "the sandbox's other base path", "Basic", "https://sandbox-api.qredo.network/qapi/v1/p/assets"),
    Case("get-play", "the deprecated play host", "Basic", "https://play-api.qredo.network/api/v1/p/assets"),
    Case("query", "a plain query", "Query", f"{SEARCH}?name=main"),
    Case("query-empty", "a question mark with nothing after it is signed too", "Query", f"{SEARCH}?"),
    Case("query-repeated", "one name twice, in the order sent", "Query", f"{SEARCH}?tag=b&tag=a&tag=b"),
    Case("query-escaped", "reserved characters, escaped", "Query", f"{SEARCH}?name=R%26D%20%3D%201%2F2%3F%23"),
    Case("query-unescaped", "reserved characters as they are", "Query", f"{COMPANY}/x?a=:@!$'()*,;/?-._~&b="),
    Case("query-plus", "a space written as plus", "Query", f"{SEARCH}?name=main+fund"),
    Case("query-percent-20", "the same space as %20: another string", "Query Escapes", f"{SEARCH}?name=main%20fund"),
    Case("query-upper-hex", "escapes in upper case, as sent", "Query Escapes", f"{SEARCH}?name=Caf%C3%A9"),
    Case("query-lower-hex", "the same in lower case: another string", "Query Escapes", f"{SEARCH}?name=Caf%c3%a9"),
    Case("query-double", "escaped twice stays escaped twice", "Query Escapes", f"{SEARCH}?name=100%2525"),
    Case("query-cjk", "escaped text outside Latin-1", "Query Escapes", f"{SEARCH}?name=%E5%9F%BA%E9%87%91"),
    Case("query-bare-percent", "percent signs that begin no escape", "Query Escapes", f"{SEARCH}?name=100%&x=%zz%"),
    Case("query-two-marks", "a question mark inside the query", "Query", f"{SEARCH}?name=what?&x=??"),
    Case("query-quotes", "characters that clients escape or do not", "Query", f'{SEARCH}?name="<>[]^`{{|}}\\'),
    Case(
        "query-long", "a URL of more than 8,192 bytes", "Query", f"{SEARCH}?ids=" + "2CpSPxXN0JjaFHFDvFmPhNoMVeA," * 320
    ),
    Case("path-escaped-slash", "an escaped slash in a segment", "Escapes", f"{SANDBOX}/coreclient/a%2Fb/actions"),
    Case("path-escaped-letter", "an escape that is not needed stays", "Escapes", f"{SANDBOX}/fund/%7Emain%2D1"),
    Case("path-question-mark", "escaped, it begins no query", "Path Escapes", f"{SANDBOX}/fund/what%3Fx%23y"),
    Case("path-at", "an at sign and colons behind the host", "Path", f"{SANDBOX}/user:x@host:1/assets"),
    Case("path-parameters", "parameters of a segment", "Path", f"{SANDBOX}/fund;v=1,2;w/assets"),
    Case("path-dots", "dot segments, if sent, are not resolved", "Path", f"{SANDBOX}/coreclient/../assets/./x"),
    Case("path-double-slash", "an empty segment, if sent, stays", "Path", f"{SANDBOX}//assets/"),
    Case("path-root", "the slash that an empty path has on the wire", "Path", "https://api.qredo.network/"),
    Case("port", "an explicit port", "Origin", "https://gateway.example:8443/api/v1/p/assets"),
    Case("port-default", "port 443 in the Host header", "Origin", "https://api.qredo.network:443/api/v1/p/assets"),
    Case("host-upper-case", "a host in upper case, if sent so", "Origin", "https://API.qredo.network/api/v1/p/assets"),
    Case("host-dot", "a dot at the end of the host, if sent", "Origin", "https://api.qredo.network./api/v1/p/assets"),
    Case("host-idna", "a host in its ASCII form", "Origin", "https://xn--bcher-kva.example/api/v1/p/assets"),
    Case("port-zeros", "leading zeros in a port, if sent", "Origin", "https://gateway.example:08443/api/v1/p/assets"),
    Case("loopback", "plain http, as an emulator serves it", "Origin", "http://127.0.0.1:8080/api/v1/p/assets"),
    Case("ipv6", "an IPv6 host in brackets", "Origin", "http://[::1]:8080/api/v1/p/assets"),
    Case("feed", "a WebSocket handshake", "Feed", "wss://api.qredo.network/api/v1/p/coreclient/feed"),
    Case("feed-nonce", "with a nonce", "Feed", "wss://api.qredo.network/api/v1/p/x", stamp="7", kind="nonce"),
    Case("post-json", "compact JSON", "Body", CREATE, JSON),
    Case("post-json-spaced", "JSON with spaces", "Body", CREATE, b'{"name": "ACME Corp", "country": "FR"}'),
    Case("post-json-utf8", "JSON in UTF-8", "Body", CREATE, '{"name":"Société Générale Ü 基金"}'.encode()),
    Case("post-json-astral", "characters beyond the BMP", "Body", CREATE, '{"name":"🏦 🪙"}'.encode()),
    Case("post-json-ascii", "JSON escapes", "Body", CREATE, b'{"name":"Soci\\u00e9t\\u00e9"}'),
    Case("post-decomposed", "e and a combining accent", "Body", CREATE, '{"name":"Cafe\u0301"}'.encode()),
    Case("post-newline", "a newline at the end, as sent", "Body LineEnd", CREATE, JSON + b"\n"),
    Case("post-crlf", "CRLF, as sent", "Body LineEnd", CREATE, b'{\r\n  "name": "ACME Corp"\r\n}\r\n'),
    Case("post-bom", "a byte order mark belongs to the body", "Body", CREATE, b'\xef\xbb\xbf{"name":"ACME"}'),
    Case("post-empty-object", "an empty object is not an empty body", "Body", f"{COMPANY}/trustedparty", b"{}"),
    Case("post-binary", "every byte value, no text in any encoding", "Body", CREATE, bytes(range(256))),
    Case("post-digits", "digits only", "Body", f"{SANDBOX}/coreclient/init", b"1700000000"),
    Case(
        "post-5k", "5,000 bytes: more than some signers take as a message", "Body Length", CREATE, b"0123456789" * 500
    ),
    Case("post-20k", "20,000 bytes", "Body Length", f"{COMPANY}/fund", b'{"note":"' + b"0123456789" * 1999 + b'"}'),
    Case("post-4096", "a body and a large key", "Body Key", f"{COMPANY}/fund", b'{"name":"main"}', key="rsa-4096"),
    Case("boundary-url", "a path that ends in what could be a body", "NoSeparator", f'{CREATE}/{{"name":"x"}}'),
    Case("boundary-body", "the same bytes, split elsewhere", "NoSeparator", f"{CREATE}/", b'{"name":"x"}'),
    Case("kind-timestamp", "a number as timestamp", "Kind", f"{SANDBOX}/assets", stamp="1700000001"),
    Case("kind-nonce", "the same number as nonce", "Kind", f"{SANDBOX}/assets", stamp="1700000001", kind="nonce"),
    Case("nonce-clock", "microseconds", "Nonce", f"{SANDBOX}/assets", stamp="1700000000000001", kind="nonce"),
    Case("nonce-one", "the first of a counter", "Nonce", f"{PRODUCTION}/assets", stamp="1", kind="nonce"),
    Case("nonce-zeros", "leading zeros, if sent", "Nonce", f"{PRODUCTION}/assets", stamp="0001", kind="nonce"),
    Case("nonce-post", "with a body", "Nonce Body", CREATE, JSON, stamp="2", kind="nonce", key="rsa-4096"),
    Case("timestamp-2038", "seconds beyond 32 bits", "Basic", f"{SANDBOX}/assets", stamp="4102444800"),
)
