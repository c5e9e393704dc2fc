"""The chapters of the model are shown section by section, with nothing lost."""

from pathlib import Path

import pytest

from app_pages.chapters import chapter_files, sections


@pytest.mark.parametrize("file", chapter_files(), ids=lambda file: file.name)
def test_every_line_of_a_chapter_stands_in_a_section(file: Path):
    body = file.read_text(encoding="utf-8")
    kept = [line for title, text in sections(body) for line in (title, *text.splitlines()) if line.strip()]
    wanted = [line.removeprefix("## ") for line in body.splitlines() if line.strip() and not line.startswith("# ")]
    assert kept == wanted


def test_a_heading_within_code_is_code():
    assert sections("# T\nlead\n```\n## not a section\n```\n## One\nbody") == [
        ("", "lead\n```\n## not a section\n```"),
        ("One", "body"),
    ]
