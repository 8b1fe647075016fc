# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what, what was done, and what is not lost: a first look, the history, a service that dies, somebody who may
only look, ten thousand domains, text that wants to harm."""

import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest
from conftest import run
from lab.journal import until
from lab.process import Process
from world import TOP, World

LONG = bool(os.environ.get("OREE_TEST_LONG"))

HEADINGS = ["Home", "Federation and External Access", "Services", "Certificates", "Partner Connections", "Event Log",
            "Topology", "Users", "History"]


@pytest.fixture
def empty():
    """A service that was never configured."""
    world = World(profile="empty")
    try:
        run(world.start())
        yield world
    finally:
        run(world.stop())


async def listed(world, kind):
    return {record["id"]: record for record in await world.edge.oreectl_json(kind, "list")}


async def test_a_first_look(empty, panel):
    """A1: nothing is configured; every place opens by its number; the window ends by Ctrl+W."""
    p = await panel(empty, "--page=home")
    for words in ("1. Describe your topology", "2. Request a certificate", "3. Enable federation", "Edge service running"):
        await p.see(words)
    p.picture("first-run")
    for number, heading in enumerate(HEADINGS, 1):
        p.key(f"alt+{number}")
        await p.find(heading, "list item", selected=True)
    p.key("alt+1")
    await p.click("1. Describe your topology", "list item")
    await p.find("Topology", "list item", selected=True)
    p.key("ctrl+w")
    await p.ends()


async def test_history_is_compared_and_restored(alone, panel):
    """Who changed what; one change taken back; the whole brought back to what it was."""
    before = (await alone.edge.bus.status())["revision"]
    await alone.edge.oreectl("allowed-domain", "add", "adatum.test", "comment=first")
    await alone.edge.oreectl("allowed-domain", "set", "adatum.test", "comment=second")
    await alone.edge.oreectl("allowed-domain", "add", "litware.test")
    p = await panel(alone, f"--page=history/{before + 2}")
    await p.see(f"Revision {before + 2}")
    await p.see("Allowed domain adatum.test changed")
    await p.see(re.compile("first → second"))
    p.picture("revision")
    await p.press("Take back…", "button")
    await p.see(f"Take back revision {before + 2}?")
    await p.see(re.compile("Nothing that is connected now is cut"))
    await p.click("Take back", "button")
    await p.see(f"Done: this is revision {before + 4} now")
    records = await listed(alone, "allowed-domain")
    assert records["adatum.test"]["comment"] == "first" and "litware.test" in records
    # A double click opens, the newest first.
    await p.click(str(before + 1), "label", count=2)
    await p.see("Allowed domain adatum.test added")
    p.key("alt+Left")
    await p.click(str(before), "label", count=2)
    await p.press("Go back to it…", "button")
    await p.see(f"Go back to revision {before}?")
    await p.click("Go back", "button")
    await p.see(f"Done: this is revision {before + 5} now")
    assert await listed(alone, "allowed-domain") == {}


async def test_the_service_is_killed(alone, panel):
    """kill -9 in the middle of an edit: one banner, nothing typed is lost, and it goes on by itself."""
    p = await panel(alone, "--page=domains/+")
    await p.see("New SIP Federated Domain: Allowed")
    p.type("treyresearch.test")
    await p.fill("Comment", "typed before it died")
    await alone.edge.kill()
    await p.see(re.compile("^The edge service is not running. Showing the last known settings"))
    p.picture("killed")
    # Elsewhere everything is still to be read, and nothing to be changed.
    await alone.edge.bus.stop()
    alone.edge.bus = None
    await alone.start_edge()
    await p.gone(re.compile("^The edge service is not running"), "label", deadline=20)
    await p.find("Commit", "button", sensitive=True, deadline=15)
    assert (await p.find("Comment", "text box")).text() == "typed before it died"
    p.key("ctrl+Return")
    await p.see("Domain treyresearch.test committed")
    assert (await listed(alone, "allowed-domain"))["treyresearch.test"]["comment"] == "typed before it died"
    await alone.edge.oreectl("allowed-domain", "remove", "treyresearch.test")


async def test_ten_thousand_domains(alone, panel):
    """They are there, found, counted and sorted; what it took is said."""
    from lab.bus import Bus  # noqa: F401  (the bus of the fixture carries it)
    count = 10000
    await alone.edge.bus.apply(*(("add", "allowed-domain", f"d{number:05}.example.test", {"comment": f"number {number}"})
                                 for number in range(count)), deadline=120)
    try:
        begin = time.monotonic()
        p = await panel(alone, "--page=domains")
        await p.see(re.compile("^10.?000 domains$"), deadline=60)
        shown = time.monotonic() - begin
        p.picture("ten-thousand")
        begin = time.monotonic()
        p.key("ctrl+f")
        p.type("d09999")
        await p.see("1 of 10000 shown", deadline=30)
        print(f"ten thousand domains: listed {shown:.2f} s after the start, found in {time.monotonic() - begin:.2f} s, "
              f"{p.memory() >> 20} MiB of its own")
        await p.see("d09999.example.test")
        p.key("Escape")
        await p.see(re.compile("^10.?000 domains$"))
        p.key("Escape", "ctrl+a")  # a second time leads into the list
        await p.see(re.compile("^10.?000 selected$"))
        p.key("Delete")
        await p.see(re.compile("^Delete 10.?000 Domains"))
        await p.click("Delete", "button")
        await p.see("No Federated Domains", deadline=120)
    finally:
        if await listed(alone, "allowed-domain"):
            await alone.edge.bus.apply(*(("remove", "allowed-domain", f"d{number:05}.example.test", {})
                                         for number in range(count)), deadline=120)


# --- text that wants to harm ----------------------------------------------------------------------

HOSTILE = [
    "<b>bold</b> <span size='99999'>&amp; &lt;",
    "%s%s%n%d 100% {n} {partner} \\u202e %1$s",
    "\u202etxt.elif\u202c \u2066isolated\u2069 \u200f",
    "a\u0301\u0301\u0301\u0301 \U0001f469\u200d\U0001f469\u200d\U0001f467 \ufffd",
    "'; DROP TABLE domains; -- `$(reboot)`",
]


async def test_hostile_text_is_text(alone, panel):
    """As comments, descriptions and names; in lists, editors, questions, toasts and the history."""
    before = (await alone.edge.bus.status())["revision"]
    taken = []
    for number, text in enumerate(HOSTILE):
        status, _, errors = await alone.edge.run_ctl("allowed-domain", "add", f"h{number}.test", f"comment={text}")
        if status == 0:
            taken.append((number, text))
        else:
            assert "comment" in errors, errors  # refused, and it is said why
    assert taken
    try:
        p = await panel(alone, "--page=domains", "--size=1200x860")
        for number, text in taken:
            await p.see(text)
        p.picture("hostile-list")
        for number, text in taken:
            await p.click(f"h{number}.test", "label", count=2)
            await p.until(lambda root: any(node.text() == text for node in p.match(root, "Comment", "text box")), text)
            p.key("alt+Left")
            await p.see(f"{len(taken)} domains")
        p.key("alt+9")
        await p.click(str(before + taken[0][0] + 1), "label", count=2)
        await p.see(re.compile(re.escape(taken[0][1])))
        p.picture("hostile-revision")
        # What a person types or pastes, of any length.
        p.key("alt+2", "ctrl+f")
        p.type("<i>%s&")
        await p.see("No Results")
        p.key("Escape", "ctrl+n", "Return")
        await p.see("New SIP Federated Domain: Allowed")
        await p.paste("Comment", "<b>x</b>" * 1250)
        await p.until(lambda root: any(node.text_length() == 10000 for node in p.match(root, "Comment", "text box")), "10,000")
        p.picture("hostile-editor")
        await p.see(re.compile("^Correct"))
        await p.find("Commit", "button", sensitive=False)
        p.key("Escape")
        await p.click("Discard")
    finally:
        await alone.edge.oreectl("restore", before)
