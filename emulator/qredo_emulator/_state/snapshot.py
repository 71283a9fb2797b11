"""Convert the whole state to one JSON document, and back: completely or not at all."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from .index import Index
from .model import State
from .world import World

__all__ = ["SnapshotError", "dump_world", "load_world"]

_FORMAT, _VERSION = "qredo-emulator-state", 4


class SnapshotError(ValueError):
    """A document is not a state of this emulator. The message says where and why; nothing was changed."""


def dump_world(world: World) -> dict[str, Any]:
    """Return the state, the clock's offset and the source of ids, if it is seeded, as one JSON document.

    The API keys that accounts belong to are in it; their RSA keys are not.
    """
    with world.lock:
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "random": world.ids.getstate(),
            "state": dataclasses.asdict(world.state),
        }


def load_world(world: World, document: Any) -> None:
    """Replace the state by one that `dump_world` returned.

    Raises:
        SnapshotError: The document is something else, of another version, or does not fit together.
    """
    if not isinstance(document, Mapping) or document.get("format") != _FORMAT:
        raise SnapshotError(f"not a state of a qredo-emulator: its format is not {_FORMAT!r}")
    if document.get("version") != _VERSION:
        raise SnapshotError(
            f"the state has version {document.get('version')!r}, this emulator reads version {_VERSION}; "
            "take the emulator that wrote it, or start without it"
        )
    state: State = _read(State, document.get("state"), "/state")
    try:
        lost = [name for known, names in _references(state, Index(state)) for name in names if name not in known]
    except LookupError as error:
        lost = [str(error.args[0])]
    if lost:
        raise SnapshotError(f"the state does not fit together: it names {lost[0]!r}, which is not in it")
    with world.lock:
        _load_random(world, document.get("random"))
        world.load(state)


def _references(state: State, index: Index) -> Iterator[tuple[Container[str], Iterable[str]]]:
    """Pairs of known ids, and ids that must be among them."""
    yield state.entities, (*state.exchanges, *index.clients)
    for account in state.accounts.values():
        yield state.entities, account.users.values()
    for _, company in index.companies.values():
        yield state.entities, (company.entity_id, *company.parties)
        yield company.parties, [party.entity_id for party in company.parties.values()]
    for place in index.places.values():
        for policy in (*place.fund.policies.values(), *place.wallet.policies.values()):
            yield state.entities, policy.members
            yield state.proposals, filter(None, [policy.proposal_id])
        yield state.exchanges, [link.counterparty_id for link in place.wallet.connected]
        yield state.actions, [link.action_id for link in place.wallet.connected]
    for keys in state.idempotency_keys.values():
        yield state.transactions, keys.values()
    for ballot in (one.ballot for kept in (state.transactions, state.proposals) for one in kept.values()):
        yield state.actions, (*ballot.custodians, *ballot.exchanges)
    yield from _open_references(state, index)


def _open_references(state: State, index: Index) -> Iterator[tuple[Container[str], Iterable[str]]]:
    subjects: dict[str, Container[str]] = {
        "transaction": state.transactions,
        "authorization": state.transactions,
        "connection": index.places,
        "proposal": state.proposals,
    }
    for action in state.actions.values():
        yield state.entities, [action.approver_id]
        yield subjects[action.subject], [action.subject_id]
    for proposal in state.proposals.values():
        policies = index.places[proposal.wallet_id].wallet.policies.values()
        yield [policy.id for policy in policies], [proposal.policy_id]
        yield state.entities, proposal.members
    for tx in state.transactions.values():
        receiver, peer = (tx.swap.receive_wallet_id, tx.swap.peer_id) if tx.swap else (tx.recipient_id, "")
        yield index.companies, [tx.company_id]
        yield state.entities, [tx.initiator_id]
        yield index.places, [tx.wallet_id, *filter(None, [receiver])]
        yield state.actions, filter(None, [tx.authorizer_id])
        yield state.transactions, filter(None, [peer])


def _load_random(world: World, given: Any) -> None:
    if given is None:
        return
    before = world.ids.getstate()
    try:
        world.ids.setstate(given)
    except (TypeError, ValueError, OverflowError) as error:
        if before is not None:
            world.ids.setstate(before)
        raise SnapshotError(f"/random: not the state of a source of ids: {error}") from None


def _read(wanted: Any, value: Any, at: str) -> Any:
    """Convert a JSON value to the declared type of a field."""
    origin, parts = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        return None if value is None else _read(next(part for part in parts if part is not type(None)), value, at)
    if origin is list:
        _check(value, list, at)
        return [_read(parts[0], item, f"{at}/{index}") for index, item in enumerate(value)]
    if origin is dict:
        _check(value, dict, at)
        return {name: _read(parts[1], item, f"{at}/{name}") for name, item in value.items()}
    if dataclasses.is_dataclass(wanted):
        return _read_object(wanted, value, at)
    _check(value, wanted, at)
    return value


def _read_object(wanted: Any, value: Any, at: str) -> Any:
    _check(value, dict, at)
    fields = _fields(wanted)
    if missing := sorted(fields.keys() - value.keys()):
        raise SnapshotError(f"{at}: {', '.join(missing)} is missing")
    if unknown := sorted(value.keys() - fields.keys()):
        raise SnapshotError(f"{at}: {', '.join(unknown)} is not known")
    return wanted(**{name: _read(kind, value[name], f"{at}/{name}") for name, kind in fields.items()})


@cache
def _fields(wanted: Any) -> dict[str, Any]:
    hints = get_type_hints(wanted)
    return {field.name: hints[field.name] for field in dataclasses.fields(wanted)}


def _check(value: Any, wanted: type, at: str) -> None:
    if type(value) is not wanted:
        raise SnapshotError(f"{at}: {type(value).__name__} is not {wanted.__name__}")
