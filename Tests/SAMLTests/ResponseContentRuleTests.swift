import Foundation
import Testing
import XMLSecurity

@testable import SAML

/// The rules for the content of a signed response: each is checked whatever the result of the others.
struct ResponseContentRuleTests {
    private typealias Response = ResponseBuilder

    private static let accented = (composed: "https://\u{E9}.example/", decomposed: "https://e\u{301}.example/")

    @Test func `every rule about content is tried`() throws {
        try Response.refuses(
            .issuer, .destination, .correlation, .issueInstant, .subject, .confirmation, .conditions, .audience,
            .authentication
        ) { response in
            response.assertionIssuer = Response.issuer("https://evil.example/")
            response.destination = "https://sp.example/saml/c2/acs"
            response.inResponseTo = "id-other"
            response.issued = Response.at(-90_000)
            response.nameID = "<saml:NameID/>"
            response.confirmations = ""
            response.conditions = Response.conditions(until: Response.at(-90), "")
            response.statements = ""
        }
        var response = Response()
        response.conditions = Response.conditions("")
        response.destination = "https://sp.example/"
        let found = try response.verify()
        #expect(found.failure?.rule == .destination)
        #expect(found.failure?.found == "https://sp.example/")
        #expect(found.failure?.expected == Response.recipient)
        // For whoever looks for the cause there is what the response would have said.
        #expect(found.claimedSubject?.value == Response.person)
        #expect(found.claims.map(\.name) == ["mail"])
        #expect(found.claimedRequest == Response.request)
    }

    @Test func `both are issued by the provider`() throws {
        let entity = " Format=\"\(NameIDFormat.entity.rawValue)\""
        try Response.accepts { response in
            response.responseIssuer = Response.issuer(Response.issuer, entity)
            response.assertionIssuer = Response.issuer(Response.issuer, entity + " NameQualifier=\"q\"")
        }
        try Response.accepts("a comment inside") {
            $0.assertionIssuer = Response.issuer("https://idp.<!-- -->example/metadata")
        }
        for name in [
            "https://evil.example/", Response.issuer + "/", " " + Response.issuer, "HTTPS://idp.example/metadata", "",
            "https://idp.example/", "<x xmlns=\"urn:x\">\(Response.issuer)</x>",
        ] {
            try Response.refuses(.issuer, of: name) { $0.assertionIssuer = Response.issuer(name) }
            try Response.refuses(.issuer, of: name) { $0.responseIssuer = Response.issuer(name) }
        }
        let email = " Format=\"\(NameIDFormat.emailAddress.rawValue)\""
        try Response.refuses(.issuer) { $0.assertionIssuer = Response.issuer(Response.issuer, email) }
        try Response.refuses(.issuer) { $0.responseIssuer = Response.issuer(Response.issuer, email) }
        // The name by which a provider logs out is not the one by which it signs people in.
        try Response.refuses(.issuer) { response in
            response.expectation.otherIssuers = ["https://other.example/"]
            response.assertionIssuer = Response.issuer("https://other.example/")
        }
        try Response.refuses(.issuer, of: "the same to the eye") { response in
            response.expectation.issuer = Self.accented.composed
            response.responseIssuer = ""
            response.assertionIssuer = Response.issuer(Self.accented.decomposed)
        }
    }

    @Test func `it was sent where it arrived`() throws {
        try Response.accepts { $0.destination = nil }
        try Response.refuses(.destination) { ($0.destination, $0.signed) = (nil, [.response]) }
        for destination in [
            "", "https://sp.example/saml/c2/acs", Response.recipient + "/", Response.recipient + "?a=b",
            "https://sp.example/saml/c1", "https://SP.example/saml/c1/acs", Response.recipient + " ",
        ] {
            try Response.refuses(.destination, of: destination) { $0.destination = destination }
            try Response.refuses(.destination, of: destination) { response in
                (response.destination, response.signed) = (destination, [.response])
            }
        }
    }

    @Test func `it answers a request of this browser`() throws {
        try Response.accepts { $0.expectation.requests.pending.insert("id-other") }
        try Response.refuses(.correlation) { $0.expectation.requests.pending = ["id-other"] }
        try Response.refuses(.correlation) { $0.expectation.requests.pending = [] }
        // Also where none need be named, the one that is has to be known.
        try Response.refuses(.correlation) { $0.expectation.requests = .init(pending: [], mayBeNone: true) }
        // Response and confirmation disagree, whoever of both names one that waits.
        for (said, confirmed) in [
            ("id-other", Response.request), (Response.request, "id-other"), (Response.request, nil),
            (nil, Response.request), (Response.request + " ", Response.request), ("", Response.request),
        ] {
            try Response.refuses(.correlation, .confirmation, of: "\(said ?? "-") \(confirmed ?? "-")") { response in
                response.expectation.requests.mayBeNone = true
                response.inResponseTo = said
                response.confirmations = Response.confirmation(answers: confirmed)
            }
        }
        // Both wait, but they are two.
        try Response.refuses(.correlation, .confirmation) { response in
            response.expectation.requests.pending.insert("id-other")
            response.inResponseTo = "id-other"
        }
    }

    @Test func `a provider begins only where it may`() throws {
        let change = { (response: inout ResponseBuilder) in
            response.inResponseTo = nil
            response.confirmations = Response.confirmation(answers: nil)
        }
        try Response.refuses(.correlation) { change(&$0) }
        let found = try Response.accepts { response in
            change(&response)
            response.expectation.requests.mayBeNone = true
        }
        #expect(found.inResponseTo == nil)
        // One of several confirmations that names a request makes it an answer.
        try Response.refuses(.correlation) { response in
            change(&response)
            response.expectation.requests.mayBeNone = true
            response.confirmations += Response.confirmation()
        }
        try Response.accepts("an empty name") { response in
            change(&response)
            response.expectation.requests.mayBeNone = true
            response.inResponseTo = ""
        }
    }

    @Test func `it was issued a moment ago`() throws {
        for time in [
            Response.at(-7200), Response.at(60), "2026-11-22T09:59:58.123456789Z", "2026-11-22T10:00:00+00:00",
        ] {
            try Response.accepts(time) { ($0.issued, $0.assertionIssued) = (time, time) }
        }
        for time in [
            nil, "", Response.at(-7201), Response.at(61), "2026-11-22", "yesterday", "2026-11-22T10:00:00",
            "2026-11-22T10:00:00+03:00", " 2026-11-22T10:00:00Z",
        ] {
            try Response.refuses(.issueInstant, of: time ?? "none") { $0.issued = time }
            try Response.refuses(.issueInstant, of: time ?? "none") { $0.assertionIssued = time }
        }
        try Response.refuses(.issueInstant) { $0.expectation.tolerance.age = 1 }
    }

    @Test func `it says who it is about`() throws {
        let sealed = { (content: String) in try Sealed.made.get().element("EncryptedID", content) }
        let encrypted = try sealed(Response.name("bob"))
        #expect(try Response.accepts { $0.nameID = encrypted }.subject.value == "bob")
        let long = String(repeating: "a", count: NameID.maximumLength)
        #expect(try Response.accepts { $0.nameID = Response.name(long) }.subject.value == long)
        for name in [
            "", Response.name(""), Response.name(long + "a"), Response.name("a", " Format=\"\(long)a\""),
            Response.name("<x xmlns=\"urn:x\"/>ann"),
            Response.name("ann", " SPNameQualifier=\"https://other.example/\""),
            Response.name("ann", " SPNameQualifier=\"\(Response.audience)/\""), "<saml:BaseID/>",
            "<NameID xmlns=\"urn:x\">ann</NameID>", try sealed("<saml:Issuer>ann</saml:Issuer>"), try sealed("ann"),
            try sealed(encrypted), encrypted.replacing("aes256-gcm", with: "aes256-cbc"), "ann",
            Response.name("ann") + "x", "x" + Response.name("ann"),
        ] { try Response.refuses(.subject, of: name) { $0.nameID = name } }
        try Response.refuses(.subject) { ($0.nameID, $0.expectation.decryptionKeys) = (encrypted, []) }
        // Without a subject there is no confirmation either.
        try Response.refuses(.subject, .correlation, .confirmation) { response in
            (response.subject, response.nameID, response.confirmations) = (("", ""), "", "")
        }
    }

    @Test func `whoever brings it may use it`() throws {
        let holder = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
        for good in [
            Response.confirmation(until: Response.at(-59)), Response.confirmation(from: Response.at(60)),
            Response.confirmation(until: Response.at(86_400)),
            Response.confirmation(method: holder) + Response.confirmation(),
            Response.confirmation(recipient: "https://other.example/") + Response.confirmation(),
            Response.confirmation() + Response.confirmation(until: Response.at(-3600)),
        ] { try Response.accepts(good) { $0.confirmations = good } }
        for bad in [
            Response.confirmation(recipient: nil), Response.confirmation(recipient: ""),
            Response.confirmation(recipient: Response.recipient + "/"),
            Response.confirmation(recipient: "https://sp.example/saml/c2/acs"), Response.confirmation(until: nil),
            Response.confirmation(until: Response.at(-60)), Response.confirmation(until: Response.at(90_000)),
            Response.confirmation(until: ""), Response.confirmation(until: "never"),
            Response.confirmation(from: Response.at(61)), Response.confirmation(from: "now"),
            Response.confirmation(content: "<ds:KeyInfo xmlns:ds=\"\(XMLSignature.namespace)\"/>"),
            // Each half of what is asked for in another one.
            Response.confirmation(recipient: "https://other.example/") + Response.confirmation(until: nil),
        ] { try Response.refuses(.confirmation, of: bad) { $0.confirmations = bad } }
        // Without a bearer nobody confirms the request.
        for none in [
            "", Response.confirmation(method: holder), Response.confirmation(method: ConfirmationRule.bearer + "2"),
            "<saml:SubjectConfirmation Method=\"\(ConfirmationRule.bearer)\"/>",
        ] { try Response.refuses(.correlation, .confirmation, of: none) { $0.confirmations = none } }
        // An element that no confirmation may hold is refused with the subject as well (SAML 2.0 Core §2.4.1.1).
        let foreign = Response.confirmation().replacing("saml:SubjectConfirmationData", with: "saml:Data")
        try Response.refuses(.subject, .correlation, .confirmation) { $0.confirmations = foreign }
        // The end that is remembered is that of the last moment at which it would be taken.
        let both = Response.confirmation(until: Response.at(100)) + Response.confirmation(until: Response.at(900))
        let found = try Response.accepts { $0.confirmations = both }
        #expect(found.notOnOrAfter == Response.now.addingTimeInterval(960))
    }

    @Test func `its conditions hold and are understood`() throws {
        let audience = Response.audience(Response.audience)
        for good in [
            Response.conditions(from: nil, until: nil), Response.conditions(until: Response.at(-59)),
            Response.conditions(from: Response.at(60)), Response.conditions(until: Response.at(86_400)),
            Response.conditions("<saml:OneTimeUse/>" + audience + "<saml:ProxyRestriction Count=\"0\"/>"),
            Response.conditions("\n  " + audience + "\n"),
        ] { try Response.accepts(good) { $0.conditions = good } }
        for bad in [
            Response.conditions(from: Response.at(61)), Response.conditions(until: Response.at(-60)),
            Response.conditions(until: Response.at(90_000)), Response.conditions(from: ""),
            Response.conditions(until: ""), Response.conditions(until: "2026-11-22T10:05:00"),
            Response.conditions(audience, attributes: " Not=\"\""),
            Response.conditions(audience, attributes: " xmlns:x=\"urn:x\" x:NotBefore=\"\""),
            Response.conditions(audience + "x"), Response.conditions(audience + "<saml:Condition/>"),
            Response.conditions(audience + "<x xmlns=\"urn:x\"/>"),
            Response.conditions(audience + "<OneTimeUse xmlns=\"urn:x\"/>"),
        ] { try Response.refuses(.conditions, of: bad) { $0.conditions = bad } }
        try Response.refuses(.conditions, .audience) { $0.conditions = "" }
    }

    @Test func `it is for us`() throws {
        let (us, them) = (Response.audience, "https://other.example/")
        for good in [
            Response.audience(us, them), Response.audience(them, us),
            Response.audience(us) + Response.audience(them, us),
        ] {
            try Response.accepts(good) { $0.conditions = Response.conditions(good) }
        }
        for bad in [
            "", "<saml:AudienceRestriction/>", Response.audience(""), Response.audience(them),
            Response.audience(us + "/"),
            Response.audience("https://sp.example/saml/c1"), Response.audience(us.uppercased()),
            Response.audience(" " + us),
            Response.audience(us) + Response.audience(them), Response.audience(us) + "<saml:AudienceRestriction/>",
            Response.audience("<x xmlns=\"urn:x\">\(us)</x>"), Response.audience("\(us) \(them)"),
            Response.audience(us).replacing("saml:Audience>", with: "saml:Issuer>"),
            "<saml:AudienceRestriction>\(us)</saml:AudienceRestriction>",
        ] { try Response.refuses(.audience, of: bad) { $0.conditions = Response.conditions(bad) } }
        try Response.refuses(.audience, of: "the same to the eye") { response in
            response.expectation.audience = Self.accented.composed
            response.conditions = Response.conditions(Response.audience(Self.accented.decomposed))
        }
    }

    @Test func `it says how somebody signed in`() throws {
        let good = Response.authentication()
        for statement in [
            Response.authentication(at: Response.at(60)), Response.authentication(at: Response.at(-900_000)),
            Response.authentication(until: Response.at(-59)), good + good,
        ] { try Response.accepts(statement) { $0.statements = statement } }
        for statement in [
            "", Response.attribute("mail", "ann@example.org"), Response.authentication(at: nil),
            Response.authentication(at: ""), Response.authentication(at: Response.at(61)),
            Response.authentication(until: Response.at(-60)), Response.authentication(until: "never"),
            // None of several may have ended.
            good + Response.authentication(until: Response.at(-60)), Response.authentication(at: nil) + good,
        ] { try Response.refuses(.authentication, of: statement) { $0.statements = statement } }
        #expect(try Response.accepts { $0.statements = Response.authentication(index: nil) }.sessionIndex == nil)
    }

    @Test func `who was asked to sign in anew has done so since`() throws {
        let asked = Response.now.addingTimeInterval(-100)
        let change = { (response: inout ResponseBuilder, statements: String) in
            response.expectation.mustBeAuthenticatedAfter = [Response.request: asked]
            response.statements = statements
        }
        try Response.accepts { change(&$0, Response.authentication(at: Response.at(-160))) }
        for statements in [
            Response.authentication(at: Response.at(-161)),
            Response.authentication() + Response.authentication(at: Response.at(-161)),
        ] { try Response.refuses(.authentication) { change(&$0, statements) } }
        // Another request asked for it.
        try Response.accepts { response in
            change(&response, Response.authentication(at: Response.at(-161)))
            response.expectation.mustBeAuthenticatedAfter = ["id-other": asked]
        }
    }
}
