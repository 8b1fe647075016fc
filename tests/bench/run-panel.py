#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the control panel costs: start, memory, the first paint of a long list, a letter in its search, and what is left
after 500 page changes. Reports; judges nothing.

usage: run-panel.py [--domains N] [--rounds N] [--json]

The real service with N allowed domains, the panel's own window under Xvfb, which paints in software: a desktop is faster.
Build without sanitizers; OREE_BUILD names the build directory."""

import argparse
import asyncio
import json
import os
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "integration"), str(HERE.parent / "ui")]

from gi.repository import GLib  # noqa: E402
from headless import Desktop  # noqa: E402
from world import World, build_directory  # noqa: E402

# What one transaction takes.
BATCH = 1000


async def fill(world, n_domains):
    for first in range(0, n_domains, BATCH):
        changes = [("add", "allowed-domain", f"domain-{number:05}.test",
                    {"comment": GLib.Variant("s", f"Organization number {number}")})
                   for number in range(first, min(first + BATCH, n_domains))]
        revision = (await world.edge.bus.status())["revision"]
        await world.edge.bus.call("Configuration", "Apply", "(a(sssa{sv})ta{sv})", changes, revision, {}, deadline=120.0)


async def measure(world, desktop):
    child = await asyncio.create_subprocess_exec(
        build_directory() / "tests" / "bench" / "bench-panel", "domains", stdout=asyncio.subprocess.PIPE,
        env=world.environment() | desktop.environment | {"OREE_BUS": world.bus.address, "LC_ALL": "C.UTF-8"})
    said, _ = await child.communicate()
    if child.returncode != 0:
        sys.exit(f"bench-panel ended with {child.returncode}")
    return json.loads(said)


async def main(options):
    world = World()
    await world.start()
    try:
        await fill(world, options.domains)
        with Desktop() as desktop:
            rounds = [await measure(world, desktop) for _ in range(options.rounds)]
    finally:
        await world.stop()
    result = {name: (statistics.median(one[name] for one in rounds), min(one[name] for one in rounds),
                     max(one[name] for one in rounds)) for name in rounds[0]}
    if options.json:
        print(json.dumps(result))
    for name, (median, lowest, highest) in ({} if options.json else result).items():
        print(f"{name:20} {median:8.1f}  ({lowest:.1f}–{highest:.1f})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--domains", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    os.environ.setdefault("OREE_SCREEN", "1280x900")
    asyncio.run(main(parser.parse_args()))
