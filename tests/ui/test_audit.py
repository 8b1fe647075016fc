# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page, editor, detail, menu and dialog of the panel, one after the other, in every dress: a picture of each, and at
each the questions of audit.py. Pictures: build/shots/audit/SCENE-LANGUAGE-DRESS.png"""

import time
from dataclasses import dataclass

import pytest

from audit import LANGUAGES, Audit
from conftest import run
from sip_users import both_ways, sip_user
from world import PARTNER_DOMAIN, World

SEEDS = [
    ["xmpp-partner", "add", "google.test", "partner-type=public-unverified", "description=Un grand fournisseur"],
    ["allowed-domain", "add", "litware.test", "proxy-fqdn=sip.litware.test", "comment=Our supplier"],
    ["allowed-domain", "add", "adatum.test"],
    ["blocked-domain", "add", "spam.test", "include-subdomains=true", "comment=since 2019"],
    ["site", "add", "Paris"],
    ["external-access-policy", "add", "site:Paris", "enable-federation-access=true", "enable-xmpp-access=true"],
    ["external-access-policy", "add", "Sales", "enable-federation-access=true", "description=Sales people"],
    ["hosting-provider", "add", "LyncOnline", "proxy-fqdn=sipfed.online.test", "enabled=true"],
    ["public-provider", "add", "Messenger", "proxy-fqdn=federation.messenger.test"],
    ["sip-domain", "add", "corp.contoso.test"],
    ["user", "set", "sip:bob@contoso.test", "external-access-policy=Sales", "site=Paris"],
]

# Words among those, and of the machine, that stand on the screen by themselves; and one that looks like an element, which
# pseudo.py leaves alone.
KNOWN = ("Sales", "Paris", "Bob", "root", "<Automatic>", "LyncOnline", "Messenger", "Société Fabrikam")


@pytest.fixture(scope="module")
def furnished():
    """A lab where everything has something to show: records of every kind, a partner with living streams."""
    world = World()
    try:
        run(world.start_lab())
        run(furnish(world))
        yield world
    finally:
        run(world.stop())


async def furnish(world):
    await world.edge.oreectl("xmpp-partner", "add", PARTNER_DOMAIN, "partner-type=federated",
                             f"additional-domains=corp.{PARTNER_DOMAIN}", "description=Société Fabrikam")
    for words in SEEDS:
        await world.edge.oreectl(*words)
    alice, juliet = world.keep(await sip_user(world, "alice")), await world.xmpp_user("juliet")
    await both_ways(juliet, alice, "a word")


# --- scenes ---------------------------------------------------------------------------------------
#
# `place` is what win.go takes; the keys and actions that follow open what is to be seen.

@dataclass
class Scene:
    name: str
    place: str
    steps: tuple

    def __init__(self, name, place, *steps):
        self.name, self.place, self.steps = name, place, steps


SCENES = [
    Scene("home", "home"),
    Scene("policies", "policies"),
    Scene("policy", "policies/Sales"),
    Scene("policy-new", "policies/+external-access-policy"),
    Scene("policy-site", "policies/+site"),
    Scene("edge", "edge"),
    Scene("edge-editor", "edge/global"),
    Scene("domains", "domains"),
    Scene("domain", "domains/litware.test"),
    Scene("domain-blocked", "domains/+blocked-domain"),
    Scene("domain-delete", "domains/litware.test", "alt+Left", "Delete"),
    Scene("domain-new-menu", "domains", "ctrl+n"),
    Scene("domain-menu", "domains/litware.test", "alt+Left", "shift+F10"),
    Scene("domain-sort-menu", "domains", "ctrl+shift+s"),
    Scene("domain-no-match", "domains", "ctrl+f", "z", "q", "z"),
    Scene("providers", "providers"),
    Scene("provider-hosting", "providers/LyncOnline"),
    Scene("provider-public", "providers/+public-provider"),
    Scene("xmpp", "xmpp"),
    Scene("partner", f"xmpp/{PARTNER_DOMAIN}"),
    Scene("partner-new", "xmpp/+xmpp-partner"),
    Scene("partner-error", "xmpp/+xmpp-partner", "a", "space", "b"),
    Scene("partner-leave", "xmpp/+xmpp-partner", "a", "Escape"),
    Scene("services", "services"),
    Scene("service-front-end", "services/front-end"),
    Scene("service-stop", "services/xmpp-proxy", "do page.stop"),
    Scene("service-drain", "services/xmpp-proxy", "do page.drain"),
    Scene("certificates", "certificates"),
    Scene("connections", "connections"),
    Scene("connection-partner", f"connections/{PARTNER_DOMAIN}"),
    Scene("connections-all", "connections/+connections"),
    Scene("connection", "connections/+connections", "do page.select-all", "do page.open"),
    Scene("events", "events"),
    Scene("topology", "edge-server"),
    Scene("topology-domains", "own-domains"),
    Scene("topology-domain", "own-domains/corp.contoso.test"),
    Scene("sites", "sites"),
    Scene("site-new", "sites/+site"),
    Scene("users", "people"),
    Scene("user", "people/sip:bob@contoso.test"),
    Scene("user-new", "people/+user"),
    Scene("user-grant", "people/sip:bob@contoso.test", "alt+Left", "do page.grant"),
    Scene("allow-entries", "allow-entries"),
    Scene("history", "history"),
    Scene("revision", "history/3"),
    Scene("revision-back", "history/3", "do history.go-back 3"),
    Scene("shortcuts", "home", "ctrl+question"),
    Scene("about", "home", "do app.about"),
]


def leave(inspector, scene):
    """Back to the first page: no menu, no dialog, nothing half typed."""
    end = time.monotonic() + 20
    while True:
        inspector.order("leave")
        inspector.settle()
        inspector.order("go home")
        inspector.settle()
        if inspector.ask("windows") == "1":
            return
        assert time.monotonic() < end, f"{scene.name} is not left"


# libadwaita's own windows.
OTHERS = ("about", "shortcuts")


def walk_to(p, inspector, scene):
    inspector.order(f"go {scene.place}")
    inspector.settle()
    for step in scene.steps:
        if step.startswith("do "):
            inspector.order(step)
        else:
            p.key(step)
        inspector.settle()
    if any(len(step) == 1 for step in scene.steps):
        inspector.settle(looks=10)  # what is typed is judged after a pause


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_and_dialog(furnished, panel, tmp_path, language):
    audit = Audit(tmp_path, "audit", language, known=KNOWN)
    p = await panel(furnished, "--page=home", "--size=900x600", language=language, environment=audit.environment)
    audit.begin(p)
    for scene in SCENES:
        walk_to(p, audit.inspector, scene)
        audit.judge(scene.name, menu=scene.name.endswith("-menu"), foreign=scene.name in OTHERS)
        leave(audit.inspector, scene)
    audit.end()
