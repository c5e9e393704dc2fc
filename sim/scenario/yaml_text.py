"""Text to plain values and back: a small, safe part of YAML.

Mappings, lists, text, numbers, true, false and null; a number is what YAML 1.2
calls one, so `1e6` is a number and `yes` and `12:30` are text. Anchors, tags
and merge keys are refused: they hide what a file says, and a few lines of them
can unfold to more than a machine holds.
"""

import json
import re
from typing import Any

import yaml

from sim.scenario.faults import ScenarioError

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 20
MOST_NODES = 20_000

_NULL, _BOOL, _INT, _FLOAT = (f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float"))
_RESOLVERS = (
    (_NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    (_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    (_INT, re.compile(r"^[-+]?(?:0|[1-9][0-9_]{0,40})$"), list("-+0123456789")),
    (
        _FLOAT,
        re.compile(r"^[-+]?(?:[0-9][0-9_]*\.[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?"
                   r"|[0-9][0-9_]*[eE][-+]?[0-9]+|\.inf|\.nan)$"),
        list("-+.0123456789"),
    ),
)  # fmt: skip


class _Loader(yaml.SafeLoader):
    """Reads one document within the limits; duplicate keys are gathered in `duplicates`."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - PyYAML copies it for each class

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.duplicates: list[str] = []
        self._depth = 0
        self._nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(
                f"line {line}: anchors and aliases (&, *) are not read. Write the value out, or use 'extends'."
            )
        if getattr(event, "tag", None):
            raise _Refused(f"line {line}: tags (!) are not read. Leave '{event.tag}' out: values need none.")
        self._depth += 1
        self._nodes += 1
        if self._depth > MOST_DEPTH:
            raise _Refused(f"line {line}: nested deeper than {MOST_DEPTH} levels. A scenario needs at most eight.")
        if self._nodes > MOST_NODES:
            raise _Refused(f"line {line}: more than {MOST_NODES} values. Scenarios that share much can extend a base.")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise _Refused(f"line {line}: a list or a mapping cannot be the name of a setting.")
            if key.value in seen:
                self.duplicates.append(
                    f"{key.value}: given on line {seen[key.value]} and again on line {line}. Keep one of them."
                )
            seen[key.value] = line
        # Names of settings are text whatever they look like: a product may be called 7.
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}

    def construct_yaml_map(self, node: yaml.MappingNode) -> Any:
        return self.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_yaml_map)


class _Dumper(yaml.SafeDumper):
    """Writes what `_Loader` reads back as it was, and no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


for _tag, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(_tag, _pattern, _first)
    # Beside PyYAML's own: text that either version of YAML takes for a number is quoted.
    _Dumper.add_implicit_resolver(_tag, _pattern, _first)


class _Refused(Exception):
    """A fault that ends the reading."""


def read_mapping(text: str | bytes, *, where: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The mapping a text holds, and its names that are given twice (the later value stands).

    Raises:
        ScenarioError: over the limits, not UTF-8, not YAML, or not a mapping.
    """
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        said = f"the text has more than {MOST_BYTES:,} bytes, the most that a scenario may have. Shorten it."
        raise ScenarioError(where, (said,))
    loader = None
    try:
        loader = _Loader(text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff"))
        data = loader.get_single_data()
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as fault:
        half = "an escape such as \\ud800 is half a character. Write the character itself."
        raise ScenarioError(where, (half,)) from fault
    except UnicodeDecodeError as fault:
        raise ScenarioError(where, (f"byte {fault.start} is not UTF-8 text. Save the file as UTF-8.",)) from fault
    except _Refused as fault:
        raise ScenarioError(where, (str(fault),)) from fault
    except (yaml.YAMLError, ValueError) as fault:
        raise ScenarioError(where, (_yaml_fault(fault),)) from fault
    finally:
        if loader is not None:
            loader.dispose()
    if not isinstance(data, dict):
        what = "empty" if data is None else "a list" if isinstance(data, list) else "one value"
        raise ScenarioError(where, (f"the file is {what}, not settings. Begin with 'name: ...' or 'extends: ...'.",))
    return data, tuple(loader.duplicates)


def write_mapping(data: dict[str, Any]) -> str:
    """YAML that `read_mapping` reads back as the same values, in the same order."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _yaml_fault(fault: Exception) -> str:
    mark = getattr(fault, "problem_mark", None)
    if mark is None:
        return f"this is not YAML: {str(fault).splitlines()[0]}."
    said = f"line {mark.line + 1}, column {mark.column + 1}: this is not YAML: {getattr(fault, 'problem', None)}."
    return f"{said} Check the indentation, the colons and the quotes near it."
