"""Logout that we begin and logout that the provider begins."""

from browser import Browser, words
from provider import KINDS, Provider

USER = "alice@acme.test"


def judge(checks, product, suite, scratch):
    acme = product.tenant("acme")
    for name in KINDS:
        with checks.part(name):
            provider = Provider(suite, scratch, name)
            connection = acme.connection(f"{name} out")
            metadata = connection.save_metadata(scratch / f"{name}-sp.xml")
            with provider.running(metadata):
                connection.take(provider.metadata)
                begun_by_us(checks, connection, provider, name)
                if name == "simplesamlphp":
                    begun_by_simplesamlphp(checks, connection, provider)
                if name == "entra-like":
                    begun_by_entra(checks, connection, provider)
            if name == "entra-like":
                # Entra names itself differently in a LogoutResponse; both names are its own.
                with provider.running(metadata, "--slo-issuer", "sts"):
                    begun_by_us(checks, connection, provider, f"{name} under its entity ID")


def signed_in(connection):
    browser = Browser(USER)
    browser.enters(connection.tenant, *browser.answer(connection.login), USER)
    browser.visited.clear()
    return browser


def is_out(browser, connection):
    who = browser.who(connection.tenant)
    assert who is None, f"still signed in as {who}"


def begun_by_us(checks, connection, provider, what):
    with checks.one(f"{what}: logout begun by us", provider):
        browser = signed_in(connection)
        last = browser.follow(browser.get(connection.slo))
        is_out(browser, connection)
        assert any(place.startswith(provider.origin) for place in browser.visited), "the provider was not told"
        home = connection.tenant.product.public
        assert last.url.startswith(home) and last.status_code == 200, f"{last.status_code} {last.url}: {words(last)}"


def begun_by_simplesamlphp(checks, connection, provider):
    with checks.one("simplesamlphp: logout begun by the provider", provider):
        browser = signed_in(connection)
        there = f"{provider.origin}/saml2/idp/SingleLogoutService.php"
        last = browser.follow(browser.get(f"{there}?ReturnTo={provider.origin}/module.php/core/postredirect.php"))
        is_out(browser, connection)
        assert connection.slo in browser.visited, f"the provider did not tell us, but went to {last.url}"
        # It goes on only after a signed LogoutResponse with its RelayState.
        assert last.url.endswith("/postredirect.php"), f"our answer was not taken: {last.url[:100]} {words(last)}"


def begun_by_entra(checks, connection, provider):
    with checks.one("entra-like: logout begun by the provider", provider):
        other, browser = signed_in(connection), signed_in(connection)
        last = browser.follow(browser.get(provider.order(f"/__test/logout?user={USER}")))
        is_out(browser, connection)
        assert last.url.startswith(provider.origin) and "You signed out" in last.text, f"{last.url[:100]} {words(last)}"
        assert other.who(connection.tenant), "the session that the request does not name has ended too"
    with checks.one("entra-like: logout in a frame, where no cookie of ours is sent", provider):
        browser, frame = signed_in(connection), Browser()
        frame.get(provider.order(f"/__test/logout?user={USER}"))
        is_out(browser, connection)
    with checks.one("entra-like: a logout with a changed signature", provider):
        browser = signed_in(connection)
        address = provider.order(f"/__test/logout?user={USER}")
        page = browser.get(address.replace("&Signature=", "&Signature=AAAA"))
        assert 400 <= page.status_code < 500, f"answered by {page.status_code}: {words(page)}"
        assert browser.who(connection.tenant) == {USER}, "the session ended"
