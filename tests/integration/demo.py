# SPDX-License-Identifier: GPL-3.0-or-later
"""The demonstration of ./run --demo: a user of a real Prosody and a SIP user of ours talk through Orée, line by line
as it happens. With --exit it ends after the conversation, status 0 only when every line of it held."""

import asyncio
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lab.journal import Missed  # noqa: E402
from world import OUR_DOMAIN, OUR_PASSWORD, PARTNER_DOMAIN, PARTNER_USERS, World  # noqa: E402

ALICE = f"sip:alice@{OUR_DOMAIN}"
ALICE_JID = f"alice@{OUR_DOMAIN}"
JULIET = f"juliet@{PARTNER_DOMAIN}"
JULIET_URI = f"sip:{JULIET}"

ENGLISH = {
    "edge": "Orée runs on a private bus with the lab profile: {domain}, users alice and bob",
    "partner-server": "Prosody serves {domain} on {address}, port {port}",
    "partner-record": "The administrator makes {domain} a partner: oreectl {words}",
    "alice-signs-in": "Alice signs in to Orée with baresip (SIP over TLS)",
    "juliet-signs-in": "Juliet signs in to Prosody with slixmpp (XMPP)",
    "alice-asks": "Alice has Juliet in her contacts: Juliet is asked, and agrees",
    "alice-sees": "Alice sees Juliet: online",
    "juliet-asks": "Juliet adds Alice, and sees her: available",
    "juliet-says": "Juliet to Alice: {text}",
    "alice-says": "Alice to Juliet: {text}",
    "juliet-leaves": "Juliet goes away; Alice sees her: offline",
    "juliet-returns": "Juliet comes back; Alice sees her: online",
    "alice-leaves": "Alice goes offline; Juliet sees her: unavailable",
    "alice-returns": "Alice comes back; Juliet sees her: available",
    "unknown": "Juliet writes to nobody@{domain} and is told: {error}",
    "streams": "Both streams with {domain} are encrypted and proved by certificate",
    "failed": "That did not hold: {why}",
    "held": "Every line of the conversation held.",
    "play": "It stays like this until ^C. To look around, in another terminal:",
    "clients": "Other clients are welcome:",
    "clients-sip": "  SIP   {user}, password {password}, server {server} over TLS, authority {authority}",
    "clients-xmpp": "  XMPP  {user}, password {password}, server {server} without TLS",
    "type": "Or write here: “alice TEXT” and “juliet TEXT” speak for them.",
    "line-1": "Wherefore art thou, Alice?",
    "line-2": "Here, at the edge of the wood.\nDo you hear the nightingale? 🌳",
    "line-3": "I do. Every word of it.",
    "stopping": "Stopping what was started.",
}
FRENCH = {
    "edge": "Orée tourne sur un bus privé avec le profil de laboratoire : {domain}, utilisateurs alice et bob",
    "partner-server": "Prosody sert {domain} sur {address}, port {port}",
    "partner-record": "L'administratrice fait de {domain} un partenaire : oreectl {words}",
    "alice-signs-in": "Alice se connecte à Orée avec baresip (SIP sur TLS)",
    "juliet-signs-in": "Juliette se connecte à Prosody avec slixmpp (XMPP)",
    "alice-asks": "Alice a Juliette dans ses contacts : Juliette est sollicitée et accepte",
    "alice-sees": "Alice voit Juliette : en ligne",
    "juliet-asks": "Juliette ajoute Alice et la voit : disponible",
    "juliet-says": "Juliette à Alice : {text}",
    "alice-says": "Alice à Juliette : {text}",
    "juliet-leaves": "Juliette s'absente ; Alice la voit : hors ligne",
    "juliet-returns": "Juliette revient ; Alice la voit : en ligne",
    "alice-leaves": "Alice se met hors ligne ; Juliette la voit : indisponible",
    "alice-returns": "Alice revient ; Juliette la voit : disponible",
    "unknown": "Juliette écrit à nobody@{domain} et apprend : {error}",
    "streams": "Les deux flux avec {domain} sont chiffrés et prouvés par certificat",
    "failed": "Cela n'a pas tenu : {why}",
    "held": "Chaque ligne de la conversation a tenu.",
    "play": "Tout reste ainsi jusqu'à ^C. Pour explorer, dans un autre terminal :",
    "clients": "D'autres clients sont les bienvenus :",
    "clients-sip": "  SIP   {user}, mot de passe {password}, serveur {server} en TLS, autorité {authority}",
    "clients-xmpp": "  XMPP  {user}, mot de passe {password}, serveur {server} sans TLS",
    "type": "Ou écrivez ici : « alice TEXTE » et « juliet TEXTE » parlent pour elles.",
    "line-1": "Où donc es-tu, Alice ?",
    "line-2": "Ici, à l'orée du bois.\nEntends-tu le rossignol ? 🌳",
    "line-3": "Oui. Chacun de ses mots.",
    "stopping": "Arrêt de ce qui a été lancé.",
}
assert ENGLISH.keys() == FRENCH.keys()


def sentences():
    """By the rules of gettext: C and POSIX switch LANGUAGE off."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "C"
    if locale not in ("C", "POSIX"):
        locale = os.environ.get("LANGUAGE") or locale
    return FRENCH if locale.split(":")[0].startswith("fr") else ENGLISH


class Demo:
    def __init__(self, world):
        self.world = world
        self.text = sentences()
        self.alice = self.juliet = None

    def say(self, key, **words):
        print(self.text[key].format(**words), flush=True)

    def held(self, key, **words):
        # Lines of a text below each other.
        print("✓ " + self.text[key].format(**words).replace("\n", "\n  "), flush=True)

    async def converse(self):
        world = self.world
        await world.start_lab()
        self.held("edge", domain=OUR_DOMAIN)
        self.held("partner-server", domain=PARTNER_DOMAIN, address=world.partner.address, port=world.partner.s2s_port)
        since = world.edge.bus.events.mark()
        words = ["xmpp-partner", "add", PARTNER_DOMAIN, "partner-type=federated", "tls-negotiation=required",
                 "sasl-negotiation=optional", "support-dialback-negotiation=true"]
        await world.edge.oreectl(*words)
        self.held("partner-record", domain=PARTNER_DOMAIN, words=" ".join(words))
        juliet = self.juliet = await world.xmpp_user("juliet")
        self.held("juliet-signs-in")
        alice = self.alice = await world.sip_user("alice", [JULIET_URI])
        self.held("alice-signs-in")

        await juliet.sees(ALICE_JID, "subscribe", deadline=20)
        juliet.approve(ALICE_JID)
        self.held("alice-asks")
        await alice.sees(JULIET_URI, "Online", 20)
        self.held("alice-sees")
        seen = juliet.presences.mark()
        juliet.subscribe(ALICE_JID)
        await juliet.sees(ALICE_JID, "subscribed", deadline=20, since=seen)
        await juliet.sees(ALICE_JID, "available", deadline=20, since=seen)
        self.held("juliet-asks")

        await self.from_juliet("line-1")
        await self.from_alice("line-2")
        await self.from_juliet("line-3")

        juliet.presence(type="unavailable")
        await alice.sees(JULIET_URI, "Offline", 20)
        self.held("juliet-leaves")
        juliet.presence()
        await alice.sees(JULIET_URI, "Online", 20)
        self.held("juliet-returns")
        seen = juliet.presences.mark()
        await alice.offline()
        await juliet.sees(ALICE_JID, "unavailable", deadline=20, since=seen)
        self.held("alice-leaves")
        seen = juliet.presences.mark()
        await alice.online()
        await juliet.sees(ALICE_JID, "available", deadline=20, since=seen)
        self.held("alice-returns")

        error = await juliet.refused(juliet.say(f"nobody@{OUR_DOMAIN}", "?"), 20)
        self.held("unknown", domain=OUR_DOMAIN, error=error.error)
        for direction in ("in", "out"):
            event = await world.edge.bus.event("stream-ready", since=since, partner=PARTNER_DOMAIN,
                                               direction=direction)
            assert event["details"]["method"] == "sasl-tls", event
        self.held("streams", domain=PARTNER_DOMAIN)

    async def from_juliet(self, key):
        self.juliet.say(ALICE_JID, self.text[key])
        heard = await self.alice.heard(self.text[key], 20)
        assert heard.sender.partition(";")[0] == JULIET_URI, heard
        self.held("juliet-says", text=heard.text)

    async def from_alice(self, key):
        await self.alice.say(self.text[key])
        heard = await self.juliet.heard(self.text[key], 20)
        assert heard.sender.split("/")[0] == ALICE_JID, heard
        self.held("alice-says", text=heard.body)

    async def play(self):
        """Until the caller has enough: shows what arrives, says what is typed."""
        world = self.world
        self.say("play")
        print(f"  export OREE_BUS={world.bus.address} OREE_LOCALEDIR={world.build / 'po'}")
        for words in ("status", "connections", "events", f"explain xmpp from={JULIET} to={ALICE_JID}"):
            print(f"  {world.edge.ctl} {words}")
        self.say("clients")
        self.say("clients-sip", user=f"sip:bob@{OUR_DOMAIN}", password=OUR_PASSWORD,
                 server=f"127.0.0.1:{world.sip_port}", authority=world.edge_authority)
        self.say("clients-xmpp", user=f"nurse@{PARTNER_DOMAIN}", password=PARTNER_USERS["nurse"],
                 server=f"{world.partner.address}:{world.partner.c2s_port}")
        shows = [asyncio.ensure_future(self.show("juliet-says", self.alice.messages, lambda message: message.text)),
                 asyncio.ensure_future(self.show("alice-says", self.juliet.messages, lambda message: message.body))]
        if sys.stdin.isatty():
            self.say("type")
            asyncio.get_running_loop().add_reader(sys.stdin, self.on_typed)
        await asyncio.gather(*shows)

    async def show(self, key, journal, text):
        position = journal.mark()
        while True:
            await journal.wait(lambda _: True, None, position)
            self.held(key, text=text(journal.entries[position]))
            position += 1

    def on_typed(self):
        line = sys.stdin.readline()
        who, _, text = line.strip().partition(" ")
        if who == "alice" and text:
            asyncio.ensure_future(self.alice.say(text))
        elif who == "juliet" and text:
            self.juliet.say(ALICE_JID, text)
        elif not line:
            asyncio.get_running_loop().remove_reader(sys.stdin)


async def main(stop_after):
    world = World()
    demo = Demo(world)
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    ending = asyncio.ensure_future(interrupted.wait())

    async def unless_interrupted(coroutine):
        task = asyncio.ensure_future(coroutine)
        await asyncio.wait({task, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return False
        task.result()
        return True

    status = 130
    try:
        if await unless_interrupted(demo.converse()):
            demo.say("held")
            status = 0
            if not stop_after:
                await unless_interrupted(demo.play())
    except (Missed, AssertionError, OSError) as problem:
        print("✗ " + demo.text["failed"].format(why=problem), flush=True)
        status = 1
    finally:
        demo.say("stopping")
        try:
            await world.stop()
        except AssertionError as problem:
            print("✗ " + demo.text["failed"].format(why=problem), flush=True)
            status = status or 1
    return status


if __name__ == "__main__":
    sys.exit(asyncio.run(main("--exit" in sys.argv[1:])))
