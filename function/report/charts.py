"""Plots as SVG text: no script, colours by the page's own style, a title on every mark. Pure."""

from collections.abc import Sequence
from html import escape

WIDTH = 640
_LABEL, _VALUE, _ROW, _BAR = 190, 70, 26, 14  # of a bar chart: text before and after the bars, a row, its bar
_LEFT, _RIGHT, _BOTTOM, _TOP, _HEIGHT = 52, 18, 26, 14, 240  # of a chart with axes
_LONGEST_LABEL = 26
_MOST_X_LABELS = 12
_MOST_DOTS = 24  # beyond them dots are small: the line is what is seen


def bars(rows: Sequence[tuple[str, int]], about: str) -> str:
    """One horizontal bar a row, named before it, its number behind it."""
    largest = max((value for _, value in rows), default=0) or 1
    parts = []
    for place, (label, value) in enumerate(rows):
        y, width = place * _ROW, max(1.0, (WIDTH - _LABEL - _VALUE) * value / largest)
        middle = y + _ROW / 2
        parts.append(
            f"<g><title>{escape(label)}: {value:,}</title>"
            f'<text x="{_LABEL - 8}" y="{middle}" class="name">{escape(_short(label))}</text>'
            f'<rect x="{_LABEL}" y="{y + (_ROW - _BAR) / 2}" width="{width:.1f}" height="{_BAR}" rx="3" class="first"/>'
            f'<text x="{_LABEL + width + 6:.1f}" y="{middle}" class="value">{value:,}</text></g>'
        )
    return _svg(parts, len(rows) * _ROW, about)


def columns(labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], about: str) -> str:
    """Vertical columns over labels in their order; one or two series, side by side."""
    ticks = _ticks(max((value for _, values in series for value in values), default=0))
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    width = min(28.0, step * 0.8 / len(series))
    parts = _grid(ticks, [f"{tick:,}" for tick in ticks]) + _x_labels(labels, step)
    for number, (name, values) in enumerate(series):
        for place, value in enumerate(values):
            height = (_HEIGHT - _BOTTOM - _TOP) * value / ticks[-1]
            x = _LEFT + place * step + step / 2 + (number - len(series) / 2) * width
            parts.append(
                f'<rect x="{x:.1f}" y="{_HEIGHT - _BOTTOM - height:.1f}" width="{max(1.0, width - 2):.1f}" '
                f'height="{height:.1f}" rx="2" class="{("first", "second")[number]}">'
                f"<title>{escape(labels[place])}, {escape(name)}: {value:,}</title></rect>"
            )
    return _svg(parts, _HEIGHT, about)


def line(labels: Sequence[str], shares: Sequence[float], about: str) -> str:
    """Shares from 0 to 1 over labels, as per cent; the axis begins at a full ten below the smallest."""
    lowest = min(int(min(shares, default=0) * 10) * 10, 90)
    ticks = list(range(lowest, 101, 5 if lowest >= 70 else 10 if lowest >= 40 else 20))
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    high = _HEIGHT - _BOTTOM - _TOP
    points = [
        (_LEFT + place * step + step / 2, _TOP + high * (100 - share * 100) / (100 - lowest))
        for place, share in enumerate(shares)
    ]
    parts = _grid([tick - lowest for tick in ticks], [f"{tick} %" for tick in ticks], 100 - lowest)
    parts += _x_labels(labels, step)
    parts.append(f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
    radius = 4 if len(points) <= _MOST_DOTS else 2
    for (x, y), label, share in zip(points, labels, shares, strict=True):
        title = f"<title>{escape(label)}: {share:.1%}</title>"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="first">{title}</circle>')
    return _svg(parts, _HEIGHT, about)


def _ticks(largest: int) -> list[int]:
    """From 0 in steps of 1, 2 or 5 times a power of ten, five at the most, the last not below the largest."""
    step = 1
    while largest > 5 * step:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return list(range(0, max(largest, 1) + step, step))


def _grid(ticks: Sequence[int], told: Sequence[str], largest: int | None = None) -> list[str]:
    high, top = _HEIGHT - _BOTTOM - _TOP, largest or ticks[-1]
    parts = []
    for tick, text in zip(ticks, told, strict=True):
        y = _HEIGHT - _BOTTOM - high * tick / top
        parts.append(f'<line x1="{_LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y:.1f}" class="name">{text}</text>')
    return parts


def _x_labels(labels: Sequence[str], step: float) -> list[str]:
    every = -(-len(labels) // _MOST_X_LABELS)
    y = _HEIGHT - _BOTTOM / 2
    return [
        f'<text x="{_LEFT + place * step + step / 2:.1f}" y="{y}" class="below">{escape(label)}</text>'
        for place, label in enumerate(labels)
        if place % max(1, every) == 0
    ]


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"


def _svg(parts: Sequence[str], height: float, about: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {max(1, height)}" role="img" aria-label="{escape(about)}">'
        + "".join(parts)
        + "</svg>"
    )
