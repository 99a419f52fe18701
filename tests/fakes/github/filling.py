"""The rest of a reply: what GitHub must say and no test cares about, from GitHub's own description."""

from __future__ import annotations

from typing import Any

from fakes.github.contract import Contract

_BY_FORMAT = {
    "uri": "https://api.github.com/filler",
    "date-time": "2020-01-01T00:00:00Z",
    "email": "filler@example.com",
}
_BY_TYPE = {"string": "filler", "integer": 0, "number": 0, "boolean": False}


class Filler:
    """Completes what a fake says to what GitHub would say."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def complete(self, schema: dict[str, Any] | None, value: Any) -> Any:
        """Return `value` with everything that the schema requires; what is given stays as it is."""
        if schema is None:
            return value
        schema = self._shape(schema, value)
        if isinstance(value, list):
            return [self.complete(schema.get("items"), item) for item in value]
        if not isinstance(value, dict):
            return value
        fields = schema.get("properties", {})
        given = {name: self.complete(fields.get(name), child) for name, child in value.items()}
        missing = [name for name in schema.get("required", ()) if name not in given]
        return given | {name: self._default(fields.get(name, {})) for name in missing}

    def _default(self, schema: dict[str, Any]) -> Any:
        if schema.get("nullable"):
            return None
        shape = self._shape(schema, {})
        if shape.get("nullable"):
            return None
        if enum := shape.get("enum"):
            return enum[0]
        kind = shape.get("type", "object" if "properties" in shape else "string")
        if kind == "object":
            return self.complete(shape, {})
        if kind == "array":
            return []
        return _BY_FORMAT.get(shape.get("format", ""), _BY_TYPE[kind])

    def _shape(self, schema: dict[str, Any], value: Any) -> dict[str, Any]:
        """Return the schema that applies: references followed, parts merged, the alternative that fits best taken."""
        schema = self._contract.resolve(schema)
        for part in schema.get("allOf", ()):
            schema = _merged(schema, self._shape(part, value))
        alternatives = [self._shape(each, value) for each in schema.get("anyOf", schema.get("oneOf", ()))]
        if "properties" in schema or not alternatives:
            return schema
        return min(alternatives, key=lambda each: _misfit(each, value))


def _misfit(schema: dict[str, Any], value: Any) -> int:
    """Return how badly a value fits: another kind or another word is worse than an unknown name or a missing one."""
    if not isinstance(value, dict):
        kinds = {"array": list, "string": str, "object": dict}
        return 0 if isinstance(value, kinds.get(schema.get("type", ""), object)) else 1000
    fields = schema.get("properties", {})
    wrong = [
        name
        for name in fields
        if name in value and value[name] not in fields[name].get("enum", [value[name]])
    ]
    unknown, missing = set(value) - set(fields), set(schema.get("required", ())) - set(value)
    other = bool(schema.get("type", "object") != "object")
    return 1000 * (int(other) + len(wrong)) + 10 * len(unknown) + len(missing)


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {
        **one,
        **other,
        "properties": {**one.get("properties", {}), **other.get("properties", {})},
        "required": [*one.get("required", ()), *other.get("required", ())],
    }
