"""The operations that keep state: one package per version, in it one module per tag with one function per verb.

``company_create`` of ``qredo_partner_v1_1`` is ``create`` in ``v1_1/company.py``. A handler takes
the account of the API key that signed and the call, changes the state by the rules in
``domain``, and returns a reply or raises ``ApiError``. What a version shares with another it
imports by name, so that no call ever reaches a handler that was written for another shape.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import cast

from qredo_emulator._description.read import Operation
from qredo_emulator.handlers._call import Handler

__all__ = ["find_handler"]

_VERSIONS = {"qredo_partner_v1_0": "v1_0", "qredo_partner_v1_1": "v1_1"}


def find_handler(package: str, operation: Operation) -> Handler | None:
    """The handler of an operation, None if there is none.

    Args:
        package: The API version.
        operation: The operation; found by its tag and verb.
    """
    name = f"{__name__}.{_VERSIONS.get(package)}.{operation.tag}"
    if package not in _VERSIONS or importlib.util.find_spec(name) is None:
        return None
    module = importlib.import_module(name)
    return cast(Handler, getattr(module, operation.verb)) if operation.verb in module.__all__ else None
