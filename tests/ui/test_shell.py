# SPDX-License-Identifier: GPL-3.0-or-later
"""The window around the pages: keys, tabs, the focus, leaving unsaved changes, what it remembers, wrong options."""

import asyncio
import re

from conftest import build_directory


async def listed(world, kind):
    return {record["id"] for record in await world.edge.oreectl_json(kind, "list")}


async def test_keys_and_tabs(alone, panel):
    p = await panel(alone, "--page=home")
    # The keyboard begins in the navigation, not in the main menu.
    await p.until(lambda root: any(node.has("focused") for node in p.match(root, "Home", "list item")), "with the focus")
    p.key("alt+2")
    await p.see("External Access Policy")
    await p.until(lambda root: any(node.has("focused") for node in
                                   p.match(root, "Federation and External Access", "list item")), "with the focus along")
    for title in ("Access Edge Configuration", "SIP Federated Domains", "SIP Federated Providers",
                  "XMPP Federated Partners", "External Access Policy"):
        p.key("ctrl+Page_Down")
        await p.see(title)
    p.key("ctrl+Page_Up")
    await p.see("XMPP Federated Partners")
    # The keys of the program are shown by one of them, and by the menu.
    p.key("ctrl+question")
    await p.see("Places of the navigation")
    p.picture("shortcuts")
    p.key("Escape")
    await p.gone("Places of the navigation", "label")
    p.key("F10")
    await p.press("Keyboard Shortcuts", "menu item")
    await p.see("Undo the last commit")
    p.key("Escape")


async def test_unsaved_changes_are_asked_for(alone, panel):
    p = await panel(alone, "--page=domains/+")
    await p.see("New SIP Federated Domain: Allowed")
    p.type("unsaved.test")
    # Behind another tab they are kept, and asked for all the same.
    p.key("ctrl+Page_Down")
    await p.see("SIP Federated Providers")
    p.key("alt+1")
    await p.see("Commit the Changes to “unsaved.test”?")
    await p.click("Cancel")
    await p.see("New SIP Federated Domain: Allowed")
    p.key("alt+1")
    await p.see("Commit the Changes to “unsaved.test”?")
    await p.click("Discard")
    await p.find("Home", "list item", selected=True)
    # What was given up is not there again.
    await p.click("Federation and External Access", "list item")
    await p.click("SIP Domains", ("tab", "radio button", "radio"))
    await p.see("No Federated Domains")
    # Closing asks too; what is committed then is stored.
    p.key("ctrl+n")
    await p.press("Blocked domain", "menu item")
    await p.see("New SIP Federated Domain: Blocked")
    p.type("closing.test")
    p.key("ctrl+w")
    await p.see("Commit the Changes to “closing.test”?")
    await p.find("Commit", "button", index=-1, sensitive=True)
    p.key("Return")
    await p.ends()
    assert await listed(alone, "blocked-domain") == {"closing.test"}
    await alone.edge.oreectl("blocked-domain", "remove", "closing.test")


async def test_it_opens_where_it_was_left(alone, panel, tmp_path):
    kept = {"GSETTINGS_BACKEND": "keyfile", "XDG_CONFIG_HOME": str(tmp_path)}
    p = await panel(alone, "--page=services", environment=kept)
    await p.find("Services", "list item", selected=True)
    p.key("ctrl+q")
    await p.ends()
    p = await panel(alone, environment=kept)
    await p.find("Services", "list item", selected=True)
    p.key("ctrl+q")
    await p.ends()


async def test_wrong_options_are_told(alone):
    for words, said in ((["--page=nowhere"], "there is no page “nowhere”. The pages are: home, federation, policies,"),
                        (["--size=wide"], "“wide” is not a size. Example: 1280x800.")):
        child = await asyncio.create_subprocess_exec(
            build_directory() / "panel" / "oree-panel", *words, env=alone.environment() | {"LC_ALL": "C.UTF-8"},
            stderr=asyncio.subprocess.PIPE)
        _, errors = await child.communicate()
        assert said in errors.decode()
        assert child.returncode == 2


async def test_a_picture_without_a_display(alone, tmp_path):
    child = await asyncio.create_subprocess_exec(
        build_directory() / "panel" / "oree-panel", "--page=xmpp", f"--screenshot={tmp_path / 'x.png'}", "--size=900x600",
        env=alone.environment() | {"LC_ALL": "C.UTF-8", "LANGUAGE": "fr"})
    assert await child.wait() == 0
    assert re.match(rb"\x89PNG\r\n\x1a\n.{8}\x00\x00\x03\x84\x00\x00\x02\x58", (tmp_path / "x.png").read_bytes(), re.DOTALL)
