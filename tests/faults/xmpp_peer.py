# SPDX-License-Identifier: GPL-3.0-or-later
"""An XMPP server by script, either side of a stream, for what no real server does on request.

`Link` is one connection: bytes in clear or under TLS, whichever certificate it shows, and what comes back as events.
`Initiator` opens streams as other servers do, step by step, so that a test can do each step wrong. `Server` answers
them; a fault is a subclass of `Steps` that does one step wrong. INBOUND is the table of what a hostile initiator
sends at which stage and how it must end; the table for the other direction is built of `Steps` in the test.

TLS runs over memory, so a script decides which byte goes out when: half a ClientHello, clear text behind <proceed/>."""

import asyncio
import base64
import hashlib
import hmac
import os
import socket
import ssl
import warnings
from typing import NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

SERVER, STREAM, DIALBACK = "jabber:server", "http://etherx.jabber.org/streams", "jabber:server:dialback"
TLS, SASL = "urn:ietf:params:xml:ns:xmpp-tls", "urn:ietf:params:xml:ns:xmpp-sasl"
SM, STREAM_ERROR = "urn:xmpp:sm:3", "urn:ietf:params:xml:ns:xmpp-streams"
XMLNS = f"xmlns='{SERVER}' xmlns:stream='{STREAM}' xmlns:db='{DIALBACK}'"
STARTTLS, PROCEED = f"<starttls xmlns='{TLS}'/>", f"<proceed xmlns='{TLS}'/>"
END = "</stream:stream>"


class Ended(AssertionError):
    """The connection is over; `text` is what came since the last event."""


class Event(NamedTuple):
    kind: str                # header, element, end
    element: ElementTree.Element

    @property
    def name(self):
        """Without its namespace."""
        return self.element.tag.split("}")[-1]

    @property
    def ns(self):
        return self.element.tag[1:].split("}")[0] if self.element.tag.startswith("{") else ""

    def __getattr__(self, attribute):
        return self.element.get(attribute.rstrip("_"))

    def has(self, name, ns=None):
        """Is there an element of this name inside?"""
        return any(child.tag == f"{{{ns}}}{name}" if ns else child.tag.split("}")[-1] == name
                   for child in self.element.iter())

    def text(self):
        return "".join(self.element.itertext())


class _Reader:
    """What comes, as events. expat is a judge too: what we write must be XML."""

    def __init__(self):
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._open = []
        self.events = []

    def feed(self, data):
        self._parser.Parse(data, False)

    @staticmethod
    def _tag(name):
        return "{" + name if "}" in name else name

    def _start(self, name, attributes):
        element = ElementTree.Element(self._tag(name), {self._tag(key): value for key, value in attributes.items()})
        if not self._open:
            self.events.append(Event("header", element))
        elif len(self._open) > 1:
            self._open[-1].append(element)
        self._open.append(element)

    def _end(self, _name):
        element = self._open.pop()
        if len(self._open) == 1:
            self.events.append(Event("element", element))
        elif not self._open:
            self.events.append(Event("end", element))

    def _text(self, text):
        if len(self._open) > 1:
            last = self._open[-1]
            if len(last):
                last[-1].tail = (last[-1].tail or "") + text
            else:
                last.text = (last.text or "") + text


class Link:
    """One connection. `seen` is every byte that came, deciphered; `clear` what came before TLS."""

    def __init__(self, connection):
        self.socket = connection
        self.socket.setblocking(False)
        self.tls = None
        self.seen = b""
        self.clear = b""
        self.over = False
        self._shaking = False
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._reader = _Reader()

    @property
    def loop(self):
        return asyncio.get_running_loop()

    @classmethod
    async def dial(cls, address, port, source=None, **options):
        connection = socket.socket()
        connection.setblocking(False)
        if source:
            connection.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(connection, (address, port))
        return cls(connection, **options)

    # Bytes out

    async def raw(self, data):
        """Past TLS. A peer that has had enough may have closed already: that is for the reader to find out."""
        try:
            await self.loop.sock_sendall(self.socket, data)
        except (ConnectionError, OSError):
            self.over = True

    async def send(self, data):
        data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        if self.tls is None:
            await self.raw(data)
            return
        while data:
            try:
                data = data[self.tls.write(data):]
            except ssl.SSLError:
                self.over = True
                return
            await self.raw(self._out.read())

    async def drip(self, data, every, size=1):
        """A few bytes at a time, until it is said or nobody listens."""
        for start in range(0, len(data), size):
            if self.over:
                return
            await self.send(data[start:start + size])
            await asyncio.sleep(every)

    # TLS

    async def start_tls(self, context, server=False, name=None, deadline=30.0):
        """The handshake; ssl.SSLError or Ended when it fails."""
        self.tls = context.wrap_bio(self._in, self._out, server_side=server, server_hostname=name)
        self._reader = _Reader()
        self._shaking = True
        while True:
            try:
                self.tls.do_handshake()
                self._shaking = False
                await self.raw(self._out.read())
                self._decipher()  # what came with the last of the handshake
                return self.tls
            except ssl.SSLWantReadError:
                await self.raw(self._out.read())
                if not await self._fill(deadline):
                    raise Ended("the connection ended during the handshake") from None

    def restart(self):
        """Another stream begins on this connection."""
        self._reader = _Reader()

    # Bytes in

    async def _fill(self, deadline):
        """One read from the network; False at its end."""
        try:
            data = await asyncio.wait_for(self.loop.sock_recv(self.socket, 65536), deadline)
        except TimeoutError:  # an OSError too, and no end
            raise
        except OSError:
            data = b""
        if not data:
            self.over = True
            return False
        if self.tls is None:
            self._take(data)
            self.clear += data
            return True
        self._in.write(data)
        return self._shaking or self._decipher()

    def _decipher(self):
        while True:
            try:
                data = self.tls.read(65536)
            except ssl.SSLWantReadError:
                return True
            except ssl.SSLError:  # closed by a goodbye, or badly
                data = b""
            if not data:
                return False
            self._take(data)

    def _take(self, data):
        self.seen += data
        self._reader.feed(data)

    async def event(self, deadline=5.0):
        """The next one; Ended when the connection ends first, TimeoutError when nothing comes."""
        end = self.loop.time() + deadline
        while not self._reader.events:
            if not await self._fill(max(0.01, end - self.loop.time())):
                if self._reader.events:
                    break
                raise Ended(f"the connection ended; seen: {self.seen[-600:]!r}")
        return self._reader.events.pop(0)

    async def until(self, *names, deadline=5.0):
        """The next event with one of these names (header and end count as names); others are passed over."""
        end = self.loop.time() + deadline
        while True:
            event = await self.event(max(0.01, end - self.loop.time()))
            if event.name in names or event.kind in names:
                return event

    async def last_words(self, deadline=8.0):
        """Reads to the end of the connection: (stream error condition or None, was the stream closed in order?)."""
        condition, closed = None, False
        end = self.loop.time() + deadline
        while True:
            try:
                event = await self.event(max(0.01, end - self.loop.time()))
            except Ended:
                return condition, closed
            if event.kind == "end":
                closed = True
            elif event.name == "error" and event.ns == STREAM:
                condition = event.element[0].tag.split("}")[-1]
                await self.send(END)  # a peer that has read an error ends the stream too

    async def is_gone(self, deadline=8.0):
        """Waits for the other side to close; what it said on the way does not matter."""
        await self.last_words(deadline)
        return True

    def abort(self):
        """Without a word. The loop forgets the descriptor first: its number will be another's."""
        self.over = True
        if self.socket.fileno() >= 0:
            loop = asyncio.get_event_loop_policy().get_event_loop()
            loop.remove_reader(self.socket)
            loop.remove_writer(self.socket)
            self.socket.close()


def header(from_=None, to=None, id_=None, version="1.0", extra=""):
    attributes = "".join(f" {name}='{value}'" for name, value in
                         (("from", from_), ("to", to), ("id", id_), ("version", version)) if value is not None)
    return f"<?xml version='1.0'?><stream:stream {XMLNS}{attributes} {extra}>"


def message(from_, to, body="hello", id_="m1", inside=""):
    return f"<message type='chat' from='{from_}' to='{to}' id='{id_}'><body>{body}</body>{inside}</message>"


def auth(authzid="="):
    return f"<auth xmlns='{SASL}' mechanism='EXTERNAL'>{authzid}</auth>"


def result(from_, to, key=None, type_=None):
    return (f"<db:result from='{from_}' to='{to}'" + (f" type='{type_}'" if type_ else "")
            + (f">{key}</db:result>" if key else "/>"))


def verify(from_, to, id_, key=None, type_=None):
    return (f"<db:verify from='{from_}' to='{to}' id='{id_}'" + (f" type='{type_}'" if type_ else "")
            + (f">{key}</db:verify>" if key else "/>"))


def dialback_key(secret, receiving, originating, stream_id):
    """XEP-0185."""
    return hmac.new(hashlib.sha256(secret).hexdigest().encode(), f"{receiving} {originating} {stream_id}".encode(),
                    hashlib.sha256).hexdigest()


def context(server, certificate=None, key=None, weak=False):
    """Takes any certificate of the other side's: what is judged is whether that side takes ours. `weak`: shows keys
    and speaks versions that OpenSSL would not by itself."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    if weak:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are the point
            made.minimum_version = ssl.TLSVersion.TLSv1
        made.set_ciphers("ALL:@SECLEVEL=0")
    if certificate:
        made.load_cert_chain(certificate, key)
    return made


class Initiator(Link):
    """Acts as the server of `domain` that calls; `to` is whom."""

    def __init__(self, connection, domain=None, to=None):
        super().__init__(connection)
        self.domain, self.to = domain, to
        self.stream_id = None

    async def open(self, **attributes):
        """Header and features; the features event."""
        await self.send(header(**{"from_": self.domain, "to": self.to, **attributes}))
        self.stream_id = (await self.until("header")).id
        return await self.until("features")

    async def secure(self, tls_context, **attributes):
        """From the first header to the features under TLS."""
        await self.open(**attributes)
        await self.send(STARTTLS)
        await self.until("proceed")
        await self.start_tls(tls_context, name=self.to)
        return await self.open(**attributes)

    async def sign_in(self, tls_context):
        """All the way, with EXTERNAL; features follow the last header."""
        await self.secure(tls_context)
        await self.send(auth())
        await self.until("success")
        self.restart()
        return await self.open()


class Steps:
    """A receiving and authoritative server that does everything right. One object per connection."""

    external = True
    dialback = True

    def __init__(self, server, link):
        self.server, self.link = server, link
        self.domain = None   # the one asked for
        self.peer = None
        self.proved = False
        self.stream_id = None

    async def run(self):
        while True:
            event = await self.link.event(60)
            if event.kind == "header":
                await self.on_header(event)
            elif event.kind == "end":
                await self.on_end()
                return
            else:
                await getattr(self, f"on_{event.name}", self.on_other)(event)

    async def send(self, data):
        await self.link.send(data)

    async def on_header(self, event):
        self.domain, self.peer = event.to, event.from_
        self.stream_id = os.urandom(8).hex()
        await self.send(header(self.domain, self.peer, self.stream_id))
        await self.send(f"<stream:features>{self.features()}</stream:features>")

    def features(self):
        if self.link.tls is None:
            return f"<starttls xmlns='{TLS}'><required/></starttls>"
        mechanisms = f"<mechanisms xmlns='{SASL}'><mechanism>EXTERNAL</mechanism></mechanisms>"
        return ((mechanisms if self.external and not self.proved else "")
                + ("<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>" if self.dialback else ""))

    async def on_starttls(self, _event):
        await self.send(PROCEED)
        await self.tls()

    async def tls(self):
        await self.link.start_tls(self.server.context, server=True)

    async def on_auth(self, _event):
        self.proved = True
        await self.send(f"<success xmlns='{SASL}'/>")
        self.link.restart()

    async def on_result(self, event):
        self.proved = True
        await self.send(result(event.to, event.from_, type_="valid"))

    async def on_verify(self, event):
        right = hmac.compare_digest(event.text(), self.server.key(event.from_, event.to, event.id))
        await self.send(verify(event.to, event.from_, event.id, type_="valid" if right else "invalid"))

    async def on_message(self, event):
        self.server.stanzas.append(event)

    on_iq = on_presence = on_message

    async def on_end(self):
        await self.send(END)

    async def on_error(self, _event):
        await self.send(END)
        raise Ended

    async def on_other(self, _event):
        pass


class Server:
    """Listens on (address, port). `steps` makes the object for a connection, or is chosen by the domain that is asked
    for: `faults[domain]`."""

    SECRET = b"the secret of the scripted server"

    def __init__(self, address, port, tls_context, steps=Steps, faults=None):
        self.address, self.port, self.context = address, port, tls_context
        self.steps, self.faults = steps, faults or {}
        self.links = []
        self.stanzas, self.unwanted = [], []
        self._listener = None
        self._tasks = set()

    @classmethod
    def key(cls, receiving, originating, stream_id):
        return dialback_key(cls.SECRET, receiving, originating, stream_id)

    async def start(self):
        self._listener = socket.create_server((self.address, self.port), backlog=256)
        self._listener.setblocking(False)
        self._spawn(self._accept())
        return self

    def _spawn(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self):
        while True:
            connection, _ = await asyncio.get_running_loop().sock_accept(self._listener)
            link = Link(connection)
            self.links.append(link)
            self._spawn(self._serve(link))

    async def _serve(self, link):
        try:
            # Whom is it for? The header says; it is given to the steps again.
            first = await link.event(60)
            steps = self.faults.get(first.to, self.steps)(self, link)
            link._reader.events.insert(0, first)
            await steps.run()
        except (Ended, ssl.SSLError, asyncio.TimeoutError, expat.ExpatError):
            pass
        finally:
            link.abort()
            link.over = True

    def said(self, since=0):
        """Everything that was sent here, deciphered, on the connections from the `since`th on."""
        return b"".join(link.seen for link in self.links[since:])

    async def stop(self):
        for task in list(self._tasks):
            task.cancel()
        if self._listener is not None:
            self._listener.close()
        for link in self.links:
            link.abort()


# --- what a hostile initiator sends -------------------------------------------------------------------------------

# Where it begins: on a fresh connection, in clear after the features, under TLS after the features, or proved by its
# certificate. {me} is its domain, {us} ours, {user} a user of ours; what must never arrive says "forged".
START, CLEAR, SECURED, PROVED = "start", "clear", "secured", "proved"


class Fault(NamedTuple):
    name: str
    stage: str
    data: object              # str or bytes
    condition: str = None     # of the stream error that ends the stream; None: see `answer`
    answer: str = None        # a piece of what comes back, the stream goes on
    delivered: str = None     # a body that does arrive, the stream goes on


def _forged(inside="", attributes="", from_="x@{me}", to="{user}"):
    return f"<message type='chat' from='{from_}' to='{to}' {attributes}><body>forged</body>{inside}</message>"


_OPEN = "<stream:stream " + XMLNS + " from='{me}' to='{us}' version='1.0'>"
_LAUGHS = ("<!DOCTYPE lolz [<!ENTITY lol 'lol'>" + "".join(
    f"<!ENTITY lol{n} '" + f"&lol{n - 1 if n > 1 else ''};" * 10 + "'>" for n in range(1, 10)) + "]>")
RESTRICTED, MALFORMED, ENCODING, LIMIT = ("restricted-xml", "not-well-formed", "unsupported-encoding",
                                          "policy-violation")

INBOUND = [
    # Restricted XML, at the first token (RFC 6120 11.1).
    Fault("doctype-first", START, "<!DOCTYPE stream>" + _OPEN, RESTRICTED),
    Fault("billion-laughs", START, _LAUGHS + "<s>&lol9;</s>", RESTRICTED),
    Fault("external-entity", START, "<?xml version='1.0'?><!DOCTYPE s [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
          RESTRICTED),
    Fault("parameter-entity", START, "<!DOCTYPE s SYSTEM 'http://127.0.0.66/evil.dtd'>", RESTRICTED),
    Fault("instruction-first", START, "<?php echo 1 ?>" + _OPEN, RESTRICTED),
    Fault("comment-first", START, "<!-- -->" + _OPEN, RESTRICTED),
    Fault("second-declaration", START, "<?xml version='1.0'?><?xml version='1.0'?>" + _OPEN, RESTRICTED),
    Fault("comment-in-clear", CLEAR, "<!-- x -->", RESTRICTED),
    Fault("comment-in-stanza", PROVED, _forged("<!-- x -->"), RESTRICTED),
    Fault("instruction-in-stanza", PROVED, _forged("<?x y?>"), RESTRICTED),
    Fault("doctype-in-stanza", PROVED, _forged("<!DOCTYPE x>"), RESTRICTED),
    Fault("entity-in-stanza", PROVED, _forged("&lol;"), RESTRICTED),
    Fault("entity-in-value", PROVED, _forged(attributes="a='&lol;'"), RESTRICTED),

    # Encodings (RFC 6120 11.6).
    Fault("utf16-mark", START, ("\ufeff" + "<a/>").encode("utf-16-le"), ENCODING),
    Fault("utf16-without-mark", START, _OPEN.encode("utf-16-be"), MALFORMED),
    Fault("utf8-mark", START, b"\xef\xbb\xbf" + _OPEN.encode(), MALFORMED),
    Fault("latin1-declared", START, "<?xml version='1.0' encoding='ISO-8859-1'?>" + _OPEN, ENCODING),
    Fault("utf7-declared", START, "<?xml version='1.0' encoding='UTF-7'?>" + _OPEN, ENCODING),
    Fault("xml-1.1", START, "<?xml version='1.1'?>" + _OPEN, ENCODING),
    Fault("overlong-slash", PROVED, b"<message from='x@{me}' to='{user}'><body>forged\xc0\xaf</body></message>", ENCODING),
    Fault("overlong-less-than", PROVED, b"<message from='x@{me}' to='{user}'><body>forged\xe0\x80\xbc", ENCODING),
    Fault("overlong-nul", PROVED, b"<message from='x@{me}' to='{user}\xc0\x80'><body>forged</body></message>", ENCODING),
    Fault("surrogates", PROVED, b"<message from='x@{me}' to='{user}'><body>forged\xed\xa0\xbd\xed\xb8\x80", ENCODING),
    Fault("past-unicode", PROVED, b"<message from='x@{me}' to='{user}'><body>forged\xf4\x90\x80\x80", ENCODING),
    Fault("cut-character-before-tag", PROVED, b"<message from='x@{me}' to='{user}'><body>forged\xf0\x9f</body>", ENCODING),
    Fault("nul-byte", PROVED, b"<message from='x@{me}' to='{user}'><body>forged\x00</body></message>", MALFORMED),
    Fault("nul-reference", PROVED, _forged("&#0;"), MALFORMED),
    Fault("control-reference", PROVED, _forged("&#27;[31m"), MALFORMED),
    Fault("surrogate-reference", PROVED, _forged("&#xD800;"), MALFORMED),
    Fault("noncharacter", PROVED, _forged("\uffff"), MALFORMED),

    # Other protocols, garbage, and namespaces that are not a stream's.
    Fault("http", START, "GET / HTTP/1.1\r\nHost: {us}\r\n\r\n", MALFORMED),
    Fault("a-record-to-the-clear-port", START, bytes.fromhex("17030100c8010000c40303") + bytes(40), MALFORMED),
    Fault("sip", START, "OPTIONS sip:{us} SIP/2.0\r\n\r\n", MALFORMED),
    Fault("client-stream", START, "<stream:stream xmlns='jabber:client' xmlns:stream='" + STREAM
          + "' from='{me}' to='{us}' version='1.0'>", "invalid-namespace"),
    Fault("component-stream", START, "<stream:stream xmlns='jabber:component:accept' xmlns:stream='" + STREAM
          + "' to='{us}'>", "invalid-namespace"),
    Fault("other-stream-namespace", START, "<stream:stream xmlns='jabber:server' xmlns:stream='urn:x' from='{me}' "
          "to='{us}' version='1.0'>", "invalid-namespace"),
    Fault("other-root", START, "<stream:flow " + XMLNS + " from='{me}' to='{us}' version='1.0'>", "bad-format"),
    Fault("garbled-version", START, header("{me}", "{us}", version="1.0.0.x"), "unsupported-version"),
    Fault("version-overflow", START, header("{me}", "{us}", version="4294967297.0"), "unsupported-version"),
    Fault("unknown-host", START, header("{me}", "nobody.test"), "host-unknown"),
    Fault("no-to", START, header("{me}"), "improper-addressing"),
    Fault("from-is-ours", START, header("{us}", "{us}"), "invalid-from"),
    Fault("from-is-no-domain", START, header("a b@{me}", "{us}"), "improper-addressing"),
    Fault("newline-in-from", START, header("{me}&#10;oreed: all is well", "{us}"), "improper-addressing"),
    Fault("version-0-where-tls-is-required", START, header("{me}", "{us}", version=None), "policy-violation"),

    # Unfinished tokens: the caps hold inside them.
    Fault("endless-header", START, "<stream:stream a='" + "x" * 5000, LIMIT),
    Fault("endless-name-of-the-root", START, "<" + "x" * 5000, LIMIT),
    Fault("endless-declaration", START, "<?xml " + " " * 5000, LIMIT),
    Fault("endless-space", START, " " * 5000, LIMIT),
    Fault("endless-text-in-clear", CLEAR, "<auth>" + "x" * 17000, LIMIT),
    Fault("endless-name-in-clear", CLEAR, "<" + "x" * 17000, LIMIT),
    Fault("endless-space-in-clear", CLEAR, " " * 17000, LIMIT),
    Fault("endless-value-before-proof", SECURED, "<message to='" + "x" * 17000, LIMIT),
    Fault("endless-cdata-before-proof", SECURED, "<message><![CDATA[" + "x" * 17000, LIMIT),
    Fault("many-elements-before-proof", SECURED, "<message>" + "<a/>" * 1000, LIMIT),
    Fault("deep-before-proof", SECURED, "<a>" * 9, LIMIT),
    Fault("many-attributes-before-proof", SECURED, "<a " + " ".join(f"a{n}=''" for n in range(65)) + ">", LIMIT),
    Fault("many-namespaces-before-proof", SECURED, "<a " + " ".join(f"xmlns:a{n}='u'" for n in range(65)) + ">", LIMIT),
    Fault("deep", PROVED, _forged("<a>" * 64 + "</a>" * 64), LIMIT),
    Fault("very-deep", PROVED, "<message>" + "<a>" * 100000, LIMIT),
    Fault("many-elements", PROVED, _forged("<a/>" * 4097), LIMIT),
    Fault("many-attributes", PROVED, _forged(attributes=" ".join(f"a{n}=''" for n in range(65))), LIMIT),
    Fault("big-stanza", PROVED, "<message from='x@{me}' to='{user}'><body>forged" + "x" * (512 * 1024), LIMIT),
    Fault("endless-attribute", PROVED, "<message from='" + "x" * (512 * 1024), LIMIT),

    # Before TLS and before proof nothing counts.
    Fault("stanza-in-clear", CLEAR, _forged(), "not-authorized"),
    Fault("dialback-in-clear", CLEAR, result("{me}", "{us}", "key"), answer="policy-violation"),
    Fault("verify-in-clear", CLEAR, verify("{me}", "{us}", "1", "key"), answer="policy-violation"),
    Fault("external-in-clear", CLEAR, auth(), answer="encryption-required"),
    Fault("plain-in-clear", CLEAR, f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGEAYg==</auth>",
          answer="encryption-required"),
    Fault("acks-in-clear", CLEAR, f"<enable xmlns='{SM}'/>", answer="unexpected-request"),
    Fault("compress-in-clear", CLEAR, "<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method>"
          "</compress>", "unsupported-stanza-type"),
    Fault("stanza-before-proof", SECURED, _forged(), "not-authorized"),
    Fault("stanza-in-the-name-of-another-before-proof", SECURED, _forged(from_="juliet@fabrikam.test"),
          "not-authorized"),
    Fault("compress-under-tls", SECURED, "<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method>"
          "</compress>", "unsupported-stanza-type"),
    Fault("plain-under-tls", SECURED, f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGEAYg==</auth>",
          answer="invalid-mechanism"),
    Fault("anonymous-under-tls", SECURED, f"<auth xmlns='{SASL}' mechanism='ANONYMOUS'/>", answer="invalid-mechanism"),
    Fault("external-for-another", SECURED, auth(base64.b64encode(b"fabrikam.test").decode()),
          answer="invalid-authzid"),
    Fault("external-with-loose-bits", SECURED, auth("ZXZpbC50ZXN0B=="), answer="incorrect-encoding"),
    Fault("sasl-three-times", SECURED, auth("!") * 3, LIMIT),
    Fault("starttls-twice", SECURED, STARTTLS, answer="<failure xmlns='" + TLS + "'/>"),
    Fault("acks-before-proof", SECURED, f"<enable xmlns='{SM}'/>", answer="unexpected-request"),
    Fault("bidi-twice-in-clear", CLEAR, "<bidi xmlns='urn:xmpp:bidi'/>" + _forged(), None, answer=END),

    # Dialback nobody asked for (XEP-0220 3.1), for others, for nobody.
    Fault("unsolicited-result", SECURED, result("{me}", "{us}", type_="valid") + _forged(), "not-authorized"),
    Fault("unsolicited-result-of-another", SECURED, result("fabrikam.test", "{us}", type_="valid")
          + _forged(from_="juliet@fabrikam.test"), "not-authorized"),
    Fault("unsolicited-verify", SECURED, verify("{me}", "{us}", "x", type_="valid") + _forged(), "not-authorized"),
    Fault("unsolicited-without-end", SECURED, result("a.test", "{us}", type_="valid") * 10, LIMIT),
    Fault("dialback-for-us", SECURED, result("{us}", "{us}", "key"), "invalid-from"),
    Fault("dialback-to-nobody", SECURED, result("{me}", "nobody.test", "key"), answer="item-not-found"),
    Fault("dialback-without-key", SECURED, result("{me}", "{us}"), answer="not-acceptable"),
    Fault("verify-guessed-key", SECURED, verify("{me}", "{us}", "1", "0" * 64), answer="type='invalid'"),
    Fault("verify-short-key", SECURED, verify("{me}", "{us}", "1", "0"), answer="type='invalid'"),
    Fault("verify-of-no-domain-of-ours", SECURED, verify("{me}", "nobody.test", "1", "0" * 64),
          answer="item-not-found"),
    Fault("verify-without-end", SECURED, verify("{me}", "{us}", "1", "0" * 64) * 10, LIMIT),

    # Addresses (RFC 6120 8.1, 4.9.3).
    Fault("subdomain-is-not-covered", PROVED, _forged(from_="x@sub.{me}"), "invalid-from"),
    Fault("parent-is-not-covered", PROVED, _forged(from_="x@test"), "invalid-from"),
    Fault("another-partner", PROVED, _forged(from_="juliet@fabrikam.test"), "invalid-from"),
    Fault("one-of-ours", PROVED, _forged(from_="bob@{us}"), "invalid-from"),
    Fault("look-alike", PROVED, _forged(from_="x@еvil.test"), "invalid-from"),
    Fault("open-relay", PROVED, _forged(to="juliet@fabrikam.test"), "host-unknown"),
    Fault("to-a-subdomain-of-ours", PROVED, _forged(to="alice@sub.{us}"), "host-unknown"),
    Fault("no-from", PROVED, "<message to='{user}'><body>forged</body></message>", "improper-addressing"),
    Fault("no-to-in-stanza", PROVED, "<message from='x@{me}'><body>forged</body></message>", "improper-addressing"),
    Fault("empty-from", PROVED, _forged(from_=""), "improper-addressing"),
    Fault("newline-in-resource", PROVED, _forged(from_="x@{me}/a&#10;oreed: all is well"), "improper-addressing"),
    Fault("return-in-user", PROVED, _forged(to="alice&#13;&#10;Via: x@{us}"), "improper-addressing"),
    Fault("two-at-signs", PROVED, _forged(from_="x@{me}@fabrikam.test"), "improper-addressing"),
    Fault("long-user", PROVED, _forged(from_="x" * 1024 + "@{me}"), "improper-addressing"),

    # Namespaces and smuggling.
    Fault("client-namespace", PROVED, "<message xmlns='jabber:client' from='x@{me}' to='{user}'><body>forged</body>"
          "</message>", "unsupported-stanza-type"),
    Fault("no-namespace", PROVED, "<message xmlns='' from='x@{me}' to='{user}'><body>forged</body></message>",
          "unsupported-stanza-type"),
    Fault("stream-prefix", PROVED, "<stream:message from='x@{me}' to='{user}'><body>forged</body></stream:message>",
          "unsupported-stanza-type"),
    Fault("header-inside-a-stream", PROVED, header("fabrikam.test", "{us}").partition("?>")[2] + _forged() + END,
          "unsupported-stanza-type"),
    Fault("unbound-prefix", PROVED, "<x:message from='x@{me}' to='{user}'/>", MALFORMED),
    Fault("xmlns-rebound", PROVED, "<a xmlns:xmlns='urn:x'/>", MALFORMED),
    Fault("doubled-attribute", PROVED, "<message from='x@{me}' from='juliet@fabrikam.test' to='{user}'/>", MALFORMED),
    Fault("doubled-by-namespace", PROVED, "<message xmlns:p='u' xmlns:q='u' p:a='' q:a='' from='x@{me}' "
          "to='{user}'/>", MALFORMED),
    Fault("control-in-namespace", PROVED, "<a xmlns='urn:x&#10;from=fabrikam.test'/>", MALFORMED),
    Fault("text-between-stanzas", PROVED, "forged" + _forged(), MALFORMED),
    Fault("two-end-tags", PROVED, "<message from='x@{me}' to='{user}'></message></message>", MALFORMED),
    Fault("nested-message", PROVED, "<message from='x@{me}' to='{user}'><body>outer</body>"
          "<message from='juliet@fabrikam.test' to='{user}'><body>forged</body></message></message>",
          delivered="outer"),
    Fault("forwarded", PROVED, "<message from='x@{me}' to='{user}'><body>outside</body><sent xmlns='urn:xmpp:carbons:2'>"
          "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='juliet@fabrikam.test'>"
          "<body>forged</body></message></forwarded></sent></message>", delivered="outside"),
    Fault("markup-in-cdata", PROVED, "<message from='x@{me}' to='{user}'><body><![CDATA[</body></message><message "
          "from='juliet@fabrikam.test'><body>]]></body></message>",
          delivered="</body></message><message from='juliet@fabrikam.test'><body>"),
    Fault("other-prefix-is-the-same-message", PROVED, "<j:message xmlns:j='jabber:server' from='x@{me}' to='{user}'>"
          "<j:body>prefixed</j:body></j:message>", delivered="prefixed"),
    Fault("body-of-another-namespace", PROVED, "<message from='x@{me}' to='{user}'><body xmlns='urn:x'>forged</body>"
          "<body>own</body></message>", delivered="own"),
    Fault("handled-too-high", PROVED, f"<enable xmlns='{SM}'/><a xmlns='{SM}' h='9'/>", "undefined-condition"),
    Fault("unknown-element", PROVED, "<thing/>", "unsupported-stanza-type"),
    Fault("websocket-frame", PROVED, "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", "unsupported-stanza-type"),
]
