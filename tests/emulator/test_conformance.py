"""Made-up requests, by schemathesis from each description: whatever is sent, the answer is one that is described."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from qredo_emulator import Emulator, Settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ..versions import DESCRIPTIONS, PACKAGES, document_of
from .scene import Known, keeper, known_values
from .signed_requests import Sign, as_agent, signing

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# What no request here may be answered: it is signed, it is of a known method, and every operation is there.
NEVER = {401, 405, 415, 426, 501}
LENGTHS = [5, pytest.param(50, marks=pytest.mark.full)]

Values = Mapping[str, Sequence[Any]]


class Target(NamedTuple):
    """An operation of a description."""

    package: str
    operation: Any

    def __str__(self) -> str:
        return f"{self.package}-{self.id}"

    @property
    def id(self) -> str:
        return str(self.operation.definition.raw["operationId"])

    @property
    def agent(self) -> bool:
        return bool(self.operation.definition.raw.get("security") == [{"agent_token": []}])

    @property
    def refusable(self) -> bool:
        """Whether there is a body or a query that can be wrong; any text can stand in a path."""
        texts = all(parameter.definition["schema"] == {"type": "string"} for parameter in self.operation.query)
        return bool(self.operation.body) or not texts


def targets() -> Iterator[Target]:
    """Every operation but the WebSocket feeds: their success is no HTTP answer, and test_feeds.py has them."""
    for package in PACKAGES:
        schema = schemathesis.openapi.from_path(DESCRIPTIONS[package], config=SchemathesisConfig())
        # The signature comes from us, and what a description does not name is tolerated: that is no way to be wrong.
        schema.config.generation.update(with_security_parameters=False, allow_extra_parameters=False)
        result: Any
        for result in schema.get_all_operations():
            operation: Any = result.ok()
            if "101" not in operation.definition.raw["responses"]:
                yield Target(package, operation)


TARGETS = list(targets())


class World(NamedTuple):
    """A running emulator, a kept connection to it, who signs per API, what exists, and a way back to that state."""

    emulator: Emulator
    session: requests.Session
    signers: Mapping[str, Sign]
    known: Known
    restore: Callable[[], None]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One emulator for all, with things to name in it; it checks its own answers, too."""
    with Emulator(Settings(check_responses=True)) as emulator, requests.Session() as session:
        session.trust_env = False
        nonces = itertools.count(1)
        signers = {package: signing(emulator, package, nonces) for package in PACKAGES}
        known = known_values(emulator)
        yield World(emulator, session, signers, known, keeper(emulator))


def check(world: World, target: Target, mode: GenerationMode, examples: int, checks: list[Any]) -> None:
    """Sends cases, each to the same state, and checks the answers."""
    auth = as_agent(world.known.agent) if target.agent else world.signers[target.package]
    known = world.known.of(target.operation.tags[0])
    base_url = world.emulator.base_urls[target.package][0]
    unkept = target.id in world.emulator.app.examples()[target.package]

    @settings(
        max_examples=examples,
        derandomize=examples == LENGTHS[0],  # the everyday run is the same each time
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(target, mode, known))
    def send(case: Any) -> None:
        world.restore()
        response = case.call(base_url=base_url, session=world.session, auth=auth)
        if response.status_code == 501 and "x-started-from" in document_of(target.package):
            return  # the version that it was started from lacks the operation: it has no handler yet
        case.validate_response(response, checks=checks, transport_kwargs={"base_url": base_url})
        assert response.status_code not in NEVER, response.text
        assert unkept or response.headers.get("x-qredo-emulator") != ["example"]

    send()


@st.composite
def cases(draw: st.DrawFn, target: Target, mode: GenerationMode, known: Values) -> Any:
    """A request: two of three times the path names what exists, and a valid body does too."""
    operation, options = target.operation, {}
    familiar = draw(st.integers(0, 2)) < 2
    if familiar:
        names = [parameter.name for parameter in operation.path_parameters if parameter.name in known]
        options["path_parameters"] = {name: draw(st.sampled_from(known[name])) for name in names}
    # No constants from the source code around: the cases depend on the description alone.
    case = draw(operation.as_strategy(mode, feedback=FeedbackSources(), **options))
    if familiar and mode is GenerationMode.POSITIVE:
        case.body = replaced(draw, case.body, known)
        case.query = replaced(draw, case.query, known)
    return case


def replaced(draw: st.DrawFn, value: Any, known: Values, name: str = "") -> Any:
    """The same, with values of this world where the name of a field says that one could stand there."""
    if isinstance(value, dict):
        return {key: replaced(draw, item, known, key) for key, item in value.items()}
    if name in known and type(value) is type(known[name][0]):
        return draw(st.sampled_from(known[name]))
    if isinstance(value, list):
        return [replaced(draw, item, known, name) for item in value]
    return value


@pytest.mark.parametrize("examples", LENGTHS)
@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_valid_requests_get_described_answers(world: World, target: Target, examples: int) -> None:
    """A request that fits the description gets a status, a content type and a body of the description, and no 5xx."""
    check(world, target, GenerationMode.POSITIVE, examples, CHECKS)


@pytest.mark.parametrize("examples", LENGTHS)
@pytest.mark.parametrize("target", [target for target in TARGETS if target.refusable], ids=str)
def test_invalid_requests_are_refused_as_described(world: World, target: Target, examples: int) -> None:
    """A signed request whose body or query breaks the description gets a 4xx of the description."""
    check(world, target, GenerationMode.NEGATIVE, examples, [*CHECKS, negative_data_rejection])
