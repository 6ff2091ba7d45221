import LecternTesting
import Testing

@testable import DNS

/// Against a name server of somebody else's making.
struct TXTLookupTests {
    private func lookup(_ address: String, patience: Duration = .seconds(60)) throws -> TXTLookup {
        let server: NameServer = try #require(NameServer(address))
        return TXTLookup(server: server, patience: patience)
    }

    @Test func `the texts of a name are found, each whole`() async throws {
        let long = ["x", "y", "z"].map { String(repeating: $0, count: 255) }
        let known: [String: Any] = [
            "one.example.com": ["lectern-verification=abc"], "several.example.com": ["v=spf1 -all", "Grüße", ""],
            "pieces.example.com": [["lectern-", "verification=", "abc"]], "alias.example.com": "one.example.com",
            // Too much for an answer by UDP.
            "long.example.com": [long, ["end"]], "many.example.com": (0..<80).map { "record \($0)" },
            "under.test": ["here"], "nothing.example.com": "nothing",
        ]
        try await withNameServer(knowing: known) { address in
            let lookup = try lookup(address)
            for name in ["one.example.com", "ONE.example.com", "pieces.example.com", "alias.example.com"] {
                #expect(try await lookup.records(of: name) == ["lectern-verification=abc"], "\(name)")
            }
            #expect(try await Set(lookup.records(of: "several.example.com")) == ["v=spf1 -all", "Grüße", ""])
            #expect(try await Set(lookup.records(of: "long.example.com")) == [long.joined(), "end"])
            #expect(try await lookup.records(of: "many.example.com").count == TXTLookup.maximumRecords)
            #expect(try await lookup.records(of: "under.test") == ["here"])
            // There is such a name without such a record, and there is no such name.
            #expect(try await lookup.records(of: "nothing.example.com") == [])
            #expect(try await lookup.records(of: "absent.example.com") == [])
        }
    }

    @Test func `what is set a moment later is found`() async throws {
        try await withNameServer(knowing: ["x.example.com": "late"]) { address in
            let lookup = try lookup(address)
            #expect(try await lookup.records(of: "x.example.com") == [])
            #expect(try await lookup.records(of: "x.example.com") == ["here"])
        }
    }

    @Test func `no answer is not the answer that there is nothing`() async throws {
        let known: [String: Any] = [
            "failing.example.com": "failing", "refused.example.com": "refused", "silent.example.com": "silent",
        ]
        try await withNameServer(knowing: known) { address in
            let (patient, hasty) = (try lookup(address), try lookup(address, patience: .milliseconds(200)))
            for name in ["failing.example.com", "refused.example.com", "..", String(repeating: "x", count: 64)] {
                await #expect(throws: DNSFailure.self, "\(name)") { try await patient.records(of: name) }
            }
            let silence = await #expect(throws: DNSFailure.self) {
                try await hasty.records(of: "silent.example.com")
            }
            #expect(silence?.reason.contains("in time") == true)
        }
        // Nobody is there at all.
        let nobody = try lookup("127.0.0.1@1", patience: .milliseconds(200))
        await #expect(throws: DNSFailure.self) { try await nobody.records(of: "x.example.com") }
    }

    @Test func `many ask at once`() async throws {
        try await withNameServer(knowing: ["x.example.com": ["here"]]) { address in
            let lookup = try lookup(address)
            let found = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<30 { group.addTask { try await lookup.records(of: "x.example.com") } }
                return try await group.reduce(into: 0) { $0 += $1 == ["here"] ? 1 : 0 }
            }
            #expect(found == 30)
        }
    }

    @Test(arguments: ["192.0.2.53", "192.0.2.53@5353", "::1", "2001:db8::53@53"])
    func `a server has an address, and perhaps a port`(text: String) { #expect(NameServer(text)?.description == text) }

    @Test(arguments: ["", "dns.example", "192.0.2.53:53", "192.0.2.53@", "::1@0", "::1@+5", "1.1.1.1@65536", "@53"])
    func `anything else is no server`(text: String) { #expect(NameServer(text) == nil) }
}
