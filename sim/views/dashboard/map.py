"""A sketch of the country: five regions with straight edges, and in each its citizens as dots.

Drawn for this page; it keeps who lies beside whom and on the river, and no distance or border.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from bokeh.models import ColorBar, ColumnDataSource, HoverTool, LinearColorMapper, Range1d
from numpy.typing import NDArray

from sim.model.population import OPINIONS
from sim.views.dashboard.charts import INK, describe, plain
from sim.views.dashboard.replay import Replay
from sim.views.numbers import counted

#: In the order of `sim.model.population.REGION_SHARES`: name, corners, where its name stands.
REGIONS: tuple[tuple[str, tuple[tuple[float, float], ...], tuple[float, float]], ...] = (
    ("Dushanbe", ((20, 37), (30, 37.5), (30, 46), (20, 44)), (-16, 42)),
    (
        "Sughd",
        (
            (8, 51),
            (14, 60),
            (30, 62),
            (34, 70),
            (48, 72),
            (52, 65),
            (62, 65),
            (64, 57),
            (46, 53),
            (30, 50),
            (18, 47.5),
        ),
        (-16, 68),
    ),
    (
        "Khatlon",
        (
            (20, 37),
            (30, 37.5),
            (44, 39),
            (54, 45),
            (51, 36),
            (46, 28),
            (42, 22),
            (34, 16),
            (24, 14),
            (18, 20),
            (16, 29),
        ),
        (-16, 24),
    ),
    (
        "Republican districts",
        (
            (18, 47.5),
            (30, 50),
            (46, 53),
            (64, 57),
            (66, 50),
            (54, 45),
            (44, 39),
            (30, 37.5),
            (30, 46),
            (20, 44),
        ),
        (116, 72),
    ),
    (
        "Gorno-Badakhshan",
        (
            (54, 45),
            (66, 50),
            (76, 54),
            (87, 51),
            (95, 45),
            (97, 34),
            (92, 26),
            (80, 26),
            (70, 22),
            (66, 13),
            (60, 11),
            (57, 18),
            (55, 28),
            (53, 36),
        ),
        (116, 17),
    ),
)

RIVER = (
    (15, 19),
    (17, 13.5),
    (24, 12.4),
    (35, 14.4),
    (43, 21),
    (47.2, 27.4),
    (52, 36),
    (53.8, 28),
    (55.8, 17.6),
    (59.4, 9.4),
    (66.6, 11.4),
    (70.6, 20.6),
    (80, 24.4),
    (92, 24.4),
)

#: From light to dark, told apart by any colour vision and in grey.
SHADES = ("#fcfdbf", "#feca8d", "#fd9668", "#f1605d", "#cd4071", "#9e2f7f", "#721f81", "#440f76", "#180f3d")


def inside(points: NDArray[np.float64], corners: tuple[tuple[float, float], ...]) -> NDArray[np.bool_]:
    """Say which points (n, 2) lie in a polygon, by the even-odd rule."""
    x, y = points[:, 0], points[:, 1]
    found = np.zeros(len(points), bool)
    for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if ay != by:
            crosses = (ay > y) != (by > y)
            found ^= crosses & (x < ax + (y - ay) * (bx - ax) / (by - ay))
    return found


@lru_cache(maxsize=64)
def places(region: int, n: int) -> NDArray[np.float64]:
    """Return `n` places spread evenly over a region, (n, 2); the same ones every time."""
    corners = REGIONS[region][1]
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    # Roberts' R2 sequence: the golden ratio's counterpart in two dimensions fills the plane evenly.
    steps = np.array([0.7548776662466927, 0.5698402909980532])
    count = max(4 * n, 32)
    while True:
        points = low + (high - low) * ((0.5 + np.arange(1, count + 1)[:, None] * steps) % 1)
        points = points[inside(points, corners)]
        if len(points) >= n:
            return np.asarray(points[:n])
        count *= 2


class Map:
    """The sketch, coloured by one opinion at the end of one week."""

    def __init__(self) -> None:
        self.colours = LinearColorMapper(palette=list(SHADES), low=0.0, high=1.0)
        self.regions = ColumnDataSource(
            {
                "xs": [[x for x, _ in corners] for _, corners, _ in REGIONS],
                "ys": [[y for _, y in corners] for _, corners, _ in REGIONS],
                "name": [name for name, _, _ in REGIONS],
                "x": [place[0] for _, _, place in REGIONS],
                "y": [place[1] for _, _, place in REGIONS],
                "align": ["left" if place[0] < 50 else "right" for _, _, place in REGIONS],
                "mean": [0.0] * len(REGIONS),
                "said": [name for name, _, _ in REGIONS],
            }
        )
        self.citizens = ColumnDataSource({"x": [], "y": [], "opinion": [], "region": []})
        self.figure: Any = plain(height=380, x_range=Range1d(-16, 116), y_range=Range1d(3, 76), title=" ")
        self.figure.axis.visible = False
        self.figure.grid.visible = False
        self.figure.multi_line(
            [[x for x, _ in RIVER]], [[y for _, y in RIVER]], color="#7fb5da", line_width=6
        )
        self.figure.text(
            [26], [6], ["Afghanistan, beyond the Panj"], text_font_size="12px", text_color="#3b6f94"
        )
        drawn = self.figure.patches(
            "xs",
            "ys",
            source=self.regions,
            line_color="white",
            line_width=2,
            fill_color={"field": "mean", "transform": self.colours},
            fill_alpha=0.75,
        )
        dots = self.figure.scatter(
            "x",
            "y",
            source=self.citizens,
            size=5.5,
            line_color="#ffffff",
            line_width=0.4,
            fill_color={"field": "opinion", "transform": self.colours},
        )
        middles = np.array([np.mean(corners, axis=0) for _, corners, _ in REGIONS])
        # A line begins where the name, with the mean after it, ends on the narrowest screen.
        wide = np.array([2.4 * (len(name) + 5) for name, *_ in REGIONS])
        ends = np.array([place for *_, place in REGIONS], float)
        ends[:, 0] += np.where(ends[:, 0] < 50, wide, -wide)
        self.figure.segment(*middles.T, *ends.T, color=INK, line_width=0.8)
        self.figure.text(
            "x",
            "y",
            "said",
            source=self.regions,
            text_font_size="12px",
            text_color=INK,
            text_align="align",
            text_baseline="middle",
        )
        self.figure.add_tools(
            HoverTool(renderers=[drawn], tooltips=[("region", "@name"), ("mean", "@mean{0.00}")]),
            HoverTool(renderers=[dots], tooltips=[("citizen of", "@region"), ("opinion", "@opinion{0.00}")]),
        )
        self.scale = ColorBar(
            color_mapper=self.colours,
            height=12,
            padding=4,
            major_label_text_font_size="11px",
            title_text_font_size="12px",
            title_text_font_style="normal",
        )
        self.figure.add_layout(self.scale, "below")

    def show(self, run: Replay, week: int, opinion: str) -> None:
        """Colour it."""
        j = OPINIONS.index(opinion)
        means = run.regional(opinion, week)
        # From the least to the most of any region in any week of the run: one scale, on which they differ.
        self.colours.low, self.colours.high = run.extremes(opinion)
        self.scale.title = f"{opinion}, from the lowest to the highest regional mean of the run"
        self.regions.patch(
            {
                "mean": [(slice(len(means)), means)],
                "said": [
                    (slice(len(means)), [f"{r[0]} {m:.2f}" for r, m in zip(REGIONS, means, strict=True)])
                ],
            }
        )
        if run.spec.citizens == 0:
            self.citizens.data = {"x": [], "y": [], "opinion": [], "region": []}
            drawn = "the average citizen of each region"
        else:
            where = np.empty((len(run.region), 2))
            for k in range(len(REGIONS)):
                mine = run.region == k
                where[mine] = places(k, int(mine.sum()))
            self.citizens.data = {
                "x": where[:, 0],
                "y": where[:, 1],
                "opinion": run.opinions[week, :, j],
                "region": [REGIONS[k][0] for k in run.region],
            }
            drawn = f"{len(run.region):,} of {counted(run.spec.citizens, 'citizen')}"
        title = f"{opinion.capitalize()} in week {week}: {drawn}"
        self.figure.title.text = title
        regions = ", ".join(f"{name} {mean:.2f}" for (name, *_), mean in zip(REGIONS, means, strict=True))
        describe(self.figure, f"Map. {title}. Means by region: {regions}.")
