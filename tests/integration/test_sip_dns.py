# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP partners found through DNS that is signed (knot), not signed, forged or silent. Debian's Kamailio is the partner whose
zone is in order; scripted servers stand where forged records lead, and hear nothing. Signatures make DNS believed or not; which
name a certificate has to show they do not change (no TLSA is asked for: RFC 5922 knows none)."""

import asyncio

import pytest
from conftest import run
from lab.journal import until
from lab.knot import Knot
from lab.process import free_port
from sip_partner import SipServer, context
from sip_users import ALICE
from sip_world import EDGE_NAME, LITWARE, PARTNER_ADDRESS, Carol, SipWorld, numbered
from world import EDGE_ADDRESS, OUR_DOMAIN

WIDE = "wide.test"                     # signed, and its server is elsewhere
ELSEWHERE = "sip.elsewhere.test"
SIPS, ADDRESS = "sips.test", "address.test"  # without a record of federation: a general one, and none
DECOY_ADDRESS = "127.0.0.4"            # where forged addresses lead
# Domains of ours besides contoso.test: what their own records say.
OURS = {"tailspin.test": "right", "outside.test": "outside", "astray.test": "elsewhere", "missing.test": "missing",
        "port.test": "port", "without-sip.test": "missing"}

# domain: state of its zone, what is put over it afterwards
ZONES = {
    LITWARE: dict(state="signed"),
    "unsigned.test": dict(state="plain"),
    "expired.test": dict(state="expired"),
    "forged-port.test": dict(state="forged", forge=(r"(SRV\s+0 0 )\d+", r"\g<1>5061")),
    "forged-target.test": dict(state="forged", forge=(r"(SRV\s+0 0 \d+ )sip\S*", r"\g<1>decoy.forged-target.test.")),
    "forged-address.test": dict(state="forged", forge=(r"(^sip\S*\s.*\sA\s+)127\.0\.0\.3", rf"\g<1>{DECOY_ADDRESS}")),
    "stripped.test": dict(state="forged", forge=(r"^.*\sRRSIG\s.*$", "")),  # as from somebody between who signs nothing
    "silent.test": dict(state="refused"),
}
BOGUS = [domain for domain, zone in ZONES.items() if zone["state"] in ("expired", "forged")]


class World(SipWorld):
    async def start_zones(self):
        self.knot = Knot(self.directory)
        ports = {domain: free_port(PARTNER_ADDRESS) for domain in (*ZONES, WIDE, SIPS)}
        for domain, zone in ZONES.items():
            self.knot.zone(domain, [f"_sipfederationtls._tcp SRV 0 0 {ports[domain]} sip", f"sip A {PARTNER_ADDRESS}",
                                    f"decoy A {DECOY_ADDRESS}"], **zone)
        self.knot.zone(WIDE, [f"_sipfederationtls._tcp SRV 0 0 {ports[WIDE]} {ELSEWHERE}."])
        self.knot.zone(SIPS, [f"_sips._tcp SRV 0 0 {ports[SIPS]} sip", f"sip A {PARTNER_ADDRESS}"])
        self.knot.zone(ADDRESS, [f"@ A {PARTNER_ADDRESS}"])
        ports[ADDRESS] = 5061
        self.keep(await self.knot.start())
        self.edge.settings["dns", "trust-anchors"] = str(self.knot.anchors)
        await self.start_sip(domains=(), allowed=(*ZONES, WIDE, SIPS, ADDRESS))
        self.ports.update(ports)
        self.alice = await self.ours("alice")
        return self

    def prepare_names(self, names):
        names.signer = self.knot
        names.host(ELSEWHERE, PARTNER_ADDRESS)
        for domain, says in OURS.items():
            target, port = {"right": (f"sip.{domain}", self.outside_port), "outside": (EDGE_NAME, self.outside_port),
                            "elsewhere": (ELSEWHERE, self.outside_port), "port": (f"sip.{domain}", 443)}.get(says, (None, None))
            if target:
                names.service("sipfederationtls", domain, target, port)
            names.host(f"sip.{domain}", EDGE_ADDRESS)
        names.service("sipfederationtls", "refuses.test", "", 0)
        names.service("sipfederationtls", "homeless.test", "sip.homeless.test", 5061)
        names.service("xmpp-server", "talks.test", "xmpp.talks.test", 5269)
        names.host("xmpp.talks.test", PARTNER_ADDRESS)


@pytest.fixture(scope="module")
def world():
    world = World()
    try:
        run(world.start_zones())
        yield world
    finally:
        run(world.stop())


async def status_of(link, text):
    return await link.status("MESSAGE", ALICE, headers=["Content-Type: text/plain"], body=text.encode())


async def counted(world, before, **expected):
    """Since `before` these counters went up by so much."""
    now = await world.edge.bus.counters()
    steps = {name: now.get(name.replace("_", "-"), 0) - before.get(name.replace("_", "-"), 0) for name in expected}
    assert steps == expected


# --- zones in order --------------------------------------------------------------------------------


async def test_a_partner_whose_zone_is_signed(world):
    """Kamailio, both ways; the name of its server counts because its zone says so."""
    kamailio = await world.kamailio(LITWARE)
    carol = await Carol(LITWARE, kamailio.port).start()
    text = world.word()
    assert (await world.tell(carol.uri, text)).status == 200
    await carol.heard(text)
    text = world.word()
    assert await carol.say(ALICE, text) == 200
    await world.alice.heard(text)
    rows = await world.connections()
    assert {(row["relation"], row["certificate-name"]) for row in rows if row["partner"] == LITWARE} == {
        ("allowed-domain", f"sip.{LITWARE}")}
    await carol.stop()
    await kamailio.stop()


async def test_a_zone_that_is_not_signed_will_do(world):
    domain = "unsigned.test"
    server = await world.server(domain)
    assert (await world.tell(f"sip:bob@{domain}")).status == 200 and server.requests.entries
    link = await world.link(domain, names=[f"sip.{domain}"])
    assert await status_of(link, world.word()) == 200
    await link.stop()


@pytest.mark.parametrize("domain, name", [(SIPS, f"sip.{SIPS}"), (ADDRESS, ADDRESS)])
async def test_a_domain_without_a_record_of_federation(world, domain, name):
    """RFC 3263: SRV of _sips._tcp, else the domain's own addresses at 5061, where nothing but its own name counts."""
    server = await world.server(domain, names=[name])
    assert (await world.tell(f"sip:bob@{domain}")).status == 200 and server.requests.entries
    link = await world.link(domain, names=[name])
    assert await status_of(link, world.word()) == 200
    await link.stop()
    since = world.edge.bus.events.mark()
    link = await world.link(domain, names=[f"other.{domain}"])
    assert await status_of(link, world.word()) == 504
    await world.edge.bus.event("message-refused", since=since, reason="certificate-name")
    await link.stop()
    await server.stop()


# --- zones that lie, or say nothing ------------------------------------------------------------------


@pytest.mark.parametrize("domain", BOGUS)
async def test_forged_dns_leads_nobody_away(world, domain):
    since, before = world.edge.bus.events.mark(), await world.edge.bus.counters()
    # Whoever stands where the true or the false records lead has every certificate one could wish for.
    shown = context(True, *world.certificate(domain, f"sip.{domain}", f"decoy.{domain}"))
    places = [(address, port) for address in (PARTNER_ADDRESS, DECOY_ADDRESS) for port in (world.ports[domain], 5061)]
    servers = [await SipServer(*place, shown).start() for place in places]
    try:
        numbered(await world.tell(f"sip:bob@{domain}"), 1008, domain=domain)
        await world.edge.bus.event("sip-partner-failed", since=since, partner=domain, reason="dns-bogus")
        assert not any(server.accepted for server in servers)
    finally:
        for server in servers:
            await server.stop()
    await counted(world, before, sip_dns_bogus=1, sip_to_partners_failed=1)


@pytest.mark.parametrize("domain, reason", [*((domain, "dns-bogus") for domain in BOGUS if domain != "forged-address.test"),
                                            ("silent.test", "dns-failed")])
async def test_who_comes_from_there_is_not_believed(world, domain, reason):
    """The certificate names a server of the domain's: whether it is the one, DNS would have to say. Who shows the name of the
    domain itself needs no DNS."""
    since, before = world.edge.bus.events.mark(), await world.edge.bus.counters()
    link = await world.link(domain, names=[f"sip.{domain}", f"decoy.{domain}"])
    response = await asyncio.wait_for(link.send("MESSAGE", ALICE, f"<{ALICE}>"), 30)
    assert response.status == 504
    assert not [name for name, _ in response.headers if name.startswith("ms-")] and not response.get("warning")
    await world.edge.bus.event("message-refused", since=since, reason=reason)
    await world.edge.bus.event("sip-peer-refused", since=since, partner=domain, reason=reason)
    await counted(world, before, **{f"refused_{reason.replace('-', '_')}": 1, "sip_federation_refused": 1,
                                    "sip_dns_bogus": int(reason == "dns-bogus")})
    await link.stop()
    link = await world.link(domain)
    assert await status_of(link, world.word()) == 200
    await link.stop()


async def test_dns_that_says_nothing(world):
    since, before = world.edge.bus.events.mark(), await world.edge.bus.counters()
    numbered(await world.tell("sip:bob@silent.test"), 1008, domain="silent.test")
    await world.edge.bus.event("sip-partner-failed", since=since, partner="silent.test", reason="dns-failed")
    await counted(world, before, sip_dns_bogus=0, sip_to_partners_failed=1)


async def test_people_read_why(world):
    """What the tests above left behind is not needed: one of each is made here."""
    for domain in ("expired.test", "silent.test"):
        link = await world.link(domain, names=[f"sip.{domain}"])
        assert await status_of(link, world.word()) == 504
        await link.stop()
    for language, *sentences in (("C", "what its zone did not sign (DNSSEC)", "DNS gave no answer for this domain"),
                                 ("fr", "ce que sa zone n’a pas signé (DNSSEC)", "Le DNS n’a pas répondu pour ce domaine")):
        text = await world.edge.oreectl("events", language=language)
        for sentence in sentences:
            assert sentence in text, (sentence, text)


# --- which name counts, where DNS is signed --------------------------------------------------------


async def test_a_signature_does_not_make_an_outside_server_the_partners(world, edge):
    """Lync's way: the target lies directly in the domain, or it is 1009. RFC 5922's: the certificate names the domain, wherever
    its server is. The record says which."""
    to, place = f"sip:bob@{WIDE}", (PARTNER_ADDRESS, world.ports[WIDE])
    for check, names, outcome in (("either", [ELSEWHERE], 1009), ("srv-target", [ELSEWHERE], 1009),
                                  ("srv-target", [WIDE], 1009), ("domain", [ELSEWHERE], 1010),
                                  ("either", [WIDE], 200), ("domain", [WIDE], 200)):
        # Connections end with the record they stood on; what was tried before is forgotten.
        await edge.bus.apply(("remove", "allowed-domain", WIDE, {}))
        await until(lambda: gone(world, WIDE), 20, "no connection")
        await edge.bus.apply(("add", "allowed-domain", WIDE, {"name-check": check}))
        server = await SipServer(*place, context(True, *world.certificate(*names))).start()
        link = await world.link(WIDE, names=names)
        try:
            response, inward = await world.tell(to), await status_of(link, world.word())
        finally:
            await link.stop()
            await server.stop()
        if outcome == 200:
            assert (response.status, inward) == (200, 200), (check, names)
            continue
        expected = dict(domain=WIDE, fqdn1=f"{ELSEWHERE}:{world.ports[WIDE]}") if outcome == 1009 else dict(PeerServer=ELSEWHERE)
        numbered(response, outcome, **expected)
        assert inward == 504, (check, names)


async def gone(world, domain):
    return not [row for row in await world.connections() if row["partner"] == domain]


# --- what people are told who ask (oreectl servers) -----------------------------------------------

SRV = "_sipfederationtls._tcp"


async def asked(world, *words, status=0):
    """What is said in both languages."""
    said = {}
    for language in ("C", "fr"):
        given, said[language], errors = await world.edge.run_ctl("servers", *words, language=language)
        assert given == status and not errors, (given, said[language], errors)
    return said["C"], said["fr"]


async def test_servers_that_are_found(world):
    place = f"{SRV}.{LITWARE} → sip.{LITWARE}:{world.ports[LITWARE]}\nsip.{LITWARE} → {PARTNER_ADDRESS}\n"
    assert await asked(world, "sip", LITWARE) == (f"✔ {place}", f"✔ {place}")
    found = await world.edge.oreectl_json("servers", "sip", LITWARE)
    assert found == {"question": f"{SRV}.{LITWARE}", "outcome": "ok", "secure": True, "host": f"sip.{LITWARE}", "host-outcome": "ok",
                     "addresses": [PARTNER_ADDRESS],
                     "servers": [{"host": f"sip.{LITWARE}", "port": world.ports[LITWARE], "priority": 0, "weight": 0}]}
    assert not (await world.edge.oreectl_json("servers", "sip", "unsigned.test"))["secure"]
    english, _ = await asked(world, "xmpp", "talks.test")
    assert english == f"✔ _xmpp-server._tcp.talks.test → xmpp.talks.test:5269\nxmpp.talks.test → {PARTNER_ADDRESS}\n"
    english, _ = await asked(world, "sip", "nowhere.test", f"server={ELSEWHERE}")
    assert english == f"✔ {ELSEWHERE} → {PARTNER_ADDRESS}\n"


@pytest.mark.parametrize("kind, domain, english, french", [
    ("sip", "nowhere.test", f"⚠ DNS has no {SRV}.nowhere.test. Enter its Access Edge service, or the domain cannot be reached.",
     f"⚠ Le DNS ne contient pas {SRV}.nowhere.test."),
    ("xmpp", "nowhere.test", "⚠ DNS has no _xmpp-server._tcp.nowhere.test. The domain itself is called, on port 5269.",
     "⚠ Le DNS ne contient pas _xmpp-server._tcp.nowhere.test."),
    ("sip", "homeless.test", "⚠ DNS has no sip.homeless.test.", "⚠ Le DNS ne contient pas sip.homeless.test."),
    ("sip", "refuses.test", f"✖ The domain says in DNS that it offers no such service ({SRV}.refuses.test).", "✖ "),
    ("sip", "silent.test", f"⚠ DNS did not answer for {SRV}.silent.test.", "⚠ Le DNS n’a pas répondu"),
    ("sip", "expired.test", f"✖ The answer for {SRV}.expired.test is wrongly signed and is not used (DNSSEC).", "✖ "),
    ("sip", "forged-address.test", "✖ The answer for sip.forged-address.test is wrongly signed and is not used (DNSSEC).", "✖ "),
], ids=["no-sip", "no-xmpp", "no-address", "refuses", "silent", "bogus", "bogus-address"])
async def test_servers_that_are_not(world, kind, domain, english, french):
    said, french_said = await asked(world, kind, domain, status=6)
    assert said.splitlines()[-1] == english and french_said.splitlines()[-1].startswith(french), (said, french_said)
    assert french_said != said


@pytest.mark.parametrize("domain, status, english, french", [
    (OUR_DOMAIN, 0, "✔ This record is your own and leads to this edge.", "✔ Cet enregistrement est le vôtre et mène à ce serveur Edge."),
    ("tailspin.test", 0, "✔ This record is your own and leads to this edge.", "✔ Cet enregistrement est le vôtre"),
    ("outside.test", 1, "⚠ This record is your own, and partners that are strict refuse a server outside the domain: it should lead "
     "to sip.outside.test:PORT.", "⚠ Cet enregistrement est le vôtre, et les partenaires stricts refusent"),
    ("astray.test", 1, "⚠ This record is your own and leads elsewhere: it should lead to sip.astray.test:PORT.",
     "⚠ Cet enregistrement est le vôtre et mène ailleurs : il devrait mener à sip.astray.test:PORT."),
    ("port.test", 1, "⚠ This record is your own and leads to another port than this edge listens at: it should lead to "
     "sip.port.test:PORT, unless a router in between changes the port.", "⚠ Cet enregistrement est le vôtre et mène à un autre port"),
    ("missing.test", 6, "⚠ This record is your own: without it, partners and the push service of mobile clients do not find you. "
     "It should lead to sip.missing.test:PORT.", "⚠ Cet enregistrement serait le vôtre : sans lui, ni les partenaires"),
], ids=["first", "second", "outside", "elsewhere", "port", "missing"])
async def test_our_own_record(world, edge, domain, status, english, french):
    """Discovery is off here, and mobile clients' push service looks for it all the same."""
    if domain != OUR_DOMAIN:
        await edge.oreectl("sip-domain", "add", domain, "sip=true")
    said, french_said = await asked(world, "sip", domain, status=status)
    port = str(world.outside_port)
    assert said.splitlines()[-1] == english.replace("PORT", port), said
    assert french_said.splitlines()[-1].startswith(french.replace("PORT", port)), french_said
    found = await edge.oreectl_json("servers", "sip", domain) if status == 0 else {"own": "ok"}
    assert found["own"] == "ok"


async def test_our_own_record_where_nobody_needs_it(world, edge):
    await edge.oreectl("sip-domain", "add", "without-sip.test", "sip=false")
    said, _ = await asked(world, "sip", "without-sip.test", status=6)
    assert "your own" not in said
    await edge.oreectl("sip-domain", "add", "missing.test")
    await edge.oreectl("topology", "set", "sip-federation-enabled=false")
    said, _ = await asked(world, "sip", "missing.test", status=6)
    assert said == f"⚠ DNS has no {SRV}.missing.test.\n"
