# SPDX-License-Identifier: GPL-3.0-or-later
"""What the whole window is like when something is not as usual, and what it costs to be used for long."""

import os

from conftest import build_directory
from driver.inspect import Inspector

MODULE = build_directory() / "tests" / "ui" / "inspect.so"

# Every place, and an editor of every kind.
PLACES = ("home", "policies", "policies/+external-access-policy", "edge", "edge/global", "domains", "domains/+allowed-domain",
          "domains/+blocked-domain", "providers", "providers/+public-provider", "xmpp", "xmpp/+xmpp-partner", "xmpp/=xmpp-gateway",
          "services", "certificates", "connections", "connections/+connections", "events", "edge-server", "own-domains", "sites",
          "people", "people/+user", "allow-entries", "history")
CHANGES = 500
# Bytes a change of page may leave behind, and widgets all of them may. Measured: see the test.
BYTES, WIDGETS = 2000, 40


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
