# SPDX-License-Identifier: GPL-3.0-or-later
"""From an empty store to the first message that crosses, in windows alone: a real Prosody stands outside, a certification
authority answers requests, a user signs in. The service is started by somebody else, as systemd would."""

import re

import pytest
from conftest import run
from lab import pki
from lab.names import NameServer
from lab.prosody import Prosody
from lab.xmpp_user import XmppUser
from sip_peer import SipUser
from wizard import WORDS, offer, pick, stands
from world import EDGE_ADDRESS, World

# Outside the lab nobody may call a domain below "test." (RFC 6761).
OURS, THEIRS = "contoso.example", "fabrikam.example"
THEIR_ADDRESS = "127.0.0.2"
PASSWORD = "quite a long one"
EN = WORDS["en"]
STEPS = ("1. Describe your topology", "2. Request a certificate", "3. Enable federation")
TABS = ("tab", "radio button", "radio")


class NewMachine:
    """A service that was never configured, names, a partner's server, and the authority that both trust."""

    async def start(self):
        self.world = World(profile="empty")
        directory = self.world.directory
        self.authority = pki.Authority(directory, "public-ca")
        names = NameServer(directory)
        certificate, key = self.authority.issue("partner", [THEIRS])
        self.partner = Prosody(directory / "prosody", THEIRS, names.endpoint, certificate, key, self.authority.certificate,
                               THEIR_ADDRESS)
        self.partner.add_user("juliet", "capulet")
        for name, address, port in ((THEIRS, THEIR_ADDRESS, self.partner.s2s_port), (OURS, EDGE_ADDRESS, 5269)):
            names.host(f"xmpp.{name}", address)
            names.service("xmpp-server", name, f"xmpp.{name}", port)
        self.world.keep(await names.start())
        # What the machine itself brings: a name server, and authorities it trusts.
        self.world.edge.settings["dns", "forwarders"] = names.endpoint
        self.world.edge.settings["tls", "trust-anchors"] = str(self.authority.certificate)
        await self.world.start()
        self.world.keep(await self.partner.start())
        return self

    def sign(self, request):
        """The answer of the authority, beside the request."""
        out, extensions = request.with_suffix(".pem"), request.with_suffix(".ext")
        extensions.write_text("basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n")
        pki._openssl("x509", "-req", "-in", request, "-CA", self.authority.certificate, "-CAkey", self.authority._key,
                     "-CAcreateserial", "-days", "90", "-copy_extensions", "copyall", "-extfile", extensions, "-out", out)
        return out


@pytest.fixture
def new_machine():
    machine = NewMachine()
    try:
        yield run(machine.start())
    finally:
        run(machine.world.stop())


async def home(p, done):
    """Back on the first page, where the steps say which of them are done."""
    p.key("alt+1")
    for number, name in enumerate(STEPS):
        said = "Done" if number < done else "To be done"
        await p.until(lambda root: any(node.description == said for node in p.match(root, name, "list item")), f"{name}: {said}")


async def turn_on(p, name):
    """The switch of this name; shown where it is, or scrolled to."""
    await p.click(name, "switch")
    await p.until(lambda root: any(node.has("checked") for node in p.match(root, name, "switch")), f"{name} on")


async def describe_the_topology(p):
    await home(p, done=0)
    await p.click(STEPS[0], "list item")
    await p.find("Topology", "list item", selected=True)
    await p.click("Global", "label", count=2)
    await p.see("Access Edge service")
    await p.type_into("Internal FQDN", f"edge.{OURS}")
    await p.type_into("Access Edge service (FQDN)", f"sip.{OURS}")
    await p.tab_to("XMPP proxy", "switch")
    p.key("space")
    await p.type_into("XMPP proxy (FQDN)", f"xmpp.{OURS}")
    p.picture("topology")
    p.key("ctrl+Return")
    await p.see(re.compile("committed"))
    await p.click("Our domains", TABS)
    p.key("ctrl+n")
    await p.see("Domain name (required)")
    p.type(OURS)
    p.picture("domain")
    p.key("ctrl+Return")
    await p.see(re.compile("committed"))
    await p.see("1 domain")


async def request(p, usage, path):
    """The wizard, from the panel's button to the file for the authority."""
    await p.press("Request…", "button")
    w = await p.opened("oree-certificate-wizard")
    titles = EN["titles"]
    await stands(w, titles[1])
    await pick(w, usage)
    w.key(EN["next"])
    await stands(w, titles[2])
    w.key(EN["next"])
    await stands(w, titles[3])
    await w.type_into(EN["file"], str(path))
    w.key(EN["next"])
    await stands(w, titles[4])
    w.key(EN["next"])
    await stands(w, titles[5])
    w.key(EN["next"])
    await stands(w, titles[6])
    # It is remembered from the first request to the second.
    if (await w.find(EN["organization"], "text box")).text() != "Contoso":
        await w.type_into(EN["organization"], "Contoso")
    # SIP domains are names for outside.
    for title in titles[7:12] if "External" in usage else titles[7:9] + titles[10:12]:
        w.key(EN["next"])
        await stands(w, title)
    w.picture(f"summary-{path.stem}")
    w.key(EN["generate"])
    await stands(w, titles[12])
    await w.find(EN["next-name"], "button", sensitive=True)
    w.key(EN["next"])
    await stands(w, titles[13])
    w.key(EN["finish"])
    await w.ends()
    await p.see("Pending requests")


async def import_answer(p, name, path):
    """The wizard, from the authority's file to the certificate in force."""
    await p.press("Import…", "button")
    w = await p.opened("oree-certificate-wizard")
    await offer(w, EN, path)
    await stands(w, EN["summary"])
    await w.see(re.compile(EN["fine"]))
    w.key(EN["do-import"])
    await stands(w, EN["imported"])
    w.key(EN["next"])
    await stands(w, EN["usage"])
    w.key(EN["next"])
    await stands(w, EN["assign"])
    await w.see(re.compile(EN["fine"]))
    w.key(EN["do-assign"])
    await stands(w, EN["assigned"])
    w.key(EN["finish"])
    await w.ends()


async def get_certificates(p, machine):
    await home(p, done=1)
    await p.click(STEPS[1], "list item")
    await p.find("Certificates", "list item", selected=True)
    requests = {usage: machine.world.directory / f"{usage}.csr" for usage in ("External", "Internal")}
    for usage, path in requests.items():
        await request(p, f"{usage} Edge certificate", path)
    for usage, path in requests.items():
        await import_answer(p, usage, machine.sign(path))
    p.picture("certificates")


async def enable_federation(p):
    """The two switches that must both be on."""
    await home(p, done=2)
    await p.click(STEPS[2], "list item")
    await p.find("Federation and External Access", "list item", selected=True)
    await p.click("Global", "label", count=2)
    await p.see("Edit Access Edge Configuration")
    await turn_on(p, re.compile("^Enable federation and public IM"))
    p.picture("edge")
    p.key("ctrl+Return")
    await p.see("Access Edge configuration committed")
    await p.click("Policies", TABS)
    await p.click("Global", "label", count=2)
    await p.see("Edit External Access Policy")
    await turn_on(p, re.compile("^Enable communications with federated users"))
    await turn_on(p, re.compile("^Enable communications with XMPP"))
    p.picture("policy")
    p.key("ctrl+Return")
    await p.see("Policy global committed")


async def add_the_partner(p):
    await p.click("XMPP Partners", TABS)
    await p.see("No XMPP Partners")
    p.key("ctrl+n")
    await p.see("New XMPP Federated Partner")
    p.type(THEIRS)
    await p.see(re.compile(rf"^✔ _xmpp-server\._tcp\.{THEIRS}"))
    p.picture("partner")
    p.key("ctrl+Return")
    await p.see(f"Partner {THEIRS} committed")


async def add_a_user(p):
    p.key("alt+8")
    await p.find("Users", "list item", selected=True)
    p.key("ctrl+n")
    await p.see("SIP address (required)")
    p.type(f"sip:alice@{OURS}")
    await p.type_into("Password", PASSWORD)
    await p.until(lambda root: any(node.text_length() == len(PASSWORD) for node in p.match(root, "Password", "text box")),
                  "with the whole password")
    p.picture("user")
    p.key("ctrl+Return")
    await p.see(re.compile("committed"))
    await p.see("1 user")


async def everything_runs(p):
    p.key("alt+3")
    for role in ("Access Edge", "XMPP proxy", "XMPP gateway", "Front end"):
        await p.find(re.compile(f"^{role}, Running, Automatic"), "list item")
    p.key("alt+1")
    await p.see("Everything works as it should")
    await p.gone("First steps", "label")
    p.picture("home")


async def people_talk(p, machine):
    """A word each way, in clients that know nothing of the edge but its address and its authority; the panel shows them."""
    alice = await SipUser(f"sip:alice@{OURS}", PASSWORD, EDGE_ADDRESS, 5061, machine.authority.certificate).start()
    juliet = await XmppUser(f"juliet@{THEIRS}", "capulet", machine.partner.address, machine.partner.c2s_port).start()
    try:
        # The partner is public and unverified, as the form proposes: its people may answer who wrote to them.
        assert await alice.say(f"sip:juliet@{THEIRS}", "to XMPP") in (200, 202)
        await juliet.heard("to XMPP", 60)
        juliet.say(f"alice@{OURS}", "to SIP")
        await alice.heard("to SIP", 60)
        p.key("alt+5")
        await p.see(THEIRS)
        await p.see("✔ Connected")
        p.picture("connections")
    finally:
        await juliet.stop()
        await alice.stop()


async def test_from_nothing_to_a_message(new_machine, panel):
    p = await panel(new_machine.world, "--page=home", "--size=1100x860")
    await describe_the_topology(p)
    await get_certificates(p, new_machine)
    await enable_federation(p)
    await add_the_partner(p)
    await add_a_user(p)
    await everything_runs(p)
    await people_talk(p, new_machine)
