"""Call what reads, as far as ids are known, and collect what does not fit the description."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import httpx

from .._operations import Operation, operations_of
from ..errors import OutcomeUnknownError, RedirectError
from .ids import Ids, find_ids, names_of_ids
from .report import CheckedOperation, ShapeMismatch, ShapeReport, mismatch_of_error

if TYPE_CHECKING:
    from .._client_protocols import Client

__all__ = ["check_shapes"]

_MOST_CALLS = 3
"""Calls of one operation, each with other ids: an object of another kind may have other fields."""


def check_shapes(client: Client) -> ShapeReport:
    """Call every operation that reads, and report where responses do not fit the description.

    It sends GET requests only, at most three per operation. The first calls need no parameters; later ones take the ids
    that were found in earlier responses. The report has names, types and counts, and no value of a response.

    A client with `strict=True` stops reading a response at its first mismatch, so use one without.

    Args:
        client: A sync client that `connect` made.

    Raises:
        TypeError: It is no sync client of an API package.
        QredoSigningError: A request cannot be signed, for example because of the nonces.
    """
    package = _package_of(client)
    plans = [_Plan(each, package) for each in operations_of(package) if each.method == "GET" and not each.pages]
    names = names_of_ids(
        dict.fromkeys(name for plan in plans for name in plan.needs),
        dict.fromkeys(plan.operation.tag for plan in plans),
    )
    mismatches = dict[ShapeMismatch, None]()
    seen = set[str]()
    _learn(plans, seen, {})
    while (plan := _next(plans)) is not None:
        ids = plan.take()
        response = _call(client, package, plan, ids)
        if response is None:
            continue
        mismatches |= dict.fromkeys(_mismatches(package, plan.operation.id, response))
        for found in find_ids(_json(response.response), plan.operation.tag, ids, names):
            _learn(plans, seen, found)
    name, version = package.Client.API
    return ShapeReport(name, version, tuple(mismatches), tuple(plan.result(seen) for plan in plans))


class _Plan:
    """The calls of one operation: those that were made, and those that can be made.

    Attributes:
        needs: The parameters that must be given.
        never: Why it is not called, whatever is known.
    """

    def __init__(self, operation: Operation, package: Any) -> None:
        self.operation = operation
        self.needs = tuple(each.name for each in operation.parameters if each.required)
        self.never = _reason_never(operation, package)
        self.errors = Counter[str]()
        self._calls = dict[tuple[str | int, ...], Ids]()
        self._made = 0

    @property
    def is_waiting(self) -> bool:
        return self._made < len(self._calls)

    def offer(self, ids: Ids) -> None:
        """Plan a call with these ids, if they are enough and there are not yet enough calls."""
        if not self.never and len(self._calls) < _MOST_CALLS and ids.keys() >= set(self.needs):
            self._calls.setdefault(tuple(ids[name] for name in self.needs), ids)

    def take(self) -> Ids:
        """Return the ids for the next call: those that it needs, and what else belongs to them."""
        self._made += 1
        return list(self._calls.values())[self._made - 1]

    def result(self, seen: set[str]) -> CheckedOperation:
        """Return how it went; `seen` are the parameters that an id is known for."""
        reason = self.never
        if not reason and not self._made:
            missing = [name for name in self.needs if name not in seen]
            reason = f"no {', '.join(missing)} known" if missing else f"no {' with its '.join(self.needs)} known"
        return CheckedOperation(self.operation.id, self._made, dict(self.errors), reason)


def _reason_never(operation: Operation, package: Any) -> str:
    if operation.feed is not None:
        return "a feed"
    if operation.security != package.Client.SECURITY:
        return f"needs {operation.security}"
    return ""


def _package_of(client: object) -> Any:
    """The package of a generated client, also if the class of the client is a subclass of the user's."""
    for base in type(client).__mro__:
        package = sys.modules.get(base.__module__.rpartition(".")[0])
        if package is not None and getattr(package, "Client", None) is base:
            return package
    raise TypeError(f"check_shapes takes a sync client of an API package, not {type(client).__name__}")


def _learn(plans: Sequence[_Plan], seen: set[str], ids: Ids) -> None:
    seen.update(ids)
    for plan in plans:
        plan.offer(ids)


def _next(plans: Sequence[_Plan]) -> _Plan | None:
    """The plan to go on with: what needs the fewest ids comes first, since others depend on what it finds."""
    return min((plan for plan in plans if plan.is_waiting), key=lambda plan: len(plan.needs), default=None)


def _call(client: Any, package: Any, plan: _Plan, ids: Ids) -> Any:
    """Return the response of a call, not yet parsed, or None if it failed."""
    method = getattr(getattr(client.with_raw_response, plan.operation.tag), plan.operation.verb)
    try:
        return method(**{name: ids[name] for name in plan.needs})
    except package.APIError as error:
        plan.errors[str(error.status_code)] += 1
    except (httpx.HTTPError, OutcomeUnknownError, RedirectError) as error:
        plan.errors[type(error).__name__] += 1
    return None


def _mismatches(package: Any, operation: str, response: Any) -> Iterator[ShapeMismatch]:
    error = None
    with package.collect_mismatches() as found:
        try:
            _ = response.parsed
        except package.ResponseError as raised:
            error = raised
    yield from (ShapeMismatch(operation, *each) for each in found)
    if error is not None:
        yield mismatch_of_error(operation, error)


def _json(response: httpx.Response) -> object:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None
