# SPDX-License-Identifier: GPL-3.0-or-later
"""A next hop over plain TCP, by script: what Kamailio over TLS does not show. Its address is all that proves it."""

import asyncio

from lab.journal import Journal
from lab.process import free_port
from sip_peer import address, parse, token

ADDRESS = "127.0.0.1"
SDP = ("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
       "m=message 5060 sip null\r\na=accept-types:text/plain\r\n")
AUDIO = SDP.replace("m=message 5060 sip null\r\na=accept-types:text/plain", "m=audio 49170 RTP/AVP 0")


class NextHop:
    """Listens, answers every request with `status` (a number, or a function of the request), and writes to the edge from `source`.
    `sessions`: as a Lync client, it takes messages inside a session alone; `known` holds the Call-IDs of those."""

    def __init__(self, edge_port):
        self.port = free_port(ADDRESS)
        self.status = 200
        self.sessions = False
        self.known = set()
        self.tags = {}
        self.requests = Journal("next hop requests")
        self.answers = Journal("answers on the edge's own connection")
        self._edge_port = edge_port
        self._server = None

    async def start(self):
        self._server = await asyncio.start_server(self._serve, ADDRESS, self.port)
        return self

    async def stop(self):
        self._server.close()

    async def _serve(self, reader, writer):
        try:
            while True:
                packet = await self._read(reader)
                if packet.status is not None:
                    self.answers.add(packet)
                    continue
                self.requests.add(packet)
                status, body = self._outcome(packet)
                if packet.method == "ACK":
                    continue
                tag = "" if ";tag=" in packet.get("to") else f";tag={self.tags.setdefault(packet.get('call-id'), token())}"
                lines = [f"SIP/2.0 {status} As told", *(f"Via: {via}" for via in packet.all("via")),
                         f"From: {packet.get('from')}", f"To: {packet.get('to')}{tag}",
                         f"Call-ID: {packet.get('call-id')}", f"CSeq: {packet.get('cseq')}",
                         f"Contact: <sip:alice@{ADDRESS}:{self.port};transport=tcp>",
                         *(["Content-Type: application/sdp"] if body else []), f"Content-Length: {len(body)}", "", ""]
                writer.write("\r\n".join(lines).encode() + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _outcome(self, packet):
        if not self.sessions:
            return self.status(packet) if callable(self.status) else self.status, b""
        if packet.method == "INVITE" and self.status == 200:
            self.known.add(packet.get("call-id"))
            return 200, SDP.encode()
        if ";tag=" not in packet.get("to"):
            return (405 if packet.method == "MESSAGE" else self.status), b""
        return (200 if packet.get("call-id") in self.known else 481), b""

    @staticmethod
    async def _read(reader):
        head = await reader.readuntil(b"\r\n\r\n")
        packet = parse(head[:-4], b"")
        packet.body = await reader.readexactly(int(packet.get("content-length", "0")))
        return packet

    async def say(self, sender, to, text, source=ADDRESS, method="MESSAGE", content="text/plain;charset=UTF-8"):
        """The status of a MESSAGE sent to the edge, None when it closed the connection."""
        answer = await self.ask(sender, to, text, source, method, content)
        return answer.status if answer else None

    async def ask(self, sender, to, text, source=ADDRESS, method="MESSAGE", content="text/plain;charset=UTF-8"):
        reader, writer = await asyncio.open_connection(ADDRESS, self._edge_port, local_addr=(source, 0))
        writer.write(self._request(sender, to, text, source, method, content))
        try:
            return await asyncio.wait_for(self._read(reader), 35)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        finally:
            writer.close()

    async def drop(self, sender, to, text):
        """Sends a MESSAGE to the edge and is gone."""
        _, writer = await asyncio.open_connection(ADDRESS, self._edge_port)
        writer.write(self._request(sender, to, text, ADDRESS, "MESSAGE", "text/plain"))
        await writer.drain()
        writer.close()

    def _request(self, sender, to, text, source, method, content):
        body = text.encode()
        lines = [f"{method} {to} SIP/2.0", f"Via: SIP/2.0/TCP {source}:5060;branch=z9hG4bK{token()}", "Max-Forwards: 70",
                 f"From: <{sender}>;tag={token()}", f"To: <{to}>", f"Call-ID: {token()}", f"CSeq: 1 {method}",
                 f"Contact: <sip:alice@{source}:{self.port};transport=tcp>", f"Content-Type: {content}",
                 f"Content-Length: {len(body)}", "", ""]
        return "\r\n".join(lines).encode() + body

    async def notify(self, subscribe, sequence, body, state="active;expires=600"):
        """The status that answers a NOTIFY in the dialog of `subscribe`."""
        reader, writer = await asyncio.open_connection(ADDRESS, self._edge_port)
        lines = [f"NOTIFY {address(subscribe.get('contact'))} SIP/2.0", f"Via: SIP/2.0/TCP {ADDRESS}:5060;branch=z9hG4bK{token()}",
                 "Max-Forwards: 70", f"From: {subscribe.get('to')};tag={self.tags[subscribe.get('call-id')]}",
                 f"To: {subscribe.get('from')}", f"Call-ID: {subscribe.get('call-id')}", f"CSeq: {sequence} NOTIFY",
                 f"Contact: <sip:alice@{ADDRESS}:{self.port};transport=tcp>", "Event: presence", f"Subscription-State: {state}",
                 "Content-Type: application/msrtc-event-categories+xml", f"Content-Length: {len(body)}", "", ""]
        writer.write("\r\n".join(lines).encode() + body.encode())
        try:
            return (await asyncio.wait_for(self._read(reader), 10)).status
        finally:
            writer.close()
