"""Ask before a request changes something on production, showing what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import typer

from .._text import printable
from ..units import to_units
from ._errors import CliError
from ._exits import Exit
from ._readable import AMOUNTS, TIMES, flat, readable, wire_text
from ._table import grid_of

__all__ = ["confirm", "lines_of", "scales_of"]


def confirm(what: str, environment: Any, request: Mapping[str, Any], scales: Callable[[], Mapping[str, int]]) -> None:
    """Show a request and ask whether to send it.

    Args:
        what: The request, in a word.
        environment: Where it goes.
        request: Its fields, as JSON.
        scales: Reads the scales of assets; called if there is an amount.

    Raises:
        CliError: It was not confirmed.
    """
    from rich.console import Console

    screen = Console(stderr=True, markup=False, emoji=False, highlight=False)
    screen.print(f"{printable(what)} on {environment.name} ({environment.origin})", soft_wrap=True)
    has_amounts = any(_asset_of(name, dict(flat(request))) for name, _ in flat(request))
    screen.print(grid_of([(f"  {name}", text) for name, text in lines_of(request, scales() if has_amounts else {})]))
    if not typer.confirm("Send it?", err=True):
        raise CliError("not confirmed; nothing was sent", code=Exit.NO)


def lines_of(request: Mapping[str, Any], scales: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each field: amounts in base units and in coins, times as sent and in UTC."""
    fields = dict(flat(request))
    for name, value in fields.items():
        text, last = wire_text(value), name.rpartition(".")[2]
        if last in AMOUNTS and type(value) is int:
            asset = _asset_of(name, fields)
            scale = scales.get(asset or "")
            coins = f"{to_units(value, scale):f} {asset}" if scale else f"scale of {asset or 'the asset'} not known"
            text = f"{readable(name, value)} base units ({printable(coins)})"
        elif last in TIMES and readable(name, value) != text:
            text = f"{readable(name, value)} ({text})"
        yield name, text


def scales_of(client: Any) -> Mapping[str, int]:
    """Return the base units per coin of each asset; none if the API has no list of assets, or it cannot be read."""
    try:
        assets = client.asset.get_all().assets
        return {each.code: each.scale for each in assets if type(each.scale) is int}
    except Exception:  # what is asked for is another request, which raises its own error
        return {}


def _asset_of(name: str, fields: Mapping[str, Any]) -> str | None:
    """The asset that an amount is of: the field `symbol` or `asset` beside it."""
    prefix, _, last = name.rpartition(".")
    if last not in AMOUNTS:
        return None
    beside = (fields.get(f"{prefix}.{each}" if prefix else each) for each in ("symbol", "asset"))
    return next((each for each in beside if isinstance(each, str)), None)
