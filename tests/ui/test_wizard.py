# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate wizard: from the first page to a request on disk, in both languages, by keys alone and by mouse."""

import asyncio
import os
import re
import subprocess

import pytest

from conftest import run
from lab.process import free_port
from world import World

LONG = bool(os.environ.get("OREE_TEST_LONG"))

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


async def stands(w, title):
    """The page of this title is shown: it stands among the steps, and above the page."""
    await w.find(title, "label", index=1)


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


# ---- the authority's answer ----

class Office:
    """A public authority: a root that is trusted, an intermediate that signs, and every kind of mistake."""

    def __init__(self, directory):
        self.directory = directory
        self.root = self._authority("root", "Lab Root", None)
        self.intermediate = self._authority("intermediate", "Lab Issuing", "root")

    def _path(self, name, kind):
        return self.directory / f"{name}.{kind}"

    def _authority(self, name, common_name, issuer):
        extensions = self._path(name, "ext")
        extensions.write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self._path(name, "key"),
                "-out", self._path(name, "csr"), "-subj", f"/CN={common_name}")
        signer = ["-signkey", self._path(name, "key")] if issuer is None else \
            ["-CA", self._path(issuer, "pem"), "-CAkey", self._path(issuer, "key"), "-CAcreateserial"]
        openssl("x509", "-req", "-in", self._path(name, "csr"), *signer, "-days", "300", "-extfile", extensions, "-out",
                self._path(name, "pem"))
        return self._path(name, "pem")

    def sign(self, request, name, names=None, dated=False, issuer="intermediate"):
        """The answer to `request` as NAME.pem, the leaf alone. `names`: those it grants, None: all asked for. `dated`:
        its time is over."""
        extensions, out = self._path(name, "ext"), self._path(name, "pem")
        granted = names_of(request) if names is None else names
        extensions.write_text("basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\n"
                              "extendedKeyUsage=serverAuth\nsubjectAltName=" + ",".join("DNS:" + one for one in granted))
        if not dated:
            openssl("x509", "-req", "-in", request, "-CA", self._path(issuer, "pem"), "-CAkey", self._path(issuer, "key"),
                    "-CAcreateserial", "-days", "200", "-extfile", extensions, "-out", out)
            return out
        (self.directory / "index").write_text("")
        config = self.directory / "ca.cnf"
        config.write_text(f"[ca]\ndefault_ca=it\n[it]\ndatabase={self.directory}/index\nnew_certs_dir={self.directory}\n"
                          "rand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n")
        openssl("ca", "-batch", "-notext", "-config", config, "-cert", self._path(issuer, "pem"), "-keyfile",
                self._path(issuer, "key"), "-in", request, "-out", out, "-extfile", extensions, "-startdate",
                "20240101000000Z", "-enddate", "20250101000000Z")
        return out

    def foreign(self):
        """The answer to somebody else's request."""
        request = self._path("foreign", "csr")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                self._path("foreign", "key"), "-out", request, "-subj", "/CN=sip.contoso.com", "-addext",
                "subjectAltName=" + ",".join("DNS:" + one for one in NAMES))
        return self.sign(request, "foreign")

    def packed(self, password):
        """A certificate with its key, under a password."""
        certificate = self.foreign()
        out = self._path("packed", "pfx")
        openssl("pkcs12", "-export", "-in", certificate, "-inkey", self._path("foreign", "key"), "-certfile",
                self.intermediate, "-passout", f"pass:{password}", "-out", out)
        return out


def serial_served(port):
    """The serial number of the certificate that the XMPP proxy shows, None when it shows none."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-starttls", "xmpp-server", "-xmpphost",
                           "contoso.com"], input=b"", capture_output=True)
    pem = re.search(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", done.stdout, re.S)
    return None if pem is None else subprocess.run(["openssl", "x509", "-noout", "-serial"], input=pem.group(),
                                                   capture_output=True, check=True).stdout.decode().strip()


@pytest.fixture
def awaiting(tmp_path):
    """The edge of the documents with a request that waits, an authority whose root it trusts, and its XMPP port."""
    office = Office(tmp_path)
    port = free_port("127.0.0.1")
    world = World(profile="empty", settings={("tls", "trust-anchors"): str(office.root)})
    request = tmp_path / "asked.csr"
    try:
        run(world.start())
        for words in (["sip-domain", "add", "contoso.com", "default=true", "xmpp=true"],
                      ["sip-domain", "add", "fabrikam.com", "xmpp=true"],
                      ["topology", "set", "access-edge-external-fqdn=sip.contoso.com", "web-conferencing-enabled=true",
                       "web-conferencing-external-fqdn=webcon.contoso.com", "edge-internal-fqdn=lsedge.contoso.net",
                       "access-edge-external-addresses=127.0.0.1", f"xmpp-external-port={port}", "xmpp-proxy-enabled=true"],
                      ["certificate", "request", "--usage", "external", "--out", request, "organization=Contoso",
                       "friendly-name=External 2026"]):
            run(world.edge.oreectl(*words))
        yield world, office, request, port
    finally:
        run(world.stop())


async def assigned(world):
    """Which usages have a certificate of the store."""
    _certificates, _requests, usages = await world.edge.bus.call("Certificates", "List", "(a{sv})", {})
    return [row["usage"] for row in usages if row["source"] == "assigned"]


ANSWERS = {
    "en": {"pending": "Pending Certificate", "import": "Import a Certificate", "file": "File name", "next": "alt+n", "back": "alt+b",
           "summary": "Import Certificate Summary", "do-import": "alt+i", "password": "Password", "wrong": "The password is wrong.",
           "foreign": "answers no request made here", "expired": "The certificate expired on", "san": "does not name “fabrikam.com”",
           "chain": "The chain is not complete", "add": "Add a File…", "imported": "Certificate Imported",
           "usage": "Certificate Assignment", "assign": "Certificate Assignment Summary", "do-assign": "alt+a",
           "assigned": "Certificate Assigned", "fine": "Nothing speaks against", "finish": "alt+f"},
    "fr": {"pending": "Certificat en attente", "import": "Importer un certificat", "file": "Nom de fichier", "next": "alt+s", "back": "alt+p",
           "summary": "Résumé de l’importation du certificat", "do-import": "alt+i", "password": "Mot de passe",
           "wrong": "mot de passe est incorrect", "foreign": "aucune demande", "expired": "expiré le", "san": "fabrikam.com",
           "chain": "chaîne", "add": "Ajouter un fichier…", "imported": "Certificat importé",
           "usage": "Affectation de certificat", "assign": "Résumé de l’affectation du certificat", "do-assign": "alt+f",
           "assigned": "Certificat affecté", "fine": "Rien ne s", "finish": "alt+t"},
}


async def offer(w, words, path):
    """On the page of the file: this one, and on."""
    await stands(w, words["import"])
    await type_into(w, words["file"], str(path))
    w.key(words["next"])


@pytest.mark.parametrize("language", ["en", "fr"] if LONG else ["en"])
async def test_every_answer_is_explained_and_the_right_one_serves(awaiting, wizard, language):
    """A10: what is wrong is said and nothing is assigned; then the right answer, its chain completed by a file, serves
    the next handshake."""
    world, office, request, port = awaiting
    words = ANSWERS[language]
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
    await type_into(w, words["password"], "a wrong one")
    w.key(words["next"])
    await w.see(re.compile(words["wrong"]))
    w.picture(f"import-password-{language}")
    assert await assigned(world) == []

    good = office.sign(request, "good")
    await offer(w, words, good)
    await stands(w, words["summary"])
    await w.see(re.compile(words["chain"]))
    w.picture(f"import-chain-{language}")
    await w.press(words["add"])
    await choose_file(w, office.intermediate)
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
    assert await until_served(port) == openssl("x509", "-in", good, "-noout", "-serial").strip()
    w.key(words["finish"])
    await w.ends()


async def until_served(port, seconds=10):
    """The role opens its port when it has something to show."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        serial = await loop.run_in_executor(None, serial_served, port)
        if serial is not None or loop.time() > end:
            return serial
        await asyncio.sleep(0.1)


async def choose_file(w, path):
    """In GTK's own file chooser: a slash opens the line for a path."""
    await w.until(lambda root: len([node for node in root.children if node.shown]) > 1, "with a file chooser")
    w.type(str(path))
    await w.until(lambda root: any(node.role in ("text box", "entry") and node.text() == str(path)
                                   for node in root.walk() if node.shown), f"with {path} typed")
    w.key("Return")
