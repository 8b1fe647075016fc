# SPDX-License-Identifier: GPL-3.0-or-later
"""Journeys with a partner who is there: Debian's Prosody at fabrikam.test, and streams that live while the administrator
acts. A6, the rest of A7, A11, blocking, granting a policy."""

import re

import pytest
from conftest import run
from lab.journal import until
from lab.process import free_port
from sip_users import ALICE_JID, JULIET_URI, both_ways, sip_user
from world import OUR_DOMAIN, PARTNER_DOMAIN


@pytest.fixture
def talking(lab, undo):
    """Two people, and the streams a word in each direction opened."""
    alice, juliet = run(sip_user(lab, "alice")), run(lab.xmpp_user("juliet"))
    run(both_ways(juliet, alice, "before"))
    yield alice, juliet
    run(juliet.stop())
    run(alice.stop())


async def streams(world):
    return [row for row in await world.edge.oreectl_json("connections") if row["protocol"] == "xmpp" and row["state"] == "ready"]


async def no_streams(world):
    async def look():
        return await streams(world) == []
    await until(look, 30, "every stream closed")


async def test_federation_is_disabled_while_people_talk(lab, talking, panel):
    """A6."""
    open_now = len(await streams(lab))
    assert open_now > 0
    p = await panel(lab, "--page=edge/global")
    await p.see("Edit Access Edge Configuration")
    switch = await p.click(re.compile("^Enable federation and public IM"), "switch")
    await p.until(lambda root: not next(p.match(root, switch.name, "switch")).has("checked"), "off")
    closed = re.compile(rf"\b{open_now} open streams? (?:is|are) closed")
    p.key("ctrl+Return")
    await p.see("Commit the Changes?")
    await p.see(closed)
    p.picture("disable-federation")
    p.key("Escape")
    await p.gone("Commit the Changes?", "label")
    assert len(await streams(lab)) == open_now
    p.key("ctrl+Return")
    await p.see(closed)
    await p.click("Commit", "button")
    await p.see("Access Edge configuration committed")
    await no_streams(lab)
    p.key("alt+5")
    await p.find("Connections", ("tab", "radio button", "radio", "toggle button", "button"))
    await p.click("Connections", ("tab", "radio button", "radio", "toggle button", "button"))
    await p.gone(PARTNER_DOMAIN, "label")


async def test_going_back_says_what_it_closes(lab, talking, panel):
    """The history's question, before anything is done."""
    open_now, now = len(await streams(lab)), (await lab.edge.bus.status())["revision"]
    assert open_now > 0
    added = next(row["revision"] for row in await lab.edge.oreectl_json("history")
                 if any(change["kind"] == "xmpp-partner" and change["operation"] == "add" for change in row["changes"]))
    p = await panel(lab, f"--page=history/{added}")
    await p.press("Take back…", "button")
    await p.see(f"Take back revision {added}?")
    await p.see(re.compile(rf"\b{open_now} open streams? (?:is|are) closed"))
    p.key("Escape")
    await p.gone(f"Take back revision {added}?", "label")
    assert len(await streams(lab)) == open_now and (await lab.edge.bus.status())["revision"] == now


async def test_the_list_says_who_is_connected(lab, talking, panel):
    """The state column follows what happens, unasked."""
    p = await panel(lab, "--page=xmpp")
    await p.see("✔ Connected")
    await lab.partner.stop()
    await p.gone("✔ Connected", "label")
    await p.see(re.compile("^(– Idle|✖ Failing)$"))
    await lab.partner.start()
    await p.click(PARTNER_DOMAIN, "label")
    await p.click("Action", "button")
    await p.press("Show connections", "menu item")
    await p.see("Open partner")


async def test_dns_speaks_while_one_types(lab, undo, panel):
    """The effect of what is typed: the servers the edge would call; what is missing, said before the commit."""
    p = await panel(lab, f"--page=xmpp/{PARTNER_DOMAIN}")
    await p.see(re.compile(rf"✔ _xmpp-server\._tcp\.{PARTNER_DOMAIN} → xmpp\.{PARTNER_DOMAIN}:{lab.partner.s2s_port}\n"
                           rf"xmpp\.{PARTNER_DOMAIN} → 127\."))
    p.key("alt+Left")
    await p.see("1 partner")
    await p.click("SIP Domains", ("tab", "radio button", "radio"))
    await p.see("No Federated Domains")
    p.key("ctrl+n")
    await p.press("Allowed domain", "menu item")
    await p.see("What DNS says of the domain appears here.")
    await p.fill("Domain name (or FQDN) (required)", "nowhere.test")
    await p.see("⚠ DNS has no _sipfederationtls._tcp.nowhere.test. Enter its Access Edge service, or the domain cannot be reached.")
    # It is no obstacle.
    await p.find("Commit", "button", sensitive=True)
    await p.fill("Access Edge service (FQDN)", f"xmpp.{PARTNER_DOMAIN}")
    await p.see(re.compile(rf"^✔ xmpp\.{PARTNER_DOMAIN} → 127\."))
    await p.fill("Access Edge service (FQDN)", "gone.test")
    await p.see("⚠ DNS has no gone.test.")
    p.picture("dns")


@pytest.mark.parametrize("language, concern, show, title, missing, waits", [
    ("en", f"Partners may not find {OUR_DOMAIN}", "Show", "SIP addresses", f"⚠ DNS has no _sipfederationtls._tcp.{OUR_DOMAIN}.\n⚠ This record is your own: without it, partners and the "
     "push service of mobile clients do not find you. It should lead to sip.contoso.test:PORT.", "What DNS says of the domain appears here."),
    ("fr", f"Des partenaires risquent de ne pas trouver {OUR_DOMAIN}", "Afficher", "Adresses SIP", f"⚠ Le DNS ne contient pas _sipfederationtls._tcp.{OUR_DOMAIN}.\n⚠ Cet enregistrement serait le vôtre : sans lui, "
     "ni les partenaires ni le service de notification des clients mobiles ne vous trouvent. Il devrait mener à sip.contoso.test:PORT.",
     "Ce que le DNS dit du domaine s’affiche ici."),
], ids=["en", "fr"])
async def test_dns_speaks_of_our_own_domain(lab, undo, panel, language, concern, show, title, missing, waits):
    """Whether partners find us is said at once, and where our domains are."""
    port = free_port("127.0.0.1")
    await lab.edge.oreectl("topology", "set", "sip-federation-enabled=true", f"access-edge-external-port={port}")
    p = await panel(lab, "--page=home", language=language)
    await p.see(concern)
    await p.see(re.compile(rf"^_sipfederationtls\._tcp\.{OUR_DOMAIN}\n"))
    p.picture(f"own-domain-home-{language}")
    await p.click(show, "button")
    await p.see(missing.replace("PORT", str(port)))
    p.picture(f"own-domain-{language}")
    # Nobody looks for a domain without SIP addresses.
    await p.click(re.compile(f"^{title}"), "switch")
    await p.see(waits)


async def test_a_partner_is_deleted_and_comes_back(lab, talking, panel):
    """What lives with a partner ends with the record; taking that back lets people talk again."""
    alice, juliet = talking
    p = await panel(lab, "--page=xmpp")
    await p.click(PARTNER_DOMAIN, "label")
    p.key("Delete")
    await p.see("Delete 1 Partner?")
    await p.see(re.compile("open streams? (?:is|are) closed"))
    await p.click("Delete")
    await no_streams(lab)
    await p.see("No XMPP Partners")
    assert await alice.say(JULIET_URI, "are you there?") == 403
    await p.click("Undo")
    await p.see(PARTNER_DOMAIN)
    await both_ways(juliet, alice, "again")


async def test_a_role_is_drained_while_people_talk(lab, talking, panel):
    """A7: the last stream ends, then the role stops; it is started again, and people talk."""
    alice, juliet = talking
    p = await panel(lab, "--page=services/xmpp-proxy")
    await p.find(re.compile("^XMPP proxy, Running"), "list item", selected=True)
    await p.click("Stop…")
    await p.see("Stop XMPP proxy?")
    await p.find(re.compile("^Finish current"), ("checkbox", "radio button", "check box"))
    await p.find(re.compile(r"^Stop now: \d+ connections? will be cut"), ("checkbox", "radio button", "check box"))
    p.picture("stop-with-streams")
    await p.click("Cancel")
    await p.click("Drain…")
    await p.see("Drain XMPP proxy?")
    await p.click("Drain")
    await p.find(re.compile("^XMPP proxy, (Draining|Stopping|Stopped)"), "list item")
    await lab.partner.stop()
    await p.find(re.compile("^XMPP proxy, Stopped"), "list item", deadline=20)
    await lab.partner.start()
    await p.click("Start")
    await p.find(re.compile("^XMPP proxy, Running"), "list item")
    again = await lab.xmpp_user("juliet")
    await both_ways(again, alice, "after")
    await again.stop()


async def test_a_policy_is_granted(lab, talking, panel):
    """A policy that allows nothing, granted to one user: who watched her sees her go; taken away, she is back."""
    alice, juliet = talking
    await lab.edge.oreectl("external-access-policy", "add", "Nobody", "enable-federation-access=false")
    p = await panel(lab, "--page=users")
    await p.click("sip:alice@contoso.test", "label")
    await p.click("Action", "button")
    await p.press("Grant policy…", "menu item")
    await p.see("Grant a Policy to 1 User")
    await p.choose("External access policy", 1)
    await p.click("Grant")
    await p.see("Policy granted to 1 user")
    assert (await lab.edge.oreectl_json("user", "show", "sip:alice@contoso.test"))["external-access-policy"] == "Nobody"
    assert await alice.say(JULIET_URI, "shall I?") == 403
    juliet.say(ALICE_JID, "and I?")
    await p.click("Undo")
    await p.see("Undone")
    await both_ways(juliet, alice, "allowed again")


async def test_a_partner_that_fails_is_explained(lab, undo, panel):
    """A11: a server without TLS where the record requires it; what is wrong is said, with the way to the record; with TLS
    optional it works; the log has both."""
    alice = await sip_user(lab, "alice")
    await lab.partner.stop()
    # The module that encrypts is not loaded.
    config = lab.partner.directory / "prosody.cfg.lua"
    original = lab.partner._write_config

    def without_tls():
        path = original()
        path.write_text(path.read_text().replace('"saslauth", "tls", ', '"saslauth", '))
        return path
    lab.partner._write_config = without_tls
    lab.partner.encryption, lab.partner.secure_auth = False, False
    try:
        await lab.partner.start()
        assert await alice.say(JULIET_URI, "hello?") not in (200, 202)
        p = await panel(lab, "--page=home", "--size=1200x860")
        await p.see(f"No connection with {PARTNER_DOMAIN}", deadline=15)
        p.picture("home-failing")
        await p.click("Show", "button")
        await p.see("✖ Failing")
        await p.see(re.compile("TLS"))
        p.picture("partner-failing")
        await p.press("Open partner", "button")
        await p.see("Edit XMPP Federated Partner")
        await p.click("Partner type (required)", "label", button=5, count=8)  # the wheel
        await p.choose("TLS negotiation", 1)
        await p.see("⚠ SASL over TLS, TLS dialback, TCP dialback (unencrypted)")
        await p.see("Nothing that is connected now is cut.")
        p.key("ctrl+Return")
        await p.see(f"Partner {PARTNER_DOMAIN} committed", deadline=10)
        assert await alice.say(JULIET_URI, "hello!") in (200, 202)
        p.key("alt+5")
        await p.see("✔ Connected", deadline=15)
        p.key("alt+6")
        await p.see(re.compile(f"{PARTNER_DOMAIN}.*(encrypt|TLS)"))
        await p.choose("Level", 2)
        await p.see(re.compile(f"{PARTNER_DOMAIN}.*(encrypt|TLS)"))
        p.picture("events-warnings")
    finally:
        await alice.stop()
        lab.partner._write_config = original
        assert config.exists()
        await lab.partner.restart(encryption=True, secure_auth=True)


async def from_the_list(p, entry):
    """A command on the partner, from the menu."""
    await p.click(PARTNER_DOMAIN, "label")
    await p.click("Action", "button")
    await p.press(entry, "menu item")


async def test_a_connection_is_tested(lab, undo, panel):
    """Nothing stands, nothing is to be sent: names, connection, TLS and proof are tried and told; of a server that is not
    there, that. oreectl says the same, in French."""
    await lab.edge.oreectl("reset", PARTNER_DOMAIN)
    await no_streams(lab)
    p = await panel(lab, "--page=xmpp", "--size=1100x760")
    await from_the_list(p, "Test connection…")
    await p.see(f"The Connection with “{PARTNER_DOMAIN}” Works")
    at = re.escape(f"{lab.partner.address}:{lab.partner.s2s_port}")
    await p.see(re.compile(rf"✔ _xmpp-server\._tcp\.{PARTNER_DOMAIN} → .*\n(.*\n)*✔ {PARTNER_DOMAIN} was reached at {at}: SASL over TLS\.\n"
                           rf"Its certificate names {PARTNER_DOMAIN}\."))
    p.picture("tested")
    p.key("Escape")
    standing = await streams(lab)
    assert any(row["direction"] == "out" for row in standing), standing
    # It stands now; looking does not make another.
    said = await lab.edge.oreectl("test", PARTNER_DOMAIN, language="fr")
    assert f"✔ {PARTNER_DOMAIN} est connecté à " in said, said
    assert [row["since"] for row in await streams(lab) if row["direction"] == "out"] == \
        [row["since"] for row in standing if row["direction"] == "out"]
    await lab.partner.stop()
    try:
        await no_streams(lab)
        for _ in range(2):  # the second time a back-off stands in the way, which is not waited for
            await from_the_list(p, "Test connection…")
            await p.see(f"There Is No Connection with “{PARTNER_DOMAIN}”")
            await p.see(re.compile(rf"✖ {PARTNER_DOMAIN} is not reached\. No connection could be made\."))
            p.picture("test-failed")
            p.key("Escape")
            await p.gone(f"There Is No Connection with “{PARTNER_DOMAIN}”", "label")
        status, said, _ = await lab.edge.run_ctl("test", PARTNER_DOMAIN, language="fr")
        assert status == 1 and f"✖ {PARTNER_DOMAIN} est injoignable." in said, said
    finally:
        await lab.partner.start()
    status, _, errors = await lab.edge.run_ctl("test", "stranger.test")
    assert status == 6, errors


async def test_connections_are_reset(lab, talking, panel):
    """The question says how many close; people who talk on notice nothing."""
    alice, juliet = talking
    before = await streams(lab)
    p = await panel(lab, "--page=xmpp")
    await p.see("✔ Connected")
    await from_the_list(p, "Reset connections…")
    await p.see(f"Reset the Connections with “{PARTNER_DOMAIN}”?")
    closes = re.compile(rf"^{len(before)} open streams? (?:is|are) closed\.")
    await p.see(closes)
    p.picture("reset")
    since = lab.edge.bus.events.mark()
    await p.click("Reset", "button")
    await lab.edge.bus.event("stream-closed", partner=PARTNER_DOMAIN, reason="reset", since=since)
    await both_ways(juliet, alice, "anew")
    after = await streams(lab)
    assert not {row["since"] for row in before} & {row["since"] for row in after}, (before, after)
