# SPDX-License-Identifier: GPL-3.0-or-later
"""A SIP user agent by script, over TLS: for volume, and for faults that no packaged client makes on request.
baresip is the client the other tests use."""

import asyncio
import hashlib
import os
import re
import ssl
from dataclasses import dataclass, field
from xml.etree import ElementTree

from lab.journal import Journal, until

LISTS = {"via", "record-route", "route", "contact"}
COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length",
           "c": "content-type", "o": "event", "s": "subject", "k": "supported", "u": "allow-events"}
PIDF = "{urn:ietf:params:xml:ns:pidf}"


@dataclass
class Packet:
    """A request (method, uri) or a response (status)."""
    first: str
    headers: list = field(default_factory=list)  # (lower-case name, value), in order
    body: bytes = b""

    @property
    def status(self):
        return int(self.first.split(" ", 2)[1]) if self.first.startswith("SIP/2.0 ") else None

    @property
    def method(self):
        return self.get("cseq").split()[1]

    @property
    def uri(self):
        return self.first.split(" ")[1]

    def get(self, name, default=""):
        return next((value for key, value in self.headers if key == name), default)

    def all(self, name):
        return [value for key, value in self.headers if key == name]

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")


def parse(head, body):
    lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "surrogateescape")).split("\r\n")
    packet = Packet(lines[0], body=body)
    for line in lines[1:]:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        packet.headers.append((COMPACT.get(name, name), value.strip()))
    return packet


def address(value):
    """The URI in a From, To or Contact."""
    inside = re.search(r"<([^>]*)>", value)
    return inside.group(1) if inside else value.split(";")[0].strip()


def tag(value):
    found = re.search(r";\s*tag\s*=\s*([^;\s]+)", value)
    return found.group(1) if found else None


def token():
    return os.urandom(8).hex()


@dataclass
class Message:
    sender: str
    text: str
    subject: str
    content_type: str
    packet: Packet


@dataclass
class Notify:
    presentity: str
    state: str       # active, pending, terminated
    reason: str
    basic: str       # open, closed, "" without a document
    note: str
    packet: Packet


class Subscription:
    def __init__(self, user, to, call_id, local_tag):
        self.user = user
        self.to = to
        self.call_id = call_id
        self.local = local_tag
        self.remote_to = f"<{to}>"
        self.target = to
        self.routes = []
        self.sequence = 0
        self.status = None
        self.package, self.type = "presence", "application/pidf+xml"


class SipUser:
    """`answer` decides what an incoming request gets: a status, or None for silence; default 200."""

    def __init__(self, uri, password, host, port, ca, user=None):
        self.uri = uri
        self.user, self.domain = uri.removeprefix("sip:").split("@")
        self._password = password
        self._endpoint = (host, port)
        self._ca = ca
        self.messages = Journal(f"{uri} messages")
        self.notifies = Journal(f"{uri} notifies")
        self.answer = lambda request: 200
        self.moved = ""          # where a 301 sends to
        self.via = ""            # more parameters of Via
        self.display = ""        # display name of From, quoted where it must be
        self._pending = {}       # branch → (future, packet)
        self._subscriptions = {}  # call-id → Subscription
        self._challenge = None
        self._count = 0
        self._sequence = 0
        self._register_call = token()
        self.former = []  # contacts of connections before this one, signed out with the next REGISTER
        self._etag = None
        self._writer = None
        self._reading = None
        self.up = False          # signed in, as far as it knows

    async def start(self, register=True):
        await self.connect()
        if register:
            status = await self.register()
            assert status == 200, f"{self.uri}: REGISTER answered {status}"
        self.up = True
        return self

    async def connect(self):
        context = ssl.create_default_context(cafile=str(self._ca))
        context.check_hostname = False
        reader, self._writer = await asyncio.open_connection(*self._endpoint, ssl=context)
        self._local = "%s:%d" % self._writer.get_extra_info("sockname")[:2]
        self._reading = asyncio.ensure_future(self._read(reader))
        return self

    @property
    def contact(self):
        return f"<sip:{self.user}@{self._local};transport=tls>"

    async def _read(self, reader):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                head = head[:-4].lstrip(b"\r\n")
                if not head:
                    continue
                length = re.search(rb"^(?:content-length|l)\s*:\s*(\d+)", head, re.IGNORECASE | re.MULTILINE)
                body = await reader.readexactly(int(length.group(1))) if length else b""
                self._on_packet(parse(head, body))
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            for future, _ in self._pending.values():
                if not future.done():
                    future.set_result(None)
            self._pending.clear()

    def _on_packet(self, packet):
        if packet.status is not None:
            branch = re.search(r"branch=([^;\s,]+)", packet.get("via"))
            entry = self._pending.get(branch.group(1)) if branch else None
            if entry and packet.status >= 200:
                del self._pending[branch.group(1)]
                if not entry[0].done():
                    entry[0].set_result(packet)
            return
        status = self.answer(packet)
        if packet.method == "NOTIFY" and packet.get("call-id") not in self._subscriptions:
            status = 481
        if packet.method == "MESSAGE" and status == 200:
            self.messages.add(Message(address(packet.get("from")), packet.text, packet.get("subject"),
                                      packet.get("content-type"), packet))
        if packet.method == "NOTIFY" and status == 200:
            self._on_notify(packet)
        if status is not None:
            self.respond(packet, status)

    def _on_notify(self, packet):
        subscription = self._subscriptions[packet.get("call-id")]
        subscription.remote_to = packet.get("from")
        if packet.get("contact"):
            subscription.target = address(packet.get("contact"))
        state, _, parameters = packet.get("subscription-state").partition(";")
        reason = re.search(r"reason=(\w+)", parameters)
        basic = note = ""
        if packet.body:
            document = ElementTree.fromstring(packet.body)
            states = [element.text.strip() for element in document.iter(f"{PIDF}basic")]
            basic = "open" if "open" in states else "closed" if states else ""
            note = next((element.text or "" for element in document.iter(f"{PIDF}note")), "")
        self.notifies.add(Notify(subscription.to, state.strip(), reason.group(1) if reason else "", basic, note,
                                 packet))

    def respond(self, request, status):
        lines = [f"SIP/2.0 {status} {'OK' if status == 200 else 'Scripted'}"]
        for name in ("via", "record-route", "from", "to", "call-id", "cseq"):
            for value in request.all(name):
                if name == "to" and tag(value) is None:
                    value += f";tag={token()}"
                lines.append(f"{name.title()}: {value}")
        if request.method == "NOTIFY" or request.method == "SUBSCRIBE":
            lines.append(f"Contact: {self.contact}")
        elif status in (301, 302):
            lines.append(f"Contact: <{self.moved}>")
        lines.append("Content-Length: 0")
        self.write(("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape"))

    def write(self, data):
        if not self._writer.is_closing():
            self._writer.write(data)

    def send(self, method, uri, to, headers=(), body=b"", call_id=None, local_tag=None, sequence=None, routes=(),
             authorize=True):
        """Writes a request; a future of the final response, None when the connection goes before it comes."""
        branch = "z9hG4bK" + token()
        self._sequence += 1
        lines = [f"{method} {uri} SIP/2.0",
                 f"Via: SIP/2.0/TLS {self._local};rport;branch={branch}{self.via}",
                 "Max-Forwards: 70",
                 f"From: {self.display}{' ' if self.display else ''}<{self.uri}>;tag={local_tag or token()}",
                 f"To: {to}",
                 f"Call-ID: {call_id or token()}",
                 f"CSeq: {sequence or self._sequence} {method}",
                 *[f"Route: {route}" for route in routes],
                 *headers]
        if self._challenge and authorize:
            lines.append(self._credentials(method, uri))
        lines.append(f"Content-Length: {len(body)}")
        future = asyncio.get_running_loop().create_future()
        if self._writer.is_closing():
            future.set_result(None)
            return future
        self._pending[branch] = (future, None)
        self.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        return future

    def _credentials(self, method, uri):
        name, challenge = self._challenge
        digest = hashlib.sha256 if challenge.get("algorithm", "MD5").upper() == "SHA-256" else hashlib.md5
        h = lambda text: digest(text.encode()).hexdigest()
        self._count += 1
        nc, cnonce = f"{self._count:08x}", token()
        ha1 = h(f"{self.user}:{challenge['realm']}:{self._password}")
        response = h(f"{ha1}:{challenge['nonce']}:{nc}:{cnonce}:auth:" + h(f"{method}:{uri}"))
        return (f'{name}: Digest username="{self.user}", realm="{challenge["realm"]}", nonce="{challenge["nonce"]}", '
                f'uri="{uri}", response="{response}", qop=auth, nc={nc}, cnonce="{cnonce}", '
                f'algorithm={challenge.get("algorithm", "MD5")}'
                + (f', opaque="{challenge["opaque"]}"' if "opaque" in challenge else ""))

    def _take_challenge(self, response, algorithm=None):
        """The first challenge we can answer; `algorithm` insists on one."""
        for name, answer in (("www-authenticate", "Authorization"), ("proxy-authenticate", "Proxy-Authorization")):
            for value in response.all(name):
                words = {key.lower(): first or second for key, first, second in
                         re.findall(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))', value)}
                if algorithm and words.get("algorithm", "MD5").upper() != algorithm.upper():
                    continue
                self._challenge = (answer, words)
                self._count = 0
                return True
        return False

    async def request(self, method, uri, to, deadline=35.0, algorithm=None, **options):
        """The final response, after one answer to a challenge; None when the connection was lost."""
        response = await asyncio.wait_for(self.send(method, uri, to, **options), deadline)
        if response is not None and response.status in (401, 407) and self._take_challenge(response, algorithm):
            if options.get("sequence"):
                options["sequence"] += 1
            response = await asyncio.wait_for(self.send(method, uri, to, **options), deadline)
        return response

    async def register(self, expires=600, algorithm=None, authorize=True):
        uri = f"sip:{self.domain}"
        response = await self.request("REGISTER", uri, f"<{self.uri}>", call_id=self._register_call,
                                      headers=[f"Contact: {self.contact};expires={expires}",
                                               *(f"Contact: {former};expires=0" for former in self.former),
                                               f"Expires: {expires}"],
                                      algorithm=algorithm, authorize=authorize)
        return response.status if response else None

    def post(self, to, text, headers=(), content_type="text/plain;charset=UTF-8"):
        """A message, without waiting: a future of the response. `start` has taken the challenge."""
        return self.send("MESSAGE", to, f"<{to}>", [f"Content-Type: {content_type}", *headers],
                         text if isinstance(text, bytes) else text.encode())

    async def say(self, to, text, headers=(), content_type="text/plain;charset=UTF-8", deadline=35.0):
        """A message; the status of its final response, None when the connection went first."""
        response = await self.request("MESSAGE", to, f"<{to}>", deadline,
                                      headers=[f"Content-Type: {content_type}", *headers],
                                      body=text if isinstance(text, bytes) else text.encode())
        return response.status if response else None

    async def subscribe(self, to, expires=600):
        subscription = Subscription(self, to, token(), token())
        self._subscriptions[subscription.call_id] = subscription
        return await self._subscribe(subscription, expires)

    async def subscribe_winfo(self, to, expires=600):
        """Who watches `to`? (RFC 3857)"""
        subscription = Subscription(self, to, token(), token())
        subscription.package, subscription.type = "presence.winfo", "application/watcherinfo+xml"
        self._subscriptions[subscription.call_id] = subscription
        return await self._subscribe(subscription, expires)

    async def resubscribe(self, subscription, expires=600):
        return await self._subscribe(subscription, expires)

    async def _subscribe(self, subscription, expires):
        # Twice, for a challenge takes a number of its own.
        subscription.sequence += 2
        response = await self.request(
            "SUBSCRIBE", subscription.target, subscription.remote_to, call_id=subscription.call_id,
            local_tag=subscription.local, sequence=subscription.sequence, routes=subscription.routes,
            headers=[f"Event: {subscription.package}", f"Accept: {subscription.type}", f"Expires: {expires}",
                     f"Contact: {self.contact}"])
        subscription.status = response.status if response else None
        if response is not None and response.status < 300:
            subscription.remote_to = response.get("to")
            if response.get("contact"):
                subscription.target = address(response.get("contact"))
            subscription.routes = list(reversed(response.all("record-route")))
        return subscription

    async def publish(self, basic="open", note=None, expires=600):
        return await self.publish_tuple("t1", basic, f"<note>{note}</note>" if note else "", expires)

    async def publish_tuple(self, id, basic, rest="", expires=600):
        """A document of one tuple, with `rest` behind its status; this device's publication."""
        body = (f'<?xml version="1.0" encoding="UTF-8"?>\n<presence xmlns="urn:ietf:params:xml:ns:pidf" '
                f'entity="{self.uri}"><tuple id="{id}"><status><basic>{basic}</basic></status>{rest}</tuple></presence>').encode()
        while True:
            match = [f"SIP-If-Match: {self._etag}"] if self._etag else []
            response = await self.request("PUBLISH", self.uri, f"<{self.uri}>", body=body,
                                          headers=["Event: presence", f"Expires: {expires}",
                                                   "Content-Type: application/pidf+xml", *match])
            if response is None or response.status != 412 or not self._etag:
                break
            self._etag = None  # forgotten over there: published anew (RFC 3903 4.1)
        if response is not None and response.status == 200:
            self._etag = response.get("sip-etag")
        return response.status if response else None

    async def heard(self, text, deadline=30.0, since=None):
        return await self.messages.wait(lambda message: message.text == text, deadline, since,
                                        what=f"message {text!r}")

    async def told(self, presentity, deadline=30.0, since=None, **wanted):
        """A NOTIFY about `presentity` whose fields are these, such as state="active", basic="open"."""
        return await self.notifies.wait(
            lambda notify: notify.presentity == presentity
            and all(getattr(notify, name) == value for name, value in wanted.items()),
            deadline, since, what=f"NOTIFY of {presentity} {wanted}")

    def drop(self):
        """The connection goes without a word."""
        if self._writer is not None:
            self._writer.transport.abort()

    async def stop(self):
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None


TIMER_F = 32.0  # RFC 3261 17.1.2.2: after that the transaction itself tells its user 408


class Resident(SipUser):
    """A user whose program is as stubborn as programs are: it signs in again when its connection went, and gives a request up
    after Timer F. `post` answers challenges, and gives None for what was never answered."""

    async def start(self, register=True):
        self._keeping = asyncio.ensure_future(self._keep())
        await until(lambda: self.up, 30, f"{self.uri} signed in")
        return self

    async def _keep(self):
        while True:
            try:
                await asyncio.wait_for(self.connect(), 5)
                if await asyncio.wait_for(self.register(), 10) == 200:
                    self.former = [self.contact]
                    # Takes the other challenge of a proxy, so that messages go out once and in order.
                    await self.say(self.uri, "note to self", deadline=10)
                    self.up = True
                    await self._reading
            except (OSError, asyncio.TimeoutError):
                pass
            self.up = False
            if self._writer is not None:
                self.drop()
            await asyncio.sleep(0.2)

    def post(self, to, text, headers=(), content_type="text/plain;charset=UTF-8"):
        return asyncio.ensure_future(self._post(to, text, [f"Content-Type: {content_type}", *headers]))

    async def _post(self, to, text, headers):
        if not self.up:
            return None
        try:
            return await self.request("MESSAGE", to, f"<{to}>", TIMER_F, headers=headers, body=text.encode())
        except asyncio.TimeoutError:
            return None

    async def stop(self):
        self._keeping.cancel()
        await super().stop()
