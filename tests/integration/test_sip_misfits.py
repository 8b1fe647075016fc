# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP partners that are not as they should be: Debian's Kamailio, misconfigured in ways administrators know, both ways; servers
that cannot be reached, each with its number of Lync's; those who ask for rest; many requests at once."""

import asyncio
import time

import pytest
from conftest import run
from lab import pki
from lab.journal import until
from sip_partner import SipServer, context
from sip_users import ALICE
from sip_world import LITWARE, PARTNER_ADDRESS, Carol, SipWorld, numbered
from world import EDGE_ADDRESS, OUR_DOMAIN

# Each a Kamailio, or nobody, at sip.DOMAIN.
WRONG, EXPIRED, SERVER_ONLY, MUTE, FULL, LEAVER, SLOW, LOOP = (
    f"{word}.test" for word in ("wrong", "expired", "server-only", "mute", "full", "leaver", "slow", "loop"))
NOWHERE, REFUSES, HOMELESS, CLOSED, PLAIN, RUDE, WIDE, SELF = (
    f"{word}.test" for word in ("nowhere", "refuses", "homeless", "closed", "plain", "rude", "wide", "selfish"))
HOSTED, PROVIDER = "hosted.test", "edge.provider.test"
ALLOWED = (LITWARE, WRONG, EXPIRED, SERVER_ONLY, MUTE, FULL, LEAVER, SLOW, LOOP,
           NOWHERE, REFUSES, HOMELESS, CLOSED, PLAIN, RUDE, WIDE, SELF)


class Misfits(SipWorld):
    second_port = None

    def prepare_names(self, names):
        names.service("sipfederationtls", REFUSES, "", 0)
        names.service("sipfederationtls", HOMELESS, f"sip.{HOMELESS}", 5061)
        names.service("sipfederationtls", WIDE, "sip.elsewhere.test", self.ports[RUDE])
        names.host("sip.elsewhere.test", PARTNER_ADDRESS)
        names.service("sipfederationtls", HOSTED, PROVIDER, 5061)
        names.host(PROVIDER, PARTNER_ADDRESS)
        # Litware has another server, less liked.
        self.second_port = self.ports["second"]
        names.service("sipfederationtls", LITWARE, f"second.{LITWARE}", self.second_port, 1)
        names.host(f"second.{LITWARE}", PARTNER_ADDRESS)


@pytest.fixture(scope="module")
def world():
    world = Misfits()
    try:
        bare = (LITWARE, WRONG, EXPIRED, SERVER_ONLY, MUTE, FULL, LEAVER, SLOW, LOOP, CLOSED, PLAIN, RUDE, SELF, "second")
        run(world.start_sip(domains=bare, allowed=ALLOWED))
        world.alice = run(world.ours("alice"))
        yield world
    finally:
        run(world.stop())


@pytest.fixture
def kamailio(world):
    made = []

    async def make(domain, **options):
        made.append(await world.kamailio(domain, answer_within=None if domain == SLOW else 3, **options))
        return made[-1]
    yield make
    for one in made:
        run(one.stop())


@pytest.fixture
def carol():
    made = []

    async def make(server, domain=None):
        made.append(await Carol(domain or server.domain, server.port).start())
        return made[-1]
    yield make
    for one in made:
        run(one.stop())


# --- Kamailio's misconfigurations ---------------------------------------------------------------


@pytest.mark.parametrize("domain, outside, inside, how", [
    (WRONG, "certificate-name", "certificate-name", {"names": ["sip.other.test"]}),
    (EXPIRED, "expired", "expired", {"start": "20200101000000Z", "end": "20210101000000Z"}),
])
async def test_a_certificate_that_proves_nothing(world, kamailio, carol, domain, outside, inside, how):
    server = await kamailio(domain, **how)
    since = world.edge.bus.events.mark()
    numbered(await world.tell(f"sip:carol@{domain}"), 1010, ErrorType=outside, tls_target=f"sip.{domain}",
             PeerServer=f"sip.{domain}")
    event = await world.edge.bus.event("sip-partner-failed", since=since, partner=domain)
    assert event["details"]["reason"] == outside and event["details"]["detail"] == f"sip.{domain}:{server.port}"
    # And the other way; the partner's people hear that it failed, and nothing of why.
    user = await carol(server)
    response = await user.request("MESSAGE", ALICE, f"<{ALICE}>", headers=["Content-Type: text/plain"], body=b"in")
    assert response.status >= 400 and not response.get("ms-diagnostics")
    await world.edge.bus.event("sip-peer-refused", since=since, reason=inside)


async def test_a_certificate_for_servers_only(world, edge, kamailio, carol):
    server = await kamailio(SERVER_ONLY, usage="serverAuth")
    user, them = await carol(server), f"sip:carol@{SERVER_ONLY}"
    assert await user.say(ALICE, "lenient") == 200 and (await world.tell(them)).status == 200
    since = edge.bus.events.mark()
    await edge.oreectl("allowed-domain", "set", SERVER_ONLY, "client-certificate-usage=strict")
    # What stands is judged anew: as a client it may speak no more, as a server it is what it says.
    await edge.bus.event("sip-partner-closed", since=since, partner=SERVER_ONLY, reason="certificate-usage")
    async def refused():
        return await user.say(ALICE, "strict") == 504  # what went over the connection just closed is lost (408)
    await until(refused, 30, "a refusal")
    await edge.bus.event("message-refused", since=since, reason="certificate-usage")
    assert (await world.tell(them)).status == 200


async def test_no_certificate_of_a_client(world, kamailio, carol):
    server = await kamailio(MUTE, shows=False)
    user, since = await carol(server), world.edge.bus.events.mark()
    assert await user.say(ALICE, "who am I?") in (408, 477, 500, 503, 504)
    await world.edge.bus.event("sip-peer-refused", since=since, reason="no-certificate")
    assert (await world.tell(f"sip:carol@{MUTE}")).status == 200


async def test_it_drops_who_calls(world, kamailio):
    """It accepts, finds that it has room for nobody, and hangs up."""
    server = await kamailio(FULL, misfit=[("enable_tls=yes\n", "enable_tls=yes\ntls_max_connections=0\n")])
    since = world.edge.bus.events.mark()
    numbered(await world.tell(f"sip:carol@{FULL}"), 1047, fqdn=f"sip.{FULL}:{server.port}")
    await world.edge.bus.event("sip-partner-failed", since=since, partner=FULL, reason="handshake-lost")


async def test_it_hangs_up_on_a_request(world, kamailio):
    """It may have taken it: nobody sends it again."""
    await kamailio(LEAVER, misfit=[('loadmodule "pv.so"\n', 'loadmodule "pv.so"\nloadmodule "tcpops.so"\n'),
                                   ("request_route {\n", 'request_route {\n  if (is_method("MESSAGE")) '
                                                         "{ tcp_close_connection(); exit; }\n")])
    before = await world.edge.bus.counters()
    numbered(await world.tell(f"sip:carol@{LEAVER}"), 1007, domain=LEAVER)
    counters = await world.edge.bus.counters()
    assert counters["sip-to-partners"] == before["sip-to-partners"] + 1


async def test_it_answers_slowly(world, kamailio, carol):
    server = await kamailio(SLOW, misfit=[('loadmodule "pv.so"\n', 'loadmodule "pv.so"\nloadmodule "cfgutils.so"\n'),
                                          ("request_route {\n", 'request_route {\n  if (is_method("MESSAGE")) '
                                                                '{ sleep("3"); }\n')])
    await carol(server)
    quick = await world.server(LITWARE)
    began = time.monotonic()
    slow = world.alice.post(f"sip:carol@{SLOW}", "take your time")
    assert (await world.tell(f"sip:carol@{LITWARE}")).status == 200
    assert not slow.done(), "the slow one answered before the quick one"
    assert (await asyncio.wait_for(slow, 20)).status == 200 and time.monotonic() - began >= 3
    await quick.stop()


async def test_its_user_does_not_answer(world, kamailio, carol):
    """Kamailio gives her up with a 408, which is nothing to answer a message with: who waits hears 504."""
    server = await kamailio(LEAVER)
    user = await carol(server)
    user.answer = lambda request: None
    numbered(await world.tell(user.uri, "are you there?"), 1007, domain=LEAVER)
    assert sum(packet.method == "MESSAGE" for packet in user.packets.entries) == 1


@pytest.mark.parametrize("rewrite, reason, status", [("", None, 482), (f'$ru = "{ALICE}";', "own-domain", 403)])
async def test_it_sends_back_what_it_gets(world, kamailio, rewrite, reason, status):
    """It takes its own domain for somebody else's: the same request comes back (RFC 5393: a loop), or one to a user of
    ours, from a user of ours."""
    await kamailio(LOOP, realm="not.loop.test", misfit=[
        ('    if ($var(edge)) {\n      sl_send_reply("403", "Relaying Denied");\n      exit;\n    }\n', rewrite)])
    since, before = world.edge.bus.events.mark(), await world.edge.bus.counters()
    response = await world.tell(f"sip:carol@{LOOP}")
    assert response.status == status
    counters = await world.edge.bus.counters()
    assert counters["sip-to-partners"] == before["sip-to-partners"] + 1
    assert counters["sip-from-partners"] == before["sip-from-partners"]
    if reason:
        await world.edge.bus.event("message-refused", since=since, reason=reason)


# --- servers that cannot be reached ----------------------------------------------------------------


async def fails(world, whom, reason, code, **parameters):
    since = world.edge.bus.events.mark()
    numbered(await world.tell(f"sip:carol@{whom}"), code, **parameters)
    await world.edge.bus.event("sip-partner-failed", since=since, partner=whom, reason=reason)


async def test_dns_names_no_server(world):
    await fails(world, NOWHERE, "no-sip-server", 1008, domain=NOWHERE)
    await fails(world, REFUSES, "no-sip-server", 1008, domain=REFUSES)
    await fails(world, HOMELESS, "no-address", 1014, fqdn=f"sip.{HOMELESS}")
    for language, words in ("C", "gives the server’s name no address"), ("fr", "ne donne aucune adresse au nom"):
        assert words in await world.edge.oreectl("events", language=language)


async def test_nobody_there_or_not_with_tls(world):
    await fails(world, CLOSED, "connect-failed", 1046, fqdn=f"sip.{CLOSED}:{world.ports[CLOSED]}")
    plain = await SipServer(PARTNER_ADDRESS, world.ports[PLAIN], answer=lambda packet: 200).start()

    async def chatter(reader, writer):
        writer.write(b"SIP/2.0 400 Speak up\r\n\r\n")
        await reader.read(1)
        writer.close()
    await plain.stop()
    talks = await asyncio.start_server(chatter, PARTNER_ADDRESS, world.ports[PLAIN])
    await fails(world, PLAIN, "tls-failed", 1047, fqdn=f"sip.{PLAIN}:{world.ports[PLAIN]}")
    talks.close()


async def test_dns_leads_out_of_the_domain(world):
    certificate = world.certificate("sip.elsewhere.test")
    server = await SipServer(PARTNER_ADDRESS, world.ports[RUDE], context(True, *certificate)).start()
    await fails(world, WIDE, "srv-target-outside", 1009, domain=WIDE, fqdn1=f"sip.elsewhere.test:{server.port}")
    await server.stop()


async def test_nobody_vouches_for_it(world):
    certificate = pki.self_signed(world.directory, "selfish", [f"sip.{SELF}"])
    server = await SipServer(PARTNER_ADDRESS, world.ports[SELF], context(True, *certificate)).start()
    await fails(world, SELF, "self-signed", 1010, ErrorType="self-signed", tls_target=f"sip.{SELF}")
    await server.stop()


# --- rest, and many at once ----------------------------------------------------------------------


async def litware(world, *, second=False, answer=lambda packet: 200):
    host = f"second.{LITWARE}" if second else f"sip.{LITWARE}"
    return await SipServer(PARTNER_ADDRESS, world.second_port if second else world.ports[LITWARE],
                           context(True, *world.certificate(host)), answer).start()


async def test_who_asks_for_rest_gets_it(world, edge):
    await edge.oreectl("allowed-domain", "set", LITWARE, "comment=afresh")  # whatever was tried before is forgotten
    to, since = f"sip:carol@{LITWARE}", edge.bus.events.mark()
    first, second = await litware(world, answer=lambda packet: (503, ["Retry-After: 3 (lunch)"])), await litware(world, second=True)
    assert (await world.tell(to)).status == 200
    assert len(first.requests.entries) == 1
    event = await edge.bus.event("sip-partner-failed", since=since, partner=LITWARE, reason="asked-for-rest")
    assert event["details"]["detail"] == f"sip.{LITWARE}:{first.port}"
    # While it rests the other one does all the work; and when that one is tired too, the sender hears at once.
    assert (await world.tell(to)).status == 200 and len(first.requests.entries) == 1
    second.answer = lambda packet: (503, ["Retry-After: 3"])
    numbered(await world.tell(to), 1007, domain=LITWARE)
    numbered(await world.tell(to), 1007, domain=LITWARE)
    assert len(first.requests.entries) == 1 and len(second.requests.entries) == 3
    first.answer = second.answer = lambda packet: 200

    async def again():
        return (await world.tell(to)).status == 200
    await until(again, 20, "it has rested")
    await first.stop()
    await second.stop()


@pytest.mark.parametrize("most", [1, 4])
async def test_many_requests_on_few_connections(world, edge, most):
    await edge.oreectl("access-edge", "set", f"outgoing-tls-count-for-federated-partners={most}")
    server = await litware(world, answer=lambda packet: None)
    asked = [world.alice.post(f"sip:carol@{LITWARE}", world.word()) for _ in range(64 * 5)]
    await until(lambda: server.held == len(asked), 30, "all of them arrived")
    assert server.accepted == most
    server.release()
    assert {(await asyncio.wait_for(one, 20)).status for one in asked} == {200}
    await server.stop()


async def test_a_connection_lent_is_used(world, edge):
    """RFC 5923: with `alias` a partner offers its connection for our requests; without, we look for its server."""
    to = f"sip:bob@{LITWARE}"
    link = await world.link(LITWARE, names=[f"sip.{LITWARE}"])
    assert await link.status("MESSAGE", ALICE, headers=["Content-Type: text/plain"], body=b"mine alone") == 200
    numbered(await world.tell(to), 1046)
    await link.stop()
    link = await world.link(LITWARE, names=[f"sip.{LITWARE}"])
    link.via = ";alias"
    assert await link.status("MESSAGE", ALICE, headers=["Content-Type: text/plain"], body=b"yours too") == 200
    text = world.word()
    assert (await world.tell(to, text)).status == 200
    await link.heard(text)
    await link.stop()


async def test_a_ping_is_answered(world):
    """RFC 5626 4.4.1."""
    shown = context(False, *world.certificate(f"sip.{LITWARE}"))
    reader, writer = await asyncio.open_connection(EDGE_ADDRESS, world.outside_port, ssl=shown)
    writer.write(b"\r\n\r\n")
    assert await asyncio.wait_for(reader.readexactly(2), 30) == b"\r\n"
    writer.close()


@pytest.mark.long
async def test_a_server_that_answered_pings_falls_silent(world, edge):
    await edge.oreectl("allowed-domain", "set", LITWARE, "comment=afresh")
    server = await litware(world)
    assert (await world.tell(f"sip:carol@{LITWARE}")).status == 200
    await until(lambda: server.pings > 0, 130, "a ping")
    since = edge.bus.events.mark()
    server.pongs = False
    await edge.bus.event("sip-partner-closed", 150, since=since, partner=LITWARE, reason="connection-lost")
    await server.stop()


# --- providers ------------------------------------------------------------------------------------


async def test_providers_and_the_default_route(world, edge):
    """With discovery off: as push.lync.com is found at a provider for mobile clients, by its own SRV record and the allow list."""
    server = await SipServer(PARTNER_ADDRESS, 5061, context(True, *world.certificate(PROVIDER))).start()
    hosted, missing = f"sip:carol@{HOSTED}", f"sip:somebody@{OUR_DOMAIN}"
    assert (await world.tell(hosted)).status == 403 and (await world.tell(missing)).status == 404
    await edge.bus.apply(("add", "hosting-provider", "Online", {
        "proxy-fqdn": PROVIDER, "enabled": True, "verification-level": "always-verifiable"}),
        ("add", "allowed-domain", HOSTED, {}))
    assert (await world.tell(hosted)).status == 200
    # Our own domain, of which some are there: whoever is not here.
    assert (await world.tell(missing)).status == 404
    await edge.oreectl("hosting-provider", "set", "Online", "enabled-shared-address-space=true")
    assert (await world.tell(missing)).status == 200
    link = await world.link(OUR_DOMAIN, "somebody", names=[PROVIDER])
    text = world.word()
    assert await link.status("MESSAGE", ALICE, headers=["Content-Type: text/plain"], body=text.encode()) == 200
    packet = (await world.alice.heard(text)).packet
    assert "ms-source-type=AuthorizedServer" in packet.get("ms-edge-proxy-message-trust")
    await link.stop()
    assert [packet.uri for packet in server.requests.entries] == [hosted, missing]
    # One server for everybody.
    shipped = [provider["id"] for provider in (await edge.bus.call("Configuration", "List", "(sa{sv})", "public-provider", {}))[0]]
    await edge.bus.apply(*[("remove", "public-provider", name, {}) for name in shipped],
                         ("remove", "hosting-provider", "Online", {}), ("remove", "allowed-domain", HOSTED, {}),
                         ("set", "access-edge", "global", {"routing-method": "use-default-routing",
                                                           "default-route-fqdn": PROVIDER,
                                                           "verification-level": "always-verifiable"}))
    assert (await world.tell(hosted)).status == 200
    assert (await world.tell(f"sip:x@{NOWHERE}")).status == 200
    assert len(server.requests.entries) == 4
    await server.stop()
