# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's name server: an unprivileged unbound that knows a few domains under test. and nothing else."""

import socket

from .process import Process, free_port


class NameServer:
    def __init__(self, directory, address="127.0.0.1", network="127.0.0.0/8"):
        self.address, self.network = address, network
        self.port = free_port(address, socket.SOCK_DGRAM)
        self.records = []
        self.signer = None  # a Knot: questions about its zones go there, and are validated
        self._directory = directory
        self._config = directory / "unbound.conf"
        self.process = None

    @property
    def endpoint(self):
        """As libunbound and oreed.conf take it."""
        return f"{self.address}@{self.port}"

    def host(self, name, address):
        self.records.append(f"{name}. 5 IN {'AAAA' if ':' in address else 'A'} {address}")

    def service(self, service, domain, target, port, priority=0):
        """`target` "" says that the service is not offered (RFC 2782)."""
        self.records.append(f"_{service}._tcp.{domain}. 5 IN SRV {priority} 0 {port} {target}.")

    def _signed_zones(self):
        """The part of the configuration that sends questions to `signer`."""
        if self.signer is None:
            return 'server:\n  module-config: "iterator"\n'
        text = f'server:\n  module-config: "validator iterator"\n  trust-anchor-file: "{self.signer.anchors}"\n'
        text += "  do-not-query-localhost: no\n"
        text += "".join(f'  local-zone: "{domain}." transparent\n' for domain in self.signer.domains)
        return text + "".join(f'stub-zone:\n  name: "{domain}."\n  stub-addr: {self.signer.endpoint}\n'
                              for domain in self.signer.domains)

    async def start(self):
        data = "\n".join(f"  local-data: '{record}'" for record in self.records)
        # "static": what is not listed does not exist, and nothing is asked of anybody outside.
        self._config.write_text(f"""server:
  directory: "{self._directory}"
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  interface: {self.address}@{self.port}
  access-control: {self.network} allow
  do-daemonize: no
  local-zone: "." static
{data}
{self._signed_zones()}
remote-control:
  control-enable: no
""")
        self.process = await Process("unbound", ["unbound", "-d", "-p", "-c", self._config],
                                     self._directory / "unbound.log").start()
        await self.process.ready(self.address, self.port)
        return self

    async def restart(self):
        """After a change of `records`."""
        await self.process.stop()
        await self.start()

    async def stop(self):
        if self.process is not None:
            await self.process.stop()
