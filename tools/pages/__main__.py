"""``make docs``: write every page of docs/ that is made from the code."""

from __future__ import annotations

from tools.pages.every import ROOT, pages

for name, text in pages().items():
    path = ROOT / name
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
        print(f"written: {name}")
