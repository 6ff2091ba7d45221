"""Signing in with a company, in the browser: a provider of another site, and the pages that lead to it and back."""

import base64
import contextlib
import datetime
import html
import http.server
import pathlib
import re
import subprocess
import tempfile
import threading
import urllib.parse
import zlib

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

ISSUER = "https://company.example/idp"
RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" \
xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}-r" Version="2.0" IssueInstant="{now}" Destination="{acs}" \
InResponseTo="{id}"><Issuer>{issuer}</Issuer><samlp:Status><samlp:StatusCode \
Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><Assertion ID="{id}-a" Version="2.0" \
IssueInstant="{now}"><Issuer>{issuer}</Issuer><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\
<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>\
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#{id}-a">\
<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>\
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>\
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>\
<ds:SignatureValue/></ds:Signature><Subject><NameID>{who}</NameID><SubjectConfirmation \
Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><SubjectConfirmationData InResponseTo="{id}" NotOnOrAfter="{later}" \
Recipient="{acs}"/></SubjectConfirmation></Subject><Conditions NotOnOrAfter="{later}"><AudienceRestriction>\
<Audience>{audience}</Audience></AudienceRestriction></Conditions><AuthnStatement AuthnInstant="{now}" \
SessionIndex="{id}"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password\
</AuthnContextClassRef></AuthnContext></AuthnStatement></Assertion></samlp:Response>"""


class Company(http.server.BaseHTTPRequestHandler):
    """Says that its one person is there, to whoever asks."""

    who = "owner@demo.example"

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        if "SAMLRequest" not in query:
            return self.send_error(404)
        request = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15).decode()
        now = datetime.datetime.now(datetime.timezone.utc)
        acs = re.search(r'AssertionConsumerServiceURL="([^"]+)"', request).group(1)
        document = RESPONSE.format(
            id=re.search(r' ID="([^"]+)"', request).group(1), issuer=ISSUER, who=self.who, acs=acs,
            audience=re.search(r"<saml:Issuer>([^<]+)<", request).group(1), now=f"{now:%Y-%m-%dT%H:%M:%SZ}",
            later=f"{now + datetime.timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}")
        unsigned = self.server.folder / "answer.xml"
        unsigned.write_text(document)
        signed = subprocess.run(
            ["xmlsec1", "--sign", "--privkey-pem", self.server.folder / "key.pem", "--id-attr:ID",
             "urn:oasis:names:tc:SAML:2.0:assertion:Assertion", unsigned], check=True, capture_output=True).stdout
        value = base64.b64encode(signed).decode()
        page = (f'<!doctype html><title>Company</title><h1>Company</h1><form method="post" action="{html.escape(acs)}">'
                f'<input type="hidden" name="SAMLResponse" value="{value}"><input type="hidden" name="RelayState" '
                f'value="{html.escape(query.get("RelayState", [""])[0])}"><button>Go on</button></form>').encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def provider():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "400", "-subj", "/CN=company.example",
             "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"], check=True, capture_output=True)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Company)
        server.folder = folder
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            # Another site than the product's, so that its cookies travel as they do between companies.
            yield f"http://localhost:{server.server_address[1]}/sso", (folder / "certificate.pem").read_text()
        finally:
            server.shutdown()


def through(w, words):
    """Presses what leads to the provider, and what leads back."""
    w.press(words)
    w.check("the provider is asked", w.heading() == "Company", w.driver.current_url)
    w.press_anywhere("Go on")


def by_keys(w, enter):
    """Bringing a provider and trying it, by keys alone, from any page of the console.

    - enter: goes by Tab to what matches, types and presses Enter.
    """
    def is_of(section, words):
        return lambda e: (e.text == words and e.find_elements(
            By.XPATH, f"ancestor::form[@aria-labelledby='{section}']"))

    with provider() as (address, certificate):
        enter(lambda e: e.text == "Plugins")
        enter.tab_to(lambda e: e.get_attribute("id") == "name").send_keys("Company by keys")
        enter(lambda e: e.text == "Add SAML plugin")
        w.check("a connection by keys", w.heading() == "Company by keys")
        enter(lambda e: e.text == "Bring the provider\u2019s metadata" or e.text == "Bring the provider's metadata")
        for field, value in (("issuer", ISSUER), ("sso_url", address), ("certificate", certificate)):
            enter.tab_to(lambda e: e.get_attribute("id") == field).send_keys(value)
        enter(is_of("by-hand", "Take this provider"))
        w.check("the provider by keys", ISSUER in w.text())
        enter(lambda e: e.text == "Test connection")
        enter(lambda e: e.text == "Go on")
        w.check("a trial by keys", "Refused" in w.text() and "Prove under Settings" in w.text())
        enter(lambda e: e.text == "Demo Owner")
        enter(lambda e: e.text == "Link with Company by keys")
        enter(lambda e: e.text == "Go on")
        w.check("linked by keys", "Your account is linked." in w.text())
        enter(lambda e: e.text == "Plugins")
        enter(lambda e: e.text == "Company by keys")
        enter.tab_to(lambda e: e.get_attribute("id") == "allowed_domains").send_keys("other.example")
        enter(lambda e: e.text == "Save")
        w.check("the links that end by keys", ends_links(w), w.text())
        w.look("saml-narrowing")
        enter(lambda e: e.text == "No, go back")
        w.check("nothing is narrowed by keys",
                w.driver.find_element(By.ID, "allowed_domains").get_attribute("value") == "")


def company(w, name, password):
    """From an empty connection to signing in by it, as the admin who sets it up."""
    label = f"Company {name}"
    with provider() as (address, certificate):
        w.open("manage/integration/plugins")
        w.fill("name", label)
        w.press("Add SAML plugin")
        w.look("saml-new")
        page = w.driver.current_url.split("?")[0]
        w.press("Bring the provider")
        w.look("saml-provider")
        w.fill("text", "<html>no metadata</html>")
        w.press_in("by-text", "Take this provider")
        w.check("what is no metadata is told", "a web page" in w.text())
        w.look("saml-provider-problem")
        w.fill("issuer", ISSUER)
        w.fill("sso_url", address)
        w.fill("certificate", certificate)
        w.press_in("by-hand", "Take this provider")
        w.check("the provider is taken", "The provider is taken." in w.text() and ISSUER in w.text())
        w.look("saml")
        through(w, "Test connection")
        w.check("nobody is known by an address whose domain is not proved",
                "Refused" in w.text() and "Prove under Settings" in w.text())
        w.look("saml-sign-in-refused")
        w.open("manage/account")
        w.follow(f"Link with {label}")
        w.press_anywhere("Go on")
        w.check("the account is linked", "Your account is linked." in w.text() and "owner@demo.example" in w.text())
        w.look("account-linked")
        w.open(page)
        through(w, "Test connection")
        w.check("every check was passed", "Every check was passed." in w.text())
        w.look("saml-sign-in")
        w.open(f"{page}/sign-ins")
        w.look("saml-sign-ins")
        w.open(page)
        w.driver.find_element(By.ID, "auto_create").click()
        w.fill("allowed_domains", "not a domain!")
        w.press("Save")
        w.check("what is no domain is told", "not mail domains" in w.text())
        w.look("saml-problem")
        w.fill("allowed_domains", "demo.example")
        w.press("Save")
        w.check("the settings are kept", w.driver.find_element(By.ID, "auto_create").is_selected())
        narrow(w)
        w.check("the links that end are counted and named", ends_links(w), w.text())
        w.look("saml-narrowing")
        w.follow("No, go back")
        w.check("nothing is narrowed unasked",
                w.driver.find_element(By.ID, "allowed_domains").get_attribute("value") == "demo.example")
        w.press("Publish a next certificate")
        w.press("Let the next certificate take over")
        w.check("the next certificate took over", "signs from now on" in w.text())
        w.look("saml-keys")
        w.press("Remove the previous certificate")
        w.check("the previous certificate went", "The previous certificate is removed." in w.text())
        w.fill("name", f"{label} Ltd")
        w.press("Save")
        w.check("the connection is called otherwise", w.heading() == f"{label} Ltd")
        w.fill("name", label)
        w.press("Save")
        method(w, "saml")
        w.press("Sign out")
        w.look("login-company")
        w.check("nobody is asked for a password", not w.driver.find_elements(By.ID, "password"))
        through(w, f"Log in with {label}")
        w.check("signed in with the company", w.heading() == "Plugins", w.driver.current_url)
        method(w, "both")
        w.press("Sign out")
        w.look("login-both")
        # A session that began by a connection ends with it.
        w.fill("name", "owner@demo.example")
        w.fill("password", password)
        w.press("Sign in")
        w.open(page)
        narrow(w)
        w.press("Yes, do it")
        w.open("manage/account")
        w.check("the link has ended", w.driver.find_elements(By.LINK_TEXT, f"Link with {label}") != [])
        w.look("account-unlinked")
        w.open(f"{page}/deletion")
        w.press("Delete the plugin")
        w.check("the connection is gone", label not in w.text())
        w.open("manage/settings/domains")
        w.fill("domain", f"{name}.example")
        w.press("Add domain")
        w.look("domains")


def narrow(w):
    """Asks for domains in which the admin who is linked is not."""
    w.fill("allowed_domains", "other.example")
    w.press("Save", confirms=False)


def ends_links(w):
    text = w.text()
    return "who are linked by this connection: 1." in text and "owner@demo.example" in text


def method(w, value):
    w.open("manage/settings")
    Select(w.driver.find_element(By.ID, "sign-in")).select_by_value(value)
    w.press("Save")
    chosen = Select(w.driver.find_element(By.ID, "sign-in")).first_selected_option.get_attribute("value")
    w.check(f"people sign in by {value}", chosen == value)
