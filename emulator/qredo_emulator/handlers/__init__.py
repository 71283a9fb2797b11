"""The operations that keep state: one module per tag, one function per verb.

``company_create`` is ``create`` in ``company``. A handler takes the account of the API key
that signed and the call, changes the account, and returns a reply or raises ``ApiError``.
"""

from __future__ import annotations

import importlib
import importlib.util
from types import FunctionType
from typing import cast

from qredo_emulator._call import Handler
from qredo_emulator._description import Operation

__all__ = ["find_handler"]

_PARTNER = "qredo_partner_"


def find_handler(package: str, operation: Operation) -> Handler | None:
    """The handler of an operation, None if there is none.

    Args:
        package: The API; only Partner APIs share these handlers, whatever another API's tags are called.
        operation: The operation; found by its tag and verb.
    """
    name = f"{__name__}.{operation.tag}"
    if not package.startswith(_PARTNER) or importlib.util.find_spec(name) is None:
        return None
    found = vars(importlib.import_module(name)).get(operation.verb)
    # What a module imports for its own use is no handler.
    is_handler = isinstance(found, FunctionType) and found.__module__ == name
    return cast(Handler, found) if is_handler else None
