"""The goals as an SVG: how much of its limit each figure takes, readable on a light ground and on a dark one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from _measure import Goal

__all__ = ["plot"]

WIDTH, MARGIN, LINE, FULL = 860, 20, 38, 2.0  # a bar as wide as the plot is twice the limit
STYLE = """
svg { --ground: #ffffff; --text: #1f2328; --rail: #d1d9e0; --met: #0969da; --missed: #bc4c00 }
@media (prefers-color-scheme: dark) {
  svg { --ground: #0d1117; --text: #f0f6fc; --rail: #3d444d; --met: #4493f8; --missed: #f0883e }
}
text { font: 13px system-ui, sans-serif; fill: var(--text) }
.section { font-weight: 600; font-size: 15px }
.ground { fill: var(--ground) } .rail { fill: var(--rail) } .met { fill: var(--met) } .missed { fill: var(--missed) }
.limit { stroke: var(--text); stroke-width: 2 }
"""


def plot(goals: Sequence[Goal]) -> str:
    """An SVG document; the same for the same goals.

    Args:
        goals: Those of a section stand together.
    """
    svg = Element("svg", xmlns="http://www.w3.org/2000/svg", role="img")
    SubElement(svg, "title").text = "Benchmarks: what was measured, relative to the goals"
    SubElement(svg, "desc").text = "; ".join(f"{one.section}, {str(one).removeprefix('- ')}" for one in goals)
    SubElement(svg, "style").text = STYLE
    ground = SubElement(svg, "rect", {"class": "ground", "width": str(WIDTH), "rx": "6"})
    top = _say(svg, MARGIN, MARGIN + 8, "Bars: how much of its limit a figure takes. Upright line: the limit.") + 12
    for section, own in groupby(goals, key=lambda one: one.section):
        top = _say(svg, MARGIN, top + 18, section, "section") + 4
        for one in own:
            _draw(svg, one, top)
            top += LINE
    height = str(top + MARGIN)
    ground.set("height", height)
    svg.attrib |= {"width": str(WIDTH), "height": height, "viewBox": f"0 0 {WIDTH} {height}"}
    indent(svg)
    return tostring(svg, encoding="unicode") + "\n"


def _draw(svg: Element, one: Goal, top: int) -> None:
    used = one.limit / one.value if one.at_least else one.value / one.limit
    room = WIDTH - 2 * MARGIN
    verdict = "met" if one.is_met else "missed"
    _say(svg, MARGIN, top + 16, one.name)
    _say(svg, WIDTH - MARGIN, top + 16, f"{one.figure} ({one.bound}): {verdict}", anchor="end")
    place = {"x": str(MARGIN), "y": str(top + 22), "height": "8", "rx": "2"}
    SubElement(svg, "rect", {"class": "rail", **place, "width": str(room)})
    SubElement(svg, "rect", {"class": verdict, **place, "width": f"{room * min(used / FULL, 1):.1f}"})
    middle = f"{MARGIN + room / FULL:.1f}"
    SubElement(svg, "line", {"class": "limit", "x1": middle, "x2": middle, "y1": str(top + 21), "y2": str(top + 32)})


def _say(svg: Element, x: int, y: int, words: str, kind: str = "", anchor: str = "start") -> int:
    attributes = {"x": str(x), "y": str(y), "text-anchor": anchor}
    SubElement(svg, "text", attributes | ({"class": kind} if kind else {})).text = words
    return y
