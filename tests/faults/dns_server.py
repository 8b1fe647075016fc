# SPDX-License-Identifier: GPL-3.0-or-later
"""A name server by script: it knows the hosts and services it is told, and for the names below a domain it can be told
to fail, to be slow, to be silent or to lie."""

import asyncio
import socket
import struct

A, SRV, AAAA, SOA = 1, 33, 28, 6
NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME = 0, 2, 3


def _name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def _read_name(data, at):
    labels = []
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode().lower())
        at += 1 + data[at]
    return ".".join(labels), at + 1


class DnsServer(asyncio.DatagramProtocol):
    """`faults` maps a domain to what is done to the questions for it and what is below: "fail", "silent", "deny",
    "other" (the answer is for another name), ("slow", seconds), ("lie", address)."""

    def __init__(self, address="127.0.0.1"):
        self.address = address
        self.port = None
        self.faults = {}
        self.asked = []
        self._hosts, self._services = {}, {}
        self._transport = None

    @property
    def endpoint(self):
        return f"{self.address}@{self.port}"

    def host(self, name, address):
        self._hosts[name] = address

    def service(self, service, domain, target, port):
        self._services[f"_{service}._tcp.{domain}"] = (target, port)

    async def start(self):
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=(self.address, 0))
        self.port = self._transport.get_extra_info("sockname")[1]
        return self

    async def stop(self):
        if self._transport is not None:
            self._transport.close()

    def _fault(self, name):
        return next((fault for domain, fault in self.faults.items()
                     if name == domain or name.endswith("." + domain)), None)

    def _answer(self, name, kind, lie):
        """(code, records as bytes), without fault."""
        if kind == A and name in self._hosts:
            return NO_ERROR, [(kind, socket.inet_aton(lie or self._hosts[name]))]
        if kind == SRV and name in self._services:
            target, port = self._services[name]
            return NO_ERROR, [(kind, struct.pack("!HHH", 0, 0, port) + _name(target))]
        return NO_ERROR if name in self._hosts or name in self._services else NO_SUCH_NAME, []

    def datagram_received(self, data, peer):
        number, = struct.unpack_from("!H", data)
        name, end = _read_name(data, 12)
        kind, = struct.unpack_from("!H", data, end)
        question = data[12:end + 4]
        self.asked.append((name, kind))
        fault = self._fault(name)
        if fault == "silent":
            return
        word, value = fault if isinstance(fault, tuple) else (fault, None)
        code, records = self._answer(name, kind, value if word == "lie" else None)
        owner = _name("somewhere.else.test") if word == "other" else b"\xc0\x0c"
        if word in ("fail", "deny"):
            code, records = SERVER_FAILURE if word == "fail" else NO_SUCH_NAME, []
        # Nothing is worth remembering: TTL 0, and of what is not there as well.
        answers = b"".join(owner + struct.pack("!HHIH", rr, 1, 0, len(rdata)) + rdata for rr, rdata in records)
        authority = b""
        if not records and code != SERVER_FAILURE:
            rdata = _name("ns.test") + _name("nobody.test") + struct.pack("!IIIII", 1, 1, 1, 1, 0)
            authority = _name("test") + struct.pack("!HHIH", SOA, 1, 0, len(rdata)) + rdata
        reply = struct.pack("!HHHHHH", number, 0x8580 | code, 1, len(records), bool(authority), 0) + question + \
            answers + authority
        if word == "slow":
            asyncio.get_running_loop().call_later(value, self._send, reply, peer)
        else:
            self._send(reply, peer)

    def _send(self, reply, peer):
        if not self._transport.is_closing():
            self._transport.sendto(reply, peer)
