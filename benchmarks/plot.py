"""Draws what a request costs against the number of facts, one panel a kind of read."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, NullLocator

from benchmarks.goals import medians
from benchmarks.targets import OPERATIONS

STYLES = {
    "limit": ("the limit (ready bytes)", "#8c8c8c", ":", ""),
    "hot": ("this service, asked before", "#0b6e4f", "-", "o"),
    "cold": ("this service, never asked before", "#0b6e4f", "--", "o"),
    "fastapi-sql": ("FastAPI, SQL by hand", "#d17a00", "-", "s"),
    "datasette": ("Datasette, canned query", "#3465a4", "-", "^"),
    "fastapi-orm": ("FastAPI + SQLAlchemy", "#a83279", "-", "D"),
    "drf": ("plain DRF", "#b22222", "-", "v"),
}


def draw(results: dict[str, Any], folder: Path) -> None:
    sizes = sorted((int(size) for size, found in results["sizes"].items() if "sqlite" in found))
    rates = [medians(results["sizes"][str(size)]["sqlite"]) for size in sizes]
    figure, panels = plt.subplots(2, 3, figsize=(12, 7), sharex=True, sharey=True, layout="constrained")
    for panel, (operation, label) in zip(panels.flat, OPERATIONS.items(), strict=True):
        for name, (_, colour, line, marker) in STYLES.items():
            points = [(s, 1000 / r[name][operation]) for s, r in zip(sizes, rates, strict=True) if operation in r[name]]
            if points:
                panel.plot(*zip(*points, strict=True), color=colour, linestyle=line, marker=marker or ".", markersize=5)
        panel.set_title(label, fontsize=11)
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.set_xticks(sizes, [f"{size / 1000:g} k" if size < 10**6 else f"{size / 10**6:g} M" for size in sizes])
        panel.xaxis.set_minor_locator(NullLocator())
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.grid(visible=True, color="#e4e4e4", linewidth=0.8)
        panel.set_axisbelow(True)
        panel.spines[["top", "right"]].set_visible(False)
        if panel in panels[-1]:
            panel.set_xlabel("facts")
        if len(sizes) == 1:
            panel.set_xlim(sizes[0] / 3, sizes[0] * 3)
    figure.supylabel("milliseconds of one core for a request")
    handles = [
        plt.Line2D([], [], color=colour, linestyle=line, marker=marker or ".", markersize=5, label=label)
        for label, colour, line, marker in STYLES.values()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=10)
    figure.suptitle("What a request costs as the dataset grows (SQLite; lower is better)", fontsize=13)
    figure.savefig(folder / "cost.png", dpi=150)
    mpl.rcParams["svg.hashsalt"] = "cost"
    figure.savefig(folder / "cost.svg", metadata={"Date": None})


if __name__ == "__main__":
    file = Path(sys.argv[1])
    draw(json.loads(file.read_text()), file.parent)
