"""Sign-ins with identity providers that really run: each way to sign, to encrypt and to name the user."""

import base64

from lxml import etree

from browser import Browser
from provider import KINDS, Provider

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
XENC = "{http://www.w3.org/2001/04/xmlenc#}"
USER, STRANGER, NEWCOMER = "alice@acme.test", "ceo@not-our-domain.test", "newcomer@acme.test"


def judge(checks, product, suite, scratch):
    acme = product.tenant("acme")
    for name in KINDS:
        with checks.part(name):
            provider = Provider(suite, scratch, name)
            connection = acme.connection(name)
            metadata = connection.save_metadata(scratch / f"{name}-sp.xml")
            for sign in ("assertion", "response", "both"):
                for encrypt in provider.ciphers:
                    sign_ins(checks, connection, provider, metadata, "--sign", sign, "--encrypt", encrypt)
            for format in ("persistent", "transient"):
                sign_ins(checks, connection, provider, metadata, "--nameid", format)
    with checks.part("switches"):
        switches(checks, acme.connection("Switches"), Provider(suite, scratch, "entra-like", "-switches"), scratch)


def sign_ins(checks, connection, provider, metadata, *options):
    what = f"{provider.name} {' '.join(options)}"
    with checks.part(what), provider.running(metadata, *options):
        connection.take(provider.metadata)
        with checks.one(f"{what}, begun by us", provider):
            browser = Browser(USER)
            where, fields = browser.answer(f"{connection.login}?next=/t/{connection.tenant.slug}/manage/account")
            is_as_asked(fields, provider, options)
            last = browser.enters(connection.tenant, where, fields, USER)
            assert last.url == connection.tenant.account, f"the way led to {last.url}"
        with checks.one(f"{what}, begun by the provider", provider):
            browser = Browser(USER)
            where, fields = browser.answer(provider.unsolicited(connection))
            is_as_asked(fields, provider, options)
            browser.enters(connection.tenant, where, fields, USER)


def is_as_asked(fields, provider, options):
    """A provider that does something else than it is asked for proves nothing."""
    response = etree.fromstring(base64.b64decode(fields["SAMLResponse"]))
    asked = dict(zip(options[::2], options[1::2]))
    encrypted = response.find(f"{SAML}EncryptedAssertion/{XENC}EncryptedData/{XENC}EncryptionMethod")
    cipher = None if encrypted is None else encrypted.get("Algorithm").split("#")[1]
    assert cipher == provider.ciphers[asked.get("--encrypt", "none")], f"the provider encrypted with {cipher}"
    if "--nameid" in asked:
        format = response.find(f".//{SAML}NameID").get("Format")
        assert format.endswith(asked["--nameid"]), f"the name is {format}: does the request or our metadata ask for it?"


def switches(checks, connection, provider, scratch):
    """Each setting decides, as nothing else changes between the refusal and the sign-in."""
    metadata = connection.save_metadata(scratch / "switches-sp.xml")

    def refused(what, address, user=USER):
        with checks.one(f"{what}: refused", provider):
            browser = Browser(user)
            browser.is_refused(connection.tenant, *browser.answer(address))

    def taken(what, address, user=USER):
        with checks.one(f"{what}: taken", provider):
            browser = Browser(user)
            browser.enters(connection.tenant, *browser.answer(address), user)

    with provider.running(metadata, "--encrypt", "aes256-cbc"):
        connection.take(provider.metadata)
        connection.update("--no-cbc")
        refused("CBC while it is switched off", connection.login)
        connection.update("--cbc")
        taken("CBC while it is switched on", connection.login)
        connection.update("--no-idp-initiated")
        refused("a sign-in nobody asked for while it is switched off", provider.unsolicited(connection))
        taken("a sign-in we asked for meanwhile", connection.login)
        connection.update("--idp-initiated")
        taken("a sign-in nobody asked for while it is switched on", provider.unsolicited(connection))
        refused("an unknown user without auto-create", connection.login, NEWCOMER)
        connection.update("--auto-create")
        taken("an unknown user with auto-create", connection.login, NEWCOMER)
        refused("a user of a domain that is not the tenant's", connection.login, STRANGER)
        refused("an unknown user of such a domain with auto-create", connection.login, "nobody@not-our-domain.test")
