import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import SAMLAdapter
import StrictJSON
import Testing
import XMLSecurity

@testable import SAML

/// Our keys of a connection, and what is published of them.
struct KeyTests {
    private func states(_ company: Company) async throws -> [SAMLKey.State: SAMLKey] {
        Dictionary(uniqueKeysWithValues: try await company.test.saml.keys(of: company.id).map { ($0.state, $0) })
    }

    private func publishNext(_ company: Company) async throws {
        let key = try await ConnectionKeys.make(
            .next, for: company.id, sealer: Company.keySealer, environment: .system)
        _ = try await company.test.saml.add(key, to: company.id)
    }

    private func takeOver(_ company: Company) async throws -> Bool {
        try await SAMLConnectionChanges(
            connections: company.test.saml, identifiers: TestDatabase.identifiers, origin: company.origin
        ).promoteNextKey(of: company.id, in: company.scope)
    }

    @Test func `the metadata is signed, and says all that a provider needs`() async throws {
        let company = try await Company(try await Site())
        let answer = await Browser(company.site).get(company.path("metadata"))
        #expect(answer.status == 200 && answer.headers[.contentType] == "application/samlmetadata+xml")
        #expect(answer.headers[.cacheControl] == "public, max-age=300" && answer.headers[.contentDisposition] == nil)
        let key = try #require(try await states(company)[.current])
        let root = try XMLReader.read(answer.bytes)
        let signature = try XMLSignature(of: root, after: nil, allowing: SignatureAlgorithm.sound)
        let signed = try signature.verified(by: [try VerificationKey(certificate: key.certificate)])
        #expect(signed.attribute("entityID") == company.entityID)
        for text in [
            "Location=\"\(Site.origin)\(company.path("acs"))\"", "Location=\"\(Site.origin)\(company.path("slo"))\"",
            "WantAssertionsSigned=\"true\"", "AuthnRequestsSigned=\"true\"", "training@lectern.example",
            "use=\"signing\"", "use=\"encryption\"",
        ] { #expect(answer.text.contains(text), "\(text)") }
        let download = await Browser(company.site).get(company.path("metadata") + "?download")
        #expect(
            download.headers[.contentDisposition]
                == "attachment; filename=\"lectern-\(company.tenant.slug)-metadata.xml\"")
        // A file that lies at a provider is good as long as our key, and what is read again for a while.
        let end = try XMLReader.read(download.bytes).attribute("validUntil").flatMap {
            try? Date($0, strategy: .iso8601)
        }
        #expect(
            end.map { abs($0.timeIntervalSince(Date(timeIntervalSince1970: Double(key.expiresAt.seconds)))) < 2 }
                == true)
        #expect(!download.text.contains("cacheDuration") && answer.text.contains("cacheDuration=\"PT86400S\""))
        let head = await Browser(company.site).head(company.path("metadata"))
        #expect(head.status == 200 && head.bytes.isEmpty && head.headers[.contentLength] != nil)
        #expect(await Browser(company.site).post(company.path("metadata"), [:]).status == 405)
    }

    @Test func `the metadata is there before anybody knows the provider, and while the connection is off`()
        async throws
    {
        let company = try await Company(try await Site()) { $0.provider = nil }
        let browser = Browser(company.site)
        #expect(await browser.get(company.path("metadata")).status == 200)
        for path in ["login", "slo"] { #expect(await browser.get(company.path(path)).status == 404) }
        #expect(await company.bring("x", browser).status == 404)
        try await company.changePlugin { $0.isEnabled = false }
        #expect(await browser.get(company.path("metadata")).status == 200)
    }

    @Test func `first requests at once make one key`() async throws {
        let company = try await Company(try await Site())
        let found = await withTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await Browser(company.site).get(company.path("metadata")).text.certificates.first ?? ""
                }
            }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(found.count == 1)
        #expect(try await company.test.saml.keys(of: company.id).count == 1)
    }

    @Test func `the next key is published and decrypts before it signs, and the one before still decrypts`()
        async throws
    {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        _ = await browser.get(company.path("metadata"))
        let first = try #require(try await states(company)[.current])
        #expect(try await company.signIn(browser) { $0.encryptedFor = first.certificate }.status == 303)
        try await publishNext(company)
        let next = try #require(try await states(company)[.next])
        let published = Set(await browser.get(company.path("metadata")).text.certificates)
        #expect(published == [first.base64, next.base64])
        for key in [first, next] {
            #expect(try await company.signIn(browser) { $0.encryptedFor = key.certificate }.status == 303)
        }
        #expect(try await takeOver(company))
        #expect(try await states(company)[.current]?.id == next.id)
        #expect(Set(await browser.get(company.path("metadata")).text.certificates) == [next.base64])
        for key in [first, next] {
            #expect(try await company.signIn(browser) { $0.encryptedFor = key.certificate }.status == 303)
        }
        #expect(try await !takeOver(company))
        // An answer that is encrypted for the key before the former one can no longer be read.
        try await publishNext(company)
        #expect(try await takeOver(company))
        try await company.signIn(browser) { $0.encryptedFor = first.certificate }
        #expect(try await company.failedRule() == "decryption")
        #expect(try await company.signIn(browser) { $0.encryptedFor = next.certificate }.status == 303)
    }

    @Test func `a key is renewed in time, and nobody has to do anything`() async throws {
        let company = try await Company(try await Site())
        let browser = Browser(company.site)
        _ = await browser.get(company.path("metadata"))
        let first = try #require(try await states(company)[.current])
        func end(in days: Int64) async throws {
            let query = PostgresQuery(
                unsafeSQL: "update app.saml_keys set expires_at = now() + $2 * interval '1 day' where id = $1",
                binds: [.uuid(first.id.rawValue), .bigint(days)])
            _ = try await company.test.superuser.write([query])
            _ = await browser.get(company.path("metadata"))
        }
        try await end(in: 61)
        #expect(try await states(company).keys.sorted { $0.rawValue < $1.rawValue } == [.current])
        try await end(in: 59)
        let next = try #require(try await states(company)[.next])
        #expect(try await states(company)[.current]?.id == first.id)
        try await end(in: 29)
        #expect(try await states(company)[.current]?.id == next.id)
        #expect(try await states(company)[.previous]?.id == first.id)
    }

    @Test func `a key that was sealed for another connection opens nothing`() async throws {
        let company = try await Company(try await Site())
        let other = try await Company(company.site)
        let key = try await ConnectionKeys.make(
            .current, for: other.id, sealer: Company.keySealer, environment: .system)
        _ = try await company.test.saml.add(key, to: company.id)
        #expect(await Browser(company.site).get(company.path("metadata")).status == 503)
    }
}

extension SAMLKey {
    fileprivate var base64: String { Data(certificate).base64EncodedString() }
}

extension String {
    /// The contents of elements of that name, without line ends.
    fileprivate var certificates: [String] {
        matches(of: /X509Certificate>([^<]+)</).map { String($0.output.1.filter { !$0.isWhitespace }) }
    }
}
