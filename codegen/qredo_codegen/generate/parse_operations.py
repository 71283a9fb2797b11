"""The operations of a description as methods, and what it says of security and feeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.strings import ClassName

from qredo_codegen.description.document import Document, Operation, operations, pointer, resolve
from qredo_codegen.description.places import parameters, successes

from .parse_schemas import SchemaParser
from .texts import Losses, prose, text
from .value_types import ModelOf
from .view import Argument, FeedView, MethodView, ModelView, Pages, TagView

__all__ = ["OperationParser"]


class OperationParser:
    """Arguments and results are the parser's; extensions, errors and security come from the description itself."""

    def __init__(self, document: Document, data: GeneratorData, schemas: SchemaParser, losses: Losses) -> None:
        self.document = document
        self.data = data
        self.schemas = schemas
        self.losses = losses

    def tags(self) -> list[TagView]:
        """Every tag with its operations, in the order of the description."""
        described = {operation.node["operationId"]: operation for operation in operations(self.document)}
        generated: dict[str, list[MethodView]] = {}
        for tag, collection in self.data.endpoint_collections_by_tag.items():
            for endpoint in collection.endpoints:
                operation = described.pop(str(endpoint.name), None)
                if operation is None:
                    self.losses.add("/paths", f"the generator made {endpoint.name}, which is not described, or twice")
                    continue
                generated.setdefault(str(tag), []).append(self._method(str(tag), endpoint, operation))
        for operation in described.values():
            self.losses.add(operation.pointer, "would not be generated")
        return [self._tag(tag, generated.get(tag["name"], [])) for tag in self.document["tags"]]

    @staticmethod
    def _tag(tag: Document, methods: Sequence[MethodView]) -> TagView:
        return TagView(tag["name"], str(ClassName(tag["name"], "tag_")), prose(tag), methods)

    def _method(self, tag: str, endpoint: Endpoint, operation: Operation) -> MethodView:
        raw, where = operation.node, operation.pointer
        by_name = {name: node for (_, name), (_, node) in parameters(self.document, operation).items()}
        if endpoint.header_parameters or endpoint.cookie_parameters:
            self.losses.add(where, "has header or cookie parameters")
        query = [self._argument(prop, by_name, where) for prop in endpoint.query_parameters]
        result, result_description = self._success(endpoint, operation)
        method = MethodView(
            tag=tag,
            verb=str(endpoint.name).removeprefix(f"{tag}_"),
            method=operation.method.upper(),
            path=operation.path,
            summary=prose(raw, "summary"),
            description=prose(raw),
            path_arguments=[self._argument(prop, by_name, where) for prop in endpoint.path_parameters],
            query_arguments=query,
            body=self._body(endpoint, where),
            result=result,
            result_description=result_description,
            errors=self._error_statuses(raw),
            security=self._security(raw, where),
            repeatable=raw.get("x-idempotent", False),
            idempotency_key=raw.get("x-idempotency-key"),
            outcome=self._operation_name(raw.get("x-outcome")),
            pages=self._pages(endpoint, raw, query, result),
            feed=self._feed(operation),
        )
        for field in method.body_only:
            if field.required:
                self.losses.add(where, f"requires the body field {field.wire!r}, whose name a parameter has")
        return method

    def _argument(self, prop: PropertyProtocol, by_name: dict[str, Document], where: str) -> Argument:
        wire = text(prop.name)
        kind = self.schemas.kind(prop, f"{where}/parameters ({wire})")
        return Argument(wire, str(prop.python_name), kind, prop.required, self.schemas.description(by_name[wire]))

    def _body(self, endpoint: Endpoint, where: str) -> ModelView | None:
        if not endpoint.bodies:
            return None
        kind = self.schemas.kind(endpoint.bodies[0].prop, where + "/requestBody")
        if len(endpoint.bodies) > 1 or not isinstance(kind, ModelOf) or kind.annotation not in self.schemas.models:
            self.losses.add(where + "/requestBody", "is not one JSON object with a schema of its own")
            return None
        return self.schemas.models[kind.annotation]

    def _success(self, endpoint: Endpoint, operation: Operation) -> tuple[str | None, str]:
        """Model class of a successful response, and what the description says of it."""
        described = successes(self.document, operation)
        where = operation.pointer + "/responses"
        results = {
            self._result(response.prop, described[response.status_code.pattern], where)
            for response in endpoint.responses.patterns
            if response.status_code.pattern in described
        }
        if len(results) != 1:
            self.losses.add(where, f"has {len(results)} different results of a success; one is needed")
        return next(iter(results), None), next((prose(node) for node in described.values()), "")

    def _result(self, prop: PropertyProtocol, described: Document, where: str) -> str | None:
        if "content" not in described:
            return None
        kind = self.schemas.kind(prop, where)
        if not isinstance(kind, ModelOf):
            self.losses.add(where, "is not a JSON object with a schema of its own")
        return kind.annotation

    def _feed(self, operation: Operation) -> str | None:
        """The name of the feed that an operation opens: the one that switches protocols on the path of a feed."""
        if "101" not in operation.node["responses"]:
            return None
        name: str = self.document["paths"][operation.path]["x-websocket"]["name"]
        return name

    def _error_statuses(self, raw: Document) -> dict[str, str]:
        errors = {status: node for status, node in raw["responses"].items() if status[0] in "45"}
        return {
            status: prose(resolve(self.document, node["$ref"]) if "$ref" in node else node)
            for status, node in errors.items()
        }

    def _pages(self, endpoint: Endpoint, raw: Document, query: list[Argument], result: str | None) -> Pages | None:
        node = raw.get("x-pagination")
        if node is None or result not in self.schemas.models:
            return None
        arguments = {argument.wire: argument for argument in query}
        items = next(field for field in self.schemas.models[result].fields if field.wire == node["items"])
        verb = str(endpoint.name).split("_get_", 1)[-1]
        return Pages(f"iter_{verb}", items, arguments[node["offset"]], arguments[node["limit"]], node["page_size"])

    def _security(self, raw: Document, where: str) -> str:
        """The scheme that tells a sender what to do: the signature, or the agent's token."""
        alternatives: list[set[str]] = [set(entry) for entry in raw.get("security") or self.document["security"]]
        if all(self.signature_scheme in names for names in alternatives):
            return self.signature_scheme
        if len(alternatives) == 1 and len(alternatives[0]) == 1:
            return alternatives[0].pop()
        self.losses.add(where + "/security", "is neither signed nor one single scheme")
        return ""

    @cached_property
    def signature_scheme(self) -> str:
        """Name of the scheme that signs requests."""
        schemes: dict[str, Document] = self.document["components"]["securitySchemes"]
        return next(name for name, scheme in schemes.items() if "x-signature" in scheme)

    def stamps(self) -> list[str]:
        """Which stamps a signed request may carry, in the order of the description."""
        names = [name for entry in self.document["security"] for name in entry]
        return [name for name in dict.fromkeys(names) if name in ("timestamp", "nonce")]

    def nonce_rule(self) -> str | None:
        """Which nonces the service takes beyond that they go up, if it says."""
        rule: str | None = self.document["components"]["securitySchemes"].get("nonce", {}).get("x-stamp-rule")
        return rule

    def feeds(self) -> Iterator[FeedView]:
        """Every WebSocket feed."""
        for path, item in self.document["paths"].items():
            if node := item.get("x-websocket"):
                key = node["message"]["$ref"].rsplit("/", 1)[-1]
                security = self._security({"security": node["security"]}, pointer("paths", path, "x-websocket"))
                yield FeedView(node["name"], path, security, str(ClassName(key, "field_")))

    def _operation_name(self, operation_id: str | None) -> str | None:
        """`<tag>.<verb>` of an operationId."""
        if operation_id is not None and operation_id not in self._names:
            self.losses.add("/paths", f"x-outcome names {operation_id}, which is no operation")
        return None if operation_id is None else self._names.get(operation_id)

    @cached_property
    def _names(self) -> dict[str, str]:
        nodes = [operation.node for operation in operations(self.document)]
        return {
            node["operationId"]: f"{node['tags'][0]}.{node['operationId'].removeprefix(node['tags'][0] + '_')}"
            for node in nodes
        }
