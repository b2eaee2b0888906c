"""Figures of several rounds as ratios with their spread: a table in Markdown, and a chart in SVG. Pure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

Rounds = Sequence[float]
"""A figure of one server, once for each round."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, of each server; in each round all of them were measured, one after the other."""

    figure: str
    of: Mapping[str, Rounds]

    def ratio(self, server: str, to: str) -> tuple[float, float, float] | None:
        """Smallest, median and largest, round by round; None where one of the two was not measured."""
        ours, theirs = self.of.get(server), self.of.get(to)
        if not ours or not theirs or min(theirs) <= 0:
            return None
        ratios = sorted(one / other for one, other in zip(ours, theirs, strict=True))
        return ratios[0], statistics.median(ratios), ratios[-1]


def in_markdown(rows: Sequence[Row], servers: Sequence[str], to: str) -> str:
    """Medians, and in brackets the ratio to the yardstick `to` with its spread."""
    lines = ["| figure | " + " | ".join(servers) + " |", "|---" * (len(servers) + 1) + "|"]
    lines += [
        f"| {row.figure} | " + " | ".join(_cell(row, server, to) for server in servers) + " |" for row in rows
    ]
    return "\n".join(lines) + "\n"


def _cell(row: Row, server: str, to: str) -> str:
    measured = row.of.get(server)
    if not measured:
        return ""
    text = _short(statistics.median(measured))
    ratio = row.ratio(server, to) if server != to else None
    if ratio is None:
        return text
    low, middle, high = ratio
    return f"{text} (**{middle:.2f}**, {low:.2f}–{high:.2f})"


def _short(value: float) -> str:
    if value and abs(value) < 0.1:
        return f"{value:.3f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"


WIDTH, LABEL, BAR, GAP = 760, 250, 16, 30
COLOURS: Final = ("#64748b", "#0f766e", "#2563eb", "#9333ea", "#c2410c", "#be185d", "#4d7c0f")
LONGEST: Final = 3.0
"""Of a bar. One that would be longer is cut, and its figure has an arrow."""


def in_svg(rows: Sequence[Row], servers: Sequence[str], to: str) -> str:
    """For each figure a bar per server, as a ratio to the yardstick, whose line stands at 1."""
    ratios = [(row, [(server, row.ratio(server, to)) for server in servers]) for row in rows]
    shown = [(row, [(s, r) for s, r in found if r]) for row, found in ratios]
    shown = [(row, found) for row, found in shown if found]
    most = min(max((r[1] for _, found in shown for _, r in found), default=1.0), LONGEST)
    scale = (WIDTH - LABEL - 70) / max(most, 1.0)
    parts, y = [], 26
    for row, found in shown:
        parts.append(f'<text x="0" y="{y + 12}" class="figure">{escape(row.figure)}</text>')
        y += 20
        for server, ratio in found:
            assert ratio is not None
            _low, middle, _high = ratio
            colour = COLOURS[servers.index(server) % len(COLOURS)]
            width = max(min(middle, most) * scale, 1)
            parts.append(f'<text x="{LABEL - 8}" y="{y + 12}" text-anchor="end">{escape(server)}</text>')
            parts.append(
                f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR - 3}" fill="{colour}"/>'
            )
            told = f"{middle:.2f}{' →' if middle > most else ''}"
            parts.append(f'<text x="{LABEL + width + 6:.1f}" y="{y + 11}" class="told">{told}</text>')
            y += BAR
        y += GAP - BAR
    one = LABEL + scale
    # Before the figures, which it would go through.
    parts.insert(
        0, f'<line x1="{one:.1f}" y1="20" x2="{one:.1f}" y2="{y}" stroke="#888" stroke-dasharray="4 3"/>'
    )
    parts.append(f'<text x="{one:.1f}" y="14" text-anchor="middle">1 = {escape(to)}</text>')
    style = (
        "text{font:12px system-ui,sans-serif;fill:#1f2937}.figure{font-weight:600}"
        ".told{paint-order:stroke;stroke:#fff;stroke-width:4px}"
        "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.told{stroke:#0d1117}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" role="img" '
        f'aria-label="Ratios to the {escape(to)}; shorter is better">'
        f"<style>{style}</style>{''.join(parts)}</svg>\n"
    )
