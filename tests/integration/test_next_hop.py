# SPDX-License-Identifier: GPL-3.0-or-later
"""A next hop over plain TCP, by script: what Kamailio over TLS does not show. Its address is all that proves it."""

import asyncio

import pytest
from conftest import run
from lab.journal import Journal
from lab.process import free_port
from sip_peer import parse, token
from sip_users import ALICE, ALICE_JID, JULIET_URI, bare
from world import EDGE_ADDRESS, OUR_DOMAIN, PARTNER_DOMAIN

STRANGER = "127.0.0.9"


class NextHop:
    """Listens, answers every MESSAGE with `status`, and writes to the edge from `source`."""

    def __init__(self, edge_port):
        self.port = free_port(EDGE_ADDRESS)
        self.status = 200
        self.requests = Journal("next hop requests")
        self._edge_port = edge_port
        self._server = None

    async def start(self):
        self._server = await asyncio.start_server(self._serve, EDGE_ADDRESS, self.port)
        return self

    async def stop(self):
        self._server.close()

    async def _serve(self, reader, writer):
        try:
            while True:
                packet = await self._read(reader)
                self.requests.add(packet)
                lines = [f"SIP/2.0 {self.status} As told", *(f"Via: {via}" for via in packet.all("via")),
                         f"From: {packet.get('from')}", f"To: {packet.get('to')};tag={token()}",
                         f"Call-ID: {packet.get('call-id')}", f"CSeq: {packet.get('cseq')}", "Content-Length: 0", "", ""]
                writer.write("\r\n".join(lines).encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    @staticmethod
    async def _read(reader):
        head = await reader.readuntil(b"\r\n\r\n")
        packet = parse(head[:-4], b"")
        packet.body = await reader.readexactly(int(packet.get("content-length", "0")))
        return packet

    async def say(self, sender, to, text, source=EDGE_ADDRESS):
        """The status of a MESSAGE sent to the edge, None when it closed the connection."""
        reader, writer = await asyncio.open_connection(EDGE_ADDRESS, self._edge_port, local_addr=(source, 0))
        body = text.encode()
        lines = [f"MESSAGE {to} SIP/2.0", f"Via: SIP/2.0/TCP {source}:5060;branch=z9hG4bK{token()}", "Max-Forwards: 70",
                 f"From: <{sender}>;tag={token()}", f"To: <{to}>", f"Call-ID: {token()}", "CSeq: 1 MESSAGE",
                 "Content-Type: text/plain;charset=UTF-8", f"Content-Length: {len(body)}", "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        try:
            return (await asyncio.wait_for(self._read(reader), 35)).status
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        finally:
            writer.close()


@pytest.fixture
def hop(lab):
    hop = run(NextHop(lab.sip_port).start())
    run(lab.edge.oreectl("user", "set", ALICE, "home=next-hop"))
    run(lab.edge.oreectl("topology", "set", f"next-hop={EDGE_ADDRESS}:{hop.port};transport=tcp"))
    yield hop
    run(hop.stop())


async def test_messages_both_ways_over_tcp(lab, hop):
    juliet = await lab.xmpp_user("juliet")
    juliet.say(ALICE_JID, "over TCP")
    packet = await hop.requests.wait(lambda one: one.body == b"over TCP", 20)
    assert packet.get("via").startswith("SIP/2.0/TCP ")
    assert bare(packet.uri) == ALICE
    assert await hop.say(ALICE, JULIET_URI, "and back") in (200, 202)
    await juliet.heard("and back", 20)

    hop.status = 603
    assert (await juliet.refused(juliet.say(ALICE_JID, "declined"), 20)).error

    since = lab.edge.bus.events.mark()
    assert await hop.say(ALICE, JULIET_URI, "who am I?", source=STRANGER) is None
    event = await lab.edge.bus.event("sip-peer-refused", since=since)
    assert event["details"]["reason"] == "peer-not-next-hop"

    # A user who is none of ours does not speak through us.
    assert await hop.say(f"sip:mallory@{PARTNER_DOMAIN}", JULIET_URI, "spoofed") in (403, 404)
    assert await hop.say(ALICE, f"sip:bob@{OUR_DOMAIN}", "home") == 404
    await juliet.stop()
