import Domain
import StrictJSON
import Testing

struct RuleTests {
    @Test(arguments: ["ab", "acme", "a-1", String(repeating: "x", count: 63)])
    func `a slug of the right form is one`(text: String) { #expect(Slug(text)?.description == text) }

    @Test(arguments: ["", "a", "Acme", "a_b", "a b", "ä1", String(repeating: "x", count: 64)])
    func `anything else is no slug`(text: String) { #expect(Slug(text) == nil) }

    @Test func `user names compare without case, width and composition`() {
        for (left, right) in [
            ("ANNA@x.example", "anna@X.example"), ("É", "e\u{301}"), ("ＡＢ", "ab"), ("νίκος", "ΝΊΚΟΣ"), ("sp ", "sp"),
        ] { #expect(UserName(stored: left).key == UserName(stored: right).key, "\(left)") }
        #expect(UserName(stored: "a").key != UserName(stored: "b").key)
        #expect(UserName(stored: "r²").key != UserName(stored: "r2").key)
    }

    @Test func `a user name is not blank and not endless, and keeps its spelling`() throws {
        for (text, reason) in [
            ("", "must not be empty"), ("  ", "must not be empty"),
            (" \t ", "contains U+0009, which is not allowed there; remove it"),
            (String(repeating: "a", count: 1025), "has at most 1024 bytes"),
        ] {
            #expect(throws: DomainError.invalid(field: "userName", reason: reason)) { try UserName(text) }
        }
        #expect(try UserName("Anna Ä").spelling == "Anna Ä")
        #expect(try UserName(" anna ").spelling == "anna")
    }

    @Test func `a user name with a character that is not allowed is rejected with its code point and the remedy`() {
        let plain = DomainError.invalid(
            field: "userName", reason: "contains U+FB00, which is not allowed there; write “ff” instead")
        #expect(throws: plain) { try UserName("o\u{FB00}ice@x.example") }
        let invisible = DomainError.invalid(
            field: "userName", reason: "contains U+00AD, which is not allowed there; remove it")
        #expect(throws: invisible) { try UserName("x\u{AD}") }
    }

    @Test func `a user name that was given before names were checked may stay`() throws {
        #expect(try UserName(stated: "x\u{AD}", before: "x\u{AD}").spelling == "x\u{AD}")
        let invisible = DomainError.invalid(
            field: "userName", reason: "contains U+00AD, which is not allowed there; remove it")
        #expect(throws: invisible) { try UserName(stated: "y\u{AD}", before: "x\u{AD}") }
    }

    @Test func `only an explicit true enables a user who was disabled`() {
        #expect(Activity.next(stated: true, before: false))
        #expect(!Activity.next(stated: nil, before: false))
        #expect(!Activity.next(stated: false, before: true))
        #expect(Activity.next(stated: nil, before: true))
        #expect(Activity.next(stated: nil, before: nil))
        #expect(!Activity.next(stated: false, before: nil))
    }

    @Test func `the plan decides the entitlements`() {
        #expect(Plan.enterprise.entitlements.contains(.scim))
        #expect(!Plan.growth.entitlements.contains(.scim))
        #expect(Plan.unlocking(.scim) == .ultimate)
    }

    @Test func `Owner is never given by an identity provider, and User means trainee`() {
        #expect(!Role.owner.canBeProvisioned)
        #expect(Role(name: "User") == .trainee)
        #expect(Role(name: "ADMIN") == .admin)
        #expect(Role(name: "root") == nil)
        #expect(Role.trainee.permissions == [.takeTraining])
        #expect(Role.admin.permissions.contains(.manageIntegration))
    }
}

struct DifferenceTests {
    @Test func `only what moved is in it, by path`() throws {
        let before: JSONObject = [
            "title": "A", "name": ["givenName": "G", "familyName": "F"], "urn:x:2.0:User": ["department": "D"],
            "same": 1,
        ]
        let after: JSONObject = [
            "name": ["givenName": "H", "familyName": "F"], "urn:x:2.0:User": ["department": "E"], "same": 1,
            "new": true,
        ]
        let difference = Difference(from: before, to: after)
        #expect(
            difference.fields == [
                "title": ["A", .null], "name.givenName": ["G", "H"], "urn:x:2.0:User:department": ["D", "E"],
                "new": [.null, true],
            ])
        #expect(difference.touches("name") && difference.touches("urn:x:2.0:User"))
        #expect(!difference.touches("nam"))
    }

    @Test func `inside an extension's complex attribute the path goes on with a dot`() {
        let difference = Difference(from: [:], to: ["urn:x:User": ["manager": ["value": "1"]]])
        #expect(difference.fields.keys == ["urn:x:User:manager.value"])
        #expect(difference.touches("urn:x:User:manager"))
    }

    @Test func `equal states have no difference, and schemas follow from the rest`() {
        #expect(Difference(from: ["a": 1, "b": 2], to: ["b": 2, "a": 1]).isEmpty)
        #expect(Difference(from: ["schemas": ["x"]], to: ["schemas": ["x", "y"]]).isEmpty)
    }
}
