# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate wizard: from the first page to a request on disk, in both languages, by keys alone and by mouse."""

import re
import subprocess

import pytest

from conftest import run
from world import World

# The example of the client's documents, in the order of the request.
NAMES = ["sip.contoso.com", "webcon.contoso.com", "contoso.com", "sip.fabrikam.com", "fabrikam.com"]

WORDS = {
    "en": {"next": "alt+n", "back": "alt+b", "generate": "alt+g", "finish": "alt+f", "file": "File name",
           "organization": "Organization (required)", "country": "Country/Region", "France": "France", "city": "City/Locality",
           "add-field": "Name to add", "add": "Add", "done": "Certificate Request File", "state": "State/Province",
           "titles": ["Available Certificate Tasks", "Certificate Request", "Delayed or Immediate Requests",
                      "Certificate Request File", "Specify Alternate Certificate Template", "Name and Security Settings",
                      "Organization Information", "Geographical Information", "Subject Name / Subject Alternative Names",
                      "SIP Domain setting on Subject Alternate Names (SANs)",
                      "Configure Additional Subject Alternate Names", "Certificate Request Summary", "Executing Commands",
                      "Certificate Request File"],
           "reasons": ["Subject name repeated", "Web Conferencing Edge service", "XMPP domain", "SIP domain fabrikam.com",
                       "XMPP domain"],
           "wildcard": "wildcard names are not supported", "included": "Already included: XMPP domain"},
    "fr": {"next": "alt+s", "back": "alt+p", "generate": "alt+g", "finish": "alt+t", "file": "Nom de fichier",
           "organization": "Organisation (obligatoire)", "country": "Pays/Région", "France": "France", "city": "Ville/Localité",
           "add-field": "Nom à ajouter", "add": "Ajouter", "state": "Département/Région",
           "titles": ["Tâches se rapportant aux certificats disponibles", "Demande de certificat",
                      "Demande différée ou immédiate", "Fichier de demande de certificat",
                      "Spécifier un autre modèle de certificat", "Nom et paramètres de sécurité",
                      "Informations relatives à l’organisation", "Informations géographiques",
                      "Nom du sujet/Autres noms du sujet", "Paramètre du domaine SIP sur les autres noms du sujet",
                      "Configurer d’autres noms du sujet supplémentaires", "Résumé de la demande",
                      "Exécution des commandes", "Fichier de demande de certificat"],
           "reasons": ["Nom du sujet répété", "Service Edge de conférence web", "Domaine XMPP",
                       "Domaine SIP fabrikam.com", "Domaine XMPP"],
           "wildcard": "génériques", "included": "Figure déjà dans la liste\u00a0: Domaine XMPP"},
}


@pytest.fixture(scope="module")
def contoso():
    """The edge of the client's documents: two SIP domains, both with XMPP, web conferencing."""
    world = World(profile="empty")
    try:
        run(world.start())
        for words in (["sip-domain", "add", "contoso.com", "default=true", "xmpp=true"],
                      ["sip-domain", "add", "fabrikam.com", "xmpp=true"],
                      ["topology", "set", "access-edge-external-fqdn=sip.contoso.com", "web-conferencing-enabled=true",
                       "web-conferencing-external-fqdn=webcon.contoso.com", "edge-internal-fqdn=lsedge.contoso.net",
                       "xmpp-proxy-enabled=true"]):
            run(world.edge.oreectl(*words))
        yield world
    finally:
        run(world.stop())


@pytest.fixture
def wizard(program):
    """`await wizard (world, "--task=import", language="fr")`."""
    async def start(world, *words, **options):
        return await program(world, "oree-certificate-wizard", *words, **options)
    return start


async def at(w, step, title, count=14):
    """The wizard stands on this step with this title."""
    place = re.compile(rf"^\D+{step}\D+{count}$")
    await w.see(place)
    await w.see(title)


def openssl(*words, text=True):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, text=text).stdout


def names_of(request):
    """The DNS names of a request or certificate, in their order, by openssl's reading of it."""
    kind = "req" if "REQUEST" in request.read_text() else "x509"
    said = openssl(kind, "-in", request, "-noout", "-text")
    return re.findall(r"DNS:([^,\s]+)", said)


async def type_into(w, name, text):
    """By keys alone: Tab until it has the keyboard, then type."""
    async def reached():
        node = await w.focused()
        return node is not None and node.name == name
    for _ in range(30):
        if await reached():
            break
        w.key("Tab")
    assert await reached(), f"Tab does not lead to {name}:\n{w.describe()}"
    w.key("ctrl+a")
    w.type(text)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_from_the_first_page_to_a_request_on_disk(contoso, wizard, tmp_path, language):
    """A9, by keys alone. The window has one; each title is the document's."""
    words = WORDS[language]
    titles = words["titles"]
    path = tmp_path / "cert_external_edge.csr"
    w = await wizard(contoso, "--no-memory", language=language)

    for step in (1, 2, 3):
        await at(w, step, titles[step - 1])
        w.picture(f"{step:02}-{language}")
        w.key(words["next"])
    await at(w, 4, titles[3])
    await type_into(w, words["file"], str(path))
    w.picture(f"04-{language}")
    w.key(words["next"])
    for step in (5, 6):
        await at(w, step, titles[step - 1])
        w.picture(f"{step:02}-{language}")
        w.key(words["next"])
    await at(w, 7, titles[6])
    assert not (await w.find(re.compile("Next|Suivant"), "button")).has("sensitive")
    await type_into(w, words["organization"], "Contoso")
    w.picture(f"07-{language}")
    w.key(words["next"])
    await at(w, 8, titles[7])
    await type_into(w, words["city"], "Paris")
    w.picture(f"08-{language}")
    # Back loses nothing.
    w.key(words["back"])
    await at(w, 7, titles[6])
    assert (await w.find(words["organization"], "text box")).text() == "Contoso"
    w.key(words["next"])
    await at(w, 8, titles[7])
    assert (await w.find(words["city"], "text box")).text() == "Paris"
    w.key(words["next"])

    await at(w, 9, titles[8])
    w.picture(f"09-{language}")
    for name, reason in zip(NAMES, words["reasons"]):
        await w.see(name)
        await w.see(reason)
    w.key(words["next"])
    await at(w, 10, titles[9])
    w.picture(f"10-{language}")
    w.key(words["next"])

    await at(w, 11, titles[10])
    await type_into(w, words["add-field"], "*.contoso.com")
    await w.see(re.compile(words["wildcard"]))
    await type_into(w, words["add-field"], "CONTOSO.com")
    await w.see(re.compile(words["included"]))
    w.picture(f"11-problem-{language}")
    await type_into(w, words["add-field"], "XMPP.contoso.com")
    w.key("Return")
    await w.see("xmpp.contoso.com")
    w.picture(f"11-{language}")
    w.key(words["next"])
    await at(w, 12, titles[11])
    await w.find(re.compile("Generate|Générer"), "button", sensitive=True)
    w.picture(f"12-{language}")
    assert not path.exists()
    w.key(words["generate"])
    await at(w, 13, titles[12])
    await w.find(re.compile("Next|Suivant"), "button", sensitive=True, deadline=30)
    w.picture(f"13-{language}")
    w.key(words["next"])
    await at(w, 14, titles[13])
    w.picture(f"14-{language}")

    said = openssl("req", "-in", path, "-noout", "-text", "-verify")
    assert "Subject: " in said and "CN = sip.contoso.com" in said and "O = Contoso" in said and "L = Paris" in said
    assert names_of(path) == [*NAMES, "xmpp.contoso.com"]
    assert "Public-Key: (2048 bit)" in said and "TLS Web Server Authentication" in said
    # The private key is the service's alone.
    for found in contoso.edge.state.rglob("*"):
        if found.is_file():
            assert found.stat().st_mode & 0o077 == 0 or b"PRIVATE KEY" not in found.read_bytes(), found
    w.key(words["finish"])
    await w.ends()
    waiting = await contoso.edge.oreectl("certificate", "list")
    assert "sip.contoso.com" in waiting
