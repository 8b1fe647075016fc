# SPDX-License-Identifier: GPL-3.0-or-later
"""A SIP domain is blocked while its people talk with ours: Debian's Kamailio at litware.test, live connections over mutual TLS.
What a commit will close is said before it closes it; then it is seen to be closed."""

import re

import pytest
from conftest import LONG, run
from lab.journal import until
from sip_peer import SipUser
from sip_world import LITWARE, Carol, SipWorld
from world import EDGE_ADDRESS, OUR_DOMAIN, OUR_PASSWORD

WORDS = {
    "en": {"ask": "Block 1 Domain?", "yes": "Block", "block": "Block…", "action": "Action", "cancel": "Cancel",
           "allow": "Allow…", "ask-allow": "Allow 1 Domain?", "yes-allow": "Allow",
           "blocked": "✖ Blocked", "allowed": "✔ Allowed", "done": "1 domain blocked", "connections": "Connections",
           "closes": {1: "1 connection with a SIP partner is closed.", 2: "2 connections with SIP partners are closed."},
           "event": f"The SIP connection with {LITWARE} was closed"},
    "fr": {"ask": "Bloquer 1 domaine", "yes": "Bloquer", "block": "Bloquer…", "action": "Action", "cancel": "Annuler",
           "allow": "Autoriser…", "ask-allow": "Autoriser 1 domaine", "yes-allow": "Autoriser",
           "blocked": "✖ Bloqué", "allowed": "✔ Autorisé", "done": "1 domaine bloqué", "connections": "Connexions",
           "closes": {1: "1 connexion avec un partenaire SIP est fermée.", 2: "2 connexions avec des partenaires SIP sont fermées."},
           "event": f"La connexion SIP avec {LITWARE} a été fermée"},
}
TABS = ("tab", "radio button", "radio", "toggle button", "button")


@pytest.fixture(scope="module")
def neighbours():
    """Our service with a user, Kamailio at litware.test with carol."""
    world = SipWorld()
    try:
        run(world.start_sip())
        world.litware = world.keep(run(world.kamailio(LITWARE)))
        world.carol = world.keep(run(Carol(LITWARE, world.litware.port).start()))
        world.alice = run(world.ours("alice"))
        yield world
    finally:
        run(world.stop())


async def talk(world):
    """A word each way: each opens a connection of its own."""
    word = world.word()
    assert (await world.tell(f"sip:carol@{LITWARE}", word)).status == 200
    await world.carol.heard(word, 20)
    assert await world.carol.say(f"sip:alice@{OUR_DOMAIN}", word) == 200
    await world.alice.heard(word, 20)


async def none_left(world):
    return await world.connections() == []


@pytest.mark.parametrize("language", ["en", "fr"] if LONG else ["fr"])
async def test_a_domain_is_blocked_while_people_talk(neighbours, panel, language):
    words = WORDS[language]
    await talk(neighbours)
    count = len(await neighbours.connections())
    assert count in (1, 2)
    p = await panel(neighbours, "--page=connections/+connections", language=language)
    await p.see(LITWARE)
    p.key("alt+2")
    await p.find(re.compile("Domaines SIP|SIP Domains"), TABS)
    await p.click(re.compile("Domaines SIP|SIP Domains"), TABS)
    for button in ("cancel", "yes"):
        await p.click(LITWARE, "label")
        await p.click(words["action"], "button")
        await p.press(words["block"], "menu item")
        await p.see(re.compile("^" + re.escape(words["ask"])))
        await p.see(words["closes"][count])
        p.picture(f"block-{language}")
        assert len(await neighbours.connections()) == count
        await p.click(words[button])
    await p.see(words["done"])
    await p.see(words["blocked"])
    await until(lambda: none_left(neighbours), 20, "the end of the connections")
    p.key("alt+5")
    await p.gone(LITWARE, "label")
    p.picture(f"connections-{language}")
    p.key("alt+6")
    await p.see(re.compile(words["event"]))
    assert (await neighbours.tell(f"sip:carol@{LITWARE}")).status == 403
    # Allowed again, they talk again.
    p.key("alt+2")
    await p.click(LITWARE, "label")
    await p.click(words["action"], "button")
    await p.press(words["allow"], "menu item")
    await p.see(re.compile("^" + re.escape(words["ask-allow"])))
    await p.click(words["yes-allow"])
    await p.see(words["allowed"])
    await talk(neighbours)


async def test_who_is_signed_in_is_deleted(neighbours, panel):
    """The question says that the deletion signs somebody out; then it did."""
    bob = await neighbours.ours("bob")
    p = await panel(neighbours, "--page=people")
    await p.click("sip:bob@contoso.test", "label")
    p.key("Delete")
    await p.see("Delete 1 User?")
    await p.see("1 user is signed out.")
    await p.click("Delete")
    await p.see("1 user")
    # The connection that was signed in is no more, and another cannot sign in.
    await until(bob._reading.done, 20, "the end of bob's connection")
    again = SipUser("sip:bob@contoso.test", OUR_PASSWORD, EDGE_ADDRESS, neighbours.sip_port, neighbours.edge_authority)
    await again.start(register=False)
    assert await again.register() == 401
    await again.stop()
