"""Companies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from qredo_emulator._errors import ApiError
from qredo_emulator._state.model import Company
from qredo_emulator._state.world import Account
from qredo_emulator.handlers._call import OperationRequest, Reply

__all__ = ["create", "get", "search", "update"]

_FIELDS = ("name", "city", "country", "domain", "ref")


def create(account: Account, request: OperationRequest) -> Reply:
    """Create a company. The `ref` of a company with another name or domain is a conflict.

    The same company once more is a second one: the vendor's own test makes it on every run.
    """
    given = {name: request.body[name] for name in _FIELDS if name in request.body}
    _refuse_ref_of_another(account, Company("", "", **given))
    company_id = account.world.new_id()
    entity = account.world.new_entity("company", given["name"], company_id)
    company = account.companies[company_id] = Company(company_id, entity.id, **given)
    account.world.index.companies[company_id] = (account.key, company)
    return Reply({"company_id": company_id, "ref": company.ref})


def get(account: Account, request: OperationRequest) -> Reply:
    """Return all fields of a company."""
    company = account.company(request.path["company_id"])
    return Reply({"company_id": company.id, **{name: getattr(company, name) for name in _FIELDS}})


def update(account: Account, request: OperationRequest) -> Reply:
    """Update the given fields."""
    company = account.company(request.path["company_id"])
    given: dict[str, Any] = {name: request.body[name] for name in _FIELDS if name in request.body}
    _refuse_ref_of_another(account, replace(company, **given))
    for name, value in given.items():
        setattr(company, name, value)
    account.world.entity(company.entity_id).name = company.name
    return Reply({"company_id": company.id, "ref": company.ref})


def search(account: Account, request: OperationRequest) -> Reply:
    """Return the companies whose name contains the query; all of them without a query."""
    query = request.query.get("query", "").casefold()
    matches = [
        {"company_id": company.id, "name": company.name, "domain": company.domain}
        for company in account.companies.values()
        if query in company.name.casefold()
    ]
    return Reply({"total_count": len(matches), "matches": matches})


def _refuse_ref_of_another(account: Account, company: Company) -> None:
    for other in account.companies.values() if company.ref else ():
        is_same = other.id == company.id or (other.name, other.domain) == (company.name, company.domain)
        if other.ref == company.ref and not is_same:
            raise ApiError(409, "ref")
