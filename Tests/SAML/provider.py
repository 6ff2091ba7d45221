"""The identity providers of the outside suite, as processes."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree

import requests

TENANT = "11111111-2222-3333-4444-555555555555"
# The address that begins a sign-in at each provider, and the encryption of its assertion: the algorithm asked for, and
# the one that comes.
KINDS = {
    "simplesamlphp": ("/saml2/idp/SSOService.php?spentityid=", {"none": None, "aes256-cbc": "aes128-cbc"}),
    "pysaml2": ("/unsolicited?sp=",
                {"none": None, "aes256-cbc": "aes256-cbc", "aes256-gcm": "aes256-gcm"}),
    "entra-like": ("/{tid}/unsolicited?sp=",
                   {"none": None, "aes256-cbc": "aes256-cbc", "aes256-gcm": "aes256-gcm"}),
}


class Provider:
    """One provider with keys and a port of its own, which it keeps from start to start."""

    def __init__(self, suite, scratch, name, label="", tid=TENANT):
        self.name, self.tid = name, tid
        self.script = suite / "idps" / name / "start.sh"
        self.run = scratch / f"{name}{label}"
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.begins, self.ciphers = KINDS[name]
        self.metadata = self.run / "idp-metadata.xml"
        # Of entra-like only.
        self.sso = f"{self.origin}/{tid}/saml2"
        self.metadata_url = f"{self.origin}/{tid}/federationmetadata/2007-06/federationmetadata.xml"

    def unsolicited(self, connection):
        """Where a sign-in begins that the provider begins."""
        return self.origin + self.begins.format(tid=self.tid) + connection.entity_id

    @contextlib.contextmanager
    def running(self, sp_metadata, *options):
        if self.name == "entra-like":
            options += ("--tid", self.tid)
        self.metadata.unlink(missing_ok=True)
        started = subprocess.run(
            [self.script, "--port", str(self.port), "--sp-metadata", str(sp_metadata), "--run-dir", str(self.run),
             *options], env={**os.environ, "PY": sys.executable}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60)
        try:
            try:
                xml.etree.ElementTree.parse(self.metadata)
            except (OSError, xml.etree.ElementTree.ParseError) as error:
                said = " / ".join([started.stdout.strip(), started.stderr.strip(), *self.last_words()])
                raise AssertionError(f"{self.name} does not start ({error}): {said}") from error
            yield self
        finally:
            self.stop()

    def stop(self):
        with contextlib.suppress(OSError, ValueError):
            group = int((self.run / "pid").read_text())
            (self.run / "pid").unlink()
            # It leads the group that start.sh printed; nothing else is in there.
            os.killpg(group, signal.SIGTERM)
            for _ in range(50):
                if not listens(self.port):
                    return
                time.sleep(0.1)
            os.killpg(group, signal.SIGKILL)

    def order(self, path):
        """Of entra-like: what a test tells it to do. Returns its answer."""
        answer = requests.post(self.origin + path, timeout=30)
        assert answer.status_code == 200, f"{path} answers {answer.status_code}: {answer.text[:200]}"
        return answer.text

    def last_words(self):
        lines = []
        for log in (self.run / "server.log", self.run / "log" / "ssp.log"):
            with contextlib.suppress(OSError):
                said = log.read_text(errors="replace").splitlines()
                lines += [line[:200] for line in said if not line.endswith((" Accepted", " Closing"))][-4:]
        return lines


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def listens(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
