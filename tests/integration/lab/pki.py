# SPDX-License-Identifier: GPL-3.0-or-later
"""A certification authority of the lab's, made with openssl(1): good certificates and, for the tests of refusal, bad
ones on request."""

import subprocess


class Authority:
    def __init__(self, directory, name):
        self.directory = directory
        self.certificate = directory / f"{name}.pem"
        self._key = directory / f"{name}.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                 "-keyout", self._key, "-out", self.certificate, "-subj", f"/CN={name}",
                 "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name, dns_names, usage="serverAuth,clientAuth", start=None, end=None, san=None, subject=None,
              key_type=("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), digest="sha256"):
        """NAME.pem (leaf and authority) and NAME.key for `dns_names`, or for `san` as openssl's configuration writes a
        subjectAltName ("" for none). `start` and `end` as openssl takes them (YYYYMMDDHHMMSSZ) for certificates out of
        their time."""
        certificate, key = self.directory / f"{name}.pem", self.directory / f"{name}.key"
        request, extensions = self.directory / f"{name}.csr", self.directory / f"{name}.ext"
        names = ",".join(f"DNS:{dns_name}" for dns_name in dns_names) if san is None else san
        extensions.write_text((f"subjectAltName={names}\n" if names else "")
                              + "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n"
                              f"extendedKeyUsage={usage}\n")
        _openssl("req", "-newkey", *key_type, "-nodes", "-keyout", key, "-out", request,
                 "-subj", f"/CN={subject or dns_names[0]}")
        if start or end:
            self._issue_dated(request, certificate, extensions, start, end)
        else:
            _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                     f"-{digest}", "-days", "20", "-extfile", extensions, "-out", certificate)
        certificate.write_bytes(_leaf(certificate) + self.certificate.read_bytes())
        key.chmod(0o600)
        return certificate, key

    def _issue_dated(self, request, certificate, extensions, start, end):
        database = self.directory / "ca.index"
        database.write_text("")
        config = self.directory / "ca.cnf"
        config.write_text(f"[ca]\ndefault_ca=it\n[it]\ndatabase={database}\nnew_certs_dir={self.directory}\n"
                          "rand_serial=yes\ndefault_md=sha256\npolicy=any\nunique_subject=no\n"
                          "[any]\ncommonName=supplied\n")
        _openssl("ca", "-batch", "-notext", "-config", config, "-cert", self.certificate, "-keyfile", self._key,
                 "-in", request, "-out", certificate, "-extfile", extensions,
                 "-startdate", start or "20200101000000Z", "-enddate", end or "20400101000000Z")


def self_signed(directory, name, dns_names):
    """NAME.pem and NAME.key: a certificate nobody vouches for."""
    certificate, key = directory / f"{name}.pem", directory / f"{name}.key"
    names = ",".join(f"DNS:{dns_name}" for dns_name in dns_names)
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "20", "-keyout",
             key, "-out", certificate, "-subj", f"/CN={dns_names[0]}", "-addext", f"subjectAltName={names}")
    return certificate, key


def bundle(path, *certificates):
    """One file with the certificates of several."""
    path.write_bytes(b"".join(certificate.read_bytes() for certificate in certificates))
    return path


def _leaf(path):
    end = b"-----END CERTIFICATE-----\n"
    return path.read_bytes().split(end)[0] + end


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
