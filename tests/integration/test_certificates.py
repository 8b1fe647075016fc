# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates from the request to the handshake: real Prosody and real Kamailio see what was assigned, answers that are not
fit are explained and change nothing, the clock is watched, and replacing breaks nothing under load."""

import asyncio
import datetime
import subprocess
from collections import Counter

import pytest
from conftest import LONG, run
from gi.repository import GLib
from lab import pki
from lab.journal import until
from sip_peer import SipUser
from sip_users import ALICE_JID, JULIET_URI, both_ways
from lab.clock import Clock
from world import EDGE_ADDRESS, OUR_DOMAIN, PARTNER_DOMAIN, TOP, World

DAY = 24 * 3600
REPLACEMENTS = 100 if LONG else 5
WINDOW = 10  # messages on their way at once, each direction
EXTERNAL = ["access-edge-external", "web-conferencing-external"]


class Certificates:
    """org.oree.Edge1.Certificates, and the authority's side of it."""

    def __init__(self, world):
        self.world = world
        self.bus = world.edge.bus

    async def call(self, method, signature, *arguments):
        return await self.bus.call("Certificates", method, signature, *arguments, deadline=60)

    async def list(self):
        certificates, requests, usages = await self.call("List", "(a{sv})", {})
        return certificates, requests, {row["usage"]: row for row in usages}

    async def serving(self, usage):
        return (await self.list())[2][usage]["certificate"]

    async def request(self, *usages, **fields):
        """(id, CSR) for `usages`; the other fields in the types of the specification."""
        whole = {"usages": GLib.Variant("as", usages), "organization": GLib.Variant("s", "Contoso"),
                 "key-type": GLib.Variant("s", "ecdsa-p256")}
        whole |= {name.replace("_", "-"): GLib.Variant({bool: "b", str: "s", list: "as"}[type(value)], value)
                  for name, value in fields.items()}
        name, csr, _, problems = await self.call("CreateRequest", "(a{sv}a{sv})", whole, {})
        assert name, problems
        return name, csr

    def answer(self, csr, authority, days=90, names=None, dates=None, copy=True):
        """What `authority` makes of a request: the certificate alone, PEM. `names`: these instead of those asked for."""
        directory = self.world.directory
        request, extensions = directory / "answer.csr", directory / "answer.ext"
        request.write_text(csr)
        lines = ["basicConstraints=CA:FALSE", "keyUsage=digitalSignature", "extendedKeyUsage=serverAuth,clientAuth"]
        if names:
            lines.append("subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
        extensions.write_text("\n".join(lines) + "\n")
        out = directory / "answer.pem"
        if dates:
            authority._issue_dated(request, out, extensions, *dates)
        else:
            how = ["-extfile", extensions] if names else ["-copy_extensions", "copyall"]
            openssl("x509", "-req", "-in", request, "-CA", authority.certificate, "-CAkey", authority._key, "-CAcreateserial",
                    "-days", days, *how, "-out", out)
        return out.read_bytes()

    async def check(self, data, **options):
        return await self.call("CheckAnswer", "(aya{sv})", data, {k: GLib.Variant("s", v) for k, v in options.items()})

    async def keep(self, data, **options):
        """Imports; (ids, problem codes)."""
        result, problems = await self.call("Import", "(aya{sv})", data,
                                           {name.replace("_", "-"): GLib.Variant("b" if isinstance(value, bool) else "s", value)
                                            for name, value in options.items()})
        return result.get("imported", []), codes(problems)

    async def assign(self, name, *usages, accept=False):
        options = {"accept-warnings": GLib.Variant("b", True)} if accept else {}
        result, problems = await self.call("Assign", "(sasa{sv})", name, usages, options)
        return result, codes(problems)

    async def new(self, authority, *usages, **fields):
        """A certificate of `authority` in the store, not assigned; its id."""
        _, csr = await self.request(*usages, **fields)
        ids, _ = await self.keep(self.answer(csr, authority))
        return ids[0]


def codes(problems):
    return Counter(problem["code"] for problem in problems)


def openssl(*words, **options):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, **options).stdout


async def shown(port, *more):
    """The certificate that a fresh connection is shown, by its SHA-256."""
    child = await asyncio.create_subprocess_exec(
        "openssl", "s_client", "-connect", f"{EDGE_ADDRESS}:{port}", *more, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
    said, _ = await asyncio.wait_for(child.communicate(), 60)
    der = openssl("x509", "-outform", "der", input=said)
    return openssl("dgst", "-sha256", "-r", input=der).decode()[:64]


def shown_to_partners(world):
    return shown(world.xmpp_port, "-starttls", "xmpp-server", "-xmpphost", OUR_DOMAIN)


def shown_inside(world):
    return shown(world.sip_port)


async def methods(world, alice, word):
    """The methods of both streams with the partner, whose server is started anew for it."""
    await world.partner.restart()
    juliet = await world.xmpp_user("juliet")
    try:
        await both_ways(juliet, alice, word)
        return {row["direction"]: row["method"] for row in await world.edge.oreectl_json("connections")
                if row.get("partner") == PARTNER_DOMAIN}
    finally:
        await juliet.stop()


@pytest.fixture(scope="module")
def behind():
    """Prosody outside, Kamailio inside, the service between them."""
    world = World()
    try:
        run(world.start_behind(["alice"], trusting=True))
        world.unknown = pki.Authority(world.directory, "unknown-ca")
        world.certificates = Certificates(world)
        yield world
    finally:
        run(world.stop())


@pytest.fixture
def certs(behind):
    return behind.certificates


async def alice_at_kamailio(world):
    user = SipUser(f"sip:alice@{OUR_DOMAIN}", "alice", EDGE_ADDRESS, world.kamailio.port, world.authority.certificate)
    return await user.start()


@pytest.fixture
def alice(behind):
    user = run(alice_at_kamailio(behind))
    yield user
    run(user.stop())


@pytest.fixture
def juliet(behind):
    user = run(behind.xmpp_user("juliet"))
    yield user
    run(user.stop())


# ---- what partners see ----

async def test_prosody_and_kamailio_see_what_was_assigned(behind, certs, alice):
    """The whole way, and back: certificates of an authority both trust, then of another, then the former again. (Kamailio looks at
    the first DNS name alone, so the inside has one of its own.)"""
    request, csr = await certs.request("external")
    answer = certs.answer(csr, behind.authority)
    told, names, problems = await certs.check(answer)
    assert told["request"] == request and not problems, problems
    assert {row["name"]: row["change"] for row in names} == {f"sip.{OUR_DOMAIN}": "same", OUR_DOMAIN: "same"}
    (good,), problems = await certs.keep(answer)
    assert not problems
    assert not [row for row in (await certs.list())[1] if row["id"] == request]
    inside = await certs.new(behind.authority, "internal")
    before = await shown_to_partners(behind)
    for name, usage in ((good, "external"), (inside, "internal")):
        result, problems = await certs.assign(name, usage)
        assert result["assigned"] and not problems and result["effects"].get("streams-closed", 0) == 0
    assert before != good == await shown_to_partners(behind) and inside == await shown_inside(behind)
    assert await methods(behind, alice, "good") == {"in": "sasl-tls", "out": "sasl-tls"}

    # Of an authority that neither trusts: said before, done only when insisted on, and seen by both.
    bad, wrong = await certs.new(behind.unknown, "external"), await certs.new(behind.unknown, "internal")
    generation = (await behind.edge.oreectl_json("reload"))["generation"]
    for name, usage, serving in ((bad, "external", good), (wrong, "internal", inside)):
        result, problems = await certs.assign(name, usage)
        assert not result["assigned"] and problems == Counter(["chain-incomplete"])
        assert await certs.serving("access-edge-external" if usage == "external" else "edge-internal") == serving
        result, problems = await certs.assign(name, usage, accept=True)
        generation += 1
        assert result["assigned"] and result["accepted"] == 1 and result["generation"] == generation
    assert await shown_to_partners(behind) == bad and await shown_inside(behind) == wrong
    log = (behind.edge.directory / "oreed.log").read_text()
    assert "call Certificates.Assign by" in log and "accepting warnings: ok" in log
    await behind.partner.restart()
    await behind.kamailio.process.kill()
    await behind.kamailio.start()
    juliet = await behind.xmpp_user("juliet")
    refused = await juliet.refused(juliet.say(ALICE_JID, "nobody hears this"), 45)
    assert refused.error
    by = {row["direction"]: row["method"] for row in await behind.edge.oreectl_json("connections")
          if row.get("partner") == PARTNER_DOMAIN}
    assert "sasl-tls" not in by.values() or by.get("in") == "tls-dialback", by
    await juliet.stop()

    since = behind.edge.bus.events.mark()
    for usage in ("external", "internal"):
        result, problems = await call_roll_back(certs, usage)
        assert result["assigned"] and not problems
    assert await shown_to_partners(behind) == good and await shown_inside(behind) == inside
    await behind.kamailio.process.kill()
    await behind.kamailio.start()
    again = await alice_at_kamailio(behind)
    try:
        await until(lambda: next_hop_is_there(behind), 60, "the next hop")
        assert await methods(behind, again, "good again") == {"in": "sasl-tls", "out": "sasl-tls"}
    finally:
        await again.stop()


async def next_hop_is_there(world):
    rows = await world.edge.oreectl_json("service", "list")
    return not [row for row in rows if row["role"] == "access-edge" and row["degraded"]]


async def call_roll_back(certs, *usages):
    result, problems = await certs.call("RollBack", "(asa{sv})", usages, {})
    return result, codes(problems)


# ---- what is refused ----

async def test_answers_that_are_not_fit(behind, certs):
    """Each is explained, and nothing is assigned."""
    before = (await certs.list())[2]
    stranger = behind.authority.issue("stranger", [f"sip.{OUR_DOMAIN}"])[0].read_bytes()
    assert await certs.keep(stranger) == ([], Counter(["key-missing"]))

    _, csr = await certs.request("external")
    ids, problems = await certs.keep(certs.answer(csr, behind.authority, names=[f"sip.{OUR_DOMAIN}"]))
    assert problems == Counter(["name-missing"])
    result, problems = await certs.assign(ids[0], "external")
    assert not result["assigned"] and problems["name-missing"] == 1

    _, csr = await certs.request("external")
    past = certs.answer(csr, behind.authority, names=[f"sip.{OUR_DOMAIN}", OUR_DOMAIN], dates=("20200101000000Z", "20210101000000Z"))
    assert await certs.keep(past) == ([], Counter(["certificate-expired"]))
    assert (await certs.keep(b"nothing of the kind"))[1] == Counter(["file-unknown"])
    assert (await certs.keep(b""))[1] == Counter(["file-unknown"])

    # A PKCS#12 under a password; Windows' old cipher too.
    certificate, key = behind.authority.issue("packed", [f"sip.{OUR_DOMAIN}", OUR_DOMAIN])
    for name, more in (("new", []), ("old", ["-legacy"])):
        packed = openssl("pkcs12", "-export", "-in", certificate, "-inkey", key, "-passout", "pass:swordfish", *more)
        assert await certs.keep(packed) == ([], Counter(["password-needed"])), name
        assert await certs.keep(packed, password="sailfish") == ([], Counter(["wrong-password"])), name
        told, _, problems = await certs.check(packed, password="swordfish")
        assert told["format"] == "pkcs12" and told["has-key"] and not problems, problems
    ids, problems = await certs.keep(packed, password="swordfish")
    assert ids and not problems
    # Its key came without leave to go again.
    with_key, problems = await certs.call("Export", "(ssa{sv})", ids[0], "long enough", {})
    assert not with_key and codes(problems) == Counter(["key-not-exportable"])

    # A key that is another's.
    other = behind.authority.issue("other", ["other.test"])[1].read_bytes()
    encrypted = openssl("pkcs8", "-topk8", "-passout", "pass:swordfish", input=other)
    assert (await certs.keep(stranger + encrypted, password="swordfish"))[1]["key-mismatch"] == 1
    # A key that nothing protects: it is not even taken where it fits.
    for bare in (certificate.read_bytes() + key.read_bytes(),
                 openssl("pkcs12", "-export", "-in", certificate, "-inkey", key, "-passout", "pass:")):
        assert await certs.keep(bare) == ([], Counter(["key-in-clear"]))
    assert (await certs.list())[2] == before


async def test_a_missing_intermediate_is_named_and_added_by_file(behind, certs):
    root = behind.authority
    middle, key, request, extensions = (behind.directory / f"middle.{end}" for end in ("pem", "key", "csr", "ext"))
    extensions.write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request, "-subj",
            "/CN=middle-ca")
    openssl("x509", "-req", "-in", request, "-CA", root.certificate, "-CAkey", root._key, "-CAcreateserial", "-days", "20",
            "-extfile", extensions, "-out", middle)
    issuer = pki.Authority.__new__(pki.Authority)
    issuer.directory, issuer.certificate, issuer._key = behind.directory, middle, key
    _, csr = await certs.request("external")
    ids, problems = await certs.keep(certs.answer(csr, issuer))
    assert problems == Counter(["chain-incomplete"])
    row, = [row for row in (await certs.list())[0] if row["id"] == ids[0]]
    assert row["missing-issuer"] == "CN=middle-ca" and not row["chain-complete"]
    result, problems = await certs.assign(ids[0], "external")
    assert not result["assigned"] and problems == Counter(["chain-incomplete"])
    # As authorities send it: PKCS#7.
    bundle = openssl("crl2pkcs7", "-nocrl", "-certfile", middle, "-outform", "der")
    assert await certs.keep(bundle) == ([], Counter())
    result, problems = await certs.assign(ids[0], "external")
    assert result["assigned"] and not problems
    said = subprocess.run(["openssl", "s_client", "-connect", f"{EDGE_ADDRESS}:{behind.xmpp_port}", "-starttls", "xmpp-server",
                           "-xmpphost", OUR_DOMAIN, "-CAfile", root.certificate, "-verify_return_error"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60).stdout
    assert "Verify return code: 0 (ok)" in said and "middle-ca" in said
    result, _ = await call_roll_back(certs, "external")
    assert result["assigned"]


async def test_what_waits_survives_a_kill(behind, certs):
    request, csr = await certs.request("external", exportable=True)
    before = (await certs.list())[2]
    await behind.edge.kill()
    await behind.edge.start()
    certs.bus = behind.edge.bus
    assert request in [row["id"] for row in (await certs.list())[1]]
    assert (await certs.list())[2] == before
    ids, problems = await certs.keep(certs.answer(csr, behind.authority))
    assert ids and not problems
    # With leave, the key goes out, under the password alone, and what goes out comes in again.
    packed, problems = await certs.call("Export", "(ssa{sv})", ids[0], "long enough", {})
    assert not problems
    inside = openssl("pkcs12", "-nodes", "-passin", "pass:long enough", input=bytes(packed))
    assert inside.count(b"BEGIN CERTIFICATE") == 2 and inside.count(b"BEGIN PRIVATE KEY") == 1
    key = behind.edge.state / "certificates" / "certificates" / ids[0] / "key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    result, problems = await certs.call("Remove", "(sa{sv})", ids[0], {})
    assert result["removed"] and not problems and not key.exists()


async def test_the_permission_to_export_is_its_own():
    policy = (TOP / "data/polkit/org.oree.edge.policy").read_text()
    export = policy[policy.index('"org.oree.edge.export-key"'):]
    assert "_keep" not in export[:export.index("</action>")]


# ---- replacing under load ----

class Load:
    """Messages both ways without a pause, `WINDOW` on their way in each direction; each is accounted for."""

    def __init__(self, alice, juliet):
        self.alice, self.juliet = alice, juliet
        self.sent = Counter()
        self.statuses = Counter()
        self._stop = asyncio.Event()
        self._heard = alice.messages.mark(), juliet.messages.mark()

    async def _to_xmpp(self):
        slots = asyncio.Semaphore(WINDOW)

        def answered(future):
            self.statuses[future.result().status if future.result() else None] += 1
            slots.release()

        while not self._stop.is_set():
            await slots.acquire()
            self.alice.post(JULIET_URI, f"load {self.sent['xmpp']}").add_done_callback(answered)
            self.sent["xmpp"] += 1
        for _ in range(WINDOW):
            await asyncio.wait_for(slots.acquire(), 60)

    async def _to_sip(self):
        while not self._stop.is_set():
            self.juliet.say(ALICE_JID, f"load {self.sent['sip']}")
            self.sent["sip"] += 1
            arrived = self.alice.messages.entries
            await until(lambda: self.sent["sip"] - (len(arrived) - self._heard[0]) < WINDOW, 60, "alice to keep up", every=0.002)

    async def __aenter__(self):
        self._tasks = [asyncio.ensure_future(work) for work in (self._to_xmpp(), self._to_sip())]
        return self

    async def __aexit__(self, kind, *_):
        self._stop.set()
        if kind is not None:
            for task in self._tasks:
                task.cancel()
            return
        await asyncio.gather(*self._tasks)
        await until(lambda: len(self.texts()[0]) >= self.sent["sip"] and len(self.texts()[1]) >= self.sent["xmpp"], 60,
                    "the last messages")

    def texts(self):
        return ([m.text for m in self.alice.messages.entries[self._heard[0]:]],
                [m.body for m in self.juliet.messages.entries[self._heard[1]:]])


async def test_replacements_under_load(behind, certs, alice, juliet):
    """Certificate after certificate, outside and inside, while messages cross: each arrives once and in order, no stream
    breaks, and every new connection is shown the newest."""
    await both_ways(juliet, alice, "before")

    def streams(rows):
        return {(row["partner"], row["direction"], row.get("peer"), row.get("since")) for row in rows if row.get("partner")}

    before = streams(await behind.edge.oreectl_json("connections"))
    since = behind.edge.bus.events.mark()
    async with Load(alice, juliet) as load:
        for number in range(REPLACEMENTS):
            sent = sum(load.sent.values())
            for usage, look in (("external", shown_to_partners), ("internal", shown_inside)):
                newest = await certs.new(behind.authority, usage)
                result, problems = await certs.assign(newest, usage)
                assert result["assigned"] and not problems, problems
                assert result["effects"].get("streams-closed", 0) == 0
                assert await look(behind) == newest, number
            await until(lambda: sum(load.sent.values()) > sent, 60, "messages all the while")
    for_alice, for_juliet = load.texts()
    assert for_alice == [f"load {number}" for number in range(load.sent["sip"])]
    assert for_juliet == [f"load {number}" for number in range(load.sent["xmpp"])]
    assert set(load.statuses) <= {200, 202}, load.statuses
    broken = [event for event in behind.edge.bus.events.entries[since:]
              if event["nick"] in ("stream-closed", "stream-failed", "stream-refused", "sip-peer-refused", "role-degraded")
              # Our own look at what is shown inside, which shows nothing itself.
              and event["details"].get("reason") != "no-certificate"]
    assert not broken, broken
    assert before <= streams(await behind.edge.oreectl_json("connections"))
    assigned = [event for event in behind.edge.bus.events.entries[since:] if event["nick"] == "certificate-assigned"]
    assert len(assigned) == 2 * REPLACEMENTS
    print(f"{REPLACEMENTS} replacements outside and inside, {load.sent['sip']} messages to SIP, {load.sent['xmpp']} to XMPP, none lost")


# ---- the clock ----

@pytest.fixture
def timed():
    world = World()
    world.clock = Clock(world.edge, world.directory / "clock")
    try:
        run(world.start())
        world.certificates = Certificates(world)
        yield world
    finally:
        run(world.stop())


def dated(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


async def test_forty_five_days(timed):
    """A short life, watched to its end: told at 30, 14, 7 and 1 days and at the end, each once, a restart between; then
    a renewal takes its place at the date it was rolled for."""
    certs, authority = timed.certificates, pki.Authority(timed.directory, "short-ca")
    ours = [f"sip.{OUR_DOMAIN}", OUR_DOMAIN]
    _, csr = await certs.request("external")
    (short,), _ = await certs.keep(certs.answer(csr, authority, names=ours, dates=(dated(-0.01), dated(45))))
    result, problems = await certs.assign(short, "external", accept=True)
    assert result["assigned"]
    since, seen = timed.edge.bus.events.mark(), []
    for days, state, nick in ((10, "monitoring", None), (16, "monitoring", "certificate-expires"),
                              (31, "renew-soon", "certificate-expires"), (32, "renew-soon", None),
                              (38.1, "renew-now", "certificate-expires-now"), (44.1, "renew-now", "certificate-expires-now")):
        timed.clock.ahead(int(days * DAY))
        row = (await certs.list())[2]["access-edge-external"]
        assert row["state"] == state and row["days-left"] == int(45 - days - 0.001), (days, row)
        if days == 32:
            await timed.edge.stop()
            await timed.edge.start()
            certs.bus, since = timed.edge.bus, 0
        if nick:
            seen.append(await timed.edge.bus.event(nick, since=since, certificate=short, days=str(row["days-left"]), deadline=60))
    assert [int(event["details"]["days"]) for event in seen] == [28, 13, 6, 0]
    counters = await timed.edge.bus.counters()
    assert counters["certificate-days-left-access-edge-external"] == 0 and counters["certificate-usages-expiring"] >= 1

    # The renewal: what it was made from, and today's names; it takes over an hour before the end.
    await timed.edge.oreectl("sip-domain", "add", "northwind.test")
    _, names, _ = await certs.call("Renewal", "(sa{sv})", short, {})
    assert {row["name"]: row["change"] for row in names} == dict.fromkeys(ours, "same") | {"sip.northwind.test": "new",
                                                                                         "northwind.test": "new"}
    request, csr, _, problems = await certs.call("Renew", "(sa{sv}a{sv})", short, {}, {})
    assert request, problems
    (newer,), _ = await certs.keep(certs.answer(csr, authority, names=[row["name"] for row in names],
                                                dates=(dated(-1), dated(100))))
    end = [row["not-after"] for row in (await certs.list())[0] if row["id"] == short][0]
    accept = {"accept-warnings": GLib.Variant("b", True)}
    for when, code in ((end - 3 * DAY * 10**6, "roll-in-the-past"), (end + 10**6, "roll-too-late")):
        result, problems = await certs.call("Roll", "(sasxa{sv})", newer, ["external"], when, accept)
        assert not result["scheduled"] and code in codes(problems)
    result, problems = await certs.call("Roll", "(sasxa{sv})", newer, ["external"], end - 3600 * 10**6, accept)
    assert result["scheduled"], problems
    assert await certs.serving("access-edge-external") == short
    await timed.edge.kill()
    await timed.edge.start()
    certs.bus = timed.edge.bus
    since = timed.edge.bus.events.mark()
    timed.clock.ahead(int(44.98 * DAY))
    await timed.edge.bus.event("certificate-assigned", since=since, certificate=newer, who="oreed", deadline=60)
    assert await certs.serving("access-edge-external") == newer == await shown_to_partners(timed)
    # Too late to go back.
    timed.clock.ahead(46 * DAY)
    result, problems = await call_roll_back(certs, "external")
    assert not result["assigned"] and problems["certificate-expired"] == 2


async def test_the_end_is_told_and_shown(timed):
    """The lab's own certificates are watched too: their 397 days end."""
    since = timed.edge.bus.events.mark()
    timed.clock.ahead(398 * DAY)
    await timed.edge.bus.event("certificate-expired", since=since, deadline=60)
    usages = (await timed.certificates.list())[2]
    assert usages["access-edge-external"]["state"] == "expired" and usages["access-edge-external"]["days-left"] < 0
    assert (await timed.edge.bus.counters())["certificate-usages-expired"] >= 2


async def test_av_tokens_outlive_their_key(timed):
    """A roll for A/V authentication leaves the old key a token's life of eight hours."""
    certs, authority = timed.certificates, pki.Authority(timed.directory, "av-ca")
    _, csr = await certs.request("av")
    (first,), _ = await certs.keep(certs.answer(csr, authority, names=[f"edge.{OUR_DOMAIN}"], dates=(dated(-1), dated(10))))
    result, _ = await certs.assign(first, "av", accept=True)
    assert result["assigned"]
    second = await certs.new(authority, "av")
    end = [row["not-after"] for row in (await certs.list())[0] if row["id"] == first][0]
    accept = {"accept-warnings": GLib.Variant("b", True)}
    result, problems = await certs.call("Roll", "(sasxa{sv})", second, ["av"], end - 7 * 3600 * 10**6, accept)
    assert not result["scheduled"] and codes(problems)["roll-too-late"] == 1
    result, problems = await certs.call("Roll", "(sasxa{sv})", second, ["av"], end - 9 * 3600 * 10**6, accept)
    assert result["scheduled"]
    usage = (await certs.list())[2]["av-authentication"]
    assert usage["next"] == second and usage["effective"] == end - 9 * 3600 * 10**6
    timed.clock.ahead(int(9.7 * DAY))
    await until(lambda: rolled(certs, second), 60, "the roll")


async def test_a_roll_that_fails_is_told_and_tried_again(timed):
    """The key of what shall take over cannot be read when the time comes: told once, the former serves on; mended, it rolls."""
    certs, authority = timed.certificates, pki.Authority(timed.directory, "late-ca")
    newer = await certs.new(authority, "internal")
    accept = {"accept-warnings": GLib.Variant("b", True)}
    result, problems = await certs.call("Roll", "(sasxa{sv})", newer, ["internal"], certs_time(days=2), accept)
    assert result["scheduled"], problems
    before = await certs.serving("edge-internal")
    key = timed.edge.state / "certificates" / "certificates" / newer / "key.pem"
    aside = key.rename(key.with_suffix(".aside"))
    since = timed.edge.bus.events.mark()
    timed.clock.ahead(3 * DAY)
    await timed.edge.bus.event("certificate-roll-failed", since=since, certificate=newer, deadline=60)
    for _ in range(3):  # each looks at the clock
        assert await certs.serving("edge-internal") == before
    assert sum(event["nick"] == "certificate-roll-failed" for event in timed.edge.bus.events.entries[since:]) == 1
    aside.rename(key)
    await timed.edge.oreectl("reload")
    await timed.edge.bus.event("certificate-assigned", since=since, certificate=newer, who="oreed", deadline=60)
    assert await certs.serving("edge-internal") == newer == await shown_inside(timed)


async def test_every_change_is_told(timed):
    """Changed follows whatever List would show differently, with a serial that grows; what changed nothing is not told."""
    certs, bus, authority = timed.certificates, timed.edge.bus, pki.Authority(timed.directory, "told-ca")

    async def told(work, deadline=60):
        """What `work` answers, once a signal has come that is newer than all before."""
        since, last = bus.certificates.mark(), max(bus.certificates.entries, default=0)
        result = await work
        await bus.certificates.wait(lambda serial: serial > last, deadline, since, "Changed")
        return result

    accept = {"accept-warnings": GLib.Variant("b", True)}
    await certs.list()
    request, csr = await told(certs.request("external", exportable=True))
    (first,), _ = await told(certs.keep(certs.answer(csr, authority, dates=(dated(-1), dated(10)), names=[f"sip.{OUR_DOMAIN}"])))
    assert (await told(certs.keep(authority.certificate.read_bytes())))[0] == []
    assert (await told(certs.assign(first, "external", accept=True)))[0]["assigned"]
    second = await told(certs.new(authority, "external"))
    when = certs_time(days=5)
    assert (await told(certs.call("Roll", "(sasxa{sv})", second, ["external"], when, accept)))[0]["scheduled"]
    usages = {"usages": GLib.Variant("as", ["external"])}
    assert (await told(certs.call("Remove", "(sa{sv})", second, usages)))[0]["removed"]
    assert (await told(certs.assign(second, "external", accept=True)))[0]["assigned"]
    assert (await told(call_roll_back(certs, "external")))[0]["assigned"]
    assert (await told(certs.call("Remove", "(sa{sv})", second, {})))[0]["removed"]
    waiting, _ = await told(certs.request("internal"))
    assert (await told(certs.call("Remove", "(sa{sv})", waiting, {})))[0]["removed"]
    await told(timed.edge.oreectl("reload"))

    # The clock alone: two days left, then none. Nobody asks.
    for days, state in ((8, "renew-now"), (11, "expired")):
        since = bus.certificates.mark()
        timed.clock.ahead(days * DAY)
        await bus.certificates.wait(lambda serial: True, 60, since, "Changed")
        await until(lambda: in_state(certs, state), 60, state)

    async def serial():
        """A request's own."""
        await told(certs.request("internal"))
        return bus.certificates.entries[-1]

    # Questions and refusals: nothing changed, and nobody is told.
    last = await serial()
    await certs.check(csr.encode())
    await certs.call("CheckRequest", "(a{sv}a{sv})", {"usages": GLib.Variant("as", ["external"])}, {})
    result, problems = await certs.assign(first, "internal")
    assert not result["assigned"] and problems
    assert (await certs.keep(b"nothing of the kind"))[0] == []
    assert await serial() == last + 1
    assert bus.certificates.entries == sorted(set(bus.certificates.entries))


async def in_state(certs, state):
    return (await certs.list())[2]["access-edge-external"]["state"] == state


def certs_time(days):
    return int((datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).timestamp()) * 10**6


async def rolled(certs, newest):
    return await certs.serving("av-authentication") == newest
