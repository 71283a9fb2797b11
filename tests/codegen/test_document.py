"""Descriptions as JSON values: what is read, what is refused, and how places are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from qredo_codegen.description import exact_yaml
from qredo_codegen.description.document import load, operations, plain, pointer, resolve, tokens, walk
from qredo_codegen.errors import DocumentError


def read(folder: Path, text: str) -> dict[str, Any]:
    file = folder / "document.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: NO", "NO"),
        ("a: on", "on"),
        ("a: 2023-02-01", "2023-02-01"),
        ("a: 12:30", "12:30"),
        ("a: 1_000", "1_000"),
        ("a: 012", "012"),
        ("a: 12", 12),
        ("a: -1.5e3", -1500.0),
        ("a: true", True),
        ("a: ~", None),
        ("a:", None),
        ("a: {<<: {b: 1}, c: 2}", {"b": 1, "c": 2}),
    ],
)
def test_scalars_are_those_of_json(tmp_path: Path, text: str, value: object) -> None:
    """YAML 1.1's other spellings of booleans, numbers and dates are text."""
    assert read(tmp_path, text)["a"] == value


def test_number_keys_become_text(tmp_path: Path) -> None:
    """A response status that is written without quotes is the same key as one with."""
    assert read(tmp_path, "responses: {200: ok}") == {"responses": {"200": "ok"}}


def test_json_is_read(tmp_path: Path) -> None:
    """A JSON file is a description too."""
    assert read(tmp_path, '{"a":\t[1, {"b": null}]}') == {"a": [1, {"b": None}]}


def test_json_may_hold_control_characters(tmp_path: Path) -> None:
    """What YAML refuses and JSON allows in a text is read; a key that stands twice is refused there too."""
    assert read(tmp_path, '{"a": "x\x9fy", "b": 1.5}') == {"a": "x\x9fy", "b": 1.5}
    with pytest.raises(DocumentError, match=r"the key 'a' stands twice in one object"):
        read(tmp_path, '{"a": "x\x9fy", "a": 1}')
    with pytest.raises(DocumentError, match="is not YAML: unacceptable character"):
        read(tmp_path, "a: x\x9fy")
    with pytest.raises(DocumentError, match="is not a JSON document"):
        read(tmp_path, '{"a": "x\x9fy", "b": NaN}')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", r"line 3: the key 'a' stands already in line 1"),
        ("x:\n  - b: 1\n    'b': 2\n", r"line 3: the key 'b' stands already in line 2"),
        ("responses: {200: a, '200': b}", r"line 1: the key '200' stands already in line 1"),
        ("", "is empty"),
        ("- 1", "holds a list; a mapping is needed"),
        ("just text", "holds a str; a mapping is needed"),
        ("a: [", "is not YAML"),
        ("a: 1\n---\nb: 2\n", "is not YAML: expected a single document"),
        ("a: !!timestamp 2023-02-01", "datetime.date.* is a date, which JSON does not have"),
        ("a: !!python/object:os.system x", "is not YAML: could not determine a constructor"),
        ("true: 1", "the key True is no text"),
        ("a: &loop [*loop]", "contains itself"),
    ],
)
def test_what_is_no_json_document_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The error names the file and what is wrong, with the line of a key that stands twice."""
    with pytest.raises(DocumentError, match=message) as caught:
        read(tmp_path, text)
    assert "document.yaml" in str(caught.value)


def test_missing_and_undecodable_files_are_refused(tmp_path: Path) -> None:
    """A file that is not there, a folder, and bytes that are not UTF-8 give errors that name the file."""
    with pytest.raises(DocumentError, match=r"nowhere\.yaml cannot be read: No such file"):
        load(tmp_path / "nowhere.yaml")
    with pytest.raises(DocumentError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9")
    with pytest.raises(DocumentError, match=r"latin\.yaml is not YAML"):
        load(tmp_path / "latin.yaml")


def test_the_slow_loader_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without libyaml the values and the errors are the same."""
    text = "a: [NO, 2023-02-01, 1, 2.5, ~, {b: *x}]\n".replace("*x", "on")
    fast = read(tmp_path, text)
    monkeypatch.setattr(exact_yaml, "_SafeLoader", yaml.SafeLoader)
    assert read(tmp_path, text) == fast
    with pytest.raises(DocumentError, match="line 2: the key 'a' stands already in line 1"):
        read(tmp_path, "a: 1\na: 2\n")


def test_aliases_are_copies(tmp_path: Path) -> None:
    """What YAML shares by an alias can be changed in one place alone."""
    document = read(tmp_path, "a: &shared {b: [1]}\nc: *shared\n")
    document["a"]["b"].append(2)
    assert document["c"] == {"b": [1]}


keys = st.text(st.sampled_from("ab/~01 {é%"), max_size=4)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(keys))
def test_pointers_are_read_as_written(parts: list[str]) -> None:
    """Whatever the keys are, `tokens` is the inverse of `pointer`."""
    assert tokens(pointer(*parts)) == tuple(parts)


@given(values)
def test_every_value_is_found_at_its_pointer(value: Any) -> None:
    """`resolve` gives the value that `walk` yields with a pointer."""
    document = {"root": value}
    for at, part in walk(document):
        assert resolve(document, "#" + quote(at)) is part


@given(values)
def test_plain_shares_nothing(document: Any) -> None:
    """A plain copy is equal, and has no container in common with its source, nor one container twice."""
    copy = plain([document, document])
    containers = [id(value) for _, value in walk(copy) if isinstance(value, dict | list)]
    assert copy == [document, document]
    assert len(containers) == len(set(containers))
    assert not set(containers) & {id(value) for _, value in walk(document)}


def test_references_are_followed_to_their_end() -> None:
    """A chain of references, percent-encoded or not, leads to the last one's target."""
    document = {"a": {"$ref": "#/b~1c/%7Bd%7D"}, "b/c": {"{d}": {"$ref": "#/list/1"}}, "list": [0, {"e": 1}]}
    assert resolve(document, "#/a") == {"e": 1}
    assert resolve(document, "#") is document


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("#/nothing", "points at nothing: there is no 'nothing'"),
        ("#/list/7", "points at nothing: there is no '7'"),
        ("#/list/x", "points at nothing: there is no 'x'"),
        ("#/text/0", "points at nothing: there is no '0'"),
        ("other.yaml#/a", "leaves the document"),
        ("#list", "no JSON pointer"),
        ("#/loop", "leads back to itself"),
    ],
)
def test_references_to_nothing_are_named(ref: str, message: str) -> None:
    """A reference that cannot be followed is an error that shows it."""
    document = {"list": [1], "text": "x", "loop": {"$ref": "#/pool"}, "pool": {"$ref": "#/loop"}}
    with pytest.raises(DocumentError, match=message):
        resolve(document, ref)


def test_operations_come_in_the_order_of_the_document() -> None:
    """Operations are found by method, with pointer and path; other keys of a path are passed over."""
    post: dict[str, Any] = {"operationId": "a_make"}
    get: dict[str, Any] = {"operationId": "a_get"}
    document = {"paths": {"/a": {"parameters": [], "post": post, "get": get}, "/feed": {"x-websocket": {}}}}
    assert list(operations(document)) == [("/paths/~1a/post", "/a", "post", post), ("/paths/~1a/get", "/a", "get", get)]


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "holds more than 2,000,000 values when its aliases"),
        ("[" * 100_000, "line 1: is nested more than 200 levels deep"),
        ("- " * 100_000, "line 1: is nested more than 200 levels deep"),
        ("a: &a [*a]", "nested too deeply, or contains itself"),
        ("a: \0", "is not YAML"),
        ("? {a: b}\n: c", "found unhashable key"),
        ("a: 1e999", "a number is too large to be read"),
        ('a: "\\ud800"', "is not YAML"),
    ],
    ids=["aliases", "brackets", "dashes", "itself", "NUL", "key", "number", "surrogate"],
)
def test_a_trap_is_refused_in_a_line(tmp_path: Path, text: str, message: str) -> None:
    """What would take all memory or crash the interpreter is refused at once, with one clear line."""
    with pytest.raises(DocumentError, match=message) as refused:
        read(tmp_path, text)
    assert "\n" not in str(refused.value)
