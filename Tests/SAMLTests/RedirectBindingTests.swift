import Foundation
import Testing

@testable import SAML
@testable import XMLSecurity

/// Messages in a query, against what was signed of it and what only came along.
struct RedirectBindingTests {
    private static let location = "https://idp.example/slo"

    private func query(_ url: String) throws -> String {
        String(try #require(url.split(separator: "?", maxSplits: 1).last))
    }

    private func refuses(_ query: String, _ comment: String, _ location: SourceLocation = #_sourceLocation) {
        #expect(throws: VerifiedLogout.Refusal.self, "\(comment)", sourceLocation: location) {
            try LogoutBuilder().redirected(query)
        }
    }

    // MARK: Round trip

    @Test func `what is sent arrives`() throws {
        let key = try MetadataKeys.made.get().signingKey("idp")
        for (kind, relayState) in [
            (RedirectBinding.Kind.request, nil), (.request, ""), (.request, "a&b=c+d e%\u{E9}#?"), (.response, "x"),
        ] as [(RedirectBinding.Kind, String?)] {
            var builder = LogoutBuilder()
            builder.kind = kind
            for location in [Self.location, Self.location + "?a=b", "https://idp.example/?"] {
                let url = try RedirectBinding.url(to: location, kind, builder.text, relayState: relayState, key: key)
                #expect(url.hasPrefix(location + (location.contains("?") ? "&" : "?") + kind.rawValue + "="))
                #expect(url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"<>#\\^`{|}".utf8.contains($0) })
                let arrived = try RedirectBinding.Query(try query(url))
                #expect(try arrived.value("RelayState") == relayState)
                #expect(arrived.kind == kind)
                switch try builder.redirected(try query(url)) {
                case .request(let request): #expect(kind == .request && request.id == "l1")
                case .response(let response): #expect(kind == .response && response.id == "l1")
                }
            }
        }
    }

    @Test func `what we sign, openssl verifies`() throws {
        let keys = try MetadataKeys.made.get()
        let url = try RedirectBinding.url(
            to: Self.location, .request, LogoutBuilder().text, relayState: "a b", key: try keys.signingKey("next"))
        let parts = try query(url).split(separator: "&").map(String.init)
        #expect(parts.map { $0.prefix { $0 != "=" } } == ["SAMLRequest", "RelayState", "SigAlg", "Signature"])
        #expect(parts[1] == "RelayState=a%20b")
        let encoded = try #require(parts[3].dropFirst("Signature=".count).removingPercentEncoding)
        let (text, signature) = (
            keys.folder.appendingPathComponent("query"), keys.folder.appendingPathComponent("query.signature")
        )
        try Data(parts[..<3].joined(separator: "&").utf8).write(to: text)
        try #require(Data(base64Encoded: encoded)).write(to: signature)
        let path = { (name: String) in keys.folder.appendingPathComponent(name).path }
        let key = try MetadataKeys.run("openssl", ["x509", "-pubkey", "-noout", "-in", path("next.pem")])
        try Data(key.utf8).write(to: keys.folder.appendingPathComponent("next.public"))
        try MetadataKeys.run(
            "openssl", ["dgst", "-sha256", "-verify", path("next.public"), "-signature", signature.path, text.path])
    }

    // MARK: The signature

    @Test func `the query is signed as it came, in the binding's order`() throws {
        let good = try LogoutBuilder().parameters(relayState: "x y")
        #expect(throws: Never.self) { try LogoutBuilder().redirected(good.joined(separator: "&")) }
        // The order of what came does not matter, nor what else came.
        for order in [[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
            let query = order.map { good[$0] }.joined(separator: "&")
            #expect(throws: Never.self) { try LogoutBuilder().redirected(query) }
            #expect(throws: Never.self) { try LogoutBuilder().redirected("&a=b&\(query)&c&") }
        }
        // Others write their encodings otherwise; what they wrote is what they signed.
        for change in [
            { (text: String) in
                text.replacing("%2B", with: "%2b").replacing("%2F", with: "%2f").replacing("%3D", with: "%3d")
            },
            { $0.replacing("%2F", with: "/").replacing("%3D", with: "=").replacing("%3A", with: ":") },
            { $0.replacing("%20", with: "+") },
            { $0.replacing("SAMLRequest=", with: "SAMLRequest=%0D%0A") },
        ] as [(String) -> String] {
            let parameters = good[..<3].map(change)
            let query = parameters.joined(separator: "&")
            #expect(query != good[..<3].joined(separator: "&"))
            let signed = "\(query)&\(try LogoutBuilder.signature(of: query))"
            #expect(throws: Never.self, "\(query)") { try LogoutBuilder().redirected(signed) }
            refuses("\(query)&\(good[3])", "another encoding than the one signed")
        }
    }

    @Test func `what is not signed does not come along`() throws {
        let good = try LogoutBuilder().parameters(relayState: "x")
        let bare = try LogoutBuilder().parameters()
        let other = try LogoutBuilder().parameters(text: LogoutBuilder().text.replacing("ann@", with: "eve@"))
        let answer = good[0].replacing("SAMLRequest", with: "SAMLResponse")
        let algorithm = { (name: String) in "SigAlg=\(LogoutBuilder.encoded(name))" }
        let (older, longer) = (
            algorithm(SignatureAlgorithm.rsaSHA1.rawValue), algorithm(SignatureAlgorithm.rsaSHA512.rawValue)
        )
        let secret = algorithm("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
        let cases: [(String, [String])] = [
            ("no signature", Array(good[..<3])), ("no algorithm", [good[0], good[1], good[3]]), ("neither", [good[0]]),
            ("nothing", []), ("no message", Array(good[1...])), ("state taken away", [good[0], good[2], good[3]]),
            ("state added", [bare[0], "RelayState=x", bare[1], bare[2]]),
            ("empty state added", [bare[0], "RelayState=", bare[1], bare[2]]),
            ("empty state added", [bare[0], "RelayState", bare[1], bare[2]]),
            ("state changed", [good[0], "RelayState=y", good[2], good[3]]),
            ("message changed", [other[0], good[1], good[2], good[3]]),
            ("as an answer", [answer, good[1], good[2], good[3]]),
            ("algorithm changed", [good[0], good[1], longer, good[3]]),
            ("SHA-1", [good[0], good[1], older, good[3]]),
            ("no algorithm", [good[0], good[1], "SigAlg=", good[3]]),
            ("HMAC", [good[0], good[1], secret, good[3]]),
            ("empty signature", [good[0], good[1], good[2], "Signature="]),
            ("zeros", [good[0], good[1], good[2], "Signature=AAAA"]),
            ("no base64", [good[0], good[1], good[2], "Signature=%21"]),
            ("of another message", [good[0], good[1], good[2], other[2]]),
        ]
        for (comment, parts) in cases { refuses(parts.joined(separator: "&"), comment) }
        for (signer, keys) in [("rogue", ["idp"]), ("idp", []), ("idp", ["p256", "next"])] {
            var builder = LogoutBuilder()
            builder.signer = signer
            builder.expectation.keys = try keys.map { try MetadataKeys.made.get().verificationKey($0) }
            #expect(throws: VerifiedLogout.Refusal.self) { try builder.redirected() }
        }
    }

    @Test func `SHA-1 is taken only where it is allowed`() throws {
        let keys = try MetadataKeys.made.get()
        let path = { (name: String) in keys.folder.appendingPathComponent(name).path }
        let name = LogoutBuilder.encoded(SignatureAlgorithm.rsaSHA1.rawValue)
        let query = "\(try LogoutBuilder().parameters()[0])&SigAlg=\(name)"
        try Data(query.utf8).write(to: keys.folder.appendingPathComponent("query.old"))
        try MetadataKeys.run(
            "openssl", ["dgst", "-sha1", "-sign", path("idp.key"), "-out", path("old.signature"), path("query.old")])
        let value = Data(try keys.bytes("old.signature")).base64EncodedString()
        let signed = "\(query)&Signature=\(LogoutBuilder.encoded(value))"
        refuses(signed, "SHA-1")
        var builder = LogoutBuilder()
        builder.expectation.signatureAlgorithms = Set(SignatureAlgorithm.allCases)
        let found = try builder.redirected(signed)
        #expect(try found == LogoutBuilder().redirected())
    }

    @Test func `no parameter comes twice`() throws {
        let good = try LogoutBuilder().parameters(relayState: "x")
        for extra in good + [
            "SAMLRequest=", "SAMLResponse=", "SAMLResponse=AAAA", "RelayState=x", "SigAlg", "Signature=", "SAMLRequest",
        ] {
            refuses((good + [extra]).joined(separator: "&"), "behind: \(extra)")
            refuses(([extra] + good).joined(separator: "&"), "in front: \(extra)")
        }
        let encoding = "SAMLEncoding=urn%3Aoasis%3Anames%3Atc%3ASAML%3A2.0%3Abindings%3AURL-Encoding%3ADEFLATE"
        #expect(throws: Never.self) { try LogoutBuilder().redirected((good + [encoding]).joined(separator: "&")) }
        refuses((good + [encoding, encoding]).joined(separator: "&"), "encoding twice")
        for other in ["SAMLEncoding=", "SAMLEncoding=urn%3Aother", "SAMLEncoding"] {
            refuses((good + [other]).joined(separator: "&"), other)
        }
    }

    // MARK: The encoding

    /// A query of which the value of the message is this, well signed.
    private func signed(_ value: String) throws -> String {
        let query = "SAMLRequest=\(value)&SigAlg=\(LogoutBuilder.encoded(SigningKey.algorithm.rawValue))"
        return "\(query)&\(try LogoutBuilder.signature(of: query))"
    }

    private func signed(_ bytes: [UInt8]) throws -> String {
        try signed(LogoutBuilder.encoded(Data(bytes).base64EncodedString()))
    }

    @Test func `a message is deflated, whole and alone`() throws {
        let text = Array(LogoutBuilder().text.utf8)
        let good = Deflate.compressed(text)
        #expect(Deflate.expanded(good, limit: 65_536) == text)
        #expect(throws: Never.self) { try LogoutBuilder().redirected(try signed(good)) }
        let cases: [(String, [UInt8])] = [
            ("not deflated", text), ("nothing", []), ("cut off", Array(good.dropLast(1))),
            ("cut off", Array(good.prefix(good.count / 2))),
            ("more behind", good + [0]), ("twice", good + good), ("zlib", [0x78, 0x9C] + good + [0, 0, 0, 0]),
            ("gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + good), ("rubbish", [UInt8](repeating: 0xFF, count: 100)),
            ("stored, and too short", [1, 10, 0, 245, 255, 60]), ("deflated twice", Deflate.compressed(good)),
            ("nothing deflated", Deflate.compressed([])),
        ]
        for (comment, bytes) in cases { refuses(try signed(bytes), comment) }
        for value in ["", "%", "%2", "%zz", "%FF%FE", "%00", "A", "AAA", "%C3%A9%C3%A9", "-_-_"] {
            refuses(try signed(value), value)
        }
    }

    @Test func `a message does not grow without end`() throws {
        for count in [65_536, 65_535, 1] {
            let bytes = [UInt8](repeating: 65, count: count)
            #expect(Deflate.expanded(Deflate.compressed(bytes), limit: 65_536) == bytes)
        }
        for count in [65_537, 10_000_000] {
            let bomb = Deflate.compressed([UInt8](repeating: 65, count: count))
            #expect(Deflate.expanded(bomb, limit: 65_536) == nil)
            refuses(try signed(bomb), "\(count)")
        }
        // A document at the limit is read, one beyond it is not.
        let text = LogoutBuilder().text
        for (count, isTaken) in [(65_536, true), (65_537, false)] {
            let padded = text + String(repeating: " ", count: count - text.utf8.count)
            let query = try signed(Deflate.compressed(Array(padded.utf8)))
            #expect(((try? LogoutBuilder().redirected(query)) != nil) == isTaken, "\(count)")
        }
    }
}
