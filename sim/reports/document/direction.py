"""Text of any direction as one line from left to right: Arabic letters joined, right-to-left runs turned around.

For formats that draw letters one after another. The order is that of the
Unicode bidirectional algorithm (UAX #9) in a line that runs left to right,
without embeddings and isolates, which `clean` takes out, and without its
pairing of brackets (rule N0).
"""

import unicodedata
from functools import cache
from itertools import groupby

STRONG = frozenset({"L", "R", "AL"})
NUMBERS = frozenset({"EN", "AN"})
NEUTRAL = frozenset({"B", "S", "WS", "ON"})
RIGHT = frozenset({"R", "AL", "AN"})
MARKS = frozenset({"Mn", "Me"})
MIRRORED = str.maketrans("()[]{}<>«»≤≥", ")(][}{><»«≥≤")
FORMS = range(0xFB50, 0xFF00)
"""Where letters stand in the shapes that they take beside others."""
FROM_LEFT = "\u200e"
"""A mark without width that runs from left to right."""
LAM = "\u0644"


def turns(text: str) -> bool:
    """Whether any of it runs from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(letter) in RIGHT for letter in text)


def held_together(name: str) -> str:
    """A name that a sentence may begin with or go on after.

    What follows one from right to left is not drawn into it, and a sentence
    that begins with one still runs from left to right.
    """
    if not turns(name):
        return name
    strong = next((kind for kind in map(unicodedata.bidirectional, name) if kind in STRONG), "L")
    return f"{FROM_LEFT if strong != 'L' else ''}{name}{FROM_LEFT}"


def from_left(text: str) -> str:
    """A line's characters in the order in which they stand from left to right, joined and mirrored."""
    return _ordered(_joined(text)) if turns(text) else text


# --- letters that join ----------------------------------------------------------------------------------------------


@cache
def _shapes() -> dict[str, dict[str, str]]:
    """Letters, and pairs that have one shape, by the shapes they take: isolated, initial, medial, final."""
    found: dict[str, dict[str, str]] = {}
    for code in FORMS:
        kind, *parts = unicodedata.decomposition(chr(code)).split() or ("",)
        letters = "".join(chr(int(part, 16)) for part in parts)
        pair = len(letters) == 2 and letters[0] == LAM and "ALEF" in unicodedata.name(chr(code))
        if kind in ("<isolated>", "<initial>", "<medial>", "<final>") and (len(letters) == 1 or pair):
            found.setdefault(letters, {}).setdefault(kind[1:-1], chr(code))
    return found


def _joined(text: str) -> str:
    """Arabic letters in the shapes that they take beside one another; marks stay with their letter."""
    shapes = _shapes()
    pairs: list[str] = []
    for unit in _clusters(text):
        if pairs and unit[0] != LAM and pairs[-1] == LAM and LAM + unit[0] in shapes:
            pairs[-1] = LAM + unit
        else:
            pairs.append(unit)
    letters = [unit[:2] if unit[:2] in shapes else unit[0] for unit in pairs]
    shown = []
    for at, (letter, unit) in enumerate(zip(letters, pairs, strict=True)):
        forms = shapes.get(letter, {})
        before = at > 0 and "initial" in shapes.get(letters[at - 1], {}) and "final" in forms
        after = at + 1 < len(letters) and "initial" in forms and "final" in shapes.get(letters[at + 1], {})
        kind = "medial" if before and after else "final" if before else "initial" if after else "isolated"
        shown.append(forms.get(kind, letter) + unit[len(letter) :])
    return "".join(shown)


def _clusters(text: str) -> list[str]:
    """Characters, each with the marks that stand on it."""
    found: list[str] = []
    for letter in text:
        if found and unicodedata.category(letter) in MARKS:
            found[-1] += letter
        else:
            found.append(letter)
    return found


# --- the order of a line --------------------------------------------------------------------------------------------


def _ordered(text: str) -> str:
    clusters = _clusters(text)
    levels = _levels(clusters)
    line = [(level, c.translate(MIRRORED) if level % 2 else c) for level, c in zip(levels, clusters, strict=True)]
    for level in range(max(levels, default=0), 0, -1):
        turned: list[tuple[int, str]] = []
        for inside, run in groupby(line, key=lambda each: each[0] >= level):
            same = list(run)
            turned += same[::-1] if inside else same
        line = turned
    return "".join(cluster for _, cluster in line)


def _levels(clusters: list[str]) -> list[int]:
    """Level of each cluster: 0 from left to right, 1 from right to left, 2 numbers within that."""
    kinds = _resolved([unicodedata.bidirectional(cluster[0]) or "L" for cluster in clusters])
    levels = [1 if kind == "R" else 2 if kind in NUMBERS else 0 for kind in kinds]
    for at in range(len(clusters) - 1, -1, -1):
        if not clusters[at].isspace():
            break
        levels[at] = 0
    return levels


def _resolved(kinds: list[str]) -> list[str]:
    """Kinds once numbers and what is neutral have taken theirs from what stands around them (W2 to W7, N1, N2)."""
    kinds = _numbers(kinds)
    at = 0
    while at < len(kinds):
        if kinds[at] not in NEUTRAL:
            at += 1
            continue
        end = next((place for place in range(at, len(kinds)) if kinds[place] not in NEUTRAL), len(kinds))
        before = _side(kinds[at - 1]) if at else "L"
        after = _side(kinds[end]) if end < len(kinds) else "L"
        kinds[at:end] = ["R" if before == after == "R" else "L"] * (end - at)
        at = end
    return kinds


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _numbers(kinds: list[str]) -> list[str]:
    strong, found = "L", []
    for kind in kinds:
        strong = kind if kind in STRONG else strong
        found.append("AN" if kind == "EN" and strong == "AL" else kind)
    for at in range(1, len(found) - 1):
        before, here, after = found[at - 1 : at + 2]
        joins = (here == "ES" and before == "EN") or (here == "CS" and before in NUMBERS)
        if joins and before == after:
            found[at] = before
    for at in (*range(len(found)), *reversed(range(len(found)))):
        if found[at] == "ET" and "EN" in found[max(0, at - 1) : at + 2]:
            found[at] = "EN"
    strong, resolved = "L", []
    for kind in found:
        kind = "R" if kind == "AL" else "ON" if kind in ("ES", "CS", "ET") else kind
        kind = "ON" if kind not in {*NUMBERS, *NEUTRAL, "L", "R"} else kind
        strong = kind if kind in ("L", "R") else strong
        resolved.append("L" if kind == "EN" and strong == "L" else kind)
    return resolved
