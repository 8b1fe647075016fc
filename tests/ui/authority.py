# SPDX-License-Identifier: GPL-3.0-or-later
"""The certification authority of the wizard's journeys: it answers requests, rightly and wrongly in every way."""

import re
import subprocess

# The example of the client's documents, in the order of the request.
NAMES = ["sip.contoso.com", "webcon.contoso.com", "contoso.com", "sip.fabrikam.com", "fabrikam.com"]
CURVE = ("-pkeyopt", "ec_paramgen_curve:P-256")


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, text=True).stdout


def names_of(request):
    """The DNS names of a request or certificate, in their order, by openssl's reading of it."""
    kind = "req" if "REQUEST" in request.read_text() else "x509"
    return re.findall(r"DNS:([^,\s]+)", openssl(kind, "-in", request, "-noout", "-text"))


def serial_of(certificate):
    return openssl("x509", "-in", certificate, "-noout", "-serial").strip()


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
        openssl("req", "-newkey", "ec", *CURVE, "-nodes", "-keyout", self._path(name, "key"), "-out", self._path(name, "csr"),
                "-subj", f"/CN={common_name}")
        signer = ["-signkey", self._path(name, "key")] if issuer is None else \
            ["-CA", self._path(issuer, "pem"), "-CAkey", self._path(issuer, "key"), "-CAcreateserial"]
        openssl("x509", "-req", "-in", self._path(name, "csr"), *signer, "-days", "300", "-extfile", extensions, "-out",
                self._path(name, "pem"))
        return self._path(name, "pem")

    def sign(self, request, name, names=None, dated=False, issuer="intermediate", usage="serverAuth"):
        """The answer to `request` as NAME.pem, the leaf alone. `names`: those it grants, None: all asked for. `dated`:
        its time is over."""
        extensions, out = self._path(name, "ext"), self._path(name, "pem")
        granted = names_of(request) if names is None else names
        extensions.write_text(f"basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage={usage}\n"
                              "subjectAltName=" + ",".join("DNS:" + one for one in granted))
        signer = self._path(issuer, "pem"), self._path(issuer, "key")
        if not dated:
            openssl("x509", "-req", "-in", request, "-CA", signer[0], "-CAkey", signer[1], "-CAcreateserial", "-days", "200",
                    "-extfile", extensions, "-out", out)
            return out
        (self.directory / "index").write_text("")
        config = self.directory / "ca.cnf"
        config.write_text(f"[ca]\ndefault_ca=it\n[it]\ndatabase={self.directory}/index\nnew_certs_dir={self.directory}\n"
                          "rand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n")
        openssl("ca", "-batch", "-notext", "-config", config, "-cert", signer[0], "-keyfile", signer[1], "-in", request, "-out",
                out, "-extfile", extensions, "-startdate", "20240101000000Z", "-enddate", "20250101000000Z")
        return out

    def foreign(self):
        """The answer to somebody else's request."""
        request = self._path("foreign", "csr")
        openssl("req", "-newkey", "ec", *CURVE, "-nodes", "-keyout", self._path("foreign", "key"), "-out", request, "-subj",
                "/CN=sip.contoso.com", "-addext", "subjectAltName=" + ",".join("DNS:" + one for one in NAMES))
        return self.sign(request, "foreign")

    def packed(self, password):
        """A certificate with its key, under a password."""
        certificate = self.foreign()
        out = self._path("packed", "pfx")
        openssl("pkcs12", "-export", "-in", certificate, "-inkey", self._path("foreign", "key"), "-certfile", self.intermediate,
                "-passout", f"pass:{password}", "-out", out)
        return out
