# SPDX-License-Identifier: GPL-3.0-or-later
"""Rounds of measurements made into rows."""

import os
import statistics

FIGURES = ("cpu_us", "p50_us", "p99_us", "max_us", "kib_per_stream", "per_second")


def summarise(findings):
    """One row for all rounds of a measurement: the median of each figure, its lowest and highest, and how it compares with
    what the others need."""
    groups = {}
    for one in findings:
        groups.setdefault((one["partners"], one["mode"], one["way"], one["server"]), []).append(one)
    rows = []
    for (partners, mode, way, server), rounds in groups.items():
        figures = {}
        for key in FIGURES:
            values = [one[key] for one in rounds if key in one]
            if values:
                figures[key] = statistics.median(values)
                figures[f"{key}_range"] = [min(values), max(values)]
        rows.append(dict(partners=partners, mode=mode, way=way, server=server, rounds=len(rounds),
                         refused=sum(one.get("refused", 0) for one in rounds), **figures))
    for row in rows:
        for other in rows:
            same = all(row[key] == other[key] for key in ("partners", "mode", "way"))
            if same and row["server"] == "oree" and other is not row:
                for key in ("cpu_us", "kib_per_stream"):
                    if key in row and key in other:
                        row[f"times_{other['server']}"] = round(row[key] / other[key], 2)
    return rows


def hurry():
    """Before everybody else who may be on this machine, where that is allowed."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    except PermissionError:
        pass
