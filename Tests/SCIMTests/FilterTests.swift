import SCIM
import StrictJSON
import Testing

@Suite struct FilterTests {
    @Test(arguments: [
        "userName eq \"x\"", "title pr", "not (title pr)", "a eq 1 and b eq 2.5 and c eq true or d eq null",
        "(a pr or b pr) and c pr", "a pr and (b pr and c pr)", "a pr or (b pr or c pr)",
        "emails[type eq \"work\" and value co \"@x\"]", "emails[not (type eq \"work\")]",
        "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName eq \"B\"", "not (not (a pr))",
        "displayName eq \"a\\\"b\\\\c\"", "$ref eq \"x\"",
    ])
    func `a filter in canonical form prints as it was written`(text: String) throws {
        #expect(try Filter(parsing: text).description == text)
    }

    @Test(arguments: [
        ("USERNAME EQ \"x\"", "USERNAME eq \"x\""), ("a Pr AND NOT(b pR)", "a pr and not (b pr)"),
        ("((a pr))", "a pr"), ("  a   pr  ", "a pr"), ("(a pr)or(b pr)", "a pr or b pr"),
        ("a eq \"\\u00e9\\ud83d\\ude00\"", "a eq \"é😀\""),
        ("emails[type eq \"work\"].value eq \"x\"", "emails[type eq \"work\" and value eq \"x\"]"),
        ("emails[a pr or b pr].value sw \"x\"", "emails[(a pr or b pr) and value sw \"x\"]"),
        ("a pr or b pr and c pr", "a pr or b pr and c pr"),
    ])
    func `other spellings mean the same`(text: String, canonical: String) throws {
        #expect(try Filter(parsing: text).description == canonical)
        #expect(try Filter(parsing: text) == Filter(parsing: canonical))
    }

    @Test func `and binds tighter than or`() throws {
        let a = Filter.present(AttributePath(attribute: "a"))
        let b = Filter.present(AttributePath(attribute: "b"))
        let c = Filter.present(AttributePath(attribute: "c"))
        #expect(try Filter(parsing: "a pr or b pr and c pr") == .or([a, .and([b, c])]))
        #expect(try Filter(parsing: "not (a pr) and b pr") == .and([.not(a), b]))
    }

    @Test(arguments: [
        "", " ", "userName", "userName eq", "eq \"x\"", "userName zz \"x\"", "(userName eq \"x\"", "userName eq \"x\")",
        "userName eq \"x\" and", "and userName eq \"x\"", "userName eq x", "userName eq 'x'",
        "emails[type eq \"work\"", "emails[]", "emails[type eq \"work\"]]", "userName eq \"x\" userName eq \"y\"",
        "userName eq \"open", "userName eq \"open\\", "\"userName\" eq \"x\"", "userName pr \"x\"",
        "name..givenName eq \"x\"", "userName eq \"x\" xor title pr", "()", "not ()", "not userName eq \"x\"",
        "userName eq\"x\"", "a[b[c pr]]", "a eq \"\\ud800\"", "a eq \"\\u0000\"", "a eq {}", "a eq [1]", "1a pr",
        ".a pr",
        "a. pr", "urn:: pr", "emails[type pr].", "emails[type pr].value",
    ])
    func `a broken filter is invalidFilter`(text: String) {
        for syntax in [FilterSyntax.strict, .tolerant] {
            #expect { try Filter(parsing: text, syntax: syntax) } throws: { error in
                let error = error as? SCIMError
                return error?.status == 400 && error?.scimType == .invalidFilter
            }
        }
    }

    @Test func `unquoted values are taken when they cannot be mistaken`() throws {
        let expected = try Filter(parsing: "userName eq \"ann@x.org\"")
        #expect(try Filter(parsing: "userName eq ann@x.org", syntax: .tolerant) == expected)
        #expect(throws: SCIMError.self) { try Filter(parsing: "userName eq ann@x.org", syntax: .strict) }
        #expect(throws: SCIMError.self) { try Filter(parsing: "userName eq ann", syntax: .tolerant) }
        #expect(try Filter(parsing: "userName eq ann", syntax: .anyUnquoted).description == "userName eq \"ann\"")
        #expect(
            try Filter(parsing: "userName eq 8a9-b", syntax: .tolerant).description == "userName eq \"8a9-b\"")
    }

    @Test func `limits are kept`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "a pr" + String(repeating: ")", count: depth)
        }
        func terms(_ count: Int) -> String { Array(repeating: "a pr", count: count).joined(separator: " or ") }
        _ = try Filter(parsing: nested(20))
        #expect(throws: SCIMError.self) { try Filter(parsing: nested(21)) }
        _ = try Filter(parsing: terms(50))
        #expect(throws: SCIMError.self) { try Filter(parsing: terms(51)) }
        _ = try Filter(parsing: "a pr", limits: FilterLimits(maxBytes: 4))
        #expect(throws: SCIMError.self) { try Filter(parsing: "a pr", limits: FilterLimits(maxBytes: 3)) }
        let long = "a eq \"\(String(repeating: "x", count: 2048))\""
        #expect(throws: SCIMError.self) { try Filter(parsing: long) }
    }
}
