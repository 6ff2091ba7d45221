"""An identity provider for `acs`: its metadata, and signed responses in the shape of Microsoft Entra ID's.

What is signed is written in canonical form, so that nothing here has to canonicalise.
"""
import base64, datetime, hashlib, time, urllib.parse, uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

DIRECTORY = "11111111-2222-3333-4444-555555555555"
ISSUER = f"https://sts.windows.net/{DIRECTORY}/"
ENDPOINT = f"https://login.microsoftonline.com/{DIRECTORY}/saml2"
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
IDENTITY = "http://schemas.microsoft.com/identity/claims"
METHODS = "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
DSIG = "http://www.w3.org/2000/09/xmldsig#"

ATTRIBUTES = "".join(
    f'<Attribute Name="{name}">' + "".join(f"<AttributeValue>{value}</AttributeValue>" for value in values) + "</Attribute>"
    for name, *values in (
        (f"{IDENTITY}/tenantid", DIRECTORY), (f"{IDENTITY}/objectidentifier", "user%(n)d"),
        (f"{IDENTITY}/displayname", "Adele Vance"), (f"{IDENTITY}/identityprovider", ISSUER),
        ("http://schemas.microsoft.com/claims/authnmethodsreferences", f"{METHODS}/password", f"{METHODS}/multipleauthn"),
        (f"{CLAIMS}/givenname", "Adele"), (f"{CLAIMS}/surname", "Vance"),
        (f"{CLAIMS}/emailaddress", "user%(n)d@contoso.example"), (f"{CLAIMS}/name", "user%(n)d@contoso.example")))
ASSERTION = (
    '<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_%(id)s" IssueInstant="%(now)s" Version="2.0">'
    f"<Issuer>{ISSUER}</Issuer>%(signature)s"
    '<Subject><NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">user%(n)d@contoso.example</NameID>'
    '<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><SubjectConfirmationData'
    ' NotOnOrAfter="%(end)s" Recipient="%(acs)s"></SubjectConfirmationData></SubjectConfirmation></Subject>'
    '<Conditions NotBefore="%(now)s" NotOnOrAfter="%(end)s"><AudienceRestriction><Audience>%(audience)s</Audience>'
    f"</AudienceRestriction></Conditions><AttributeStatement>{ATTRIBUTES}</AttributeStatement>"
    '<AuthnStatement AuthnInstant="%(now)s" SessionIndex="_%(id)s"><AuthnContext><AuthnContextClassRef>'
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement></Assertion>")
SIGNED_INFO = (
    f'<SignedInfo xmlns="{DSIG}"><CanonicalizationMethod Algorithm="{EXCLUSIVE}"></CanonicalizationMethod>'
    '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>'
    f'<Reference URI="#_%s"><Transforms><Transform Algorithm="{DSIG}enveloped-signature"></Transform>'
    f'<Transform Algorithm="{EXCLUSIVE}"></Transform></Transforms>'
    '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>'
    "<DigestValue>%s</DigestValue></Reference></SignedInfo>")
SIGNATURE = (
    f'<Signature xmlns="{DSIG}">%s<SignatureValue>%s</SignatureValue>'
    "<KeyInfo><X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo></Signature>")
RESPONSE = (
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_%(response)s" Version="2.0"'
    ' IssueInstant="%(now)s" Destination="%(acs)s">'
    f'<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{ISSUER}</Issuer><samlp:Status>'
    '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>%(assertion)s</samlp:Response>')
METADATA = (
    f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}"><IDPSSODescriptor'
    ' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing">'
    f'<KeyInfo xmlns="{DSIG}"><X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo></KeyDescriptor>'
    f'<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{ENDPOINT}"/>'
    "</IDPSSODescriptor></EntityDescriptor>")


def base64_text(data):
    return base64.b64encode(data).decode()


class Provider:
    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Microsoft Azure Federated SSO Certificate")])
        start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
        certificate = x509.CertificateBuilder(name, name, self.key.public_key(), x509.random_serial_number(), start,
                                              start + datetime.timedelta(days=1095)).sign(self.key, hashes.SHA256())
        self.certificate = base64_text(certificate.public_bytes(serialization.Encoding.DER))
        self.metadata = METADATA % self.certificate

    def form(self, audience, acs, n):
        """The form by which a browser brings a response about user n that nobody asked for."""
        def instant(seconds): return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + seconds))
        values = {"id": uuid.uuid4(), "response": uuid.uuid4(), "now": instant(0), "end": instant(4200),
                  "audience": audience, "acs": acs, "n": n}
        digest = hashlib.sha256((ASSERTION % (values | {"signature": ""})).encode()).digest()
        info = SIGNED_INFO % (values["id"], base64_text(digest))
        value = self.key.sign(info.encode(), padding.PKCS1v15(), hashes.SHA256())
        signature = SIGNATURE % (info, base64_text(value), self.certificate)
        response = RESPONSE % (values | {"assertion": ASSERTION % (values | {"signature": signature})})
        return urllib.parse.urlencode({"SAMLResponse": base64_text(response.encode())})
