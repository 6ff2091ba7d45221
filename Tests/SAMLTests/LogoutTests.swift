import Foundation
import Testing

@testable import SAML
@testable import XMLSecurity

/// Logging out (SAML 2.0 Profiles §4.4), by both bindings.
struct LogoutTests {
    private typealias Logout = LogoutBuilder

    private func request(_ found: VerifiedLogout) throws -> LogoutRequest {
        guard case .request(let request) = found else { throw Expected() }
        return request
    }

    private func response(_ found: VerifiedLogout) throws -> LogoutResponse {
        guard case .response(let response) = found else { throw Expected() }
        return response
    }

    private struct Expected: Error {}

    // MARK: What is read

    @Test func `what a request says comes out`() throws {
        let found = try request(
            try Logout.accepts { logout in
                logout.name = ResponseBuilder.name("ann", " Format=\"urn:f\" NameQualifier=\"q\" SPNameQualifier=\"s\"")
                logout.indexes = Logout.index("s1") + Logout.index("s<!-- -->2")
                logout.extensions = "<samlp:Extensions><x xmlns=\"urn:x\"/></samlp:Extensions>"
            })
        #expect(
            found
                == LogoutRequest(
                    id: "l1", issueInstant: ResponseBuilder.now.addingTimeInterval(-2), issuer: ResponseBuilder.issuer,
                    destination: Logout.recipient,
                    subject: NameID(value: "ann", format: "urn:f", nameQualifier: "q", spNameQualifier: "s"),
                    sessionIndexes: ["s1", "s2"]))
        #expect(try request(try Logout.accepts { $0.indexes = "" }).sessionIndexes.isEmpty)
    }

    @Test func `what an answer says comes out`() throws {
        for (codes, isSuccess) in [(["Success"], true), (["Responder"], false), (["Responder", "Success"], false)] {
            let found = try response(
                try Logout.accepts { logout in
                    logout.kind = .response
                    logout.status =
                        codes.count == 1 ? ResponseBuilder.status(codes[0]) : ResponseBuilder.status(codes[0], codes[1])
                })
            #expect(
                found
                    == LogoutResponse(
                        id: "l1", issueInstant: ResponseBuilder.now.addingTimeInterval(-2),
                        issuer: ResponseBuilder.issuer, destination: Logout.recipient, inResponseTo: "id-logout",
                        isSuccess: isSuccess))
        }
        try Logout.refuses("no request") { ($0.kind, $0.answers) = (.response, "") }
        try Logout.refuses("no status") { ($0.kind, $0.status) = (.response, "") }
    }

    @Test func `what we write is read`() throws {
        let hostile = "\"><evil/>&amp;]]>\t\u{E9}"
        let key = try MetadataKeys.made.get().signingKey("idp")
        var expectation = Logout().expectation
        expectation.issuer = hostile
        expectation.recipient = hostile
        let ours = LogoutRequest(
            id: hostile, issueInstant: ResponseBuilder.now, issuer: hostile, destination: hostile,
            subject: NameID(value: hostile, format: hostile, nameQualifier: hostile, spNameQualifier: hostile),
            sessionIndexes: [hostile, "s2"])
        let plain = LogoutRequest(
            id: "l2", issueInstant: ResponseBuilder.now, issuer: hostile, destination: hostile,
            subject: NameID(value: "ann"), sessionIndexes: [])
        for request in [ours, plain] {
            let url = try RedirectBinding.url(to: "a", .request, request.xml, relayState: nil, key: key)
            let query = String(url.dropFirst(2))
            #expect(try VerifiedLogout(redirect: query, expectation: expectation) == .request(request))
            let form = try PostBinding.value(request.xml, key: key)
            #expect(try VerifiedLogout(post: form, .request, expectation: expectation) == .request(request))
        }
        #expect(ours.xml.contains(" NotOnOrAfter=\"\(ResponseBuilder.at(300))\""))
        for isSuccess in [true, false] {
            let answer = LogoutResponse(
                id: hostile, issueInstant: ResponseBuilder.now, issuer: hostile, destination: hostile,
                inResponseTo: hostile, isSuccess: isSuccess)
            let form = try PostBinding.value(answer.xml, key: key)
            #expect(try VerifiedLogout(post: form, .response, expectation: expectation) == .response(answer))
        }
    }

    // MARK: What is not taken

    @Test func `nothing is taken that is not signed by the provider`() throws {
        try Logout.refuses("another key") { $0.signer = "rogue" }
        try Logout.refuses("no key") { $0.expectation.keys = [] }
        let logout = Logout()
        let good = try logout.signed
        #expect(throws: Never.self) { try logout.posted(good) }
        for (from, to) in [
            ("ann@", "eve@"), ("ID=\"l1\"", "ID=\"l2\""), ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
            ("URI=\"#l1\"", "URI=\"\""),
            ("</saml:NameID>", "</saml:NameID><samlp:SessionIndex>s2</samlp:SessionIndex>"),
            ("<saml:NameID ", "<saml:NameID ID=\"l1\" "), ("<samlp:LogoutRequest", "<!DOCTYPE a><samlp:LogoutRequest"),
        ] {
            try #require(good.contains(from))
            #expect(throws: VerifiedLogout.Refusal.self, "\(to)") {
                _ = try logout.posted(good.replacing(from, with: to))
            }
        }
        #expect(throws: VerifiedLogout.Refusal.self) { try logout.posted(logout.text) }
        var twice = logout
        twice.name = ResponseBuilder.name("ann", " ID=\"l1\"")
        #expect(throws: VerifiedLogout.Refusal.self) { try twice.posted() }
        // One inside another.
        let start = try #require(good.firstRange(of: "<ds:Signature ")).lowerBound
        let end = try #require(good.firstRange(of: "</ds:Signature>")).upperBound
        let signature = String(good[start..<end])
        let bare = good.replacing(signature, with: "")
        var evil = Logout()
        (evil.id, evil.name) = (" ID=\"evil\"", ResponseBuilder.name("eve"))
        for extensions in [
            signature + "<samlp:Extensions>\(bare)</samlp:Extensions>",
            "<samlp:Extensions>\(good)</samlp:Extensions>",
            signature.replacing("</ds:Signature>", with: "<ds:Object>\(bare)</ds:Object></ds:Signature>"),
        ] {
            evil.extensions = extensions
            #expect(throws: VerifiedLogout.Refusal.self) { try evil.posted(evil.text) }
        }
    }

    @Test func `a form holds one message in base64`() throws {
        let (logout, good) = (Logout(), try Logout().signed)
        let post = { (message: String) in
            _ = #expect(throws: VerifiedLogout.Refusal.self, "\(message.prefix(20))") {
                try VerifiedLogout(post: message, .request, expectation: logout.expectation)
            }
        }
        for message in ["", "=", "%", good, String(repeating: "A", count: 1_048_580)] { post(message) }
        // The binding knows no compression.
        post(Data(Deflate.compressed(Array(good.utf8))).base64EncodedString())
        var answer = logout
        answer.kind = .response
        #expect(throws: VerifiedLogout.Refusal.self) { try answer.posted(good) }
    }

    @Test func `a message is of the kind that it came as, and of the provider`() throws {
        for kind in [RedirectBinding.Kind.request, .response] {
            for root in [
                "LogoutRequest", "LogoutResponse", "Response", "AuthnRequest", "ManageNameIDRequest", "logoutrequest",
            ] {
                let isRight = root == (kind == .request ? "LogoutRequest" : "LogoutResponse")
                if !isRight { try Logout.refuses("\(kind) \(root)") { ($0.kind, $0.root) = (kind, root) } }
            }
            for issuer in [
                "", ResponseBuilder.issuer("https://evil.example/"),
                ResponseBuilder.issuer(ResponseBuilder.issuer + "/"),
                "<Issuer>\(ResponseBuilder.issuer)</Issuer>", ResponseBuilder.issuer("<a/>"),
            ] { try Logout.refuses(issuer) { ($0.kind, $0.issuer) = (kind, issuer) } }
            try Logout.refuses("order") { logout in
                (logout.kind, logout.behind, logout.issuer) = (kind, logout.issuer, "")
            }
            for version in ["", " Version=\"1.1\"", " samlp:Version=\"2.0\""] {
                try Logout.refuses(version) { ($0.kind, $0.version) = (kind, version) }
            }
            try Logout.refuses("text") { ($0.kind, $0.extensions) = (kind, "x") }
        }
        // Without a name it cannot be answered; a form could not even be signed.
        var nameless = Logout()
        nameless.id = " ID=\"\""
        #expect(throws: VerifiedLogout.Refusal.self) { try nameless.redirected() }
        nameless.id = ""
        #expect(throws: VerifiedLogout.Refusal.self) { try nameless.redirected() }
    }

    @Test func `Entra calls itself otherwise here`() throws {
        let other = "https://login.microsoftonline.com/0000/"
        for kind in [RedirectBinding.Kind.request, .response] {
            let change = { (logout: inout Logout) in
                logout.kind = kind
                logout.issuer = ResponseBuilder.issuer(other)
            }
            try Logout.refuses { change(&$0) }
            for known: Set<String> in [[other], [other, "urn:b"]] {
                try Logout.accepts { logout in
                    change(&logout)
                    logout.expectation.otherIssuers = known
                }
            }
            try Logout.refuses { logout in
                change(&logout)
                logout.expectation.otherIssuers = [String(other.dropLast()), "https://login.microsoftonline.com/1111/"]
            }
            try Logout.accepts { ($0.kind, $0.expectation.otherIssuers) = (kind, [other]) }
        }
    }

    @Test func `a message is for here and now`() throws {
        for kind in [RedirectBinding.Kind.request, .response] {
            for seconds in [-7200, 60] as [Double] {
                try Logout.accepts("\(seconds)") { logout in
                    (logout.kind, logout.issued) = (kind, " IssueInstant=\"\(ResponseBuilder.at(seconds))\"")
                }
            }
            for time in [
                "", " IssueInstant=\"\"", " IssueInstant=\"\(ResponseBuilder.at(-7201))\"",
                " IssueInstant=\"\(ResponseBuilder.at(61))\"",
            ] {
                try Logout.refuses(time) { ($0.kind, $0.issued) = (kind, time) }
            }
            for place in ["", "https://sp.example/saml/c2/slo", Logout.recipient + "/", ResponseBuilder.recipient] {
                try Logout.refuses(place) { ($0.kind, $0.destination) = (kind, " Destination=\"\(place)\"") }
            }
            try Logout.refuses("nowhere") { ($0.kind, $0.destination) = (kind, "") }
        }
        for until in ["", " NotOnOrAfter=\"\(ResponseBuilder.at(-59))\""] {
            try Logout.accepts(until) { $0.until = until }
        }
        for time in [ResponseBuilder.at(-60), "", "never"] {
            try Logout.refuses(time) { $0.until = " NotOnOrAfter=\"\(time)\"" }
        }
    }

    @Test func `a request names one person, and sessions that can be looked for`() throws {
        let encrypted = try Sealed.made.get().element("EncryptedID", ResponseBuilder.name("bob"))
        #expect(try request(try Logout.accepts { $0.name = encrypted }).subject == NameID(value: "bob"))
        for name in [
            "", "<saml:NameID/>", "<saml:BaseID/>", ResponseBuilder.name("<a/>"), "<NameID>ann</NameID>",
            ResponseBuilder.name("a") + ResponseBuilder.name("b"), try Sealed.made.get().element("EncryptedID", "ann"),
            ResponseBuilder.name(String(repeating: "a", count: 1025)), ResponseBuilder.status("Success"),
        ] { try Logout.refuses(name) { $0.name = name } }
        try Logout.refuses("no key of ours") { ($0.name, $0.expectation.decryptionKeys) = (encrypted, []) }
        try Logout.accepts { $0.indexes = String(repeating: Logout.index("s"), count: 100) }
        for indexes in [
            String(repeating: Logout.index("s"), count: 101), Logout.index("<a/>"), "<x/>",
            "<saml:SessionIndex>s</saml:SessionIndex>",
            Logout.index("s") + "<saml:NameID>eve</saml:NameID>",
        ] { try Logout.refuses(indexes) { $0.indexes = indexes } }
    }
}
