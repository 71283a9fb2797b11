"""Replace the security of a vendor's file by a scheme that this project can sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qredo_codegen.description.document import Document, Operation, operations, pointer
from qredo_codegen.description.places import parameters
from qredo_codegen.description.reserved import SIGNING_HEADERS

from .decisions import Decisions
from .parameters import drop_parameters

__all__ = ["Signing", "sign"]


@dataclass(frozen=True)
class Signing:
    """How the requests of a family of packages are signed.

    Attributes:
        name: The scheme that signs.
        schemes: The security schemes of a description of that family.
        security: Its requirements for an operation that says nothing of its own.
    """

    name: str
    schemes: Document
    security: list[Document]

    @property
    def others(self) -> Document:
        """Its schemes that are no signature."""
        signed = {name for requirement in self.security for name in requirement}
        return {name: scheme for name, scheme in self.schemes.items() if name not in signed}


def sign(document: Document, signing: Signing | None, decisions: Decisions) -> None:
    """Give every operation a security that the client knows; without a scheme, ask for one."""
    if signing is None:
        _drop_headers(document, None, decisions)
        _ask(document, decisions)
        return
    theirs = document.get("components", {}).get("securitySchemes") or {}
    whole = document.get("security")
    for one in operations(document):
        given = one.node.get("security", whole)
        if given == []:
            one.node["security"] = []
            decisions.add("question", one.pointer, "The file says that this call is open: it is sent unsigned.")
        elif (single := _same(given, theirs, signing) or _sent(document, one, signing)) is not None:
            one.node["security"] = [{single: []}]
            decisions.add("replaced", one.pointer, f"Its security is {single}, whose header it takes.")
        else:
            one.node.pop("security", None)
            if given is None:
                decisions.add(
                    "question", one.pointer, f"The file names no security: the call is signed with {signing.name}."
                )
    _drop_headers(document, signing, decisions)
    used = ", ".join(theirs) or "none"
    decisions.add(
        "replaced", "/components/securitySchemes", f"Security is that of {signing.name}; the file has: {used}."
    )
    document.setdefault("components", {})["securitySchemes"] = signing.schemes
    document["security"] = signing.security


def _same(given: Any, theirs: Document, signing: Signing) -> str | None:
    """Return the scheme of ours, not a signature, that an operation asks for: the one with the same header."""
    ours = {_place(scheme): name for name, scheme in signing.others.items()}
    for requirement in given or ():
        place = _place(theirs.get(next(iter(requirement)))) if len(requirement) == 1 else None
        if place is not None and place in ours:
            return ours[place]
    return None


def _sent(document: Document, one: Operation, signing: Signing) -> str | None:
    """Return the scheme of ours that is no signature and whose header an operation takes as a parameter."""
    headers = {name.lower() for place, name in parameters(document, one) if place == "header"}
    return next((name for name, one in signing.others.items() if str(one.get("name")).lower() in headers), None)


def _place(scheme: Any) -> tuple[str, str] | None:
    if not isinstance(scheme, dict) or scheme.get("type") != "apiKey":
        return None
    return str(scheme.get("in")), str(scheme.get("name")).lower()


def _drop_headers(document: Document, signing: Signing | None, decisions: Decisions) -> None:
    """Remove the headers that a scheme sets, or that OpenAPI ignores."""
    schemes = signing.schemes.values() if signing else ()
    names = {*SIGNING_HEADERS, *(str(one["name"]).lower() for one in schemes if one.get("in") == "header")}

    def why(_: str | None, node: Document) -> str | None:
        if node.get("in") != "header" or str(node.get("name")).lower() not in names:
            return None
        return f"The header {node['name']} is no argument: a security scheme or the HTTP client sets it."

    drop_parameters(document, why, decisions)


def _ask(document: Document, decisions: Decisions) -> None:
    """Keep the file's own schemes, one for each operation, and ask for the one that signs."""
    whole = document.setdefault("security", [])
    for at, node in [("", document), *((one.pointer, one.node) for one in operations(document))]:
        if "security" in node:
            node["security"] = _single(node["security"], at, decisions)
    if not whole:
        for one in operations(document):
            one.node.setdefault("security", [])
    names = ", ".join(document.get("components", {}).get("securitySchemes") or {}) or "none"
    text = f"This project signs with none of the file's schemes ({names}). Name one of ours: --security NAME."
    decisions.add("question", "/components/securitySchemes", text)


def _single(given: list[Document], at: str, decisions: Decisions) -> list[Document]:
    """Return a requirement of one scheme: the client sends one."""
    asked = [requirement for requirement in given if requirement]
    if not asked or [len(requirement) for requirement in asked] == [1]:
        return given
    name = next(iter(asked[0]))
    decisions.add("replaced", at + pointer("security"), f"Of several schemes, {name} is taken.")
    return [{name: asked[0][name]}]
