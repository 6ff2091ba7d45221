import Foundation
import Testing
import XMLSecurity

@testable import SAML

/// The metadata that an administrator may bring, and those that are rejected.
struct MetadataDocumentTests {
    private let keys = try! MetadataKeys.made.get()
    private let now = Date()

    private func read(_ bytes: [UInt8]) throws -> MetadataDocument { try MetadataDocument(bytes, at: now) }

    private func problem(_ text: String, at instant: Date? = nil) -> MetadataProblem? {
        do throws(MetadataProblem) {
            _ = try MetadataDocument(Array(text.utf8), at: instant ?? now)
            return nil
        } catch { return error }
    }

    private func problem(_ change: (inout MetadataText) -> Void) throws -> MetadataProblem? {
        var document = try MetadataText()
        change(&document)
        return problem(document.text)
    }

    // MARK: What is taken

    @Test func `all that is used of a provider is read`() throws {
        var document = try MetadataText()
        document.attributes = " cacheDuration=\"P1D\" validUntil=\"2050-01-01T00:00:00Z\""
        document.roleAttributes = " WantAuthnRequestsSigned=\"true\" validUntil=\"2040-01-01T00:00:00Z\""
        document.keys.append((nil, try keys.base64("next")))
        document.keys.append(("encryption", try keys.base64("rogue")))
        document.keys.append(("signing", "\n  " + (try keys.base64("idp")) + "\n"))
        document.services =
            MetadataText.service("ArtifactResolutionService", "SOAP", "http://soap.example/")
            + MetadataText.service("SingleLogoutService", "SOAP", "http://soap.example/")
            + MetadataText.service(
                "SingleLogoutService", "HTTP-POST", "https://idp.example/slo",
                " ResponseLocation=\"https://idp.example/slo/done\"")
            + "<md:NameIDFormat> urn:a </md:NameIDFormat><md:NameIDFormat>urn:b</md:NameIDFormat>"
            + "<md:NameIDFormat>urn:a</md:NameIDFormat>" + document.services
        let found = try read(document.bytes)
        let provider = try #require(found["https://idp.example/metadata"])
        #expect(found.providers == [provider])
        #expect(
            provider.singleSignOn == [
                MetadataEndpoint(binding: .redirect, location: "https://idp.example/sso"),
                MetadataEndpoint(binding: .post, location: "https://idp.example/sso/post"),
            ])
        #expect(
            provider.singleLogout == [
                MetadataEndpoint(
                    binding: .post, location: "https://idp.example/slo",
                    responseLocation: "https://idp.example/slo/done")
            ])
        #expect(provider.signingCertificates == [try keys.certificate("idp"), try keys.certificate("next")])
        #expect(provider.nameIDFormats == ["urn:a", "urn:b"])
        #expect(provider.wantsSignedRequests)
        #expect(provider.cacheDuration == 86_400)
        #expect(provider.validUntil == Instant.date("2040-01-01T00:00:00Z"))
        #expect(provider.displayName == nil)
        #expect(found.warnings.isEmpty && found.refusals.isEmpty && !found.isSigned && !found.isTrusted)
    }

    @Test func `Entra's document is taken, with its byte order mark and roles of other protocols`() throws {
        var document = try MetadataText()
        document.entityID = "https://sts.windows.net/11111111-2222-3333-4444-555555555555/"
        let claims = (0..<400).map {
            "<auth:ClaimType xmlns:auth=\"http://docs.oasis-open.org/wsfed/authorization/200706\" Uri=\"urn:\($0)\">"
                + "<auth:DisplayName>Name</auth:DisplayName><auth:Description>A claim.</auth:Description>"
                + "</auth:ClaimType>"
        }
        document.before =
            "<md:RoleDescriptor xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:fed=\""
            + "http://docs.oasis-open.org/wsfed/federation/200706\" xsi:type=\"fed:SecurityTokenServiceType\" "
            + "protocolSupportEnumeration=\"http://docs.oasis-open.org/wsfed/federation/200706\">"
            + "<fed:ClaimTypesOffered>\(claims.joined())</fed:ClaimTypesOffered></md:RoleDescriptor>"
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let declaration = Array("<?xml version=\"1.0\" encoding=\"utf-8\"?>".utf8)
        #expect(try read(mark + declaration + document.bytes).providers.map(\.entityID) == [document.entityID])
    }

    @Test func `the name is the interface's in English, else the organisation's`() throws {
        var document = try MetadataText()
        document.behind =
            "<md:Organization><md:OrganizationName xml:lang=\"en\">acme</md:OrganizationName>"
            + "<md:OrganizationDisplayName xml:lang=\"en\"> Acme &amp; Co </md:OrganizationDisplayName>"
            + "</md:Organization>"
        #expect(try read(document.bytes).providers[0].displayName == "Acme & Co")
        document.extensions =
            "<md:Extensions><mdui:UIInfo xmlns:mdui=\"urn:oasis:names:tc:SAML:metadata:ui\">"
            + "<mdui:DisplayName xml:lang=\"de\">Anmeldung</mdui:DisplayName>"
            + "<mdui:DisplayName xml:lang=\"en\">Sign-in</mdui:DisplayName></mdui:UIInfo></md:Extensions>"
        #expect(try read(document.bytes).providers[0].displayName == "Sign-in")
    }

    @Test func `an aggregate gives its providers, and says which it cannot use`() throws {
        var (one, two, old, weak, service) = (
            try MetadataText(), try MetadataText(), try MetadataText(), try MetadataText(), try MetadataText()
        )
        two.entityID = "urn:two"
        old.entityID = "urn:old"
        old.protocols = "urn:oasis:names:tc:SAML:1.1:protocol"
        weak.entityID = "urn:weak"
        weak.keys = [("signing", try keys.base64("short"))]
        service.entityID = "urn:service"
        service.role = "SPSSODescriptor"
        one.attributes = " cacheDuration=\"PT1H\""
        // Identifiers count only where something is signed.
        let inner = MetadataText.aggregate([two.text, old.text, service.text, weak.text], " cacheDuration=\"PT30M\"")
        let found = try read(Array(MetadataText.aggregate([one.text, inner], " cacheDuration=\"PT2H\"").utf8))
        #expect(found.providers.map(\.entityID) == ["https://idp.example/metadata", "urn:two"])
        #expect(found.providers.map(\.cacheDuration) == [3600, 1800])
        #expect(found.refusals.map(\.entityID) == ["urn:weak"])
        #expect(found.refusals.map(\.problem) == [.weakKey])
    }

    @Test func `a document asks for a month without fetching at most`() throws {
        var document = try MetadataText()
        document.attributes = " cacheDuration=\"P10Y\""
        #expect(try read(document.bytes).providers[0].cacheDuration == MetadataLimits.cacheDuration)
        document.attributes = " cacheDuration=\"soon\""
        #expect(try read(document.bytes).providers[0].cacheDuration == nil)
    }

    @Test func `durations are read as the schema writes them`() {
        for (text, seconds) in [
            ("PT1H", 3600), ("P1DT2H3M4.5S", 93_784), ("P1Y", 31_536_000), ("P2M", 5_184_000), ("PT0S", 0),
            ("PT1M", 60), ("P", nil), ("PT", nil), ("P1DT", nil), ("-P1D", nil), ("P1H", nil), ("PT1D", nil),
            ("PT1M1H", nil), ("PT1H1H", nil), ("P99999999999D", nil), ("1D", nil), ("", nil), ("PTTT1H", nil),
        ] as [(String, Int?)] { #expect(MetadataDuration.seconds(text) == seconds, "\(text)") }
    }

    // MARK: Endpoints

    @Test func `browsers are sent to https, or to this machine`() {
        for location in [
            "https://idp.example", "https://idp.example/sso?a=b&c=%20", "HTTPS://IDP.example:8443/", "https://[::2]/",
            "http://127.0.0.1:7999/sso", "http://localhost/", "http://[::1]:80/sso", "https://idp_1.example/a@b",
        ] { #expect(MetadataEndpoint.isTaken(location), "\(location)") }
        for location in [
            "", "javascript:alert(1)", "data:text/html,x", "http://idp.example/", "https:///sso", "https://",
            "https://ann@idp.example/", "https://a:b@idp.example/", "https://idp.example/#x", "/sso", "//idp.example/",
            "https://idp.example:port/", "https://idp.example/a b", "https://idp.example/\n", "https://idp.example\\x",
            "http://127.0.0.1.evil.example/", "http://localhost.evil.example/", "http://127.0.0.1@evil.example/",
            "http://[::1].evil.example/", "https://[::1", "https://bücher.example/", "https://idp.example/\"x",
            "javascript:https://idp.example/", " https://idp.example/", "ftp://idp.example/",
            "https://idp.example/" + String(repeating: "a", count: MetadataLimits.location),
        ] { #expect(!MetadataEndpoint.isTaken(location), "\(location)") }
    }

    @Test func `an address that browsers cannot be sent to refuses the provider`() throws {
        let good = try MetadataText().services
        for (name, more) in [("SingleSignOnService", ""), ("SingleLogoutService", "")] {
            let bad = MetadataText.service(name, "HTTP-POST", "javascript:alert(1)", more)
            #expect(try problem { $0.services = good + bad } == .badEndpoint)
        }
        let answer = MetadataText.service(
            "SingleLogoutService", "HTTP-POST", "https://idp.example/", " ResponseLocation=\"data:text/html,x\"")
        #expect(try problem { $0.services = good + answer } == .badEndpoint)
        let other = MetadataText.service("SingleSignOnService", "SOAP", "javascript:alert(1)")
        #expect(try problem { $0.services = good + other } == nil)
    }

    // MARK: What is refused

    @Test func `what is no metadata is refused for what it is`() throws {
        let plain = try MetadataText().text
        for (text, expected) in [
            ("", MetadataProblem.notXML), ("hello", .notXML), ("<a><b></a>", .notXML), ("PK\u{3}\u{4}", .notXML),
            ("<?xml-stylesheet href='x'?>" + plain, .notXML), (plain + "x", .notXML),
            ("<html>login page</html", .webPage), ("<html><body>Sign in</body></html>", .webPage),
            ("\n<!DOCTYPE html>\n<HTML>", .webPage), ("<!-- x --><html lang='en'><br></html>", .webPage),
            ("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>" + plain, .documentType),
            ("<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/md\"> %p;]>" + plain, .documentType),
            ("<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'/>", .noIdentityProvider),
            ("<EntityDescriptor entityID='x'/>", .noIdentityProvider),
            (MetadataText.aggregate([]), .noIdentityProvider),
            (try keys.text("idp.key"), .privateKey), (plain + "<!-- \(try keys.text("idp.key")) -->", .privateKey),
            (try keys.text("idp.pem"), .notXML),
        ] { #expect(problem(text) == expected, "\(text.prefix(60))") }
    }

    @Test func `a document has its limits`() throws {
        let plain = try MetadataText().text
        #expect(problem(plain + String(repeating: " ", count: MetadataLimits.bytes)) == .tooLarge)
        let elements = String(repeating: "<x/>", count: MetadataLimits.elements)
        #expect(try problem { $0.before = "<md:Extensions>\(elements)</md:Extensions>" } == .tooLarge)
        #expect(try problem { $0.before = String(repeating: "<md:x>", count: 100) } == .tooLarge)
        let services = (0...MetadataLimits.values).map {
            MetadataText.service("SingleSignOnService", "HTTP-POST", "https://idp.example/\($0)")
        }
        #expect(try problem { $0.services = services.joined() } == .tooLarge)
        #expect(try problem { $0.services = services.dropFirst().joined() } == nil)
        let formats = (0...MetadataLimits.values).map { "<md:NameIDFormat>urn:\($0)</md:NameIDFormat>" }
        #expect(try problem { $0.services += formats.joined() } == .tooLarge)
    }

    @Test func `a provider without what sign-in needs is refused`() throws {
        #expect(try problem { $0.role = "SPSSODescriptor" } == .onlyServiceProvider)
        #expect(try problem { $0.role = "AttributeAuthorityDescriptor" } == .noIdentityProvider)
        #expect(try problem { $0.protocols = "urn:oasis:names:tc:SAML:1.1:protocol" } == .noSAML2)
        #expect(try problem { $0.protocols = "urn:oasis:names:tc:SAML:1.1:protocol " + $0.protocols } == nil)
        #expect(try problem { $0.entityID = nil } == .noEntityID)
        #expect(try problem { $0.entityID = "" } == .noEntityID)
        #expect(try problem { $0.entityID = String(repeating: "a", count: 1024) } == nil)
        #expect(try problem { $0.entityID = String(repeating: "a", count: 1025) } == .longEntityID)
        #expect(try problem { $0.entityID = "https://sts.windows.net/{tenantid}/" } == .placeholder)
        let common = "https://login.microsoftonline.com/{Tenant}/saml2"
        #expect(
            try problem { $0.services = MetadataText.service("SingleSignOnService", "HTTP-POST", common) }
                == .placeholder)
        #expect(
            try problem { $0.services = MetadataText.service("SingleSignOnService", "SOAP", "https://idp.example/") }
                == .noEndpoint)
        #expect(try problem { $0.services = "" } == .noEndpoint)
    }

    @Test func `a provider without keys that hold is refused`() throws {
        #expect(try problem { $0.keys = [] } == .noSigningKey)
        #expect(try problem { $0.keys[0].use = "encryption" } == .noSigningKey)
        #expect(try problem { $0.keys[0].use = nil } == nil)
        for certificate in ["AAAA", "", "no base64!", "<x/>"] {
            #expect(try problem { $0.keys = [("signing", certificate)] } == .badCertificate, "\(certificate)")
        }
        for (name, reason) in Self.unusable {
            let certificate = try keys.base64(name)
            #expect(try problem { $0.keys = [("signing", certificate)] } == reason, "\(name)")
            #expect(try problem { $0.keys.append(("encryption", certificate)) } == nil, "\(name)")
        }
        let curve = try keys.base64("p256")
        #expect(try problem { $0.keys.append(("signing", curve)) } == nil)
    }

    private static let unusable: [(String, MetadataProblem)] = [
        ("short", .weakKey), ("2047", .weakKey), ("ed", .unknownKey), ("negative", .badCertificate),
    ]

    @Test func `certificates that cannot be used are named beside those that can`() throws {
        for isFirst in [true, false] {
            var document = try MetadataText()
            let others = try Self.unusable.map { (use: String?("signing"), certificate: try keys.base64($0.0)) }
            let (curve, broken) = (try keys.base64("p256"), (use: String?.none, certificate: "no base64!"))
            document.keys.insert(contentsOf: others + others + [broken], at: isFirst ? 0 : 1)
            document.keys.append(("signing", curve))
            let provider = try read(document.bytes).providers[0]
            #expect(provider.signingCertificates == [try keys.certificate("idp"), try keys.certificate("p256")])
            let named = try Self.unusable.map {
                UnusableCertificate(
                    sha256: CertificateSummary.fingerprint(of: try keys.certificate($0.0)), problem: $0.1)
            }
            #expect(
                provider.unusableCertificates == named + [UnusableCertificate(sha256: nil, problem: .badCertificate)])
        }
        #expect(try read(try MetadataText().bytes).providers[0].unusableCertificates.isEmpty)
    }

    @Test(arguments: ["md5", "pss"])
    func `how a certificate itself is signed keeps no other from being used`(_ name: String) throws {
        var document = try MetadataText()
        document.keys.append(("signing", try keys.base64(name)))
        let provider = try read(document.bytes).providers[0]
        #expect(provider.signingCertificates.first == (try keys.certificate("idp")))
        #expect(provider.signingCertificates.count + provider.unusableCertificates.count == 2)
    }

    @Test func `ciphers are those that are named for encryption, in their order`() throws {
        var document = try MetadataText()
        #expect(try read(document.bytes).providers[0].encryptionMethods.isEmpty)
        let method = "<md:EncryptionMethod Algorithm=\"urn:c\"/>"
        document.keys.append(("encryption", try keys.base64("p256")))
        let text = document.text.replacing("</md:KeyDescriptor>", with: method + "</md:KeyDescriptor>")
        #expect(try read(Array(text.utf8)).providers[0].encryptionMethods == ["urn:c"])
    }

    @Test func `what has ended is refused, wherever that stands`() throws {
        let past = " validUntil=\"2020-01-01T00:00:00Z\""
        #expect(try problem { $0.attributes = past } == .expired)
        #expect(try problem { $0.roleAttributes = past } == .expired)
        #expect(problem(MetadataText.aggregate([try MetadataText().text], past)) == .expired)
        #expect(try problem { $0.attributes = " validUntil=\"tomorrow\"" } == .badTime)
        let end = try #require(Instant.date("2040-01-01T00:00:00Z"))
        var document = try MetadataText()
        document.attributes = " validUntil=\"2040-01-01T00:00:00Z\""
        #expect(problem(document.text, at: end) == .expired)
        #expect(problem(document.text, at: end.addingTimeInterval(-1)) == nil)
    }

    @Test func `an entity stands once in a document`() throws {
        let plain = try MetadataText().text
        var service = try MetadataText()
        service.role = "SPSSODescriptor"
        #expect(problem(MetadataText.aggregate([plain, plain])) == .duplicateEntity)
        #expect(problem(MetadataText.aggregate([plain, MetadataText.aggregate([service.text])])) == .duplicateEntity)
    }

    // MARK: Warnings

    @Test func `certificates that do not hold and validities that end soon are warned of`() throws {
        var document = try MetadataText()
        func warnings(_ days: Double) throws -> [MetadataWarning] {
            try MetadataDocument(document.bytes, at: now.addingTimeInterval(days * 86_400)).warnings
        }
        #expect(try warnings(0) == [])
        #expect(try warnings(11) == [.certificateExpired])
        #expect(try warnings(-1) == [.certificateNotYetValid])
        document.attributes = " validUntil=\"\(Instant.text(now.addingTimeInterval(5 * 86_400)))\""
        #expect(try warnings(0) == [])
        #expect(try warnings(1.5) == [])
        #expect(try warnings(4) == [.validUntilSoon])
    }

    // MARK: Typed by hand

    @Test func `three fields make a provider under the same rules`() throws {
        let certificates = [try keys.certificate("idp"), try keys.certificate("idp")]
        func problem(_ issuer: String, _ location: String, _ certificates: [[UInt8]]) -> MetadataProblem? {
            do throws(MetadataProblem) {
                _ = try IdentityProviderMetadata(issuer: issuer, location: location, certificates: certificates)
                return nil
            } catch { return error }
        }
        let provider = try IdentityProviderMetadata(
            issuer: "urn:idp", location: "https://idp.example/sso", certificates: certificates)
        #expect(provider.signingCertificates.count == 1)
        #expect(
            provider.singleSignOn == [MetadataEndpoint(binding: .redirect, location: "https://idp.example/sso")])
        #expect(problem("", "https://idp.example/sso", certificates) == .noEntityID)
        #expect(problem("urn:idp", "http://idp.example/sso", certificates) == .badEndpoint)
        #expect(problem("urn:idp", "https://login.example/{tenant}/saml2", certificates) == .placeholder)
        #expect(problem("urn:idp", "https://idp.example/sso", []) == .noSigningKey)
        #expect(problem("urn:idp", "https://idp.example/sso", [try keys.certificate("short")]) == .weakKey)
    }
}
