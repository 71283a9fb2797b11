"""The operations that keep state: one package per API version, in it one module per tag with one function per verb.

`company_create` of `qredo_partner_v1_1` is `create` in `qredo_partner_v1_1/company.py`: the package has the name of
the API's. A handler takes the account of the API key that signed and the request, changes the state by the rules in
`domain`, and returns a reply or raises `ApiError`. What versions have in common is in `_shared`; each names what it
takes from there, so that no request reaches a handler that was written for another shape. A version that was started
from another one has the handlers of that one where the operations are equal: `_inherited`.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import cast

from qredo_emulator._description.operations import Operation
from qredo_emulator.handlers._call import Handler

__all__ = ["find_handler", "keeps_state", "module_of"]


def find_handler(package: str, operation: Operation, *, examples_only: bool = False) -> Handler | None:
    """Return the handler that an API package itself has for an operation, None if there is none.

    Args:
        package: The API package.
        operation: The operation; its tag names the module, its verb the function.
        examples_only: Whether only those count that a module has in `ALWAYS`: no other can be called without them.
    """
    name = module_of(package, operation.tag)
    if not keeps_state(package) or not _is_public(operation.tag) or importlib.util.find_spec(name) is None:
        return None
    module = importlib.import_module(name)
    names = getattr(module, "ALWAYS", ()) if examples_only else module.__all__
    return cast(Handler, getattr(module, operation.verb)) if operation.verb in names else None


def module_of(package: str, tag: str) -> str:
    """Name the module that has the handlers of a tag, whether or not it is there."""
    return f"{__name__}.{package}.{tag}"


def keeps_state(package: str) -> bool:
    """Whether there are handlers for an API package."""
    return _is_public(package) and importlib.util.find_spec(f"{__name__}.{package}") is not None


def _is_public(name: str) -> bool:
    return name.isidentifier() and not name.startswith("_")
