"""A browser without a screen: follows redirects and sends the forms that identity providers submit by script."""

import re
from urllib.parse import urljoin

import requests

import login  # the outside suite's driver of conversations

SECONDS = 30
MAIL = re.compile(r"[^\s\"'<>:,;()=?&/]+@[a-z0-9.-]+\.test\b", re.IGNORECASE)


class NoAnswer(AssertionError):
    """A provider did not answer with a SAMLResponse."""


class Browser(requests.Session):
    """One person's cookies; `visited` holds the addresses without their queries."""

    def __init__(self, user=None):
        super().__init__()
        self.trust_env = False
        self.visited = []
        if user:
            self.cookies.set("testuser", user)

    def prepare_request(self, request):
        # Secure cookies also travel over plain http to the loopback address, as in browsers.
        for cookie in self.cookies:
            cookie.secure = False
        return super().prepare_request(request)

    def send(self, request, **options):
        self.visited.append(request.url.split("?")[0])
        return super().send(request, **{**options, "timeout": SECONDS, "allow_redirects": False})

    def answer(self, address, instead=None):
        """Goes from `address` to the first form with a SAMLResponse, and returns (where it goes, its fields).

        `instead` is (one provider's sign-on address, another's): who is sent to the one asks the other. Fails with
        what was seen instead, as when the provider refuses the request.
        """
        page = self.get(address)
        for _ in range(10):
            if page.is_redirect:
                address = urljoin(page.url, page.headers["Location"])
                page = self.get(address.replace(*instead, 1) if instead else address)
                continue
            for attributes, fields in login.forms(page.text):
                if "SAMLResponse" in fields:
                    return urljoin(page.url, attributes.get("action", "")), fields
            break
        raise NoAnswer(f"no SAMLResponse, but {page.status_code} at {page.url[:100]}: {words(page)}")

    def follow(self, page):
        """The last page of the conversation that `page` begins."""
        return login.drive(self, page)

    def who(self, tenant):
        """The addresses on the account page; None for who is not signed in."""
        page = self.get(tenant.account)
        if page.status_code == 303:
            return None
        assert page.status_code == 200, f"the account page answers {page.status_code}: {words(page)}"
        return {found.lower() for found in MAIL.findall(page.text)}

    def enters(self, tenant, where, fields, user):
        """Delivers a response and fails unless `user`, and nobody else, is signed in then. Returns the last page."""
        first = self.post(where, fields)
        last = self.follow(first)
        who = self.who(tenant)
        assert who == {user}, f"{first.status_code} {words(first)!r}, then the account page names {who}, not {user}"
        assert last.status_code == 200, f"signed in, but sent to {last.url}, which answers {last.status_code}"
        return last

    def is_refused(self, tenant, where, fields):
        """Delivers a response and fails unless the answer is a refusal and nobody is signed in."""
        page = self.post(where, fields)
        who = self.who(tenant)
        assert who is None, f"signed in as {who}"
        assert 400 <= page.status_code < 500, f"refused by {page.status_code}: {words(page)}"


def words(page):
    """The beginning of what a page says, on one line."""
    text = re.sub(r"(?s)<(script|style|head)\b.*?</\1>|<[^>]*>", " ", page.text)
    return " ".join(text.split())[:160]
