# SPDX-License-Identifier: GPL-3.0-or-later
"""A private world: our service on a bus of its own and, for those who ask, the whole lab around it — a name server,
a partner's Prosody at fabrikam.test with users, SIP users of ours.

Used by the integration tests, by the demonstration and by tests/run-uninstalled."""

import asyncio
import os
import pathlib
import shutil
import sys
import tempfile

from lab import pki
from lab.baresip import Baresip
from lab.edge import Edge, PrivateBus
from lab.names import NameServer
from lab.process import free_port

TOP = pathlib.Path(__file__).resolve().parents[2]

OUR_DOMAIN = "contoso.test"
PARTNER_DOMAIN = "fabrikam.test"
PARTNER_ADDRESS = "127.0.0.2"
# What the lab profile of oreed sets up: service/control/oree-lab.c.
EDGE_ADDRESS = "127.0.0.1"
LAB_SIP_PORT, LAB_XMPP_PORT = 15061, 15269
OUR_USERS = ("alice", "bob")
OUR_PASSWORD = "lab-password"
NEXT_HOP = f"frontend.{OUR_DOMAIN}"
PARTNER_USERS = {"juliet": "capulet", "nurse": "angelica"}


def build_directory():
    """OREE_BUILD, or `build` beside the sources."""
    return pathlib.Path(os.environ.get("OREE_BUILD") or TOP / "build").resolve()


class World:
    """`directory` is kept when it was given, else it is temporary and removed by `stop`."""

    def __init__(self, directory=None, build=None, profile="lab", settings=None, wrapper=()):
        self.temporary = directory is None
        # Short, for a socket's name holds 107 bytes.
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="oree-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self.build = pathlib.Path(build or build_directory())
        self._socket_directory = pathlib.Path(tempfile.mkdtemp(prefix="oree-bus-"))
        self.bus = PrivateBus(self._socket_directory)
        self.sip_port, self.xmpp_port = LAB_SIP_PORT, LAB_XMPP_PORT
        if self.temporary:
            # Ports of its own, so that several worlds, or one of them and a real server, live on one machine. A kept
            # state has its ports in its records.
            self.sip_port, self.xmpp_port, internal_port = (free_port(EDGE_ADDRESS) for _ in range(3))
            settings = {("lab", "address"): EDGE_ADDRESS, ("lab", "sip-port"): self.sip_port,
                        ("lab", "xmpp-port"): self.xmpp_port, ("lab", "xmpp-internal-port"): internal_port,
                        **(settings or {})}
        self.edge = Edge(self.build, self.directory / "edge", self.bus.address, profile, settings, wrapper)
        self.names = None
        self.partner = None
        self.authority = None
        self._started = []

    def keep(self, thing):
        """`thing.stop ()` will be called, last started first."""
        self._started.append(thing)
        return thing

    async def start(self):
        """The bus and the service alone."""
        self.keep(await self.bus.start())
        await self.start_edge()
        return self

    async def start_edge(self):
        self.keep(self.edge)
        await self.edge.start()

    async def start_lab(self, hosts=None, prepare=None, **prosody):
        """Everything: names (and `hosts`, name to address), the partner's server, the service; `prosody` as class
        Prosody takes it. `await prepare (world)` runs when all is made and nothing started yet."""
        from lab.prosody import Prosody  # python3-slixmpp and friends are not needed by run-uninstalled

        self.authority = pki.Authority(self.directory, "fabrikam-ca")
        self.names = NameServer(self.directory)
        certificate, key = self.authority.issue(PARTNER_DOMAIN, [PARTNER_DOMAIN])
        self.trust = self.directory / "trust.pem"
        self.trust.write_bytes(self.authority.certificate.read_bytes())
        self.partner = Prosody(self.directory / "prosody", PARTNER_DOMAIN, self.names.endpoint, certificate, key,
                               self.trust, PARTNER_ADDRESS, **prosody)
        for name, password in PARTNER_USERS.items():
            self.partner.add_user(name, password)
        self.names.host(f"xmpp.{PARTNER_DOMAIN}", PARTNER_ADDRESS)
        self.names.service("xmpp-server", PARTNER_DOMAIN, f"xmpp.{PARTNER_DOMAIN}", self.partner.s2s_port)
        self.names.host(f"xmpp.{OUR_DOMAIN}", EDGE_ADDRESS)
        self.names.service("xmpp-server", OUR_DOMAIN, f"xmpp.{OUR_DOMAIN}", self.xmpp_port)
        for name, address in (hosts or {}).items():
            self.names.host(name, address)
        self.edge.settings["tls", "trust-anchors"] = str(self.authority.certificate)
        if prepare is not None:
            await prepare(self)
        self.keep(await self.names.start())
        self.edge.settings["dns", "forwarders"] = self.names.endpoint
        await self.start()
        # Each side trusts the other's authority; ours exists since the first start of the service.
        pki.bundle(self.trust, self.authority.certificate, self.edge_authority)
        self.keep(await self.partner.start())
        return self

    def make_names(self):
        """A name server that knows us, for a lab put together by hand; not yet started."""
        self.names = NameServer(self.directory)
        self.names.host(f"xmpp.{OUR_DOMAIN}", EDGE_ADDRESS)
        self.names.service("xmpp-server", OUR_DOMAIN, f"xmpp.{OUR_DOMAIN}", self.xmpp_port)
        return self.names

    async def start_servers(self, authority, trust, *servers):
        """The name server, the service, which trusts `authority`, and `servers` (lab/prosody_hosts.py), which trust
        the file `trust`."""
        self.keep(await self.names.start())
        self.edge.settings.setdefault(("dns", "forwarders"), self.names.endpoint)
        self.edge.settings["tls", "trust-anchors"] = str(authority.certificate)
        await self.start()
        pki.bundle(trust, authority.certificate, self.edge_authority)
        await asyncio.gather(*[server.start() for server in servers])
        for server in servers:
            self.keep(server)

    async def start_behind(self, users, trusting=False, storms=False, **options):
        """The lab with Debian's Kamailio as the next hop, `users` (their passwords are their names) at home there."""
        await self.start_lab(hosts={NEXT_HOP: EDGE_ADDRESS}, **options)
        await self.edge.oreectl("xmpp-partner", "add", PARTNER_DOMAIN, "partner-type=federated")
        await self.start_kamailio(users, self.authority, self.trust, trusting=trusting, storms=storms)
        return self

    async def start_kamailio(self, users, authority, trust, edge_port=None, relay=None, **options):
        """Debian's Kamailio as next hop of the service, which runs and trusts `authority`, as Kamailio trusts what is in
        the file `trust`; NEXT_HOP must be in the name server. `edge_port`: where it finds us; `relay` (a Kamailio's port →
        a port): where we find it; `options` as class Kamailio takes them."""
        from lab.kamailio import Kamailio

        edge_name = f"edge.{OUR_DOMAIN}"
        certificate, key = authority.issue("frontend", [NEXT_HOP, OUR_DOMAIN])
        self.kamailio = Kamailio(self.directory / "kamailio", OUR_DOMAIN, certificate, key, trust,
                                 f"sip:{EDGE_ADDRESS}:{edge_port or self.sip_port};transport=tls", edge_name,
                                 hosts={edge_name: EDGE_ADDRESS}, **options)
        for name in users:
            self.kamailio.add_user(name, name)
        self.keep(await self.kamailio.start())
        port = self.kamailio.port if relay is None else await relay(self.kamailio.port)
        for name in users:
            await self.edge.oreectl("user", "set", f"sip:{name}@{OUR_DOMAIN}", "home=next-hop")
        await self.edge.oreectl("topology", "set", f"next-hop={NEXT_HOP}:{port};transport=tls")

    @property
    def edge_authority(self):
        return self.edge.state / "lab-ca" / "ca.pem"

    async def xmpp_user(self, name, domain=PARTNER_DOMAIN, **options):
        from lab.xmpp_user import XmppUser

        user = XmppUser(f"{name}@{domain}", PARTNER_USERS[name], self.partner.address, self.partner.c2s_port)
        return self.keep(await user.start(**options))

    async def sip_user(self, name, contacts=(), **options):
        """Debian's baresip."""
        user = Baresip(self.directory / f"baresip-{name}", name, OUR_DOMAIN, OUR_PASSWORD, EDGE_ADDRESS,
                       self.sip_port, self.edge_authority, contacts, **options)
        return self.keep(await user.start())

    def environment(self):
        """What a command needs to meet this world."""
        programs = [self.build / "service" / "ctl", self.build / "service", self.build / "panel",
                    self.build / "wizards"]
        return dict(os.environ,
                    OREE_BUS=self.bus.address,
                    OREE_LOCALEDIR=str(self.build / "po"),
                    GSETTINGS_SCHEMA_DIR=str(self.build / "data" / "desktop"),
                    OREE_WORLD=str(self.directory),
                    TSAN_OPTIONS="report_bugs=0",  # the service is judged, not who calls it
                    PATH=os.pathsep.join([*map(str, programs), os.environ.get("PATH", "")]))

    async def stop(self):
        """Ends everything; the first complaint, such as a sanitizer's, is raised when all is down."""
        complaint = None
        while self._started:
            try:
                await self._started.pop().stop()
            except AssertionError as problem:
                complaint = complaint or problem
        shutil.rmtree(self._socket_directory, ignore_errors=True)
        if os.environ.get("OREE_TEST_KEEP"):
            print(f"kept: {self.directory}", file=sys.stderr)
        elif self.temporary:
            shutil.rmtree(self.directory, ignore_errors=True)
        if complaint is not None:
            raise complaint
