import Foundation
import Testing
import XMLSecurity

@testable import SAML

/// Something that was signed, somewhere in something that was not (Somorovsky and others, 2012): whoever comes out of
/// it is who was signed, if anybody.
struct ResponseWrappingTests {
    private typealias Response = ResponseBuilder

    private static let evil = "admin@example.org"

    /// A good response, taken apart.
    private struct Pieces {
        let response: String
        let assertion: String
        let signature: String
        /// The assertion without its signature.
        let bare: String
        /// The response without its signature, where that is what is signed.
        let bareResponse: String

        init(_ signed: Set<Response.Part>) throws {
            var builder = Response()
            builder.signed = signed
            let response = try builder.text()
            let cut = { (name: String) -> String? in
                guard let start = response.firstRange(of: "<\(name) "), let end = response.ranges(of: "</\(name)>").last
                else { return nil }
                return String(response[start.lowerBound..<end.upperBound])
            }
            self.response = response
            assertion = try #require(cut("saml:Assertion"))
            signature = try #require(cut("ds:Signature"))
            bare = assertion.replacing(signature, with: "")
            bareResponse = response.replacing(signature, with: "")
        }
    }

    /// An assertion about somebody else, that nobody signed.
    private static func forged(_ id: String = "evil") -> Response {
        var builder = Response()
        builder.signed = []
        builder.assertionID = id
        builder.nameID = Response.name(evil)
        builder.statements = Response.authentication() + Response.attribute("mail", evil)
        return builder
    }

    /// Nobody comes out of it, or who was signed.
    ///
    /// - Returns: whether somebody did.
    @discardableResult private func expectNobodyElse(
        _ text: String, _ comment: String, _ location: SourceLocation = #_sourceLocation
    ) throws -> Bool {
        let found = try Response().verify(text)
        #expect(found.checks.map(\.rule) == Rule.allCases, "\(comment)", sourceLocation: location)
        guard let assertion = found.assertion else { return false }
        #expect(assertion.subject.value == Response.person, "\(comment)", sourceLocation: location)
        #expect(assertion.attributes.map(\.values) == [[Response.person]], "\(comment)", sourceLocation: location)
        return true
    }

    private func expectNobody(
        _ text: String, _ comment: String, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let isSomebody = try expectNobodyElse(text, comment, location)
        #expect(!isSomebody, "\(comment)", sourceLocation: location)
    }

    private func with(_ change: (inout Response) -> Void) throws -> String {
        var builder = Self.forged()
        change(&builder)
        return try builder.text()
    }

    private func inserted(_ piece: String, before end: String, of text: String) throws -> String {
        let place = try #require(text.ranges(of: end).last).lowerBound
        return String(text[..<place]) + piece + text[place...]
    }

    private func inserted(_ piece: String, behind start: String, of text: String) throws -> String {
        let place = try #require(text.firstRange(of: start)).upperBound
        return String(text[..<place]) + piece + text[place...]
    }

    // MARK: The eight by name

    @Test func `a signed response inside another one, with the signature outside`() throws {
        let good = try Pieces([.response])
        let evil = try with { ($0.id, $0.assertionID) = ("evil-response", "evil") }
        for object in ["ds:Object", "ds:KeyInfo", nil] {
            // XSW1: inside the signature.
            let content = object.map { "<\($0)>\(good.bareResponse)</\($0)>" } ?? good.bareResponse
            let signature = try inserted(content, before: "</ds:Signature>", of: good.signature)
            try expectNobody(try inserted(signature, behind: "</saml:Issuer>", of: evil), "\(object ?? "")")
        }
        // XSW2: beside it.
        for content in [good.bareResponse, "<samlp:Extensions>\(good.bareResponse)</samlp:Extensions>"] {
            for piece in [good.signature + content, content + good.signature] {
                try expectNobody(try inserted(piece, behind: "</saml:Issuer>", of: evil), piece)
            }
        }
    }

    @Test func `a signed assertion beside another one, or around or inside it`() throws {
        let good = try Pieces([.assertion])
        let evil = Self.forged().bareAssertion
        let parts: [(String, String)] = [
            ("XSW3", evil + good.assertion), ("XSW3 turned round", good.assertion + evil),
            ("XSW4", try inserted(good.assertion, before: "</saml:Assertion>", of: evil)),
            ("XSW5", try inserted(good.signature, behind: "</saml:Issuer>", of: evil) + good.bare),
            (
                "XSW6",
                try inserted(
                    try inserted(good.bare, before: "</ds:Signature>", of: good.signature), behind: "</saml:Issuer>",
                    of: evil)
            ),
            (
                "XSW8",
                try inserted(
                    try inserted("<ds:Object>\(good.bare)</ds:Object>", before: "</ds:Signature>", of: good.signature),
                    behind: "</saml:Issuer>", of: evil)
            ),
            (
                "XSW8 turned round",
                good.assertion.replacing("</ds:Signature>", with: "<ds:Object>\(evil)</ds:Object></ds:Signature>")
            ),
        ]
        for (name, part) in parts { try expectNobody(good.response.replacing(good.assertion, with: part), name) }
        // XSW7: in a place where anything may stand.
        let extended = try inserted(
            "<samlp:Extensions>\(evil)</samlp:Extensions>", behind: "</saml:Issuer>", of: good.response)
        try expectNobodyElse(extended, "XSW7")
        #expect(try Response().verify(extended).assertion?.subject.value == Response.person)
    }

    // MARK: Anywhere

    /// Every place behind a tag.
    private func places(_ text: String) -> [String.Index] { text.ranges(of: ">").map(\.upperBound).dropLast() }

    @Test func `signed parts stand anywhere in a forged response`() throws {
        let evil = try Self.forged().text()
        for signed in [[.assertion], [.response]] as [Set<Response.Part>] {
            let good = try Pieces(signed)
            let (whole, bare) =
                signed == [.assertion] ? (good.assertion, good.bare) : (good.response, good.bareResponse)
            for place in places(evil) {
                for piece in [whole, bare + good.signature, "<samlp:Extensions>\(whole)</samlp:Extensions>"] {
                    try expectNobody(String(evil[..<place]) + piece + evil[place...], "\(evil[..<place].suffix(30))")
                }
            }
        }
    }

    @Test func `forged parts stand anywhere in a signed response`() throws {
        let evil = Self.forged()
        for signed in [[.assertion], [.response]] as [Set<Response.Part>] {
            let good = try Pieces(signed).response
            var taken: Set<String> = []
            for place in places(good) {
                for piece in [evil.bareAssertion, evil.nameID, "<saml:Advice>\(evil.bareAssertion)</saml:Advice>"] {
                    let around = "\(good[..<place].suffix(20))"
                    let text = String(good[..<place]) + piece + good[place...]
                    if try expectNobodyElse(text, around) { taken.insert(around) }
                }
            }
            // Only where nobody looks, of a response that is not signed.
            #expect(taken.count <= (signed == [.assertion] ? 3 : 0), "\(taken)")
        }
    }

    @Test func `whatever is taken away, nobody else is left`() throws {
        for signed in [[.assertion], [.response]] as [Set<Response.Part>] {
            let good = try Pieces(signed).response
            let tags = good.ranges(of: "<").map(\.lowerBound)
            for (place, start) in tags.enumerated() {
                for count in [1, 9] where place + count < tags.count {
                    let text = String(good[..<start]) + good[tags[place + count]...]
                    try expectNobodyElse(text, "\(good[start...].prefix(30))")
                }
            }
        }
    }

    // MARK: Names

    @Test func `two elements of one name are none`() throws {
        let good = try Pieces([.assertion])
        for attribute in ["ID", "Id", "id", "xml:id"] {
            let evil = Self.forged().bareAssertion.replacing("ID=\"evil\"", with: "\(attribute)=\"a1\" ID=\"evil\"")
                .replacing("ID=\"a1\" ID=\"evil\"", with: "ID=\"a1\"")
            let signed = try inserted(good.signature, behind: "</saml:Issuer>", of: evil)
            for part in [signed + good.bare, good.bare + signed, evil + good.assertion] {
                let text = good.response.replacing(good.assertion, with: part)
                #expect(try Response().verify(text).failure?.rule == .identifiers, "\(attribute)")
                let hidden = try inserted(
                    "<samlp:Extensions>\(part)</samlp:Extensions>", behind: "</saml:Issuer>",
                    of: try with { $0.assertionID = "b" })
                #expect(try Response().verify(hidden).failure?.rule == .identifiers, "\(attribute)")
            }
        }
        // The identifier of an element is its own, not one of another namespace.
        let named = good.response.replacing("ID=\"a1\"", with: "samlp:ID=\"a1\" ID=\"a2\"")
        #expect(try Response().verify(named).failure?.rule == .assertionSignature)
    }

    @Test func `there is one assertion, not the first or the last of several`() throws {
        let good = try Pieces([.assertion])
        var second = Self.forged("a2")
        second.signed = [.assertion]
        second.signer = "rogue"
        for part in [
            second.bareAssertion, try second.assertion(),
            try Sealed.made.get().element("EncryptedAssertion", second.bareAssertion),
            try Sealed.made.get().element("EncryptedAssertion", good.assertion.replacing("\"a1\"", with: "\"a3\"")),
            second.bareAssertion.replacing(Namespace.assertion, with: "urn:oasis:names:tc:SAML:1.0:assertion"),
        ] {
            for text in [good.assertion + part, part + good.assertion] {
                try expectNobody(good.response.replacing(good.assertion, with: text), "\(part.prefix(80))")
            }
        }
        // Also two that are both signed, and two of a signed response.
        second.signer = "idp"
        try expectNobody(
            good.response.replacing(good.assertion, with: good.assertion + (try second.assertion())), "both")
        var response = Response()
        response.signed = [.response]
        response.behind = second.bareAssertion
        try expectNobody(try response.text(), "both")
    }
}
