# SPDX-License-Identifier: GPL-3.0-or-later
"""Services: the roles as Windows services, in the panel."""

import re

from lab.journal import Missed, until


async def state_of(world, role):
    return next(row for row in await world.edge.oreectl_json("service", "list") if row["role"] == role)


async def becomes(world, role, state):
    async def look():
        return (await state_of(world, role))["state"] == state
    await until(look, 10, f"{role} {state}")


async def select(p, name):
    """The row of this role; its accessible name begins with it."""
    await p.click(re.compile(f"^{name}, "), "list item")


async def test_stopped_and_started(alone, panel):
    p = await panel(alone, "--page=services")
    for role in ("Access Edge", "XMPP proxy", "XMPP gateway", "Front end"):
        await p.find(re.compile(f"^{role}, Running, Automatic"), "list item")
    await select(p, "XMPP gateway")
    await p.find("Start", "button", sensitive=False)
    await p.click("Stop…")
    await p.see("Stop XMPP gateway?")
    await p.click("Cancel")
    await p.gone("Stop XMPP gateway?", "label")
    assert (await state_of(alone, "xmpp-gateway"))["state"] == "running"
    await p.click("Stop…")
    await p.see("Stop XMPP gateway?")
    await p.click("Stop now", "checkbox")
    await p.click("Stop")
    await p.find(re.compile("^XMPP gateway, Stopped"), "list item")
    await becomes(alone, "xmpp-gateway", "stopped")
    await p.find("Stop…", "button", sensitive=False)
    await p.click("Start")
    await p.find(re.compile("^XMPP gateway, Running"), "list item")
    await becomes(alone, "xmpp-gateway", "running")


async def test_paused_resumed_drained(alone, panel):
    p = await panel(alone, "--page=services/xmpp-proxy")
    await p.find(re.compile("^XMPP proxy, Running"), "list item", selected=True)
    await p.click("Pause")
    await p.find(re.compile("^XMPP proxy, Paused"), "list item")
    await p.click("Resume")
    await p.find(re.compile("^XMPP proxy, Running"), "list item")
    await p.click("Drain…")
    await p.see("Drain XMPP proxy?")
    await p.click("Drain")
    await p.find(re.compile("^XMPP proxy, Stopped"), "list item")
    await p.click("Start")
    await p.find(re.compile("^XMPP proxy, Running"), "list item")


async def test_what_others_do_is_seen(alone, panel):
    """Live: oreectl stops a role and changes a start type, and the panel says so without being asked."""
    p = await panel(alone, "--page=services")
    await p.find(re.compile("^Front end, Running, Automatic"), "list item")
    await alone.edge.oreectl("service", "stop", "front-end")
    await p.find(re.compile("^Front end, Stopped"), "list item")
    p.key("alt+1")
    await p.see("Front end: Stopped")
    await p.click("View services", index=0)
    await p.find(re.compile("^Front end, Stopped"), "list item", selected=True)
    await p.click("Start")
    await p.find(re.compile("^Front end, Running"), "list item")


async def test_lines_move(alone, panel):
    """Somebody signs in; the counter of the front end rises and its line is drawn."""
    p = await panel(alone, "--page=services/front-end")
    await p.find(re.compile("^Front end, "), "list item", selected=True)
    line = await p.find(re.compile("^Sign-ins per second: "), "image")
    x, y, width, height = line.extents()
    window = p.screen.origin(p.screen.active_window())
    box = (window[0] + x, window[1] + y, window[0] + x + width, window[1] + y + height)
    flat = p.screen.grab(box)
    moved = re.compile("^Sign-ins per second: now .*, peak (?!0.0)")
    for attempt in range(5):  # who signs in before the first figure was read is in that figure
        alice = await alone.sip_user("alice")
        try:
            await p.find(moved, "image", deadline=6)
            break
        except Missed:
            if attempt == 4:
                raise
        finally:
            await alice.stop()
    await until(lambda: p.screen.grab(box).tobytes() != flat.tobytes(), 30, "a line that moved")
