"""A scenario of somebody's own as a short text, so that a link carries it whole."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from sim.scenario import Scenario, parse, to_yaml

MARK = "s~"
MOST_CODE, MOST_TEXT = 24_000, 200_000
"""Longest code read, and longest text that it may unfold to [characters, bytes]."""


def is_own(name: str) -> bool:
    """Whether a base's name is the code of a scenario."""
    return name.startswith(MARK)


def to_code(scenario: Scenario) -> str:
    """The code of a scenario: its YAML, packed."""
    return MARK + urlsafe_b64encode(zlib.compress(to_yaml(scenario).encode(), 9)).decode().rstrip("=")


def from_code(code: str) -> Scenario:
    """The scenario that a code holds.

    Raises:
        ValueError: no code, broken, too long, or no sound scenario inside.
    """
    if not is_own(code) or len(code) > MOST_CODE:
        raise ValueError("this is no code of a scenario: it begins otherwise, or is too long")
    packed = code.removeprefix(MARK)
    try:
        unpack = zlib.decompressobj()
        raw = unpack.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), MOST_TEXT)
    except (Base64Error, zlib.error) as fault:
        raise ValueError("this code of a scenario is broken. Copy the link once more.") from fault
    if unpack.unconsumed_tail or not unpack.eof:
        raise ValueError("this code of a scenario is cut off or too large. Copy the link once more.")
    return parse(raw, where="link")
