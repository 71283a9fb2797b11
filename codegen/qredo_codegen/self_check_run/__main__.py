"""Carry out a plan: import a package, call its operations, and compare what they send and give.

Run as `python -I FILE FOLDER` with the plan on stdin; prints one line for each problem, and ends with 1 if any is.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

BASE = "https://self-check.invalid/base"


def main() -> int:
    """Carry out the plan."""
    plan = json.load(sys.stdin, parse_float=Decimal, object_hook=_special)
    sys.path[:0] = [sys.argv[1], str(Path(__file__).parents[2])]
    problems = list(_run(plan))
    for problem in problems:
        print(ascii(" ".join(problem.split()))[1:-1])
    return 1 if problems else 0


def _run(plan: dict[str, Any]) -> Iterator[str]:
    try:
        package = importlib.import_module(plan["package"])
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    except Exception as error:
        yield f"cannot be imported: {type(error).__name__}: {error}"
        return
    for example in plan["examples"]:
        yield from _example(package, example)
    for call in plan["calls"]:
        for form in ("keywords", "body"):
            for response in call["responses"]:
                try:
                    problems = list(_call(package, call, response, form))
                except Exception as error:
                    place = traceback.extract_tb(error.__traceback__)[-1]
                    problems = [f"{type(error).__name__}: {error} ({Path(place.filename).name}, {place.name})"]
                yield from (f"{call['id']} ({call['where']}): {problem}" for problem in problems)


def _example(package: Any, example: dict[str, Any]) -> Iterator[str]:
    kind = getattr(package.models, example["class"])
    try:
        found = kind.from_dict(example["value"]).to_dict()
    except package.ResponseError:  # the example is none, which is for another check to say
        return
    if found != example["value"]:
        yield f"{example['where']}: the example comes out of {example['class']} as {found!r:.200}"


def _call(package: Any, call: dict[str, Any], response: dict[str, Any], form: str) -> Iterator[str]:
    """Problems of one call without and with asyncio: all arguments and keywords, or what is required and one body."""
    from qredo_codegen.self_check_run.wire import json_text, problems_of_request

    given = [one for one in call["arguments"] if one["required"] or form == "keywords"]
    body = call["body"]
    if form == "keywords" and body and body["model"] and not body["has_keywords"]:
        return
    positional = [one["value"] for one in given if one["place"] == "path"]
    named = {one["name"]: one["value"] for one in given if one["place"] != "path"}
    named |= _body_of(package, body, form)
    seen: list[httpx.Request] = []
    content, expected = _FIXED.get(response["form"]) or (json_text(response["value"]).encode(), response["value"])

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        headers = {"content-type": response["media"]} if response["media"] else {}
        return httpx.Response(int(response["status"]), content=content, headers=headers)

    results = [_sync(package, call, serve, positional, named)]
    results.append(asyncio.run(_async(package, call, serve, positional, named)))
    for result in results:
        if (found := _shown(result)) != expected:
            yield f"{response['status']} gives {found!r:.200} instead of {expected!r:.200}"
    for request in seen:
        yield from problems_of_request(request, BASE, call, given)


def _body_of(package: Any, body: dict[str, Any] | None, form: str) -> dict[str, Any]:
    if body is None:
        return {}
    if body["model"] is None:
        return {"body": body["value"]}
    if form == "keywords":
        return dict(body["fields"])
    kind = getattr(package.models, body["model"])
    if body["form"] != "multipart":  # a file is no JSON
        with suppress(package.ResponseError):  # what the service alone gives is missing
            return {"body": kind.from_dict(body["value"])}
    return {"body": kind(**body["fields"])}


def _sync(package: Any, call: dict[str, Any], serve: Any, positional: list[Any], named: dict[str, Any]) -> Any:
    tag, verb = call["id"].split(".")
    with package.Client(httpx.Client(transport=httpx.MockTransport(serve)), base_url=BASE) as client:
        return getattr(getattr(client, tag), verb)(*positional, **named)


async def _async(package: Any, call: dict[str, Any], serve: Any, positional: list[Any], named: dict[str, Any]) -> Any:
    tag, verb = call["id"].split(".")
    http = httpx.AsyncClient(transport=httpx.MockTransport(serve))
    async with package.AsyncClient(http, base_url=BASE) as client:
        return await getattr(getattr(client, tag), verb)(*positional, **named)


# What is sent and given where it is not JSON.
_FIXED: dict[str, tuple[bytes, Any]] = {"nothing": (b"", None), "text": (b"text", "text"), "bytes": (b"text", b"text")}


def _shown(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return _shown(value.to_dict())
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return {key: _shown(item) for key, item in value.items()} if isinstance(value, dict) else value


def _special(value: dict[str, Any]) -> Any:
    """What an object of the plan with one key stands for, where JSON does not have it."""
    if value.keys() == {"$decimal"}:
        return Decimal(value["$decimal"])
    return value["$bytes"].encode() if value.keys() == {"$bytes"} else value


if __name__ == "__main__":
    sys.exit(main())
