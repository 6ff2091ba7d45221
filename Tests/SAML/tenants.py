"""Two tenants with each other's identity providers: nobody enters the wrong one.

The providers know both tenants, so that they answer any request: a refusal is ours. `ours` and `theirs` have the same
entity ID and different keys, `second` is another provider of the second tenant.
"""

import re

from browser import Browser
from provider import Provider

ALICE, BOB = "alice@acme.test", "bob@beta.test"


def judge(checks, product, suite, scratch):
    acme, beta = product.tenant("acme"), product.tenant("beta")
    a, b, c = acme.connection("Entra"), beta.connection("Entra"), beta.connection("Second")
    both = scratch / "both-sp.xml"
    described = "".join(re.sub(r"^\s*<\?xml[^>]*\?>", "", x.sp_metadata()) for x in (a, b, c))
    both.write_text(f'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">{described}'
                    "</md:EntitiesDescriptor>")
    ours, theirs = Provider(suite, scratch, "entra-like", "-a"), Provider(suite, scratch, "entra-like", "-b")
    second = Provider(suite, scratch, "entra-like", "-c", tid="99999999-2222-3333-4444-555555555555")
    with ours.running(both), theirs.running(both), second.running(both):
        for connection, provider in ((a, ours), (b, theirs), (c, second)):
            connection.take(provider.metadata)

        def enters(what, connection, user):
            with checks.one(what):
                browser = Browser(user)
                browser.enters(connection.tenant, *browser.answer(connection.login), user)
                for elsewhere in (acme, beta):
                    if elsewhere.slug != connection.tenant.slug:
                        assert browser.who(elsewhere) is None, f"and in {elsewhere.slug}"

        def refused(what, user, begin, instead=None, to=None):
            """A sign-in begins at `begin`, another provider answers `instead`, or the answer goes to `to`."""
            with checks.one(what):
                browser = Browser(user)
                if to:
                    browser.get(to.login)  # a request of the wrong place waits too
                where, fields = browser.answer(begin, instead)
                arrives = to or next(x for x in (a, b, c) if x.acs == where)
                browser.is_refused(arrives.tenant, arrives.acs, fields)
                for tenant in (acme, beta):
                    assert browser.who(tenant) is None, f"signed in at {tenant.slug}"

        enters("each tenant's own provider, the first", a, ALICE)
        enters("each tenant's own provider, the second", b, BOB)
        enters("a tenant's second provider", c, BOB)
        # The very answer the tenant asked for, for its user, signed by the other tenant's provider of the same name.
        refused("the first's provider answers the second's request", BOB, b.login, (theirs.sso, ours.sso))
        refused("the second's provider answers the first's request", ALICE, a.login, (ours.sso, theirs.sso))
        refused("the second's provider of another name answers the first's request", ALICE, a.login,
                (ours.sso, second.sso))
        refused("a tenant's second provider answers for its first", BOB, b.login, (theirs.sso, second.sso))
        # Answers that are good where they belong.
        refused("the first's answer at the second's address", BOB, a.login, to=b)
        refused("the second's answer at the first's address", ALICE, b.login, to=a)
        refused("one connection's answer at the other's address", BOB, b.login, to=c)
        # And without any request.
        refused("the first's provider, unasked, for the second", BOB, ours.unsolicited(b))
        refused("the second's provider, unasked, for the first", ALICE, theirs.unsolicited(a))
        enters("the first still", a, ALICE)
        enters("the second still", b, BOB)
