"""Call the public methods and properties of an object with JSON."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Union, get_args, get_origin, get_type_hints

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from qredo_signing import Credentials, HmacCredentials

from qredo_emulator._authentication.key_ring import KeyRing
from qredo_emulator._errors import invalid

__all__ = ["Remote", "remotes_of"]

_PLAIN: dict[Any, str] = {int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null"}


@dataclasses.dataclass(frozen=True, slots=True)
class Remote:
    """One method, or one property.

    Attributes:
        text: How it is written in Python.
        about: Its docstring.
        schema: JSON schema of its arguments; None for a property that can't be set.
        read: Gives the value of a property; raises `ApiError` for a method.
        call: Calls the method, or sets the property, with a JSON object of arguments.
    """

    text: str
    about: str
    schema: Mapping[str, Any] | None
    read: Callable[[], Any]
    call: Callable[[Mapping[str, Any]], Any]

    def as_dict(self) -> dict[str, Any]:
        """The entry in the list of methods."""
        return {"signature": self.text, "about": self.about, "arguments": self.schema}


def remotes_of(thing: object, keys: KeyRing) -> dict[str, Remote]:
    """Return every public method, and every property that JSON can hold, by name.

    Args:
        thing: The object.
        keys: Where an API key given as text is looked up, and where the files of new keys come from.
    """
    found: dict[str, Remote] = {}
    for name, member in inspect.getmembers(type(thing)):
        if name.startswith("_"):
            continue
        if inspect.isfunction(member):
            found[name] = _method(name, getattr(thing, name), keys)
        elif isinstance(member, property) and not _is_object(member):
            found[name] = _property(name, member, thing, keys)
    return found


def _is_object(member: property) -> bool:
    """Whether a property is an object with methods of its own."""
    returned = get_type_hints(member.fget).get("return")
    return isinstance(returned, type) and returned.__module__.partition(".")[0] == __name__.partition(".")[0]


def _method(name: str, method: Callable[..., Any], keys: KeyRing) -> Remote:
    signature, hints = inspect.signature(method, eval_str=True), get_type_hints(method)
    schema = {
        "type": "object",
        "properties": {each: _schema(hints.get(each, Any)) for each in signature.parameters},
        "required": [each for each, one in signature.parameters.items() if one.default is one.empty],
        "additionalProperties": False,
    }

    def call(arguments: Mapping[str, Any]) -> Any:
        _check(arguments, schema, f"{name}{signature}")
        given = {each: _argument(value, hints.get(each), keys) for each, value in arguments.items()}
        return _result(method(**given), keys)

    def read() -> Any:
        raise invalid("/body", f"{name} is a method: POST a JSON object of arguments")

    return Remote(f"{name}{signature}", inspect.getdoc(method) or "", schema, read, call)


def _property(name: str, member: property, thing: object, keys: KeyRing) -> Remote:
    returned = get_type_hints(member.fget).get("return", Any)
    schema = None
    if member.fset is not None:
        schema = {"type": "object", "properties": {"value": _schema(returned)}, "required": ["value"]}

    def read() -> Any:
        return _result(getattr(thing, name), keys)

    def call(arguments: Mapping[str, Any]) -> Any:
        if schema is None:
            raise invalid("/body", f"{name} can be read only: GET it")
        _check(arguments, schema, f"{name} takes value")
        setattr(thing, name, arguments["value"])
        return read()

    return Remote(f"{name}: {inspect.formatannotation(returned)}", inspect.getdoc(member) or "", schema, read, call)


def _check(arguments: Mapping[str, Any], schema: Mapping[str, Any], text: str) -> None:
    problem = best_match(Draft202012Validator(schema).iter_errors(arguments))
    if problem is not None:
        at = "/".join(str(part) for part in problem.absolute_path)
        what = f"{at}{': ' if at else ''}{problem.message:.300}"
        raise invalid("/body", f"{what}; expected are the arguments of {text}")


def _schema(hint: Any) -> dict[str, Any]:
    """The JSON schema of a type; an empty one for a type that is not known."""
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if hint in (Credentials, HmacCredentials):
        return {"type": "string", "description": "an API key of this emulator"}
    if get_origin(hint) in (Union, types.UnionType):
        return {"anyOf": [_schema(part) for part in get_args(hint)]}
    if get_origin(hint) in (list, tuple, Sequence):
        return {"type": "array"}
    return {}


def _argument(value: Any, hint: Any, keys: KeyRing) -> Any:
    if isinstance(value, str) and Credentials in (hint, *get_args(hint)):
        if value not in keys.known:
            raise invalid("/body", "no such API key is registered here")
        return types.SimpleNamespace(api_key=value)  # nothing else of them is looked at
    return value


def _result(value: Any, keys: KeyRing) -> Any:
    """Convert a value for JSON; new credentials become the texts of their files."""
    if isinstance(value, Credentials | HmacCredentials):
        return {name: text.decode().strip() + "\n" * name.endswith(".pem") for name, text in keys.files(value).items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Mapping):
        return {str(name): _result(each, keys) for name, each in value.items()}
    if isinstance(value, list | tuple | AbstractSet):
        return [_result(each, keys) for each in value]
    return value if isinstance(value, str | int | float | None) else str(value)
