# SPDX-License-Identifier: GPL-3.0-or-later
"""The hostile world: scripted servers, each wrong in one way. After every case fabrikam.test's real server and a user of
ours still talk, and nothing forged arrived. data/doc/THREAT-MODEL.md says which threat each case stands for."""

import asyncio
import re
import ssl
import warnings

import pytest
from conftest import restored, run
from hostile import EVIL, EVIL_ADDRESS, MARK, OUT, SPARE, STRANGER, XMPP_PORT, Hostile
from lab import pki
from lab.journal import until
from sip_users import ALICE_JID, BOB_JID
from world import OUR_DOMAIN, PARTNER_DOMAIN
from xmpp_peer import (END, INBOUND, PROCEED, SASL, STARTTLS, STREAM_ERROR, TLS, Ended, Steps, auth,
                       context, header, message, result, verify)
import xmpp_peer as peer

SECRET_TEXT = "for nobody but you"


# --- a server that answers wrong ----------------------------------------------------------------------------------

CERTIFICATE_ONLY = ["tls-negotiation=required", "sasl-negotiation=required", "support-dialback-negotiation=false"]
DIALBACK_ONLY = ["tls-negotiation=required", "sasl-negotiation=not-supported", "support-dialback-negotiation=true"]


class NoTlsOffered(Steps):
    """The offer was cut out on the way: TLS is tried all the same (RFC 7590 3.1), and refused."""
    reasons = {"tls-refused"}

    def features(self):
        return super().features() if self.link.tls else ""

    async def on_starttls(self, _event):
        await self.send(f"<failure xmlns='{TLS}'/>{END}")


class DowngradeToSasl(Steps):
    """EXTERNAL and dialback in clear, instead of TLS."""
    reasons = {"tls-refused", "bad-protocol"}

    def features(self):
        return (f"<mechanisms xmlns='{SASL}'><mechanism>EXTERNAL</mechanism></mechanisms>"
                "<dialback xmlns='urn:xmpp:features:dialback'/><sm xmlns='urn:xmpp:sm:3'/>")

    async def on_starttls(self, _event):
        await self.send(f"<success xmlns='{SASL}'/>")


class OldServer(Steps):
    """Says it is of before 1.0, so that nobody expects TLS of it."""
    reasons = {"tls-required"}

    async def on_header(self, event):
        await self.send(header(event.to, event.from_, "x", version=None))


class InjectsBehindProceed(Steps):
    """A whole stream behind <proceed/>, in clear; under TLS only silence."""
    reasons = {"establish-timeout", "tls-failed"}

    async def on_starttls(self, _event):
        await self.send(PROCEED + header(self.domain, self.peer, "injected") + "<stream:features>"
                        f"<mechanisms xmlns='{SASL}'><mechanism>EXTERNAL</mechanism></mechanisms>"
                        "<dialback xmlns='urn:xmpp:features:dialback'/></stream:features>"
                        f"<success xmlns='{SASL}'/>" + result(self.domain, self.peer, type_="valid"))
        await self.tls()
        await self.link.event(30)  # their header; nothing may follow it
        event = await self.link.event(30)
        if event.name != "error":  # they gave up waiting
            self.server.unwanted.append(event)


class WrongCertificate(Steps):
    """Everything right but who it is."""
    record = CERTIFICATE_ONLY
    reasons = {"cert-not-proven"}
    shows = None  # a name of CERTIFICATES
    detail = None

    async def tls(self):
        await self.link.start_tls(self.server.contexts[self.shows], server=True)


class SuccessUnasked(Steps):
    """<success/> before anything was asked."""
    reasons = {"bad-protocol"}

    async def on_header(self, event):
        if self.link.tls is None:
            await super().on_header(event)
            return
        await self.send(header(event.to, event.from_, "x") + f"<success xmlns='{SASL}'/>")


class UnsolicitedResult(Steps):
    """Says `valid` of other pairs, and of ours as a question of its own: nothing of that is an answer."""
    record = DIALBACK_ONLY
    reasons = {"establish-timeout", "dialback-timeout", "dialback-invalid"}

    async def on_result(self, event):
        await self.send(result("fabrikam.test", event.from_, type_="valid")
                        + result(event.to, "fabrikam.test", type_="valid")
                        + result(event.from_, event.to, type_="valid")
                        + result(f"sub.{event.to}", event.from_, type_="valid")
                        + verify(event.to, event.from_, self.stream_id, type_="valid")
                        + result(event.to, event.from_, key="0" * 64))
        await self.send(result(event.to, event.from_, type_="invalid"))


class ResultBeforeTheQuestion(Steps):
    """`valid` in clear, before TLS, before we asked."""
    record = DIALBACK_ONLY
    reasons = {"dialback-invalid"}

    async def on_header(self, event):
        await super().on_header(event)
        if self.link.tls is None:
            await self.send(result(event.to, event.from_, type_="valid"))

    async def on_result(self, event):
        await self.send(result(event.to, event.from_, type_="invalid"))


class SeeOtherHost(Steps):
    """Sends us elsewhere, in clear."""
    reasons = {"peer-error"}
    after_tls = False

    async def on_header(self, event):
        if self.after_tls and self.link.tls is None:
            await super().on_header(event)
            return
        await self.send(header(event.to, event.from_, "x") + "<stream:error>"
                        f"<see-other-host xmlns='{STREAM_ERROR}'>127.0.0.67:{XMPP_PORT}</see-other-host></stream:error>"
                        + END)


class SeeOtherHostUnderTls(SeeOtherHost):
    after_tls = True


class SpeaksBack(Steps):
    """Stanzas on a stream that is ours to send on."""
    reasons = {"not-authenticated"}

    async def on_header(self, event):
        await super().on_header(event)
        await self.send(message(f"juliet@{PARTNER_DOMAIN}", ALICE_JID, MARK))


class EntityBomb(Steps):
    reasons = {"bad-xml"}

    async def on_header(self, event):
        await self.send("<?xml version='1.0'?><!DOCTYPE s [<!ENTITY a 'aaaa'>]><s>&a;</s>")


class EndlessFeatures(Steps):
    reasons = {"limit"}

    async def on_header(self, event):
        await self.send(header(event.to, event.from_, "x") + "<stream:features>" + "<a/>" * 10000)


class EndlessHeader(Steps):
    reasons = {"limit"}

    async def on_header(self, event):
        await self.send("<stream:stream a='" + "x" * 100000)


class DeepFeatures(Steps):
    reasons = {"limit"}

    async def on_header(self, event):
        await self.send(header(event.to, event.from_, "x") + "<a>" * 1000)


class Silent(Steps):
    """Listens, and never says a word."""
    reasons = {"establish-timeout"}

    async def on_header(self, event):
        pass


class Drips(Steps):
    """A features element that never ends, one byte at a time."""
    reasons = {"establish-timeout"}

    async def on_header(self, event):
        await self.send(header(event.to, event.from_, "x"))
        await self.link.drip(b"<stream:features>" + b" " * 10000, 0.05)


class NotXml(Steps):
    reasons = {"bad-xml"}

    async def on_header(self, event):
        await self.send("220 mail.out.test ESMTP\r\n")


class OldTls(Steps):
    """Nothing newer than TLS 1.1."""
    reasons = {"tls-failed"}

    async def tls(self):
        await self.link.start_tls(self.server.contexts["old"], server=True)


class WeakCipher(Steps):
    """TLS 1.2 without forward secrecy."""
    reasons = {"tls-failed"}

    async def tls(self):
        await self.link.start_tls(self.server.contexts["weak"], server=True)


class NotTls(Steps):
    """Clear text where the handshake should be."""
    reasons = {"tls-failed"}

    async def on_starttls(self, _event):
        await self.send(PROCEED)
        await self.send(header(self.domain, self.peer, "x") + "<stream:features/>")


class Lingers(Steps):
    """Does not answer an end tag."""
    ended = asyncio.Event()

    async def on_end(self):
        self.ended.set()
        await self.link.event(30)


GOODBYE = f"slow-goodbye.{OUT}"
NARROW = f"narrow.{OUT}"


class Narrow(Steps):
    """Takes ten thousand octets and no two seconds of silence (XEP-0478), which no packaged server says."""

    def features(self):
        return (super().features() + "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>10000</max-bytes>"
                "<idle-seconds>2</idle-seconds></limits>")


# What a server may show, beside the right one: names, how it is made, what our service calls it.
def _nul_san(first, second):
    """A dNSName with a NUL in the middle, as DER: C readers see `first` only."""
    name = first.encode() + b"\0" + second.encode()
    inner = b"\x82" + bytes([len(name)]) + name
    return "DER:" + ":".join(f"{byte:02x}" for byte in b"\x30" + bytes([len(inner)]) + inner)


def certificates(domain):
    """name → (SAN names or None, options of Authority.issue, the outcome our service must name)."""
    parent = domain.partition(".")[2]
    return {
        "another-name": (["elsewhere.test"], {}, "wrong-name"),
        "our-name": ([OUR_DOMAIN], {}, "wrong-name"),
        "subdomain": ([f"xmpp.{domain}"], {}, "wrong-name"),
        "parent": ([parent], {}, "wrong-name"),
        "suffix": ([f"x{domain}"], {}, "wrong-name"),
        "wildcard-below": ([f"*.{domain}"], {}, "wrong-name"),
        "wildcard-of-a-top-domain": (["*.test"], {}, "wrong-name"),
        "wildcard-alone": (["*"], {}, "wrong-name"),
        "wildcard-without-dot": ([f"*{parent}"], {}, "wrong-name"),
        "wildcard-in-part": ([f"{domain[0]}*.{parent}"], {}, "wrong-name"),
        "wildcard-twice": ([f"*.*.{parent}"], {}, "wrong-name"),
        "common-name-only": ([], {"san": "", "subject": domain}, "wrong-name"),
        "common-name-beside": (["elsewhere.test"], {"subject": domain}, "wrong-name"),
        "nul-in-name": ([], {"san": _nul_san(domain, ".evil.test"), "subject": "x"}, "malformed"),
        "address": ([], {"san": f"IP:{EVIL_ADDRESS}", "subject": "x"}, "wrong-name"),
        "uri": ([], {"san": f"URI:xmpp:{domain}", "subject": "x"}, "wrong-name"),
        "client-service": ([], {"san": f"otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-client.{domain}", "subject": "x"},
                           "wrong-name"),
        "user-address": ([], {"san": f"otherName:1.3.6.1.5.5.7.8.5;UTF8:x@{domain}", "subject": "x"}, "wrong-name"),
        "many-names": ([f"n{n}.test" for n in range(3000)] + [domain], {"subject": "x"}, "too-many-names"),
        "expired": ([domain], {"start": "20200101000000Z", "end": "20200201000000Z"}, "expired"),
        "not-yet": ([domain], {"start": "20390101000000Z", "end": "20400101000000Z"}, "not-yet-valid"),
        "small-key": ([domain], {"key_type": ("rsa:1024",)}, "weak-key"),
        "weak-signature": ([domain], {"digest": "sha1"}, "weak-key"),
        "made-for-mail": ([domain], {"usage": "emailProtection"}, "wrong-usage"),
        "unknown-authority": ([domain], {"authority": "unknown"}, "untrusted-issuer"),
    }


FAULTS = {f"{re.sub('(?<!^)([A-Z])', '-' + chr(92) + '1', steps.__name__).lower()}.{OUT}": steps for steps in (
    NoTlsOffered, DowngradeToSasl, OldServer, InjectsBehindProceed, SuccessUnasked, UnsolicitedResult,
    ResultBeforeTheQuestion, SeeOtherHost, SeeOtherHostUnderTls, SpeaksBack, EntityBomb, EndlessFeatures, EndlessHeader,
    DeepFeatures, Silent, Drips, NotXml, OldTls, WeakCipher, NotTls)}
for _name, (_names, _how, _outcome) in certificates(f"x.{OUT}").items():
    FAULTS[f"cert-{_name}.{OUT}"] = type(f"Cert{_name}", (WrongCertificate,), {"shows": _name, "detail": _outcome})


@pytest.fixture(scope="module")
def world():
    hostile = Hostile({**FAULTS, GOODBYE: Lingers, NARROW: Narrow})
    try:
        run(hostile.start_hostile())
        unknown = pki.Authority(hostile.directory, "unknown-ca")
        contexts = {"old": context(True, *hostile.certificate("server", []), weak=True),
                    "weak": context(True, *hostile.certificate("rsa", [f"*.{OUT}"], key_type=("rsa:2048",)))}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            contexts["old"].maximum_version = ssl.TLSVersion.TLSv1_1
        contexts["weak"].maximum_version = ssl.TLSVersion.TLSv1_2
        contexts["weak"].set_ciphers("AES128-SHA256:AES256-SHA256:AES128-GCM-SHA256")
        for domain, steps in FAULTS.items():
            if issubclass(steps, WrongCertificate):
                names, how, _ = certificates(domain)[steps.shows]
                how = dict(how, authority=unknown if "authority" in how else None)
                contexts[steps.shows] = context(True, *hostile.certificate(f"out-{steps.shows}", names, **how), weak=True)
        hostile.server.contexts = contexts
        yield hostile
    finally:
        run(hostile.stop())


@pytest.fixture(autouse=True)
def unharmed(world):
    """Whatever happened, the others did not notice."""
    yield from restored(world)
    run(world.all_is_well())


# --- what a hostile initiator sends -------------------------------------------------------------------------------

def fill(data):
    for key, value in {"me": EVIL, "us": OUR_DOMAIN, "user": ALICE_JID}.items():
        data = data.replace(f"{{{key}}}" if isinstance(data, str) else b"{%s}" % key.encode(),
                            value if isinstance(data, str) else value.encode())
    return data


async def at_stage(world, stage):
    link = await world.dial()
    if stage == peer.CLEAR:
        await link.open()
    elif stage == peer.SECURED:
        await link.secure(world.client())
    elif stage == peer.PROVED:
        await link.sign_in(world.client())
    return link


@pytest.mark.parametrize("fault", INBOUND, ids=[f"{fault.stage}-{fault.name}" for fault in INBOUND])
async def test_inbound(world, fault):
    link = await at_stage(world, fault.stage)
    start = len(link.seen)
    await link.send(fill(fault.data))
    if fault.condition is not None:
        condition, closed = await link.last_words()
        assert (condition, closed) == (fault.condition, True), link.seen[start:]
    elif fault.answer is not None:
        wanted = fault.answer.encode()

        async def answered():
            return wanted in link.seen[start:] or link.over or not await link._fill(5)
        await until(answered, 20, f"{fault.answer} in {link.seen[start:]!r}")
        assert wanted in link.seen[start:], link.seen[start:]
    else:
        await world.alice.heard(fault.delivered, 30)
    link.abort()


async def test_starttls_injection(world):
    """What stands in clear behind <starttls/> is void: neither stream, proof nor stanza (CVE-2011-0411's kind)."""
    link = await world.dial()
    await link.open()
    await link.send(STARTTLS + header(EVIL, OUR_DOMAIN) + auth() + header(EVIL, OUR_DOMAIN)
                    + message(f"x@{EVIL}", ALICE_JID, MARK))
    await link.until("proceed")
    await link.start_tls(world.client())
    before = len(link.seen)
    features = await link.open()
    assert features.has("mechanisms"), "EXTERNAL is offered anew, not taken for done"
    assert link.seen[before:].count(b"<stream:stream") == 1
    assert link.seen.count(b"<success") == 0
    link.abort()


async def test_nothing_but_starttls_is_offered_in_clear(world):
    for domain in (EVIL, STRANGER, PARTNER_DOMAIN):
        link = await world.dial(domain)
        features = await link.open()
        assert features.has("starttls", TLS) and features.has("required", TLS), domain
        assert len(features.element) == 1, domain
        link.abort()
    # Before it has said who it is nothing can be required; EXTERNAL is not offered all the same, nor compression.
    link = await world.dial()
    features = await link.open(from_=None)
    assert features.has("starttls", TLS) and not features.has("mechanisms") and not features.has("compression")
    link.abort()


# certificate → is EXTERNAL offered to it? The names are those of `certificates`; without an entry: no.
async def test_external_only_with_a_valid_certificate(world, subtests=None):
    unknown = pki.Authority(world.directory, "unknown-in")
    wrong = []
    for name, (names, how, outcome) in {**certificates(EVIL), "right": ([EVIL], {}, None)}.items():
        how = dict(how, authority=unknown if "authority" in how else None)
        shown = context(False, *world.certificate(f"in-{name}", names, **how), weak=True)
        link = await world.dial()
        try:
            features = await link.secure(shown)
        except (Ended, ssl.SSLError):
            assert name == "weak-signature" or name == "small-key", name  # refused by the handshake itself
            continue
        if features.has("mechanisms") != (outcome is None):
            wrong.append(name)
        elif outcome is not None:
            await link.send(auth())
            assert (await link.until("failure")).has("not-authorized"), name
            since = world.edge.bus.events.mark()
            await link.send(message(f"x@{EVIL}", ALICE_JID, MARK))
            assert (await link.last_words())[0] == "not-authorized", name
            event = await world.edge.bus.event("stream-refused", since=since, partner=EVIL)
            if event["details"].get("detail") != outcome:
                wrong.append((name, event["details"]))
        link.abort()
    assert not wrong, wrong
    link = await world.dial()
    assert not (await link.secure(context(False))).has("mechanisms"), "offered to nobody's certificate"
    link.abort()


@pytest.mark.parametrize("swap", [dict(from_=PARTNER_DOMAIN), dict(from_=f"sub.{EVIL}"), dict(from_=None),
                                  dict(to="nobody.test")], ids=["from", "subdomain", "no-from", "to"])
@pytest.mark.parametrize("moment", ["tls", "sasl"])
async def test_restart_with_other_addresses(world, moment, swap):
    """CVE-2018-10847: who was proved before a restart is who speaks after it."""
    link = await world.dial()
    if moment == "tls":
        await link.open()
        await link.send(STARTTLS)
        await link.until("proceed")
        await link.start_tls(world.client())
    else:
        await link.secure(world.client())
        await link.send(auth())
        await link.until("success")
        link.restart()
    await link.send(header(**{"from_": EVIL, "to": OUR_DOMAIN, **swap}))
    await link.send(message(f"juliet@{PARTNER_DOMAIN}", ALICE_JID, MARK))
    condition, _ = await link.last_words()
    assert condition == "invalid-from"


async def test_a_strangers_stanzas_are_capped(world):
    """Answered `forbidden`, ten of them; then the stream ends."""
    world.server.stanzas.clear()
    link = await world.proved(STRANGER)
    for number in range(30):
        await link.send(message(f"x@{STRANGER}", ALICE_JID, MARK, f"s{number}"))
    condition, _ = await link.last_words()
    assert condition == "policy-violation"
    await until(lambda: len(world.server.stanzas) >= 10, 30, "ten answers")
    assert len(world.server.stanzas) == 10
    assert all(stanza.type == "error" and stanza.has("forbidden") for stanza in world.server.stanzas)


# --- dialback -----------------------------------------------------------------------------------------------------

async def dialback(world, domain=EVIL, source=EVIL):
    """A stream under TLS of a server that has no certificate, so that dialback must do."""
    link = await world.dial(domain)
    await link.secure(context(False))
    return link


async def test_dialback_key_is_bound_to_its_stream_and_pair(world):
    first, second = await dialback(world), await dialback(world)
    assert first.stream_id != second.stream_id and len(first.stream_id) >= 32
    key = world.server.key(OUR_DOMAIN, EVIL, first.stream_id)
    # On another stream; for another pair; then where it belongs.
    await second.send(result(EVIL, OUR_DOMAIN, key) + message(f"x@{EVIL}", ALICE_JID, MARK))
    assert (await second.last_words())[0] == "not-authorized"
    third = await dialback(world)
    await third.send(result(EVIL, OUR_DOMAIN, key))
    assert (await third.until("result", deadline=10)).type == "invalid"
    await third.is_gone()
    await first.send(result(EVIL, OUR_DOMAIN, key))
    assert (await first.until("result", deadline=10)).type == "valid"
    await first.send(message(f"x@{EVIL}", ALICE_JID, "by dialback"))
    await world.alice.heard("by dialback")
    await first.send(message(f"x@{PARTNER_DOMAIN}", ALICE_JID, MARK))
    assert (await first.last_words())[0] == "invalid-from"


async def test_dialback_for_another_domain_is_asked_there(world):
    """evil.test says it is fabrikam.test: fabrikam.test's own server is asked, and knows nothing of it."""
    link = await world.dial(PARTNER_DOMAIN)
    await link.secure(context(False))
    await link.send(result(PARTNER_DOMAIN, OUR_DOMAIN, world.server.key(OUR_DOMAIN, PARTNER_DOMAIN, link.stream_id)))
    assert (await link.until("result", deadline=10)).type in ("invalid", "error")
    await link.send(message(f"juliet@{PARTNER_DOMAIN}", ALICE_JID, MARK))
    await link.is_gone()
    # The same beside a proof of its own.
    link = await world.proved()
    await link.send(result(PARTNER_DOMAIN, OUR_DOMAIN, "0" * 64))
    answer = await link.until("result", deadline=10)
    assert answer.type == "error" and answer.has("forbidden")
    await link.send(message(f"juliet@{PARTNER_DOMAIN}", ALICE_JID, MARK))
    assert (await link.last_words())[0] == "invalid-from"


class LyingAuthority(Steps):
    """Answers everything but what it was asked, then `invalid`."""

    async def on_verify(self, event):
        for from_, to, id_ in ((event.to, event.from_, "another"), (event.from_, event.to, event.id),
                               (f"sub.{event.to}", event.from_, event.id), (event.to, "nobody.test", event.id)):
            await self.send(verify(from_, to, id_, type_="valid"))
        await self.send(result(event.to, event.from_, type_="valid"))
        await self.send(verify(event.to, event.from_, event.id, type_="invalid"))


async def test_unsolicited_answers_of_an_authority(world):
    world.server.faults[EVIL] = LyingAuthority
    try:
        link = await dialback(world)
        await link.send(result(EVIL, OUR_DOMAIN, "key"))
        assert (await link.until("result", deadline=10)).type == "invalid"
        await link.send(message(f"x@{EVIL}", ALICE_JID, MARK))
        await link.is_gone()
    finally:
        del world.server.faults[EVIL]


async def test_dialback_where_it_is_switched_off(world):
    await world.edge.oreectl("xmpp-partner", "set", EVIL, "sasl-negotiation=required",
                             "support-dialback-negotiation=false")
    link = await world.dial()
    await link.open()
    await link.send(STARTTLS)
    await link.until("proceed")
    await link.start_tls(context(False))
    await link.send(header(EVIL, OUR_DOMAIN) + result(EVIL, OUR_DOMAIN, "key")
                    + message(f"x@{EVIL}", ALICE_JID, MARK))
    assert (await link.last_words())[0] == "not-authorized"
    # Nor does another's certificate help it past the switch.
    link = await world.dial(SPARE)
    await link.secure(world.client(SPARE))
    asked = len(world.server.links)
    await link.send(result(EVIL, OUR_DOMAIN, "key"))
    assert (await link.until("result")).has("not-authorized")
    assert len(world.server.links) == asked, "nobody is asked about it"
    link.abort()


async def test_never_ending_dialback(world):
    """The same question with another key, over and over (OF-2325): an attempt each, ten in all."""
    link = await dialback(world)
    for number in range(60):
        await link.send(result(EVIL, OUR_DOMAIN, f"{number}"))
    condition, _ = await link.last_words()
    assert condition in ("policy-violation", "not-authorized")
    # Each for another domain: the pairs waiting are capped too, and every failed one counts.
    link = await world.proved()
    for number in range(60):
        await link.send(result(f"n{number}.invalid", OUR_DOMAIN, "key"))
    assert (await link.last_words(20))[0] == "policy-violation"


async def test_keys_of_ours_prove_nothing_elsewhere(world):
    """As the authority: a key we made for one pair and stream is invalid for any other."""
    taken = asyncio.get_running_loop().create_future()

    class Collects(Steps):
        external = False

        async def on_result(self, event):
            taken.set_result((event.text(), self.stream_id))
            await self.send(result(event.to, event.from_, type_="invalid"))

    world.server.faults[EVIL] = Collects
    try:
        assert await world.alice.say(f"sip:x@{EVIL}", "hello") >= 400
        key, stream_id = await asyncio.wait_for(taken, 30)
    finally:
        del world.server.faults[EVIL]
    link = await world.dial()
    await link.secure(world.client())

    async def asked(from_, id_, presented):
        await link.send(verify(from_, OUR_DOMAIN, id_, presented))
        return (await link.until("verify")).type

    assert await asked(EVIL, stream_id, key) == "valid"
    assert await asked(EVIL, stream_id + "0", key) == "invalid"
    assert await asked(EVIL, stream_id[1:], key) == "invalid"
    assert await asked(f"x{EVIL}", stream_id, key) == "invalid"
    assert await asked(EVIL, stream_id, key.upper()) == "invalid"
    assert await asked(EVIL, stream_id, key[:-1]) == "invalid"
    assert await asked(EVIL, stream_id, key + "0") == "invalid"
    link.abort()


# --- servers that answer wrong ------------------------------------------------------------------------------------

@pytest.mark.parametrize("domain", FAULTS, ids=[domain.removesuffix(f".{OUT}") for domain in FAULTS])
async def test_outbound(world, domain):
    """Our user's message is refused, for a reason that names the fault; not a byte of it was sent."""
    steps = FAULTS[domain]
    if steps.reasons & {"establish-timeout"}:
        await world.edge.oreectl("xmpp-gateway", "set", "stream-establishment-timeout=2")
    since = world.edge.bus.events.mark()
    world.server.unwanted.clear()
    before = len(world.server.links)
    status = await world.alice.say(f"sip:somebody@{domain}", SECRET_TEXT)
    assert status is not None and status >= 400
    assert len(world.server.links) > before, "never called"
    assert SECRET_TEXT.encode() not in world.server.said(before)
    assert not world.server.unwanted, "something was said that the fault must have prevented"
    # A domain whose first connection fails in the handshake may be told by its certificate.
    event = await world.edge.bus.events.wait(
        lambda event: event["nick"] in ("stream-failed", "stream-closed") and event["details"]["partner"] == domain,
        since=since, what=f"the end of the stream to {domain}")
    assert event["details"]["reason"] in steps.reasons, event["details"]
    if getattr(steps, "detail", None) is not None and event["details"]["reason"] == "cert-not-proven":
        assert event["details"]["detail"] == steps.detail, event["details"]


async def test_nobody_follows_see_other_host(world):
    """127.0.0.67 is where the two faults above point to."""
    called = []
    listener = await asyncio.start_server(lambda reader, writer: called.append(1), "127.0.0.67", XMPP_PORT)
    world.server.faults[EVIL] = SeeOtherHost
    try:
        assert await world.alice.say(f"sip:x@{EVIL}", SECRET_TEXT) >= 400
    finally:
        del world.server.faults[EVIL]
        listener.close()
    assert not called


async def test_nothing_is_put_into_the_sip_side(world):
    """What XMPP allows in a body, a subject, a resource or a thread cannot become a header of SIP's."""
    link = await world.proved()
    tricks = ("line\r\nVia: SIP/2.0/TLS 192.0.2.1\r\n\r\nMESSAGE sip:bob@x SIP/2.0", "a\nb", "tab\tand \u2028 separator")
    for number, text in enumerate(tricks):
        escaped = text.replace("\r", "&#13;").replace("\n", "&#10;")
        await link.send(f"<message type='chat' from='x@{EVIL}/r{number}' to='{ALICE_JID}' id='i&quot;&gt;{number}'>"
                        f"<subject>{escaped}</subject><thread>{escaped}</thread><body>trick {number}</body></message>")
        heard = await world.alice.heard(f"trick {number}")
        assert not any("192.0.2.1" in value for value in heard.packet.all("via"))
        assert "\r" not in heard.subject and "\n" not in heard.subject
    link.abort()


async def test_nothing_is_put_into_the_log(world):
    """No line of the log was begun by a peer, none holds a control character (the faults above tried)."""
    log = (world.edge.directory / "oreed.log").read_bytes()
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", log)
    assert not re.search(rb"^oreed: all is well", log, re.MULTILINE)
    for event in world.edge.bus.events.entries:
        assert not re.search(r"[\x00-\x1f\x7f]", repr(event["details"]).replace("\\n", "\n")), event


# --- answers ------------------------------------------------------------------------------------------------------

async def answers(world, stanzas, count, deadline=10):
    """What comes back to evil.test for `stanzas`, once `count` came."""
    world.server.stanzas.clear()
    link = await world.proved()
    for stanza in stanzas:
        await link.send(stanza)
    await until(lambda: len(world.server.stanzas) >= count, deadline, f"{count} answers")
    link.abort()
    return list(world.server.stanzas)


async def test_an_error_is_never_answered(world):
    """Errors, results and presence errors to users who are not there; then one question that is answered."""
    loops = [f"<message type='error' from='x@{EVIL}' to='nobody{n}@{OUR_DOMAIN}' id='e{n}'><error type='cancel'>"
             f"<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>" for n in range(20)]
    loops += [f"<iq type='{kind}' from='x@{EVIL}' to='nobody{n}@{OUR_DOMAIN}' id='i{n}'/>" for n in range(20)
              for kind in ("error", "result")]
    loops += [f"<presence type='{kind}' from='x@{EVIL}' to='nobody{n}@{OUR_DOMAIN}'/>" for n in range(20)
              for kind in ("error", "unavailable", "unsubscribed")]
    got = await answers(world, [*loops, f"<iq type='get' from='x@{EVIL}' to='{OUR_DOMAIN}' id='last'>"
                                "<ping xmlns='urn:xmpp:ping'/></iq>"], 1)
    assert [(stanza.name, stanza.id) for stanza in got] == [("iq", "last")], got


HARVEST = {
    "message": "<message type='chat' from='x@{me}/r' to='{to}' id='h'><body>are you there?</body></message>",
    "disco": "<iq type='get' from='x@{me}/r' to='{to}' id='h'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
    "vcard": "<iq type='get' from='x@{me}/r' to='{to}' id='h'><vCard xmlns='vcard-temp'/></iq>",
    "last": "<iq type='get' from='x@{me}/r' to='{to}' id='h'><query xmlns='jabber:iq:last'/></iq>",
    "version": "<iq type='get' from='x@{me}/r' to='{to}' id='h'><query xmlns='jabber:iq:version'/></iq>",
    "ping": "<iq type='get' from='x@{me}/r' to='{to}' id='h'><ping xmlns='urn:xmpp:ping'/></iq>",
    "roster": "<iq type='set' from='x@{me}/r' to='{to}' id='h'><query xmlns='jabber:iq:roster'/></iq>",
    "unknown": "<iq type='get' from='x@{me}/r' to='{to}' id='h'><x xmlns='urn:x'/></iq>",
    "full": "<iq type='get' from='x@{me}/r' to='{to}/phone' id='h'><ping xmlns='urn:xmpp:ping'/></iq>",
    "subscribe": "<presence type='subscribe' from='x@{me}' to='{to}'/>",
    "probe": "<presence type='probe' from='x@{me}' to='{to}'/>",
}


@pytest.mark.parametrize("question", HARVEST)
async def test_who_exists_is_not_told(world, question):
    """A partner whose users must be let in one by one cannot tell an absent user of ours from one that never was, by
    what is answered. (A federated partner may see presence: it hears more, RFC 6120 8.3.3.13.)"""
    def canonical(stanza, user):
        from xml.etree import ElementTree
        return ElementTree.tostring(stanza.element).decode().replace(user, "USER")

    await world.edge.oreectl("xmpp-partner", "set", EVIL, "partner-type=public-unverified")
    seen = set()
    for user in (BOB_JID, f"nobody@{OUR_DOMAIN}"):
        stanza, = await answers(world, [HARVEST[question].replace("{me}", EVIL).replace("{to}", user)], 1)
        seen.add(canonical(stanza, user))
    assert len(seen) == 1, seen


async def test_one_question_one_answer(world):
    """Amplification: what comes back is no more stanzas, and few more bytes, than came."""
    asked = [f"<iq type='get' from='x@{EVIL}' to='u{n}@{OUR_DOMAIN}' id='q{n}'><query "
             "xmlns='http://jabber.org/protocol/disco#info'/></iq>" for n in range(200)]
    before = len(world.server.links)
    got = await answers(world, asked, 200)
    assert len(got) == 200 and len({stanza.id for stanza in got}) == 200
    ratio = len(world.server.said(before)) / sum(map(len, asked))
    print(f"amplification of iq: {ratio:.2f}")
    assert ratio < 3


async def test_a_slow_goodbye_loses_nothing(world):
    """A stream we ended for idleness waits for the peer's end tag, which does not come: what our user writes meanwhile
    goes by another stream."""
    await world.edge.oreectl("xmpp-gateway", "set", "stream-inactivity-timeout=1")
    since = world.edge.bus.events.mark()
    assert await world.alice.say(f"sip:x@{GOODBYE}", "first") in (200, 202)
    await asyncio.wait_for(Lingers.ended.wait(), 30)
    world.server.stanzas.clear()
    assert await world.alice.say(f"sip:x@{GOODBYE}", "second") in (200, 202)
    await until(lambda: world.server.stanzas, 30, "the second message")
    assert world.server.stanzas[0].text().startswith("second")
    assert not [event for event in world.edge.bus.events.entries[since:] if event["nick"] == "stream-closed"
                and event["details"]["partner"] == GOODBYE], "it had not waited for the end"


async def test_the_limits_of_a_peer_are_kept(world):
    """A stanza over its limit is not sent, and its sender hears why; a stream is kept alive within its patience."""
    to, before = f"sip:x@{NARROW}", len(world.server.links)
    assert await world.alice.say(to, "short") in (200, 202)
    since = world.edge.bus.events.mark()
    status = await world.alice.say(to, "long " * 4000)
    assert status is not None and status >= 400
    event = await world.edge.bus.event("message-undelivered", since=since)
    assert event["details"]["reason"] == "too-big"
    assert b"long long" not in world.server.said(before)
    assert await world.alice.say(to, "short again") in (200, 202)
    link = world.server.links[-1]
    heard = len(link.seen)
    await until(lambda: len(link.seen) > heard, 6, "a sign of life")
    assert not link.over
    await until(lambda: len(world.server.stanzas) >= 2 and world.server.stanzas[-1].text().startswith("short again"), 20,
                "the message behind it")
