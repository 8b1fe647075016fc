# SPDX-License-Identifier: GPL-3.0-or-later
"""A next hop over TCP that serves presence by script: every way a notifier can end a subscription, and documents no
presence server would write. Kamailio is the one the other tests use."""

import asyncio

from lab.journal import Journal
from lab.process import free_port
from sip_peer import parse, tag, token


class Notifier:
    """Accepts every SUBSCRIBE (`answer` may say otherwise: a status, or a status and headers) and says nothing by itself.
    `subscribes` holds what came, `answers` the final responses to our NOTIFYs."""

    def __init__(self, edge_port, address="127.0.0.1"):
        self.address = address
        self.port = free_port(address)
        self.subscribes = Journal("notifier subscribes")
        self.answers = Journal("notifier answers")
        self.requests = Journal("notifier requests")
        self.answer = lambda packet: 200
        self._edge_port = edge_port
        self._server = None
        self._tags = {}     # call-id → our tag
        self._sequence = 0
        self._writers = set()
        self._edge = None

    async def start(self):
        self._server = await asyncio.start_server(self._serve, self.address, self.port)
        return self

    async def stop(self):
        self._server.close()
        for writer in [*self._writers, *([self._edge] if self._edge else [])]:
            writer.close()

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        await self._read_all(reader, writer)

    async def _read_all(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                head = head[:-4].lstrip(b"\r\n")
                if not head:
                    continue
                packet = parse(head, b"")
                packet.body = await reader.readexactly(int(packet.get("content-length", "0")))
                if packet.status is not None:
                    self.answers.add(packet)
                else:
                    self._on_request(packet, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass

    def _on_request(self, packet, writer):
        status, headers = 200, []
        if packet.method == "SUBSCRIBE":
            status = self.answer(packet)
            if isinstance(status, tuple):
                status, headers = status[0], list(status[1:])
            if status < 300:
                headers = [f"Expires: {packet.get('expires')}", *headers]
        own = self._tags.setdefault(packet.get("call-id"), token())
        to = packet.get("to")
        if tag(to) is None:
            to += f";tag={own}"
        lines = [f"SIP/2.0 {status} As told", *(f"Via: {via}" for via in packet.all("via")), f"From: {packet.get('from')}",
                 f"To: {to}", f"Call-ID: {packet.get('call-id')}", f"CSeq: {packet.get('cseq')}",
                 f"Contact: <sip:notifier@{self.address}:{self.port};transport=tcp>", *headers, "Content-Length: 0", "", ""]
        writer.write("\r\n".join(lines).encode())
        (self.subscribes if packet.method == "SUBSCRIBE" else self.requests).add(packet)

    async def notify(self, subscribe, state, document=None, content_type="application/pidf+xml", headers=()):
        """A NOTIFY in the dialog that `subscribe` began; the status of the answer."""
        if self._edge is None or self._edge.is_closing():
            reader, self._edge = await asyncio.open_connection(self.address, self._edge_port, local_addr=(self.address, 0))
            self._reading = asyncio.ensure_future(self._read_all(reader, self._edge))
        self._sequence += 1
        body = document if isinstance(document, bytes) else (document or "").encode()
        target = subscribe.get("contact").strip("<>").split(">")[0]
        to = subscribe.get("to")
        if tag(to) is None:
            to += f";tag={self._tags[subscribe.get('call-id')]}"
        lines = [f"NOTIFY {target} SIP/2.0",
                 f"Via: SIP/2.0/TCP {self.address}:{self.port};branch=z9hG4bK{token()}", "Max-Forwards: 70",
                 f"From: {to}", f"To: {subscribe.get('from')}", f"Call-ID: {subscribe.get('call-id')}",
                 f"CSeq: {self._sequence} NOTIFY", f"Contact: <sip:notifier@{self.address}:{self.port};transport=tcp>",
                 "Event: presence", f"Subscription-State: {state}", *headers,
                 *([f"Content-Type: {content_type}"] if body else []), f"Content-Length: {len(body)}", "", ""]
        since = self.answers.mark()
        self._edge.write("\r\n".join(lines).encode() + body)
        cseq = f"{self._sequence} NOTIFY"
        answer = await self.answers.wait(lambda packet: packet.get("cseq") == cseq, 10, since, f"answer to {cseq}")
        return answer.status
