"""Writes what is generated from the declarations beside the presets; run it after changing a field.

`python -m sim.scenario.table` rewrites the table of scenarios/README.md and
scenarios/scenario.schema.json.
"""

import json
from pathlib import Path
from typing import Any

from sim.scenario.cards import field_cards, json_schema
from sim.scenario.fields import FieldCard

BEGIN, END = "<!-- fields: begin -->", "<!-- fields: end -->"


def field_table() -> str:
    """Markdown table of every field: name, unit, bounds or choices, default, meaning."""
    rows = [
        f"| `{card.path}` | {card.unit} | {_range(card)} | {_default(card.default)} | **{card.title}.** {card.help} |"
        for card in field_cards()
    ]
    return "\n".join(["| Setting | Unit | Values | Default | Meaning |", "| --- | --- | --- | --- | --- |", *rows])


def with_table(readme: str) -> str:
    """A text with the table between its marks renewed.

    Raises:
        ValueError: a mark is missing.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the text has no '{BEGIN}' and '{END}': put them where the table shall stand")
    return f"{before}{BEGIN}\n{field_table()}\n{END}{after}"


def schema_text() -> str:
    """The JSON schema as the file in scenarios/ holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _range(card: FieldCard) -> str:
    if card.options:
        return ", ".join(f"`{choice}`" for choice in card.options)
    if card.low is not None and card.high is not None:
        return f"{card.low:.15g} to {card.high:.15g}"
    if card.low is not None:
        return f"from {card.low:.15g}"
    return "" if card.high is None else f"to {card.high:.15g}"


def _default(value: Any) -> str:
    if value is ...:
        return "required"
    return "none" if value in (None, "", (), {}) else f"`{json.dumps(value)}`"


def main() -> None:
    folder = Path(__file__).resolve().parents[2] / "scenarios"
    readme = folder / "README.md"
    readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "scenario.schema.json").write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
