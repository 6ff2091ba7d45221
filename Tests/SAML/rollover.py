"""New keys without an outage: the provider's certificate, and our own."""

from lxml import etree

from browser import Browser
from provider import Provider

USER = "alice@acme.test"


def judge(checks, product, suite, scratch):
    acme = product.tenant("acme")
    with checks.part("the provider's certificate"):
        of_the_provider(checks, acme.connection("Roll-over"), Provider(suite, scratch, "entra-like"), scratch)
    with checks.part("our own key"):
        of_ours(checks, acme.connection("Own roll-over"), Provider(suite, scratch, "entra-like", "-own"), scratch)


def sign_in(connection):
    browser = Browser(USER)
    browser.enters(connection.tenant, *browser.answer(connection.login), USER)


def is_refused(connection):
    browser = Browser(USER)
    browser.is_refused(connection.tenant, *browser.answer(connection.login))


def of_the_provider(checks, connection, provider, scratch):
    with provider.running(connection.save_metadata(scratch / "sp.xml")):
        connection.take(provider.metadata)
        with checks.one("before the roll-over", provider):
            sign_in(connection)
        provider.order("/__test/rollover")  # a second certificate is published
        provider.order("/__test/rollover")  # and signs
        with checks.one("a certificate that we were never told of", provider):
            is_refused(connection)
        provider.order("/__test/rollover")  # the first one signs again
        with checks.one("the old certificate still", provider):
            sign_in(connection)
        both = scratch / "both.xml"
        both.write_bytes(Browser().get(provider.metadata_url).content)
        connection.take(both)
        with checks.one("the old certificate after the metadata with both", provider):
            sign_in(connection)
        provider.order("/__test/rollover")
        with checks.one("the new certificate after the metadata with both", provider):
            sign_in(connection)


def of_ours(checks, connection, provider, scratch):
    """The provider encrypts for the first certificate of the metadata it has, and insists on signed requests."""
    before = connection.sp_metadata()
    there = provider.run / "sp.xml"  # read again for each request
    metadata = connection.save_metadata(scratch / "own-sp.xml")
    with provider.running(metadata, "--encrypt", "aes256-gcm", "--require-signed"):
        connection.take(provider.metadata)
        with checks.one("our old key", provider):
            sign_in(connection)
        connection.cli("rotate-key")
        during = connection.sp_metadata()
        checks.that("the metadata shows a new key", during != before and during.count("X509Certificate>") >
                    before.count("X509Certificate>"), "as many certificates as before")
        with checks.one("our old key, as the provider has not read the new metadata", provider):
            sign_in(connection)
        there.write_text(during)
        with checks.one("the metadata of the roll-over", provider):
            sign_in(connection)
        connection.cli("rotate-key", "--finish")
        after = connection.sp_metadata()
        with checks.one("the metadata of the roll-over after its end", provider):
            sign_in(connection)
        there.write_text(after)
        with checks.one("the metadata after the roll-over", provider):
            sign_in(connection)
        there.write_text(split(before, after))
        with checks.one("the key before, for a provider that is late", provider):
            sign_in(connection)
        connection.cli("rotate-key")
        connection.cli("rotate-key", "--finish")
        there.write_text(split(before, connection.sp_metadata()))
        with checks.one("an assertion for the key that is gone", provider):
            is_refused(connection)


def split(before, after):
    """Our new metadata, with the old certificate for encryption: requests are verified, the assertion is not for us."""
    old, new = etree.fromstring(before.encode()), etree.fromstring(after.encode())
    path = ".//{*}SPSSODescriptor/{*}KeyDescriptor[@use='encryption']"
    stays = new.find(path)
    stays.getparent().replace(stays, old.find(path))
    for extra in new.findall(path)[1:]:
        extra.getparent().remove(extra)
    return etree.tostring(new).decode()
