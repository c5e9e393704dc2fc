"""The part of YAML that is read, its limits, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import ScenarioError, parse
from sim.scenario.yaml_text import MOST_BYTES, MOST_DEPTH, MOST_NODES, read_mapping, write_mapping

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "line 1: anchors and aliases"),
        ("<<: {name: x}", "<<: no such setting"),
        ("name: !!python/object:os.system x", "line 1: tags (!) are not read"),
        ("name: !!binary aGk=", "line 1: tags (!) are not read"),
        ("a: " + "[" * 50 + "]" * 50, f"line 1: nested deeper than {MOST_DEPTH}"),
        ("[" * 100_000, f"line 1: nested deeper than {MOST_DEPTH}"),
        ("a: [" + "1," * (MOST_NODES + 1) + "]", f"line 1: more than {MOST_NODES} values"),
        ("a" * (MOST_BYTES + 1), f"the text has more than {MOST_BYTES:,} bytes"),
        ("é" * (MOST_BYTES // 2 + 1), "the text has"),
        (b"name: \xff", "byte 6 is not UTF-8"),
        ("name: x\nname: y", "name: given on line 1 and again on line 2"),
        ("users: {us_east: 1,\n us_east: 0}", "us_east: given on line 1 and again on line 2"),
        ("name: [", "this is not YAML"),
        ("name: x\n\tmonths: 3", "line 2, column 1: this is not YAML"),
        ("name: 'x", "this is not YAML"),
        ("name: \x00", "this is not YAML"),
        ("? [a]\n: b", "line 1: a list or a mapping cannot be"),
        ("a: 1\n---\nb: 2", "this is not YAML"),
        ("", "the file is empty"),
        ("- a", "the file is a list"),
        ("just words", "the file is one value"),
        (r'name: "\ud800"', "half a character"),
    ],
)  # fmt: skip
def test_hostile_and_broken_texts_are_refused_in_a_sentence(text, said):
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    assert any(said in fault for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e6", 1e6), ("5E-2", 0.05), (".5", 0.5), ("-3.", -3.0), ("50_000_000", 50_000_000), ("007", "007"),
        ("yes", "yes"), ("12:30", "12:30"), ("2027-01-01", "2027-01-01"), ("true", True), ("False", False),
        ("~", None), ("", None), ("null", None), ("9" * 60, "9" * 60), ("0x1F", "0x1F"), ("'5'", "5"), ("-", [None]),
    ],
)  # fmt: skip
def test_values_are_read_as_yaml_1_2_reads_them(text, value):
    data, duplicates = read_mapping(f"a:\n  {text}", where="text")
    assert (data, duplicates) == ({"a": value}, ())


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["a", "yes", "1e5", "", "~"]), PLAIN, min_size=1, max_size=3))
def test_what_is_written_is_read_back(data):
    assert read_mapping(write_mapping(data), where="text")[0] == data


@given(st.binary(max_size=300) | st.text("ab:-[]{}&*!?|>%@'\"\n\t #0.", max_size=60))
def test_any_text_gives_a_scenario_or_a_scenario_error(text):
    with pytest.raises(ScenarioError):
        parse(text)
