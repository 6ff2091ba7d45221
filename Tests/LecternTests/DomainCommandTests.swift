import LecternTesting
import StrictJSON
import Testing

extension ProductTests {
    @Test func `an operator adds a mail domain, and DNS or the operator says whose it is`() async throws {
        let name = try await TestDatabase.emptyName()
        let environment = try environment(name)
        #expect(try lectern(["migrate"], environment).status == 0)
        #expect(try lectern(["tenant", "create", "acme", "--name", "Acme"], environment).status == 0)
        func domain(
            _ verb: String, _ arguments: [String], _ more: [String: String] = [:]
        ) throws -> ChildProcess.Outcome {
            try lectern(["domain", verb, "--tenant", "acme"] + arguments, environment.merging(more) { $1 })
        }
        let added = try domain("add", ["Acme.test", "--json"]).json
        #expect(added["domain"] == "acme.test" && added["state"] == "waiting")
        let record = try #require(added["record_name"]?.stringValue)
        let value = try #require(added["record_value"]?.stringValue)
        #expect(record == "_lectern-challenge.acme.test")
        for (arguments, sentence) in [
            (["acme.test"], "already"), (["acme"], "no domain"), (["gmail.com", "--verified"], "everybody"),
        ] {
            let outcome = try domain("add", arguments)
            #expect(outcome.status != 0 && outcome.errors.contains(sentence), "\(outcome.errors)")
        }
        func verify(_ answer: Any) async throws -> ChildProcess.Outcome {
            try await withNameServer(knowing: [record: answer]) { address in
                try domain("verify", ["acme.test", "--json"], ["LECTERN_DNS_SERVER": address])
            }
        }
        for (answer, sentence) in [
            ("nothing", "There is no TXT record of \(record) yet."), ("failing", "DNS did not answer"),
        ] {
            let outcome = try await verify(answer)
            #expect(outcome.status != 0 && outcome.errors.contains(sentence), "\(outcome.errors)")
        }
        let different = try JSON.parse(try await verify(["some\u{1B}thing"]).errors)["error"]?.stringValue ?? ""
        #expect(different.contains("is \"some\\u001bthing\", not “\(value)”"), "\(different)")
        let badly = try domain("verify", ["acme.test"], ["LECTERN_DNS_SERVER": "dns"])
        #expect(badly.errors.contains("LECTERN_DNS_SERVER"))
        let verified = try await verify(["v=spf1 -all", value]).json
        #expect(verified["state"] == "verified" && verified["verified_at"]?.stringValue != nil)
        #expect(try domain("add", ["b.example", "--verified", "--json"]).json["state"] == "vouched-for")
        let list = try domain("list", ["--json"]).json
        #expect(list[0]?["domain"] == "acme.test" && list[1]?["domain"] == "b.example")
        #expect(try domain("remove", ["b.example"]).status == 0)
        #expect(try domain("remove", ["b.example"]).errors.contains("has no domain"))
        #expect(try domain("list", ["--json"]).json.arrayValue?.count == 1)
    }
}
