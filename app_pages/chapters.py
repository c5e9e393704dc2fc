"""The chapters of the model, as About shows them: section by section."""

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
MODEL = "model.md"


def chapter_files() -> list[Path]:
    """The files of the chapters, the main one first; none where the documents were not installed."""
    return sorted(DOCS.glob("model*.md"), key=lambda file: (file.name != MODEL, file.name))


def sections(chapter: str) -> list[tuple[str, str]]:
    """Title and body of what stands before the first second-level heading of a chapter, and of each section."""
    found: list[tuple[str, list[str]]] = [("", [])]
    fenced = False
    for line in chapter.splitlines():
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            found.append((line.removeprefix("## "), []))
        elif not (line.startswith("# ") and not fenced):
            found[-1][1].append(line)
    return [(title, "\n".join(lines).strip()) for title, lines in found]
