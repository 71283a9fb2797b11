"""Environments: the origin, the kinds of key, and nothing by default."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing import (
    ConfigurationError,
    Credentials,
    DeprecatedEnvironmentWarning,
    Environment,
    EnvironmentMismatchError,
    KeyKind,
    PartnerAuth,
    PrivateKey,
)

from ..doubles import make_api_key

ENVIRONMENTS = {
    "production": Environment.PRODUCTION,
    "production_test": Environment.PRODUCTION_TEST,
    "sandbox": Environment.SANDBOX,
    "play": Environment.PLAY,
    "emulator": Environment.emulator("http://127.0.0.1:8080"),
    "custom_live": Environment.custom("https://gateway.example", key_kind=KeyKind.LIVE),
    "custom_sandbox": Environment.custom("https://gateway.example", key_kind=KeyKind.SANDBOX),
}
API_KEYS = {
    KeyKind.LIVE: make_api_key(sandbox=False),
    KeyKind.SANDBOX: make_api_key(sandbox=True),
    KeyKind.EMULATOR: make_api_key(issuer="qredo-emulator"),
    KeyKind.UNKNOWN: make_api_key(),
}
ADMITTED = {
    "production": {KeyKind.LIVE, KeyKind.UNKNOWN},
    "production_test": {KeyKind.SANDBOX, KeyKind.UNKNOWN},
    "sandbox": {KeyKind.SANDBOX, KeyKind.UNKNOWN},
    "play": {KeyKind.SANDBOX, KeyKind.UNKNOWN},
    "emulator": {KeyKind.EMULATOR},
    "custom_live": {KeyKind.LIVE, KeyKind.UNKNOWN},
    "custom_sandbox": {KeyKind.SANDBOX, KeyKind.UNKNOWN},
}


@pytest.mark.filterwarnings("ignore::qredo_signing.DeprecatedEnvironmentWarning")
@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_kind_of_key_must_fit(name: str, kind: KeyKind, key: PrivateKey) -> None:
    """Every environment takes its own kind of key and refuses the others, naming itself, before anything is sent."""
    credentials = Credentials(API_KEYS[kind], key)
    if kind in ADMITTED[name]:
        PartnerAuth(credentials, ENVIRONMENTS[name])
    else:
        with pytest.raises(EnvironmentMismatchError, match=ENVIRONMENTS[name].origin):
            PartnerAuth(credentials, ENVIRONMENTS[name])


@pytest.mark.parametrize(
    ("environment", "kind", "advice"),
    [
        (Environment.SANDBOX, KeyKind.LIVE, r"choose Environment\.PRODUCTION,"),
        (Environment.PRODUCTION, KeyKind.SANDBOX, r"choose Environment\.SANDBOX or Environment\.PRODUCTION_TEST"),
        (Environment.PRODUCTION, KeyKind.EMULATOR, r"use Environment\.emulator\(url\)"),
        (ENVIRONMENTS["emulator"], KeyKind.LIVE, "qredo-emulator --keys DIR"),
    ],
)
def test_a_mismatch_says_what_to_do(environment: Environment, kind: KeyKind, advice: str) -> None:
    """A refused key comes with the environment that it fits."""
    with pytest.raises(EnvironmentMismatchError, match=advice):
        environment.admit(kind)


def test_the_documented_origins() -> None:
    """The constants have the vendor's origins and servers."""
    assert {name: (each.origin, each.server) for name, each in ENVIRONMENTS.items() if each.server} == {
        "production": ("https://api.qredo.network", "production"),
        "production_test": ("https://api.qredo.network", "production"),
        "sandbox": ("https://sandbox-api.qredo.network", "sandbox"),
        "play": ("https://play-api.qredo.network", "play"),
    }


def test_play_is_deprecated(credentials: Credentials) -> None:
    """Using PLAY warns at the line of the caller and names its successor; no other environment warns."""
    with pytest.warns(DeprecatedEnvironmentWarning, match=r"use Environment\.SANDBOX") as caught:
        PartnerAuth(credentials, Environment.PLAY)
    assert [warning.filename for warning in caught] == [__file__]
    PartnerAuth(credentials, Environment.SANDBOX)


def test_an_environment_is_a_frozen_value() -> None:
    """Environments are equal by value, hashable, and cannot be changed."""
    assert Environment.emulator("http://127.0.0.1:8080/") == ENVIRONMENTS["emulator"]
    assert len({Environment.PRODUCTION, dataclasses.replace(Environment.PRODUCTION)}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(Environment.PRODUCTION, "origin", "https://evil.example")  # noqa: B010 - checkers refuse the plain form


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://Gateway.EXAMPLE", "https://gateway.example"),
        ("HTTPS://gateway.example:443/", "https://gateway.example"),
        ("https://gateway.example:8443", "https://gateway.example:8443"),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.2:8080", "http://127.0.0.2:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
    ],
)
def test_one_spelling_of_an_origin(given: str, origin: str) -> None:
    """Case, a default port and a closing slash make no difference."""
    assert Environment.custom(given, key_kind=KeyKind.LIVE).origin == origin


@given(st.from_regex(r"https://[a-z0-9]{1,10}(\.[a-z0-9]{1,10}){0,2}(:[1-9][0-9]{0,3})?", fullmatch=True))
def test_an_origin_is_its_own_spelling(url: str) -> None:
    """Normalising an origin twice is the same as once."""
    origin = Environment.custom(url, key_kind=KeyKind.LIVE).origin
    assert Environment.custom(origin, key_kind=KeyKind.LIVE).origin == origin


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        ("api.qredo.network", "is no origin"),
        ("localhost:8080", "is no origin"),
        ("//api.qredo.network", "is no origin"),
        ("ftp://api.qredo.network", "is no origin"),
        ("https://", "is no origin"),
        ("https://api.qredo.network:port", "is no origin"),
        ("https://api.qredo.network:99999", "is no origin"),
        ("https://[::1", "is no origin"),
        ("https://[::1]x:8443", "is no origin"),
        ("https://[::1].", "is no origin"),
        ("https://[v1.a]", "is no origin"),
        ("https://[1.2.3.4]", "is no origin"),
        ("https://[fe80::1%25eth0]", "without a zone"),
        ("https://api.qredo\n.network", "is no origin"),
        (" https://api.qredo.network", "is no origin"),
        ("https://api.qredo.network\\x", "is no origin"),
        ("https://api.qredo.networ\u212a", "IDNA form"),
        ("https://999.1.1.1", "is no origin"),
        ("https://api..qredo.network", "is no origin"),
        (f"https://{'a' * 64}.example", "is no origin|a text of"),
        ("", "is no origin"),
        ("https://api.qredo.network/api/v1/p", r"write https://api\.qredo\.network$"),
        ("https://api.qredo.network?x=1", r"write https://api\.qredo\.network$"),
        ("https://api.qredo.network/#x", r"write https://api\.qredo\.network$"),
        ("https://user:word@api.qredo.network", "no userinfo"),
        ("https://api.qredo.network@evil.example", "no userinfo"),
        ("https://münchen.example", "IDNA form"),
        ("https://a b.example", "IDNA form"),
        ("http://api.qredo.network", "plain http"),
        ("http://localhost.evil.example", "plain http"),
        ("http://127.0.0.1.evil.example", "plain http"),
        ("http://128.0.0.1", "plain http"),
        ("http://10.0.0.1:8080", "plain http"),
    ],
)
def test_what_is_no_safe_origin_is_refused(origin: str, why: str) -> None:
    """A custom environment needs scheme, host and port, and https unless the host is loopback."""
    with pytest.raises(ConfigurationError, match=why) as caught:
        Environment.custom(origin, key_kind=KeyKind.LIVE)
    assert "word" not in str(caught.value)


def test_an_origin_is_text() -> None:
    """Anything but text is a TypeError that names its type."""
    origin: Any = None
    with pytest.raises(TypeError, match="must be str, got NoneType"):
        Environment.emulator(origin)


def test_an_emulator_may_be_plain_http_anywhere() -> None:
    """Plain http is fine for an emulator on another machine: it takes no real key."""
    assert Environment.emulator("http://emulator.test:8080").origin == "http://emulator.test:8080"


def test_a_long_text_is_not_repeated() -> None:
    """What is given in the wrong place and may be a secret is not shown in the error."""
    secret = make_api_key()
    with pytest.raises(ConfigurationError, match="a text of") as caught:
        Environment.emulator(secret)
    assert secret[:20] not in str(caught.value)


@pytest.mark.parametrize("kind", [KeyKind.EMULATOR, KeyKind.UNKNOWN, "live"])
def test_custom_takes_live_or_sandbox(kind: Any) -> None:
    """A custom environment is for one real kind of key."""
    with pytest.raises(ConfigurationError, match=r"KeyKind\.LIVE or KeyKind\.SANDBOX"):
        Environment.custom("https://gateway.example", key_kind=kind)


def test_no_environment_mixes_emulator_and_real_keys() -> None:
    """Not even the constructor makes an environment that takes an emulator's keys and others."""
    with pytest.raises(ConfigurationError, match="never both"):
        Environment("x", "http://127.0.0.1", frozenset(KeyKind))


@pytest.mark.parametrize("base_path", ["api", "", "/api?x=1", "/api#x", "/api\n", "/\x7f"])
def test_a_base_path_is_a_path(base_path: str) -> None:
    """A base path that is relative, or has a query, a fragment or a line break, would change the URL of each call."""
    with pytest.raises(ConfigurationError, match="must start with '/', and have no query or fragment"):
        Environment.custom("https://gateway.example", key_kind=KeyKind.LIVE, base_path=base_path)


@pytest.mark.parametrize("name", ["production", "production_test", "sandbox", "play"])
def test_from_environment(name: str) -> None:
    """QREDO_ENVIRONMENT names each constant."""
    assert Environment.from_environment({"QREDO_ENVIRONMENT": f" {name}\n"}) is ENVIRONMENTS[name]


def test_from_environment_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """QREDO_ENVIRONMENT may be `emulator:` and a URL; the process's own environment is the default."""
    monkeypatch.setenv("QREDO_ENVIRONMENT", "emulator:http://127.0.0.1:8080")
    assert Environment.from_environment() == ENVIRONMENTS["emulator"]


def test_from_environment_as_the_command_line_has_it() -> None:
    """QREDO_ENVIRONMENT may be `emulator`, with the URL in QREDO_URL; without a URL the error names the variable."""
    variables = {"QREDO_ENVIRONMENT": "emulator", "QREDO_URL": "http://127.0.0.1:8080"}
    assert Environment.from_environment(variables) == ENVIRONMENTS["emulator"]
    for value in ("emulator", "emulator:"):
        with pytest.raises(ConfigurationError, match="an emulator needs its URL: set QREDO_URL"):
            Environment.from_environment({"QREDO_ENVIRONMENT": value})


@pytest.mark.parametrize(("environ", "given"), [({}, "is not set"), ({"QREDO_ENVIRONMENT": "live"}, "is 'live'")])
def test_from_environment_is_required(environ: dict[str, str], given: str) -> None:
    """Nothing unset means production: without a known name the error lists the names."""
    names = r"production, production_test, sandbox, play, or emulator:URL"
    with pytest.raises(ConfigurationError, match=f"QREDO_ENVIRONMENT {given}: set it to one of {names}"):
        Environment.from_environment(environ)


def test_a_mapped_loopback_address_is_loopback() -> None:
    """Plain http is accepted for an IPv4 loopback address in IPv6 notation, and for no other mapped address."""
    mapped = Environment.custom("http://[::ffff:127.0.0.1]:8080", key_kind=KeyKind.LIVE)
    assert mapped.origin == "http://[::ffff:127.0.0.1]:8080"
    with pytest.raises(ConfigurationError, match="plain http"):
        Environment.custom("http://[::ffff:10.0.0.1]:8080", key_kind=KeyKind.LIVE)
