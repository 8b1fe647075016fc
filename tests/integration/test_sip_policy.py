# SPDX-License-Identifier: GPL-3.0-or-later
"""External access policies at the edge, cell by cell: who of ours may be reached by, and may reach, SIP partners and
public networks, with what; and what each side is told. Scripted partners and a scripted next hop: each cell is one
request and whether it came through."""

import asyncio
import itertools

import pytest
from conftest import run
from lab.process import free_port
from sip_partner import PartnerLink, SipServer
from sip_world import LITWARE, SipWorld
from world import EDGE_ADDRESS, OUR_DOMAIN

PUBLIC = "public.test"  # a public provider's
SOUND = (b"v=0\r\no=- 1 1 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0\r\n")
MESSAGE, SUBSCRIBE, SESSION, CALL = "MESSAGE", "SUBSCRIBE", "INVITE", "call"

# The policy each user is granted (their name says which), and the flags in it.
POLICIES = {
    "none": [],
    "federation": ["enable-federation-access=true"],
    "public": ["enable-public-cloud-access=true"],
    "publicav": ["enable-public-cloud-access=true", "enable-public-cloud-audio-video-access=true"],
    "all": ["enable-federation-access=true", "enable-public-cloud-access=true", "enable-public-cloud-audio-video-access=true"],
}
# Who passes, and with which code (lync-behaviour 6, 9.3) the others do not.
PASSES = {
    (LITWARE, MESSAGE): {"federation", "all"}, (LITWARE, SUBSCRIBE): {"federation", "all"},
    (LITWARE, SESSION): {"federation", "all"}, (LITWARE, CALL): {"federation", "all"},
    (PUBLIC, MESSAGE): {"public", "publicav", "all"}, (PUBLIC, SUBSCRIBE): {"public", "publicav", "all"},
    (PUBLIC, SESSION): {"public", "publicav", "all"}, (PUBLIC, CALL): {"publicav", "all"},
}
CODES = {LITWARE: 1002, PUBLIC: 1001}


class World(SipWorld):
    async def start_cells(self):
        await self.start_sip(domains=(LITWARE, PUBLIC))
        self.inside = self.keep(await SipServer(EDGE_ADDRESS, free_port(EDGE_ADDRESS)).start())
        edge = self.edge
        await edge.oreectl("topology", "set", f"next-hop={EDGE_ADDRESS}:{self.inside.port};transport=tcp")
        await edge.oreectl("public-provider", "add", "Public", f"proxy-fqdn=sip.{PUBLIC}",
                           "verification-level=always-verifiable", "enabled=true")
        for name, flags in POLICIES.items():
            await edge.oreectl("external-access-policy", "add", f"tag-{name}", *flags)
            await edge.oreectl("user", "add", f"{name}@{OUR_DOMAIN}", "home=next-hop", f"external-access-policy=tag-{name}")
        self.ports[PUBLIC] = 5061  # a server that a record names is called there
        self.outside = {domain: await self.server(domain, names=[f"sip.{domain}"]) for domain in (LITWARE, PUBLIC)}
        self.links = {domain: self.keep(await self.link(domain, names=[f"sip.{domain}"])) for domain in (LITWARE, PUBLIC)}
        self.next_hop = self.keep(await PartnerLink(f"sip:x@{OUR_DOMAIN}", EDGE_ADDRESS, self.sip_port, None).connect())
        return self


@pytest.fixture(scope="module")
def world():
    world = World()
    try:
        run(world.start_cells())
        yield world
    finally:
        run(world.stop())


async def ask(link, sender, kind, to):
    """The final response to a request of `kind`."""
    link.uri = sender
    method = "INVITE" if kind == CALL else kind
    body = SOUND if kind == CALL else b""
    headers = {SUBSCRIBE: ["Event: presence", "Expires: 60"], CALL: ["Content-Type: application/sdp"]}.get(kind, [])
    contact = ["Contact: <sip:x@192.0.2.5:5061>"] if kind != MESSAGE else []
    response = await asyncio.wait_for(link.send(method, to, f"<{to}>", headers=headers + contact, body=body), 20)
    return response


def came(server, response):
    return any(packet.get("call-id") == response.get("call-id") for packet in server.requests.entries)


CELLS = list(itertools.product(POLICIES, (LITWARE, PUBLIC), (MESSAGE, SUBSCRIBE, SESSION, CALL)))


@pytest.mark.parametrize("name, domain, kind", CELLS)
async def test_inward(world, name, domain, kind):
    response = await ask(world.links[domain], f"sip:bob@{domain}", kind, f"sip:{name}@{OUR_DOMAIN}")
    if name in PASSES[domain, kind]:
        assert response.status == 200 and came(world.inside, response)
        return
    # Which policy our user has is nobody's business outside.
    assert response.status == 403 and not came(world.inside, response)
    assert not [header for header, _ in response.headers if header.startswith("ms-") or header == "warning"]


@pytest.mark.parametrize("name, domain, kind", CELLS)
async def test_outward(world, name, domain, kind):
    response = await ask(world.next_hop, f"sip:{name}@{OUR_DOMAIN}", kind, f"sip:bob@{domain}")
    if name in PASSES[domain, kind]:
        assert response.status == 200 and came(world.outside[domain], response)
        return
    assert response.status == 403 and not came(world.outside[domain], response)
    assert response.get("ms-diagnostics").startswith(f"{CODES[domain]};reason=\"From URI not authorized"), response
    assert response.get("ms-edge-proxy-message-trust").startswith("ms-source-type=EdgeProxyGenerated;")


async def test_a_change_of_policy_counts_at_once(world):
    edge, bob = world.edge, f"sip:bob@{LITWARE}"
    await edge.oreectl("user", "set", f"none@{OUR_DOMAIN}", "external-access-policy=tag-all")
    assert (await ask(world.next_hop, f"sip:none@{OUR_DOMAIN}", MESSAGE, bob)).status == 200
    await edge.oreectl("user", "set", f"none@{OUR_DOMAIN}", "external-access-policy=tag-none")
    assert (await ask(world.next_hop, f"sip:none@{OUR_DOMAIN}", MESSAGE, bob)).status == 403


@pytest.mark.parametrize("switch, code", [("allow-federated-users", 1012)])
async def test_the_organisations_switch_is_above_all(world, switch, code):
    await world.edge.oreectl("access-edge", "set", f"{switch}=false")
    try:
        response = await ask(world.next_hop, f"sip:all@{OUR_DOMAIN}", MESSAGE, f"sip:bob@{LITWARE}")
        assert response.status == 403 and response.get("ms-diagnostics").startswith(f"{code};")
        response = await ask(await fresh(world), f"sip:bob@{LITWARE}", MESSAGE, f"sip:all@{OUR_DOMAIN}")
        assert response.status == 403 and not response.get("ms-diagnostics")
    finally:
        await world.edge.oreectl("access-edge", "set", f"{switch}=true")


async def fresh(world):
    return world.keep(await world.link(LITWARE))


@pytest.mark.parametrize("method, status, code", [("REFER", 405, 1027), ("REGISTER", 405, None), ("UNHEARD", 405, 1027)])
async def test_what_does_not_cross(world, method, status, code):
    """And the answer says what does (RFC 3261 21.4.6)."""
    to = f"sip:all@{OUR_DOMAIN}"
    link = await fresh(world)
    response = await asyncio.wait_for(link.send(method, to, f"<{to}>"), 20)
    assert response.status == status and "MESSAGE" in response.get("allow")
    if code is not None:
        assert response.get("ms-diagnostics-public").startswith(f"{code};")
        assert "source" not in response.get("ms-diagnostics-public") and not response.get("ms-diagnostics")


@pytest.mark.parametrize("to, status", [(f"sip:bob@{PUBLIC}", 404), (f"sip:bob@{LITWARE}", 404), ("sip:bob@nowhere.test", 404),
                                        (f"sip:bob@sip.{OUR_DOMAIN}", 404)])
async def test_no_open_relay(world, to, status):
    """Partners do not meet each other, nor themselves, through us; neither Request-URI nor To leads outside."""
    response = await ask(await fresh(world), f"sip:bob@{LITWARE}", MESSAGE, to)
    assert response.status == status
    for server in (*world.outside.values(), world.inside):
        assert not came(server, response)


async def test_the_inside_speaks_for_its_own(world):
    """The next hop is believed for our domains and for no other."""
    for sender in (f"sip:x@{PUBLIC}", f"sip:x@{LITWARE}", "sip:x@nowhere.test"):
        response = await ask(world.next_hop, sender, MESSAGE, f"sip:bob@{LITWARE}")
        assert response.status in (403, 404) and not came(world.outside[LITWARE], response), sender
