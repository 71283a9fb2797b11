"""What every wallet of every fund holds: as a table, as CSV, and as a plot.

    export QREDO_ENVIRONMENT=emulator QREDO_URL=http://127.0.0.1:8080       # or QREDO_ENVIRONMENT=sandbox
    python examples/treasury_report.py
    python examples/treasury_report.py --company COMPANY_ID --csv report.csv --plot report.svg

Reads only. Needs `pip install .`, for the plot also `pip install matplotlib`, and a folder `keys`
(or QREDO_KEYS) with `apikey` and `private.pem`.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import os
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from qredo_partner_v1_1 import Client, require
from qredo_signing import Credentials, Environment, connect
from qredo_signing.units import to_units


@dataclass(frozen=True)
class Row:
    """One wallet.

    Attributes:
        base_units: What it holds as the API counts, a whole number.
        amount: The same in whole coins, exactly; with as many decimals as the asset has.
    """

    company: str
    fund: str
    wallet: str
    asset: str
    base_units: int
    amount: Decimal


def rows_of(client: Client, company_id: str, company: str, scales: dict[str, int]) -> Iterator[Row]:
    """The wallets of all funds of a company."""
    for match in client.fund.search(company_id):
        fund = client.fund.get(company_id, require(match.id))
        for wallet in fund.wallets or []:
            asset, balance = require(wallet.asset), wallet.balance or 0
            amount = to_units(balance, scales[asset])
            yield Row(company, fund.name or "", wallet.name or "", asset, balance, amount)


def report(client: Client, company_id: str | None) -> list[Row]:
    """The wallets of one company, or of all that the API key sees."""
    scales = {require(asset.code): require(asset.scale) for asset in client.asset.get_all()}
    if company_id:
        companies = {company_id: client.company.get(company_id).name or company_id}
    else:
        companies = {require(one.company_id): one.name or "" for one in client.company.search()}
    return [row for id, name in companies.items() for row in rows_of(client, id, name, scales)]


def totals(rows: list[Row]) -> dict[str, Decimal]:
    """What all wallets hold together, by asset."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row.asset] = sums.get(row.asset, Decimal(0)) + row.amount
    return sums


def print_table(rows: list[Row]) -> None:
    """A table for people; no amount is ever shortened."""
    cells = [[row.company, row.fund, row.wallet, row.asset, f"{row.amount:f}"] for row in rows]
    cells += [["total", "", "", asset, f"{amount:f}"] for asset, amount in sorted(totals(rows).items())]
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    for line in cells:
        texts = [text.ljust(width) for text, width in zip(line[:4], widths[:4], strict=True)]
        print("  ".join([*texts, line[4].rjust(widths[4])]))


def write_csv(rows: list[Row], file: Path) -> None:
    """The table for programs and spreadsheets."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow([field.name for field in fields(Row)])
        writer.writerows([*astuple(row)[:-1], f"{row.amount:f}"] for row in rows)  # str() of nothing is 0E-8


def draw(rows: list[Row], file: Path) -> None:
    """One chart per asset, one bar per wallet. Only the length of a bar is a float; the number beside it is exact."""
    try:
        figures: Any = importlib.import_module("matplotlib.figure")
    except ImportError:
        sys.exit("--plot needs matplotlib: pip install matplotlib")
    assets = sorted({row.asset for row in rows})
    figure = figures.Figure(figsize=(9, 1 + 0.5 * (len(rows) + 2 * len(assets))), layout="constrained")
    heights = [sum(row.asset == asset for row in rows) + 1 for asset in assets]
    panels = figure.subplots(len(assets), 1, squeeze=False, height_ratios=heights)[:, 0]
    for panel, asset in zip(panels, assets, strict=True):
        shown = [row for row in rows if row.asset == asset]
        bars = panel.barh(range(len(shown)), [float(row.amount) for row in shown])
        panel.set_yticks(range(len(shown)), [f"{row.company} / {row.fund} / {row.wallet}" for row in shown])
        panel.bar_label(bars, [f"{row.amount:f}" for row in shown], padding=3)
        panel.set(title=asset, xmargin=0.25)
        panel.invert_yaxis()
    figure.savefig(file)


def main() -> None:
    """Read what is asked for, then write it."""
    parser = argparse.ArgumentParser(description="What every wallet of every fund holds.")
    parser.add_argument("--company", help="id of one company; all of them by default")
    parser.add_argument("--csv", type=Path, help="file to write the rows to")
    parser.add_argument("--plot", type=Path, help="file to draw to; its ending says how: .svg, .png, .pdf")
    options = parser.parse_args()
    credentials = Credentials.from_directory(os.environ.get("QREDO_KEYS", "keys"))
    with connect(Client, credentials, Environment.from_environment()) as client:
        rows = report(client, options.company)
    if not rows:
        sys.exit("there are no wallets")
    print_table(rows)
    if options.csv:
        write_csv(rows, options.csv)
    if options.plot:
        draw(rows, options.plot)


if __name__ == "__main__":
    main()
