"""The house rules hold in every file, and the checker notices when one does not."""

import csv
from pathlib import Path

import pytest

from tests import house_rules
from tests.house_rules import RULES, Rule, Source, names_from_catalogue, read_sources

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "sim" / "catalogue" / "tables"


def catalogue_names() -> frozenset[str]:
    """Ids and labels of GPUs, models and engines."""
    with (TABLES / "names.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["table"] in {"gpus", "models", "engines"}]
    return frozenset(name for row in rows for name in (row["id"], row["label"]) if len(name) > 2)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps(rule: Rule) -> None:
    broken = [fault for source in read_sources(ROOT) for fault in rule(source)]
    assert not broken, "\n" + "\n".join(broken)


def test_no_gpu_or_model_is_named_in_code() -> None:
    names = catalogue_names()
    assert len(names) > 20, "the catalogue's names were not read"
    broken = [fault for source in read_sources(ROOT) for fault in names_from_catalogue(names)(source)]
    assert not broken, "\n" + "\n".join(broken)


def test_every_room_is_in_the_layers() -> None:
    ranked = {room for rooms in house_rules.LAYERS for room in rooms}
    rooms = {folder.name for folder in (ROOT / "sim").iterdir() if (folder / "__init__.py").exists()}
    assert rooms <= ranked


NAMES = names_from_catalogue(frozenset({"h100", "Llama 3.3 70B"}))
PLANTED = [
    (house_rules.layers, "sim/metrics/a.py", "import numpy\nfrom sim.strategy import horizon\n", 2),
    (house_rules.layers, "sim/metrics/a.py", "from sim import strategy\n", 1),
    (house_rules.layers, "sim/metrics/a.py", "from ..economics import money\n", 1),
    (house_rules.layers, "sim/metrics/a.py", "def f():\n    import sim.lockin.doors\n", 2),
    (house_rules.layers, "sim/reports/a.py", "from sim.workshop import store\n", 1),
    (house_rules.layers, "sim/serving/a.py", "from app_pages import state\n", 1),
    (house_rules.layers, "app_pages/a.py", "from sim.serving import simulate\n", 1),
    (house_rules.layers, "sim/novelty/a.py", "x = 1\n", 1),
    (house_rules.libraries_at_home, "sim/strategy/a.py", "import simpy\n", 1),
    (house_rules.libraries_at_home, "sim/reports/a.py", "import plotly.express\nimport streamlit as st\n", 2),
    (house_rules.libraries_at_home, "app_pages/a.py", "from plotly import graph_objects\n", 1),
    (house_rules.short_files, "sim/metrics/a.py", "x = 1\n" * 301, 301),
    (house_rules.no_typed_prices, "sim/economics/a.py", "usd_per_gpu_hour = 2.5\n", 1),
    (house_rules.no_typed_prices, "sim/economics/a.py", "def f(*, fee_usd=3): ...\n", 1),
    (house_rules.no_typed_prices, "sim/economics/a.py", "row = {'price_usd': 15 * 1000}\n", 1),
    (house_rules.no_typed_prices, "app_pages/a.py", "show(usd=-1)\n", 1),
    (house_rules.no_module_state, "sim/workload/a.py", "seen = {}\n", 1),
    (house_rules.no_module_state, "sim/workload/a.py", "CACHE = dict()\ndef f(x):\n    CACHE[x] = 1\n", 3),
    (house_rules.no_module_state, "sim/workload/a.py", "NAMES = []\ndef f(x):\n    NAMES.append(x)\n", 3),
    (house_rules.no_module_state, "sim/workload/a.py", "count = 0\ndef f():\n    global count\n", 3),
    (house_rules.keyword_only_beyond_two, "sim/metrics/a.py", "def f(a, b, c): ...\n", 1),
    (NAMES, "sim/serving/a.py", '"""About the H100."""\ngpu = "nvidia_H100"\n', 2),
    (NAMES, "app_pages/a.py", 'st.write("Llama 3.3 70B is fast")\n', 1),
]


@pytest.mark.parametrize(("rule", "path", "text", "line"), PLANTED)
def test_a_planted_fault_is_found_at_its_line(rule: Rule, path: str, text: str, line: int) -> None:
    faults = list(rule(Source(path, text)))
    assert [fault.split(": ")[0] for fault in faults] == [f"{path}:{line}"]


ALLOWED = [
    (house_rules.layers, "sim/metrics/a.py", "from sim.serving import RunRecord\nfrom sim.metrics import b\n"),
    (house_rules.layers, "app_pages/a.py", "from sim import strategy\nfrom app_pages import state\n"),
    (house_rules.libraries_at_home, "sim/serving/routing/a.py", "import simpy\n"),
    (house_rules.short_files, "sim/metrics/a.py", "x = 1\n" * 300),
    (house_rules.no_typed_prices, "sim/economics/a.py", "total_usd = 0.0\nper_usd = price * 2\nhours = 24\n"),
    (house_rules.no_module_state, "sim/workload/a.py", "WORDS = {'a': 1}\ndef f():\n    x = {}\n    x['a'] = 1\n"),
    (house_rules.keyword_only_beyond_two, "sim/metrics/a.py", "def f(a, b, *, c): ...\ndef _g(a, b, c): ...\n"),
    (NAMES, "sim/catalogue/a.py", 'gpu = "h100"\n'),
    (NAMES, "sim/serving/a.py", '"""About the H100."""\nword = "h1000"\n'),
]


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED)
def test_what_is_allowed_is_let_through(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) == []
