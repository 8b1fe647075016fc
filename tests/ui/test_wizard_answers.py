# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate wizard and the authority's answer: what is wrong is explained and changes nothing, the right one serves."""

import asyncio
import re
import subprocess

import pytest
from authority import NAMES, Office, serial_of
from conftest import run
from lab.process import free_port
from wizard import WORDS, assigned, begin_contoso, offer, stands, wizard  # noqa: F401
from world import World


def serial_served(port):
    """The serial number of the certificate that the XMPP proxy shows, None when it shows none."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-starttls", "xmpp-server", "-xmpphost",
                           "contoso.com"], input=b"", capture_output=True)
    pem = re.search(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", done.stdout, re.S)
    return None if pem is None else subprocess.run(["openssl", "x509", "-noout", "-serial"], input=pem.group(),
                                                   capture_output=True, check=True).stdout.decode().strip()


async def until_served(port, seconds=60):
    """The role opens its port when it has something to show."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        serial = await loop.run_in_executor(None, serial_served, port)
        if serial is not None or loop.time() > end:
            return serial
        await asyncio.sleep(0.1)


@pytest.fixture
def awaiting(tmp_path):
    """The edge of the documents with a request that waits, an authority whose root it trusts, and its XMPP port."""
    office = Office(tmp_path)
    port = free_port("127.0.0.1")
    world = World(profile="empty", settings={("tls", "trust-anchors"): str(office.root)})
    request = tmp_path / "asked.csr"
    try:
        run(world.start())
        run(begin_contoso(world, "access-edge-external-addresses=127.0.0.1", f"xmpp-external-port={port}"))
        run(world.edge.oreectl("certificate", "request", "--usage", "external", "--out", request, "organization=Contoso",
                               "friendly-name=External 2026"))
        yield world, office, request, port
    finally:
        run(world.stop())


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_answer_is_explained_and_the_right_one_serves(awaiting, wizard, language):
    """A10: what is wrong is said and nothing is assigned; then the right answer, its chain completed by a file, serves
    the next handshake. By keys alone."""
    world, office, request, port = awaiting
    words = WORDS[language]
    w = await wizard(world, "--no-memory", "--task=pending", language=language)
    await stands(w, words["pending"])
    await w.see("External 2026")
    w.picture(f"pending-{language}")
    w.key(words["next"])

    wrong = [(office.foreign(), "foreign"), (office.sign(request, "expired", dated=True), "expired"),
             (office.sign(request, "narrow", names=NAMES[:-1]), "san")]
    for path, sentence in wrong:
        await offer(w, words, path)
        await stands(w, words["summary"])
        await w.see(re.compile(words[sentence]))
        w.picture(f"import-{sentence}-{language}")
        w.key(words["back"])
    await offer(w, words, office.packed("the right one"))
    await w.type_into(words["password"], "a wrong one")
    w.key(words["next"])
    await w.see(re.compile(words["wrong"]))
    w.picture(f"import-password-{language}")
    assert await assigned(world) == []

    good = office.sign(request, "good")
    await offer(w, words, good)
    await stands(w, words["summary"])
    await w.see(re.compile(words["chain"]))
    w.picture(f"import-chain-{language}")
    await w.tab_to(words["add"], "button")
    w.key("space")
    await w.choose_file(office.intermediate)
    await w.see(re.compile(words["fine"]))
    w.picture(f"import-summary-{language}")
    w.key(words["do-import"])
    await stands(w, words["imported"])
    w.picture(f"import-done-{language}")
    assert await assigned(world) == []
    w.key(words["next"])
    await stands(w, words["usage"])
    w.picture(f"assign-usage-{language}")
    w.key(words["next"])
    await stands(w, words["assign"])
    await w.see(re.compile(words["fine"]))
    w.picture(f"assign-summary-{language}")
    w.key(words["do-assign"])
    await stands(w, words["assigned"])
    w.picture(f"assigned-{language}")
    assert await assigned(world) == ["access-edge-external", "web-conferencing-external"]
    assert await until_served(port) == serial_of(good)
    w.key(words["finish"])
    await w.ends()
