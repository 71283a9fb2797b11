"""Read a request by the description of its operation, and convert its texts to the types of the schemas.

Where something is wrong, the reason begins with a JSON pointer into
`{"path": ..., "query": ..., "header": ..., "body": ...}`. What the description does not name
(further query parameters, further keys of a body) is tolerated, as the service does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qredo_emulator._errors import invalid
from qredo_emulator._json import load_exact

from .bodies import parse
from .media import given
from .operations import Operation
from .parameters import Parameter
from .texts import Pairs, read_parameter, split_query
from .validation import Validators

__all__ = ["RequestReader", "RequestValues"]


@dataclass(frozen=True, slots=True)
class RequestValues:
    """What a request holds; a parameter that is not sent is absent.

    Attributes:
        body: As JSON has it, with fractions as decimals and files as bytes; None if there is none.
    """

    path: Mapping[str, Any]
    query: Mapping[str, Any]
    header: Mapping[str, Any]
    body: Any


class RequestReader:
    """Read the requests of one description.

    Args:
        openapi: The version of OpenAPI that it is written in.
        validators: Those for requests.
    """

    def __init__(self, openapi: str, validators: Validators) -> None:
        self._openapi = openapi
        self._validators = validators

    def read(
        self,
        operation: Operation,
        path: Mapping[str, str],
        query: str,
        header: Callable[[str], list[str]],
        body: bytes,
    ) -> RequestValues:
        """Read a request.

        Args:
            operation: What it calls.
            path: The texts in the path, as they were sent.
            query: The query of the URL, as it was sent.
            header: Gives the values of a header by its name in lower case.
            body: The bytes of the body.

        Raises:
            ApiError: 400; something is missing, is there twice, or is not what the description says.
        """
        pairs = split_query(query)
        names = {each.name for each in operation.parameters if each.where == "query"}
        sent_in: dict[str, Callable[[Parameter], Pairs]] = {
            "path": lambda each: [(each.name, path[each.name])],
            "query": lambda each: [pair for pair in pairs if each.takes(pair[0], names - {each.name})],
            "header": lambda each: [(each.name, ",".join(values))] if (values := header(each.name.lower())) else [],
        }
        found: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
        for each in operation.parameters:
            if sent := sent_in[each.where](each):
                found[each.where][each.name] = self._value(each, sent)
            elif each.required:
                raise invalid(f"/{each.where}/{each.name}", "is required")
        content_type = next(iter(header("content-type")), None)
        return RequestValues(**found, body=self._body(operation, body, content_type))

    def _value(self, parameter: Parameter, sent: Pairs) -> Any:
        where = f"/{parameter.where}/{parameter.name}"
        try:
            value = read_parameter(parameter, sent)
        except ValueError as error:
            raise invalid(where, str(error)) from None
        self._check(where, parameter.schema, value)
        return value

    def _body(self, operation: Operation, body: bytes, content_type: str | None) -> Any:
        if not operation.body:
            return None
        if not body:
            if operation.body_required:
                raise invalid("/body", "is required")
            return None
        content = given(operation.body, content_type)
        if content is None:
            known = " or ".join(each.media for each in operation.body)
            raise invalid("/header/content-type", f"{content_type!r} is not {known}")
        try:
            value = load_exact(body) if content.form == "json" else parse(content, body, content_type or "")
        except ValueError as error:
            raise invalid("/body", str(error)) from None
        self._check("/body", content.schema, value)
        return value

    def _check(self, where: str, schema: Any, value: Any) -> None:
        if problem := self._validators.problem(schema, value, self._openapi):
            raise invalid(f"{where}{problem[0]}", problem[1])
