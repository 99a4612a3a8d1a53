"""Checks answers against the official descriptions of the X API, both versions, more strictly than they ask.

A field that a description does not name is a fault. The descriptions are test data of others: they are read
where they lie and never copied.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tests.shared_data import shared_data

if TYPE_CHECKING:
    from pathlib import Path

VERSIONS = {"tweet": "2.166", "post": "2.167"}
# What 2.166 asks for or leaves out by mistake: answers in the payloads that the network's guides show differ.
NOT_REQUIRED = frozenset({"meta", "type"})
GUIDES_SHOW = {
    "edit_history_tweet_ids",
    "processing_info",
    "paid_partnership",
    "receives_your_dm",
    "detail",
    "sent",
}


_STRICT: dict[tuple[int, str], dict[str, Any]] = {}


@cache
def _description(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def described(spelling: str) -> dict[str, Any]:
    """Return the description that speaks a spelling; skip the test where it is absent."""
    return _description(shared_data("x_openapi") / f"openapi-{VERSIONS[spelling]}.json")


def _strict(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose objects take no other fields, `nullable` as JSON Schema says it."""
    if "$ref" in schema:
        known = (id(parts), schema["$ref"])
        if known not in _STRICT:
            _STRICT[known] = _strict(_merged(schema, parts), parts)
        return _STRICT[known]
    schema = _merged(schema, parts)
    made = {
        k: v
        for k, v in schema.items()
        if k in ("type", "enum", "pattern", "minItems", "minLength", "maxItems")
    }
    if "properties" in schema:
        made["properties"] = {name: _strict(inner, parts) for name, inner in schema["properties"].items()}
        made["additionalProperties"] = False
        made["required"] = [name for name in schema.get("required", []) if name not in NOT_REQUIRED]
    if "items" in schema:
        made["items"] = _strict(schema["items"], parts)
    options = schema.get("oneOf") or schema.get("anyOf")
    if options:
        made["anyOf"] = [_strict(option, parts) for option in options]
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


def _merged(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Put together what stands in `allOf`, and the kinds that a discriminator names."""
    if "$ref" in schema:
        return _merged(parts[schema["$ref"].rpartition("/")[2]], parts)
    all_of = [_merged(one, parts) for one in schema.get("allOf", [])]
    kinds = schema.get("discriminator", {}).get("mapping", {}).values() if "properties" in schema else ()
    others = [_flat(parts[ref.rpartition("/")[2]], parts) for ref in dict.fromkeys(kinds)]
    merged = {k: v for k, v in schema.items() if k not in ("allOf", "discriminator")}
    properties = dict(merged.get("properties", {}))
    for one in (*all_of, *others):
        properties |= one.get("properties", {})
    for one in all_of:
        merged |= {k: v for k, v in one.items() if k not in merged}
        merged["required"] = [*merged.get("required", []), *one.get("required", [])]
    return merged | ({"properties": properties} if properties else {})


def _flat(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a kind without what it is a kind of, which would come back here."""
    properties = dict(schema.get("properties", {}))
    for one in schema.get("allOf", []):
        if "$ref" not in one:
            properties |= one.get("properties", {})
    return {"properties": properties}


@cache
def validator(spelling: str, method: str, path: str) -> Draft202012Validator:
    """Return what an endpoint's answer is held against."""
    whole = described(spelling)
    answers = whole["paths"][path][method.lower()]["responses"]
    status = next(s for s in answers if s.startswith("2"))
    schema = next(iter(answers[status]["content"].values()))["schema"]
    return Draft202012Validator(_strict(schema, whole["components"]["schemas"]))


def faults(spelling: str, method: str, path: str, answer: Any) -> list[str]:
    """Return what is wrong with an answer, in words."""
    return [
        _words(error) for error in validator(spelling, method, path).iter_errors(answer) if not _shown(error)
    ]


def _shown(error: Any) -> bool:
    """Whether an error is only about fields that the guides show and the older description forgets."""
    if error.validator == "anyOf":
        return any(_only_shown(error, place) for place in range(len(error.validator_value)))
    if error.validator != "additionalProperties":
        return False
    extra = set(error.instance) - set(error.schema.get("properties", {}))
    return extra <= GUIDES_SHOW


def _only_shown(error: Any, place: int) -> bool:
    mine = [e for e in error.context if e.schema_path and e.schema_path[0] == place]
    return bool(mine) and all(map(_shown, mine))


def _words(error: Any) -> str:
    where = "/".join(str(p) for p in error.absolute_path)
    return f"{where}: {error.message[:300]}"
