# SPDX-License-Identifier: GPL-3.0-or-later
"""Our service with SIP federation, its front end and users, and scripted partners around it (faults/sip_partner.py): what
real partners do is in test_sip_partner.py."""

import itertools

from lab import pki
from lab.kamailio import Kamailio
from lab.process import free_port
from sip_partner import PartnerLink, SipServer, context
from sip_peer import SipUser
from world import EDGE_ADDRESS, OUR_DOMAIN, OUR_PASSWORD, World

LITWARE = "litware.test"      # an allowed domain
STRANGER = "stranger.test"    # nobody listed it
PARTNER_ADDRESS = "127.0.0.3"
EDGE_NAME = f"sip.{OUR_DOMAIN}"

_numbers = itertools.count(1)


_servers = itertools.count(1)


class Carol(PartnerLink):
    """A user of a partner's server, whatever that one's certificate is."""

    def __init__(self, domain, port, name="carol"):
        super().__init__(f"sip:{name}@{domain}", PARTNER_ADDRESS, port, context(False))
        self._password = name

    _take_challenge = SipUser._take_challenge

    async def start(self):
        await self.connect()
        assert await self.register() == 200
        return self


def numbered(response, code, **parameters):
    """Refused for this reason of Lync's, with these parameters, and our name."""
    assert response.status == 504, response
    value = response.get("ms-diagnostics")
    assert value.startswith(f"{code};reason="), value
    for name, text in parameters.items():
        assert f'{name.replace("_", "-")}="{text}"' in value, value
    assert f'source="{EDGE_NAME}"' in value
    assert "ms-source-type=EdgeProxyGenerated" in response.get("ms-edge-proxy-message-trust")


class SipWorld(World):
    """`start_sip`, then `link` and `server` as needed. Every domain in `domains` has a server's name in DNS, at
    PARTNER_ADDRESS and a port of its own."""

    async def start_sip(self, domains=(LITWARE, STRANGER), allowed=(LITWARE,), settings=()):
        self.authority = pki.Authority(self.directory, "partners-ca")
        self.names = self.make_names()
        self.outside_port = free_port(EDGE_ADDRESS)
        self.names.host(EDGE_NAME, EDGE_ADDRESS)
        self.names.service("sipfederationtls", OUR_DOMAIN, EDGE_NAME, self.outside_port)
        self.ports = {}
        for domain in domains:
            self.ports[domain] = free_port(PARTNER_ADDRESS)
            self.names.host(f"sip.{domain}", PARTNER_ADDRESS)
            self.names.service("sipfederationtls", domain, f"sip.{domain}", self.ports[domain])
        self._shown = {}
        self.prepare_names(self.names)
        self.keep(await self.names.start())
        self.edge.settings["dns", "forwarders"] = self.names.endpoint
        self.edge.settings["tls", "trust-anchors"] = str(self.authority.certificate)
        await self.start()
        await self.edge.oreectl("topology", "set", "sip-federation-enabled=true",
                                f"access-edge-external-port={self.outside_port}", *settings)
        for domain in allowed:
            await self.edge.oreectl("allowed-domain", "add", domain)
        return self

    def prepare_names(self, names):
        """More records, before the name server starts."""

    def certificate(self, *names, **how):
        """(certificate, key) for `names`, made once for each way of asking."""
        key = (names, tuple(sorted(how.items())))
        if key not in self._shown:
            self._shown[key] = self.authority.issue(f"partner-{len(self._shown)}", list(names) or ["x"], **how)
        return self._shown[key]

    async def link(self, domain, user="bob", names=None, shown=None, source=PARTNER_ADDRESS):
        """A connection of a server of `domain`, whose certificate names `names` (default: the domain)."""
        shown = shown or context(False, *self.certificate(*(names or [domain])))
        return await PartnerLink(f"sip:{user}@{domain}", EDGE_ADDRESS, self.outside_port, shown, source).connect()

    async def server(self, domain, names=None, answer=lambda packet: 200, shown=None):
        """What answers where DNS says the server of `domain` is."""
        shown = shown or context(True, *self.certificate(*(names or [f"sip.{domain}"])))
        return self.keep(await SipServer(PARTNER_ADDRESS, self.ports[domain], shown, answer).start())

    async def kamailio(self, domain, names=None, realm=None, misfit=(), shows=True, answer_within=3, port=None,
                       **how):
        """Debian's Kamailio as the server of `domain` with its user carol; `realm`: what it believes to be its domain."""
        trust = pki.bundle(self.directory / "trust.pem", self.authority.certificate, self.edge_authority)
        certificate, key = self.certificate(*(names or [f"sip.{domain}"]), **how)
        server = Kamailio(self.directory / f"{domain}-{next(_servers)}", realm or domain, certificate, key, trust,
                          f"sip:{EDGE_ADDRESS}:{self.outside_port};transport=tls", OUR_DOMAIN,
                          hosts={EDGE_NAME: EDGE_ADDRESS}, address=PARTNER_ADDRESS, port=port or self.ports[domain], shows=shows,
                          misfit=misfit, answer_within=answer_within)
        server.add_user("carol", "carol")
        await server.start()
        return server

    async def tell(self, to, text=None):
        """What becomes of a message of alice's."""
        return await self.alice.request("MESSAGE", to, f"<{to}>", headers=["Content-Type: text/plain"],
                                        body=(text or self.word()).encode())

    async def ours(self, name):
        """A user of ours on the embedded front end, by script."""
        user = SipUser(f"sip:{name}@{OUR_DOMAIN}", OUR_PASSWORD, EDGE_ADDRESS, self.sip_port, self.edge_authority)
        return self.keep(await user.start())

    async def discovered(self, domain):
        """The row of a discovered partner; None when there is none."""
        rows = await self.edge.bus.call("Monitor", "DiscoveredPartners", "(a{sv})", {})
        return next((row for row in rows if row["partner"] == domain), None)

    async def connections(self):
        rows = await self.edge.bus.call("Monitor", "Connections", "(a{sv})", {})
        return [row for row in rows if row["protocol"] == "sip" and row["leg"] == "partner"]

    @staticmethod
    def word():
        return f"word {next(_numbers)}"
