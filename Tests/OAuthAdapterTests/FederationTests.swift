import CryptoExtras
import Domain
import Edge
import Foundation
import HTTPTypes
import JWTKit
import LecternTesting
import OAuthAdapter
import Persistence
import Postgres
import StrictJSON
import Synchronization
import Testing

/// An issuer with real keys, and a client of ours that trusts one of its identities.
struct FederationTests {
    private static let issuer = "https://login.example/tenant/v2.0"
    private static let now = Edge.Environment.system.now()

    private final class Issuer: Sendable {
        let key: JWTKit.Insecure.RSA.PrivateKey
        let published: Mutex<[String]>
        let asked = Atomic<Int>(0)
        let isDown = Atomic<Bool>(false)
        /// The other members of the published keys, in place of their use for signatures.
        let stated = Mutex<JSONObject>(["use": "sig"])

        init(publishing ids: [String] = ["one"]) throws {
            key = try JWTKit.Insecure.RSA.PrivateKey(backing: _RSA.Signing.PrivateKey(keySize: .bits2048))
            published = Mutex(ids)
        }

        struct Down: Error {}

        var fetch: KeySetFetch {
            { _ in
                self.asked.wrappingAdd(1, ordering: .relaxed)
                if self.isDown.load(ordering: .relaxed) { throw Down() }
                return try self.keys.utf8
            }
        }

        var keys: JSON {
            get throws {
                let primitives = try key.publicKey.getKeyPrimitives()
                let stated = stated.withLock { $0 }
                let keys = published.withLock { $0 }.map { id -> JSON in
                    var key: JSONObject = [
                        "kty": "RSA", "kid": .string(id), "n": .string(base64URL(primitives.modulus)),
                        "e": .string(base64URL(primitives.publicExponent)),
                    ]
                    for (name, value) in stated { key[name] = value }
                    return .object(key)
                }
                return ["keys": .array(keys)]
            }
        }

        func sign(_ claims: Claims, kid: String = "one", header: JWTHeader = JWTHeader()) async throws -> String {
            let collection = JWTKeyCollection()
            await collection.add(rsa: key, digestAlgorithm: .sha256, kid: JWKIdentifier(string: kid))
            return try await collection.sign(claims, kid: JWKIdentifier(string: kid), header: header)
        }
    }

    private struct Claims: JWTPayload {
        var iss: String? = issuer
        var sub: String? = "subject"
        var aud: [String]? = ["api://other", "api://lectern"]
        var exp: Int64? = 3600
        var nbf: Int64? = 0
        var jti: String?

        /// With times counted from now.
        func at(_ now: Timestamp) -> Claims {
            var claims = self
            claims.exp = exp.map { $0 + now.microseconds / 1_000_000 }
            claims.nbf = nbf.map { $0 + now.microseconds / 1_000_000 }
            return claims
        }

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    private func client(
        _ issuer: Issuer, now: @escaping @Sendable () -> Timestamp = { FederationTests.now }
    ) async throws -> OAuthTestClient {
        let oauth = try await OAuthTestClient(now: now, fetch: issuer.fetch)
        try await oauth.federate("subject")
        return oauth
    }

    @Test func `a signed assertion of the trusted identity gets a token that SCIM takes`() async throws {
        let issuer = try Issuer()
        let oauth = try await client(issuer)
        for claims in [Claims(), Claims(nbf: nil, jti: "an id"), Claims(exp: -59, nbf: -3600), Claims(nbf: 59)] {
            let answer = await oauth.assert(try await issuer.sign(claims.at(Self.now)))
            #expect(answer.status == 200, "\(answer)")
            #expect(await oauth.isAdmitted(answer.token))
        }
        #expect(issuer.asked.load(ordering: .relaxed) == 1)
        #expect(await oauth.token().status == 200)
    }

    @Test func `an assertion with an identifier is used once, also side by side`() async throws {
        let issuer = try Issuer()
        let (oauth, other) = (try await client(issuer), try await client(issuer))
        let text = try await issuer.sign(Claims(jti: "one").at(Self.now))
        let statuses = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<10 { group.addTask { await oauth.assert(text).status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [200] + Array(repeating: 401, count: 9))
        #expect(issuer.asked.load(ordering: .relaxed) == 1)
        #expect(try await oauth.storedTokens() == 1)
        // The identifier is the issuer's for this client; another one, or none, is no repetition.
        #expect(await oauth.assert(try await issuer.sign(Claims(exp: 60, jti: "one").at(Self.now))).status == 401)
        #expect(await oauth.assert(try await issuer.sign(Claims(jti: "two").at(Self.now))).status == 200)
        #expect(await other.assert(text).status == 200)
        let plain = try await issuer.sign(Claims().at(Self.now))
        for _ in 0..<2 { #expect(await oauth.assert(plain).status == 200) }
        _ = try await oauth.test.superuser.write([
            """
            update app.client_assertions set expires_at = now() - interval '1 second'
            where tenant_id = \(.uuid(oauth.tenant.id.rawValue))
            """
        ])
        #expect(await oauth.assert(try await issuer.sign(Claims(jti: "three").at(Self.now))).status == 200)
        let left = try await oauth.test.superuser.read([
            "select count(*) from app.client_assertions where tenant_id = \(.uuid(oauth.tenant.id.rawValue))"
        ])[0][0]
        #expect(try left.bigint(0) == 1)
    }

    @Test func `an assertion about anything else, or at another time, is refused`() async throws {
        let issuer = try Issuer()
        let oauth = try await client(issuer)
        for claims in [
            Claims(iss: "https://evil.example"), Claims(iss: nil), Claims(sub: "somebody else"), Claims(sub: nil),
            Claims(aud: ["api://other"]), Claims(aud: []), Claims(aud: nil), Claims(exp: nil), Claims(exp: 90_000),
            Claims(nbf: 61), Claims(jti: ""),
            // Nothing but its end is against these: they began long ago, or do not say when.
            Claims(exp: -60, nbf: -3600), Claims(exp: -61, nbf: -3600), Claims(exp: -60, nbf: nil),
            // Nothing but its beginning is against these: they end before it, within the leeway of both clocks.
            Claims(exp: 10, nbf: 10), Claims(exp: 10, nbf: 20),
        ] {
            let answer = await oauth.assert(try await issuer.sign(claims.at(Self.now)))
            #expect(answer.status == 401 && answer.error == "invalid_client", "\(claims)")
        }
        #expect(issuer.asked.load(ordering: .relaxed) == 0)
    }

    @Test func `only RS256 by a key of the issuer counts`() async throws {
        let (issuer, other) = (try Issuer(), try Issuer())
        let oauth = try await client(issuer)
        let claims = Claims().at(Self.now)
        let good = try await issuer.sign(claims)
        #expect(await oauth.assert(good).status == 200)
        let parts = good.split(separator: ".").map(String.init)
        let secret = JWTKeyCollection()
        await secret.add(
            hmac: HMACKey(from: Data(issuer.key.publicKey.pemRepresentation.utf8)), digestAlgorithm: .sha256,
            kid: "one")
        let pss = JWTKeyCollection()
        await pss.add(pss: issuer.key, digestAlgorithm: .sha256, kid: "one")
        let none = base64URL(Data(#"{"alg":"none","kid":"one","typ":"JWT"}"#.utf8))
        for text in [
            try await secret.sign(claims, kid: "one"), try await pss.sign(claims, kid: "one"),
            "\(none).\(parts[1]).", "\(none).\(parts[1]).\(parts[2])", try await other.sign(claims),
            "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])", "", "a.b.c",
            try await issuer.sign(claims, kid: "unknown"),
        ] {
            let answer = await oauth.assert(text)
            #expect(answer.error == (text.isEmpty ? "invalid_request" : "invalid_client"), "\(text)")
        }
    }

    @Test(arguments: [("JWT", true), ("jwt", true), ("at+jwt", false), ("JOSE", false)])
    func `an assertion of another type than JWT is refused`(type: String, isTaken: Bool) async throws {
        let issuer = try Issuer()
        let oauth = try await client(issuer)
        let header = JWTHeader(fields: ["typ": .string(type)])
        let answer = await oauth.assert(try await issuer.sign(Claims().at(Self.now), header: header))
        #expect(answer.status == (isTaken ? 200 : 401))
    }

    @Test(
        arguments: [
            (["use": "sig"], true), ([:], true), (["use": "sig", "alg": "RS256"], true), (["use": "enc"], false),
            (["use": 1], false), (["use": "sig", "alg": "RS512"], false), (["alg": "RSA-OAEP"], false),
            (["kty": "EC"], false),
        ] as [(JSONObject, Bool)])
    func `a key verifies assertions unless it is published for another use or algorithm`(
        stated: JSONObject, isTaken: Bool
    ) async throws {
        let issuer = try Issuer()
        issuer.stated.withLock { $0 = stated }
        let oauth = try await client(issuer)
        let answer = await oauth.assert(try await issuer.sign(Claims().at(Self.now)))
        #expect(issuer.asked.load(ordering: .relaxed) == 1)
        #expect(answer.status == (isTaken ? 200 : 401))
        #expect(isTaken || answer.error == "invalid_client")
    }

    @Test func `another tenant's client, and one that trusts nobody, get nothing`() async throws {
        let issuer = try Issuer()
        let oauth = try await client(issuer)
        let plain = try await OAuthTestClient(now: { Self.now }, fetch: issuer.fetch)
        let text = try await issuer.sign(Claims().at(Self.now))
        #expect(await oauth.assert(text, to: plain.tenant.slug).error == "invalid_client")
        #expect(await plain.assert(text).error == "invalid_client")
        #expect(await oauth.assert(text).status == 200)
    }

    @Test func `trusting another identity ends the tokens of the one before`() async throws {
        let issuer = try Issuer()
        let oauth = try await client(issuer)
        let text = try await issuer.sign(Claims().at(Self.now))
        let (token, own) = (await oauth.assert(text).token, await oauth.token().token)
        try await oauth.federate("another")
        #expect(await oauth.assert(text).error == "invalid_client")
        #expect(await !oauth.isAdmitted(token))
        #expect(await oauth.isAdmitted(own))
    }

    @Test func `a new key is found by asking again, at most once a minute`() async throws {
        let issuer = try Issuer()
        let clock = Mutex(Self.now)
        let oauth = try await client(issuer) { clock.withLock { $0 } }
        let claims = Claims().at(Self.now)
        #expect(await oauth.assert(try await issuer.sign(claims)).status == 200)
        issuer.published.withLock { $0 = ["two"] }
        let new = try await issuer.sign(claims, kid: "two")
        for _ in 0..<5 { #expect(await oauth.assert(new).error == "invalid_client") }
        #expect(issuer.asked.load(ordering: .relaxed) == 1)
        clock.withLock { $0 = $0.adding(seconds: 60) }
        #expect(await oauth.assert(new).status == 200)
        #expect(await oauth.assert(try await issuer.sign(claims)).error == "invalid_client")
        #expect(issuer.asked.load(ordering: .relaxed) == 2)
    }

    @Test func `an issuer that does not answer is no verdict about the client`() async throws {
        let issuer = try Issuer()
        issuer.isDown.store(true, ordering: .relaxed)
        let oauth = try await client(issuer)
        let answer = await oauth.assert(try await issuer.sign(Claims().at(Self.now)))
        #expect(answer.status == 503 && answer.headers[.retryAfter] == "60")
    }

    @Test func `keys that are known are asked for again after an hour`() async throws {
        let issuer = try Issuer()
        let clock = Mutex(Self.now)
        let oauth = try await client(issuer) { clock.withLock { $0 } }
        for (seconds, times) in [(0, 1), (3599, 1), (3600, 2)] as [(Int64, Int)] {
            let later = Self.now.adding(seconds: seconds)
            clock.withLock { $0 = later }
            #expect(await oauth.assert(try await issuer.sign(Claims().at(later))).status == 200)
            #expect(issuer.asked.load(ordering: .relaxed) == times, "\(seconds)")
        }
    }

    @Test func `keys that are known go on being good for a day when the issuer is down`() async throws {
        let issuer = try Issuer()
        let clock = Mutex(Self.now)
        let oauth = try await client(issuer) { clock.withLock { $0 } }
        #expect(await oauth.assert(try await issuer.sign(Claims().at(Self.now))).status == 200)
        issuer.isDown.store(true, ordering: .relaxed)
        for (hours, status) in [(2, 200), (23, 200), (25, 503)] as [(Int64, Int)] {
            let later = Self.now.adding(seconds: hours * 3600)
            clock.withLock { $0 = later }
            #expect(await oauth.assert(try await issuer.sign(Claims().at(later))).status == status, "\(hours)")
        }
    }
}

struct KeySetURLTests {
    @Test(arguments: [
        "https://login.microsoftonline.com/tid/discovery/v2.0/keys", "https://a.example:443/keys?x=1",
    ])
    func `https on the usual port of a named host is taken`(text: String) { #expect(KeySetURL(text) != nil) }

    @Test func `the host is kept in lower case and without its port`() {
        #expect(KeySetURL("https://Keys.Example:443/A")?.description == "https://keys.example/A")
    }

    @Test(arguments: [
        "http://a.example/keys", "https://a.example:8443/keys", "https://127.0.0.1/keys", "https://[::1]/keys",
        "https://localhost/keys", "https://u:p@a.example/keys", "https://a.example\\@b.example/", "https:///keys",
        "https://2130706433/", "https://0x7f.1/", "https://a.example./keys", "https://a.example/#x", "",
        "https://a.example/\u{7F}",
    ])
    func `anything else is refused`(text: String) { #expect(KeySetURL(text) == nil) }
}

private func base64URL(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

extension OAuthTestClient {
    func federate(_ subject: String) async throws {
        let identity = try FederatedIdentity(
            issuer: "https://login.example/tenant/v2.0", subject: subject, audience: "api://lectern",
            keys: KeySetURL("https://login.example/keys")!)
        try await test.clients.federate(
            client.id, with: identity, change: TestDatabase.change(.update, .client(client.id)), in: scope)
    }

    func assert(_ assertion: String, to slug: Slug? = nil) async -> Answer {
        await send(
            Self.form + "&client_id=\(client.id)&scope=api%3A%2F%2Flectern%2F.default"
                + "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                + "&client_assertion=\(assertion)", to: slug)
    }
}
