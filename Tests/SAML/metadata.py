"""The metadata documents of the corpus, through the console's import page."""

import html
import re
from urllib.parse import urljoin

import generate
import run
from samlkit import ensure_keys

from browser import Browser, words

ENTITY = "https://idp-a.test/metadata"
WARNING = re.compile(r"\bexpired?\b|\bran out\b", re.IGNORECASE)


class Console(Browser):
    """An Owner who connects identity providers."""

    def __init__(self, tenant, user):
        super().__init__()
        self.tenant = tenant
        page = self.post(f"{tenant.base}/login", {"name": user, "password": tenant.product.password})
        assert page.status_code == 303 and self.who(tenant) == {user}, f"nobody signed in: {words(page)}"

    def form_token(self, address):
        page = self.get(address)
        found = re.search(r'name="form_token" value="([^"]+)"', page.text)
        assert page.status_code == 200 and found, f"no form at {address}: {page.status_code} {words(page)}"
        return html.unescape(found[1])

    def plugin(self, name):
        """The address of a fresh plugin's page for the provider."""
        plugins = f"{self.tenant.base}/manage/integration/plugins"
        page = self.post(plugins, {"form_token": self.form_token(plugins), "name": name, "kind": "saml"})
        assert page.status_code == 303, f"no plugin: {page.status_code} {words(page)}"
        made = re.search(r"/manage/integration/plugins/([^/?#]+)", page.headers["Location"])
        assert made, f"no plugin, but {page.headers['Location']}"
        return f"{plugins}/{made[1]}/provider"

    def send_document(self, address, document):
        return self.post(address, {"form_token": self.form_token(address)},
                         files={"file": ("metadata.xml", document, "application/xml")})

    def landing(self, page):
        """The page after a 303."""
        return self.get(urljoin(page.url, page.headers["Location"]))


def judge(checks, product, suite, scratch):
    acme = product.tenant("acme")
    console = Console(acme, "owner@acme.test")
    keys = ensure_keys(str(scratch / "keys"))
    canary = run.Canary()
    canary.start()
    # Of the same entity, so that nothing but the document itself can be why it is refused.
    kept = generate.idp_metadata(ENTITY, "https://idp-a.test/kept", None, [keys["idp2"].b64]).encode()
    for document in generate.metadata_corpus(keys, ENTITY, "https://idp-a.test/sso", canary.url):
        name, expected = document["name"], document["expect"]
        with checks.one(f"{name} ({expected}: {document['must']})"):
            seen = len(canary.hits)
            address = console.plugin(name)
            if expected == "reject":
                is_refused(console, acme, name, address, document["data"])
                page = console.send_document(address, kept)
                assert page.status_code == 303, f"a good document after it: {page.status_code} {words(page)}"
                is_refused(console, acme, name, address, document["data"])
            else:
                is_taken(console, acme, name, address, document["data"], expected)
            assert len(canary.hits) == seen, f"something was fetched: {canary.hits[seen:]}"


def state(tenant, name):
    return tenant.product.cli("saml", "show", "--tenant", tenant.slug, "--plugin", name)


def is_refused(console, tenant, name, address, document):
    before = state(tenant, name)
    page = console.send_document(address, document)
    assert page.status_code == 422, f"{page.status_code} {words(page)}"
    after = state(tenant, name)
    assert after == before, f"what the plugin had has changed: {difference(before, after)}"


def is_taken(console, tenant, name, address, document, expected):
    before = state(tenant, name)
    page = console.send_document(address, document)
    if name == "md-aggregate":
        assert page.status_code == 200, f"no choice, but {page.status_code} {words(page)}"
        inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', found)) for found in re.findall(r"<input\b[^>]*>", page.text)]
        choices = {html.unescape(found["value"]) for found in inputs if found.get("name") == "entity_id"}
        assert choices == {"https://x.test/1", ENTITY}, f"the choices are {choices}"
        text = next((html.unescape(found["value"]) for found in inputs if found.get("name") == "text"), None)
        assert text, "the form does not keep the document in the field `text`"
        fields = {"form_token": console.form_token(address), "text": text, "entity_id": ENTITY}
        page = console.post(address, files={field: (None, value) for field, value in fields.items()})
    assert page.status_code == 303, f"{page.status_code} {words(page)}"
    after = state(tenant, name)
    entity = re.search(rb'entityID="([^"]+)"', document)[1].decode() if name != "md-aggregate" else ENTITY
    assert entity in str(after) and after != before, f"taken, but the plugin shows {difference(before, after)}"
    landed = console.landing(page)
    assert landed.status_code == 200, f"the page after it answers {landed.status_code}"
    warns = bool(WARNING.search(words_of(landed)))
    assert warns == (expected == "warn"), f"{'a' if warns else 'no'} warning: {words_of(landed)[:300]}"


def words_of(page):
    return " ".join(re.sub(r"(?s)<(script|style|head|nav)\b.*?</\1>|<[^>]*>", " ", page.text).split())


def difference(before, after):
    return {key: after.get(key) for key in after if after.get(key) != before.get(key)}
