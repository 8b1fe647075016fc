# SPDX-License-Identifier: GPL-3.0-or-later
"""What the journeys of the certificate wizard share: its words in both languages, its steps, and the edge of the client's
documents."""

import re

import pytest
from conftest import run
from world import World

WORDS = {
    "en": {"next": "alt+n", "back": "alt+b", "generate": "alt+g", "finish": "alt+f", "next-name": "Next", "generate-name": "Generate",
           "file": "File name", "organization": "Organization (required)", "city": "City/Locality", "state": "State/Province",
           "add-field": "Name to add", "process": "Process a pending request", "friendly": "Friendly name",
           "leave": "Leave this request?", "do-leave": "alt+l",
           "titles": ["Available Certificate Tasks", "Certificate Request", "Delayed or Immediate Requests",
                      "Certificate Request File", "Specify Alternate Certificate Template", "Name and Security Settings",
                      "Organization Information", "Geographical Information", "Subject Name / Subject Alternative Names",
                      "SIP Domain setting on Subject Alternate Names (SANs)",
                      "Configure Additional Subject Alternate Names", "Certificate Request Summary", "Executing Commands",
                      "Certificate Request File"],
           "reasons": ["Subject name repeated", "Web Conferencing Edge service", "XMPP domain", "SIP domain fabrikam.com",
                       "XMPP domain"],
           "wildcard": "wildcard names are not supported", "included": "Already included: XMPP domain",
           "pending": "Pending Certificate", "import": "Import a Certificate", "summary": "Import Certificate Summary",
           "do-import": "alt+i", "password": "Password", "wrong": "The password is wrong.",
           "foreign": "answers no request made here", "expired": "The certificate expired on", "san": "does not name “fabrikam.com”",
           "chain": "The chain is not complete", "add": "Add a File…", "imported": "Certificate Imported",
           "usage": "Certificate Assignment", "assign": "Certificate Assignment Summary", "do-assign": "alt+a",
           "assigned": "Certificate Assigned", "fine": "Nothing speaks against"},
    "fr": {"next": "alt+s", "back": "alt+p", "generate": "alt+g", "finish": "alt+t", "next-name": "Suivant",
           "generate-name": "Générer", "file": "Nom de fichier", "organization": "Organisation (obligatoire)",
           "city": "Ville/Localité", "state": "Département/Région", "add-field": "Nom à ajouter",
           "process": "Traiter une demande en attente", "friendly": "Nom convivial",
           "leave": "Quitter cette demande", "do-leave": "alt+q",
           "titles": ["Tâches se rapportant aux certificats disponibles", "Demande de certificat",
                      "Demande différée ou immédiate", "Fichier de demande de certificat",
                      "Spécifier un autre modèle de certificat", "Nom et paramètres de sécurité",
                      "Informations relatives à l’organisation", "Informations géographiques",
                      "Nom du sujet/Autres noms du sujet", "Paramètre du domaine SIP sur les autres noms du sujet",
                      "Configurer d’autres noms du sujet supplémentaires", "Résumé de la demande",
                      "Exécution des commandes", "Fichier de demande de certificat"],
           "reasons": ["Nom du sujet répété", "Service Edge de conférence web", "Domaine XMPP",
                       "Domaine SIP fabrikam.com", "Domaine XMPP"],
           "wildcard": "génériques", "included": "Figure déjà dans la liste\u00a0: Domaine XMPP",
           "pending": "Certificat en attente", "import": "Importer un certificat",
           "summary": "Résumé de l’importation du certificat", "do-import": "alt+i", "password": "Mot de passe",
           "wrong": "mot de passe est incorrect", "foreign": "aucune demande", "expired": "expiré le", "san": "fabrikam.com",
           "chain": "chaîne", "add": "Ajouter un fichier…", "imported": "Certificat importé",
           "usage": "Affectation de certificat", "assign": "Résumé de l’affectation du certificat", "do-assign": "alt+f",
           "assigned": "Certificat affecté", "fine": "Rien ne s"},
}


async def begin_contoso(world, *more):
    """The edge of the client's documents: two SIP domains, both with XMPP, web conferencing. `more` fields of the topology."""
    for words in (["sip-domain", "add", "contoso.com", "default=true", "xmpp=true"],
                  ["sip-domain", "add", "fabrikam.com", "xmpp=true"],
                  ["topology", "set", "access-edge-external-fqdn=sip.contoso.com", "web-conferencing-enabled=true",
                   "web-conferencing-external-fqdn=webcon.contoso.com", "edge-internal-fqdn=lsedge.contoso.net",
                   "xmpp-proxy-enabled=true", *more]):
        await world.edge.oreectl(*words)


@pytest.fixture(scope="module")
def contoso():
    world = World(profile="empty")
    try:
        run(world.start())
        run(begin_contoso(world))
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
    await w.see(re.compile(rf"^\D+{step}\D+{count}$"))
    await w.see(title)


async def stands(w, title):
    """The page of this title is shown: not only among the steps, where two have the same, but above it."""
    await w.until(lambda root: any(all(one.role != "list item" for one in label.ancestors()) for label in w.match(root, title, "label")),
                  f"on the page {title!r}")


async def pick(w, name):
    """The choice of this name among those of the page, by the arrow keys."""
    await w.find(name, "checkbox", sensitive=True)
    node = await w.tab_to(re.compile(""), "checkbox")
    for _ in range(10):
        if node is not None and node.name == name:
            break
        node = await w.step("Down")
    assert node is not None and node.name == name, f"the arrow keys do not lead to {name}:\n{w.describe()}"
    if not node.has("checked"):
        w.key("space")
    await w.find(name, "checkbox", checked=True)


async def offer(w, words, path):
    """On the page of the file: this one, and on."""
    await stands(w, words["import"])
    await w.type_into(words["file"], str(path))
    w.key(words["next"])


async def assigned(world):
    """Which usages have a certificate of the store."""
    _certificates, _requests, usages = await world.edge.bus.call("Certificates", "List", "(a{sv})", {})
    return [row["usage"] for row in usages if row["source"] == "assigned"]


async def waiting(world):
    """The requests that wait in the service, by their friendly names."""
    _certificates, requests, _usages = await world.edge.bus.call("Certificates", "List", "(a{sv})", {})
    return [row["friendly-name"] for row in requests]
