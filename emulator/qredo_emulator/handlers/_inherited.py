"""Find the handler of an operation: its own, or that of the version that its version was started from.

`x-started-from` at the top of a description names that version; `nox -s new_version` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qredo_emulator._description.equality import equal_operations
from qredo_emulator._description.operations import Operation
from qredo_emulator._description.read import Description
from qredo_emulator._errors import ApiError
from qredo_emulator._state.world import Account
from qredo_emulator.handlers import find_handler, keeps_state, module_of
from qredo_emulator.handlers._call import Handler, OperationRequest, Reply

__all__ = ["Serving", "find_serving"]


@dataclass(frozen=True, slots=True)
class Serving:
    """What serves an operation.

    Attributes:
        handler: The handler.
        inherited_from: The version whose handler it is, such as `1.1`; None for the operation's own.
    """

    handler: Handler
    inherited_from: str | None = None


def find_serving(
    descriptions: Mapping[str, Description], package: str, operation: Operation, *, examples_only: bool = False
) -> Serving | None:
    """Return what serves an operation, None if that is its example.

    In a version that was started from one with state, no operation returns an example: it would look like a result.
    An operation that is not equal to that of the other version is refused until it has a handler.

    Args:
        descriptions: All that are served, by their package.
        package: The API package.
        operation: An operation of it.
        examples_only: Whether only the handlers count that give tokens.
    """
    if handler := find_handler(package, operation, examples_only=examples_only):
        return Serving(handler)
    origins = _origins(descriptions, package)
    for origin in origins:
        other = _equal(descriptions.get(origin), operation)
        if other and (handler := find_handler(origin, other, examples_only=examples_only)):
            return Serving(handler, origin.rpartition("_v")[2].replace("_", "."))
    stateful = next(filter(keeps_state, origins), None)
    return None if examples_only or stateful is None else Serving(_refusal(package, operation, stateful))


def _origins(descriptions: Mapping[str, Description], package: str) -> list[str]:
    """The version that a version was started from, the one that this was started from, and so on."""
    found = [package]
    while (known := descriptions.get(found[-1])) and known.started_from and known.started_from not in found:
        found.append(known.started_from)
    return found[1:]


def _equal(description: Description | None, operation: Operation) -> Operation | None:
    """The operation of a description that is equal to one of another."""
    place = operation.method, operation.path
    others = [each for each in (description.operations if description else ()) if (each.method, each.path) == place]
    return next((each for each in others if equal_operations(operation, each)), None)


def _refusal(package: str, operation: Operation, origin: str) -> Handler:
    reason = (
        f"{operation.id} of {package} has no handler: {origin}, from which {package} was started, has no equal"
        f" operation with one. Add the function {operation.verb!r} to {module_of(package, operation.tag)}"
    )

    def refuse(account: Account, request: OperationRequest) -> Reply:
        raise ApiError(501, reason)

    return refuse
