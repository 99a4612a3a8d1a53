"""Checks what is said over XRPC against the AT Protocol's lexicons, which lie in the shared test data.

A schema that is referred to and not among them lets everything pass. Complaints name the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

import regex

from tests.shared_data import data_folder

FOLDER = "atproto_lexicons"
_did = r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]"
_nsid = r"[a-zA-Z][a-zA-Z0-9-]*(?:\.[a-zA-Z0-9-]+)+\.[a-zA-Z][a-zA-Z0-9]*"
_key = r"[A-Za-z0-9._:~-]{1,512}"
_handle = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
FORMATS = {
    "did": _did,
    "handle": _handle,
    "at-identifier": f"(?:{_did}|{_handle})",
    "at-uri": f"at://(?:{_did}|{_handle})(?:/{_nsid}(?:/{_key})?)?",
    "nsid": _nsid,
    "record-key": _key,
    "tid": r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}",
    "cid": r"b[a-z2-7]{50,}",
    "uri": r"[a-z][a-z0-9+.-]*:\S+",
    "language": r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]+)*",
}
_grapheme = regex.compile(r"\X")


@cache
def lexicon(name: str) -> dict[str, Any] | None:
    """Return a lexicon's definitions; None for one that is not among the data."""
    path = (data_folder() / FOLDER).joinpath(*name.split(".")).with_suffix(".json")
    return json.loads(path.read_text(encoding="utf-8"))["defs"] if path.is_file() else None


def are_there() -> bool:
    """Tell whether the lexicons are here."""
    return (data_folder() / FOLDER).is_dir()


def complaints(method: str, answer: Any) -> list[str]:
    """Return what is wrong with the answer of a method."""
    output = _main(method).get("output", {})
    return list(_wrong(method, output["schema"], answer, method)) if "schema" in output else []


def complaints_about_question(method: str, params: list[tuple[str, str]], body: Any) -> list[str]:
    """Return what is wrong with a question: its parameters, its body and the record in it."""
    main = _main(method)
    given: dict[str, Any] = {}
    schema = main.get("parameters", {"type": "params", "properties": {}})
    for name, value in params:
        expected = schema["properties"].get(name)
        if expected is None:
            return [f"{method}: the parameter {name} is unknown"]
        read = _read(expected["type"], value)
        given[name] = [*given.get(name, []), read] if expected["type"] == "array" else read
    found = list(_wrong(method, schema | {"type": "object"}, given, f"{method}?"))
    if body is not None and "schema" in main.get("input", {}):
        found += _wrong(method, main["input"]["schema"], body, f"{method}!")
        if isinstance(body, dict) and "collection" in body and "record" in body:
            found += record_complaints(body["collection"], body["record"])
    return found


def _read(kind: str, value: str) -> Any:
    if kind == "boolean":
        return {"true": True, "false": False}.get(value)
    return int(value) if kind == "integer" else value


def record_complaints(collection: str, record: Any) -> list[str]:
    """Return what is wrong with a record."""
    definitions = lexicon(collection)
    return list(_wrong(collection, definitions["main"]["record"], record, collection)) if definitions else []


def _main(method: str) -> dict[str, Any]:
    definitions = lexicon(method)
    return definitions["main"] if definitions else {}


def _wrong(home: str, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    yield from CHECKS[schema["type"]](home, schema, value, at)


def _object(home: str, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: no object"
        return
    for name in schema.get("required", []):
        if name not in value:
            yield f"{at}: {name} is missing"
    nullable = schema.get("nullable", [])
    for name, inner in schema.get("properties", {}).items():
        if name in value and not (value[name] is None and name in nullable):
            yield from _wrong(home, inner, value[name], f"{at}.{name}")


def _array(home: str, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{at}: no list"
        return
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{at}: {len(value)} elements"
    for number, item in enumerate(value):
        yield from _wrong(home, schema["items"], item, f"{at}[{number}]")


def _string(_home: str, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{at}: no text"
        return
    if len(value.encode()) > schema.get("maxLength", 1 << 30):
        yield f"{at}: too many bytes"
    if "maxGraphemes" in schema and len(_grapheme.findall(value)) > schema["maxGraphemes"]:
        yield f"{at}: too many characters"
    form = schema.get("format")
    if form == "datetime":
        yield from _time(value, at)
    elif form is not None and not re.fullmatch(FORMATS[form], value):
        yield f"{at}: {value!r} is no {form}"


def _time(value: str, at: str) -> Iterator[str]:
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        yield f"{at}: {value!r} is no time"
        return
    if read.tzinfo is None:
        yield f"{at}: {value!r} has no time zone"


def _integer(_home: str, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield f"{at}: no whole number"
    elif not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: {value} is out of bounds"


def _boolean(_home: str, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool) or schema.get("const", value) is not value:
        yield f"{at}: {value!r} is not the right yes or no"


def _named(home: str, ref: str) -> tuple[str, dict[str, Any] | None]:
    """Return where a reference leads, and the schema there; None where we have it not."""
    name, _, part = ref.partition("#")
    definitions = lexicon(name or home)
    return name or home, (definitions or {}).get(part or "main")


def _ref(home: str, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    there, named = _named(home, schema["ref"])
    if named is not None:
        yield from _wrong(there, named, value, at)


def _union(home: str, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    kind = value.get("$type") if isinstance(value, dict) else None
    if not kind:
        yield f"{at}: no $type"
        return
    kinds = {ref if not ref.startswith("#") else f"{home}{ref}" for ref in schema["refs"]}
    if kind not in kinds:
        if schema.get("closed"):
            yield f"{at}: {kind} does not belong here"
        return
    yield from _ref(home, {"ref": kind}, value, at)


def _blob(_home: str, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    known = isinstance(value, dict) and value.get("$type") == "blob"
    if not known or not re.fullmatch(FORMATS["cid"], str(value.get("ref", {}).get("$link"))):
        yield f"{at}: no blob"
    elif value["size"] > schema.get("maxSize", value["size"]):
        yield f"{at}: too large"


def _anything(_home: str, _schema: dict[str, Any], _value: Any, _at: str) -> Iterator[str]:
    return iter(())


CHECKS: dict[str, Callable[[str, dict[str, Any], Any, str], Iterator[str]]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "ref": _ref,
    "union": _union,
    "blob": _blob,
    "unknown": _anything,
    "token": _anything,
}
