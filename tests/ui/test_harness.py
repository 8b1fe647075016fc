# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness sees, types, clicks, and fails when it should: on a small window of its own."""

import pytest

from conftest import SHOTS, build_directory
from lab.journal import Missed

PROBE = build_directory() / "tests" / "ui" / "probe"


async def test_a_hand_types_and_clicks(program):
    probe = await program(None, "probe", path=PROBE)
    await probe.click("Click me")
    await probe.see("You clicked")
    await probe.fill("Domain", "évêché – société.example")
    assert (await probe.find("Domain", "text box")).text() == "évêché – société.example"
    await probe.fill("Domain", "")
    assert (await probe.find("Domain", "text box")).text() == ""
    switch = await probe.find("Discovery", "switch")
    before = probe.screen.grab().tobytes()
    await probe.click(switch)
    assert probe.screen.grab().tobytes() != before
    await probe.press("Click me")
    probe.key("shift+Tab")
    assert probe.picture("probe").parent.parent == SHOTS
    assert probe.memory() > 1 << 20


async def test_what_is_not_there_is_missed(program):
    probe = await program(None, "probe", path=PROBE)
    with pytest.raises(Missed, match="Click me"):
        await probe.see("You clicked", deadline=0.3)
    with pytest.raises(Missed):
        await probe.find("Never", "button", 0.3, sensitive=True)
    await probe.gone("You clicked")


async def test_a_warning_is_not_forgiven(program):
    probe = await program(None, "probe", path=PROBE)
    await probe.press("Complain")
    await probe.process.lines.wait(lambda line: "as asked" in line)
    with pytest.raises(AssertionError, match="as asked"):
        await probe.stop()
    probe.expected = lambda line: "as asked" in line
