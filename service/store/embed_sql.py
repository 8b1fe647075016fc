#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbered SQL files as one C table: embed_sql.py OUTPUT FILE…"""
import pathlib
import sys

output, files = sys.argv[1], [pathlib.Path(name) for name in sys.argv[2:]]
lines = ['#include "store/oree-migrate.h"', "const OreeMigration oree_migrations[] = {"]
for expected, file in enumerate(files, start=1):
    number = int(file.name.split("-")[0])
    if number != expected:
        sys.exit(f"{file}: step {expected} expected")
    lines.append(f"  {{ {number},")
    for text in file.read_text(encoding="utf-8").splitlines():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
        lines.append(f'    "{escaped}\\n"')
    lines.append("  },")
lines += ["  { 0, NULL }", "};", ""]
pathlib.Path(output).write_text("\n".join(lines), encoding="utf-8")
