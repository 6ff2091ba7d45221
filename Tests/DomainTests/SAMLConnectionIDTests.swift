import Testing

@testable import Domain

struct SAMLConnectionIDTests {
    @Test(arguments: [0, 1, 1 << 127, UInt128.max], [0, 2, 3 << 126, UInt128.max])
    func `an identifier reads back as it was written`(_ tenant: UInt128, _ plugin: UInt128) throws {
        let id = SAMLConnectionID(tenant: TenantID(rawValue: tenant), plugin: PluginID(rawValue: plugin))
        #expect(id.description.utf8.count == 52)
        #expect(SAMLConnectionID(id.description) == id)
    }

    @Test func `one connection has one name, and another name is another connection or none`() {
        let id = SAMLConnectionID(tenant: TenantID(rawValue: 1 << 100 | 5), plugin: PluginID(rawValue: 7 << 90))
        let text = Array(id.description)
        for place in text.indices {
            for other in "abcdefghijklmnopqrstuvwxyz234567" where other != text[place] {
                var changed = text
                changed[place] = other
                let found = SAMLConnectionID(String(changed))
                #expect(found != id && (found == nil || found?.description == String(changed)))
            }
        }
    }

    @Test(arguments: [
        "", "a", String(repeating: "a", count: 51), String(repeating: "a", count: 53),
        String(repeating: "a", count: 51) + "b", String(repeating: "A", count: 52),
        String(repeating: "a", count: 51) + "1", String(repeating: "a", count: 51) + "=",
        String(repeating: "a", count: 51) + "é", String(repeating: "é", count: 26),
    ])
    func `anything else is none`(_ text: String) { #expect(SAMLConnectionID(text) == nil) }
}
