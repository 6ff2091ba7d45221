"""The product as its operator sees it: tenants and connections, by the command line."""

import json
import subprocess

import requests


class Product:
    def __init__(self, lectern, public, password):
        self.lectern, self.public, self.password = lectern, public, password

    def tenant(self, slug):
        return Tenant(self, slug)

    def cli(self, *arguments):
        """The JSON that a command prints; fails with its complaint."""
        done = subprocess.run([self.lectern, *map(str, arguments), "--json"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"lectern {' '.join(map(str, arguments))}: {done.stderr.strip()[-300:]}"
        return json.loads(done.stdout) if done.stdout.strip() else {}


class Tenant:
    def __init__(self, product, slug):
        self.product, self.slug = product, slug
        self.base = f"{product.public}/t/{slug}"
        self.account = f"{self.base}/manage/account"

    def connection(self, name, *settings):
        """A new SAML plugin. Its users exist; it takes what this judge's providers send unless told otherwise."""
        self.product.cli("plugin", "create", "--tenant", self.slug, "--kind", "saml", "--name", name)
        connection = Connection(self, name)
        connection.update("--no-auto-create", "--idp-initiated", "--cbc", "--allowed-domain", f"{self.slug}.test")
        if settings:
            connection.update(*settings)
        return connection


class Connection:
    def __init__(self, tenant, name):
        self.tenant, self.name = tenant, name
        self.entity_id, self.acs, self.login, self.slo, self.metadata = (
            self.show()[key] for key in ("entity_id", "acs_url", "login_url", "slo_url", "metadata_url"))

    def cli(self, command, *arguments):
        return self.tenant.product.cli("saml", command, "--tenant", self.tenant.slug, "--plugin", self.name, *arguments)

    def show(self):
        return self.cli("show")

    def update(self, *settings):
        self.cli("update", *settings)

    def take(self, file):
        """Imports the provider's metadata."""
        self.cli("import", "--metadata", file)

    def sp_metadata(self):
        answer = requests.get(self.metadata, timeout=30)
        assert answer.status_code == 200, f"{self.metadata} answers {answer.status_code}"
        return answer.text

    def save_metadata(self, file):
        file.write_text(self.sp_metadata())
        return file
