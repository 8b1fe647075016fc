# SPDX-License-Identifier: GPL-3.0-or-later
"""What the whole window is like when something is not as usual, and what it costs to be used for long."""

import os
import re

import pytest
from conftest import build_directory, run
from driver.inspect import Inspector
from lab.process import Process
from world import TOP, World

MODULE = build_directory() / "tests" / "ui" / "inspect.so"

# Every place, and an editor of every kind.
PLACES = ("home", "policies", "policies/+external-access-policy", "edge", "edge/global", "domains", "domains/+allowed-domain",
          "domains/+blocked-domain", "providers", "providers/+public-provider", "xmpp", "xmpp/+xmpp-partner", "xmpp/=xmpp-gateway",
          "services", "certificates", "connections", "connections/+connections", "events", "edge-server", "own-domains", "sites",
          "people", "people/+user", "allow-entries", "history")
CHANGES = 500
# Bytes a change of page may leave behind, and widgets all of them may. Measured: see the test.
BYTES, WIDGETS = 2000, 40


@pytest.fixture
def stage():
    """A bus where somebody may pretend to be the service."""
    world = World()
    try:
        run(world.bus.start())
        world.keep(world.bus)
        yield world
    finally:
        run(world.stop())


@pytest.mark.parametrize("language, version, api, said", [
    ("fr", "9.1.0", 99, "Le service (9.1.0) est plus récent"), ("en", "0.0.1", 0, "The service (0.0.1) is older than this panel")])
async def test_a_service_of_another_version(stage, panel, tmp_path, language, version, api, said):
    """It is said which is which, and every place opens all the same; when that service goes, nobody speaks of versions any more."""
    other = stage.keep(await Process("other", ["/usr/bin/python3", TOP / "tests/faults/other_version.py", stage.bus.address, version, api],
                                     tmp_path / "other.log").start())
    await other.lines.wait(lambda line: line == "here", 20)
    p = await panel(stage, "--page=home", language=language)
    await p.see(re.compile("^" + re.escape(said)))
    p.picture(f"version-{api}-{language}")
    for number in range(1, 10):
        p.key(f"alt+{number}")
    await p.see(re.compile("^" + re.escape(said)))
    await other.stop()
    await p.gone(re.compile("^" + re.escape(said)), "label")


def walk(inspector, changes):
    """So many changes of page, each begun when the one before has been drawn."""
    for number in range(changes):
        inspector.order(f"go {PLACES[number % len(PLACES)]}")
    inspector.order("leave")
    inspector.order("go home")
    inspector.settle(looks=4)


async def test_memory_is_steady(alone, panel, tmp_path):
    """500 changes of page leave nothing behind: neither bytes that were asked for and not given back, nor widgets."""
    await alone.edge.oreectl("xmpp-partner", "add", "adatum.test")
    await alone.edge.oreectl("allowed-domain", "add", "litware.test")
    p = await panel(alone, "--page=home", "--size=1100x760", environment={
        "OREE_INSPECT": str(tmp_path / "inspect"), "LD_PRELOAD": str(MODULE), "G_SLICE": "always-malloc",
        # The sanitizer's own library comes after it.
        "ASAN_OPTIONS": ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))})
    inspector = Inspector(tmp_path / "inspect")
    figures = []
    for changes in (2 * len(PLACES), CHANGES // 2, CHANGES // 2):
        walk(inspector, changes)
        figures.append((int(inspector.ask("allocated")), int(inspector.ask("count")), p.memory()))
    inspector.close()
    print("after the first round, 250 and 500 changes (bytes asked for, widgets, bytes of its own):", *figures)
    (first_bytes, first_widgets, _), _, (last_bytes, last_widgets, _) = figures
    assert last_widgets - first_widgets <= WIDGETS, figures
    assert last_bytes - first_bytes <= BYTES * CHANGES, figures
