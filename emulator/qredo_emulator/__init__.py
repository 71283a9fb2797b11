"""The Qredo Partner API on this machine: a test double made from the descriptions.

It verifies signatures, validates requests and keeps state in memory. It holds no
real assets and talks to no chain.

Start it in a program or in a test:

    with Emulator() as emulator:
        emulator.url, emulator.credentials, emulator.environment, emulator.control

or from a shell: `qredo-emulator --keys keys --port 8080`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._api.faults import Faults
    from ._api.request_log import Record
    from ._authentication.key_files import KeysError
    from ._control.control import Control
    from ._description.document import SpecError
    from ._emulator import Emulator, StartError
    from ._settings import Settings
    from ._state.state_file import StateError

__all__ = ["Control", "Emulator", "Faults", "KeysError", "Record", "Settings", "SpecError", "StartError", "StateError"]

# Loaded on first use: pytest imports the plugin module of this package in every run of a
# project that has it installed, also where the emulator's own dependencies are missing.
_MODULES = {
    "Control": "_control.control",
    "Emulator": "_emulator",
    "Faults": "_api.faults",
    "KeysError": "_authentication.key_files",
    "Record": "_api.request_log",
    "Settings": "_settings",
    "SpecError": "_description.document",
    "StartError": "_emulator",
    "StateError": "_state.state_file",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = importlib.import_module(f".{_MODULES[name]}", __name__)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == __name__:
            raise
        from qredo_signing._extras import install_advice

        advice = install_advice("emulator", error.name)
        raise ImportError(f"{__name__}.{name} needs an extra: {advice}", name=error.name) from error
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
