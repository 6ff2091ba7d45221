import SCIM
import StrictJSON

private let resource: JSONObject = [
    "id": "1", "userName": "ann", "active": true, "name": ["familyName": "É"],
    "emails": [["value": "a@x", "type": "work", "primary": true], ["value": "b@x"]],
    "meta": ["created": "2026-01-31T12:00:00Z"],
]

/// Any text: a filter that is read prints to a filter that reads the same, resolves or not, and never crashes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    for syntax in [FilterSyntax.strict, .tolerant, .anyUnquoted] {
        guard let filter = try? Filter(parsing: text, syntax: syntax) else { continue }
        let limits = FilterLimits(maxBytes: 1 << 20, maxDepth: 64, maxTerms: 1_000)
        guard let again = try? Filter(parsing: filter.description, limits: limits) else {
            fatalError("what was printed cannot be read: \(filter)")
        }
        precondition(again == filter, "\(filter)")
        for schema in [ResourceSchema.user, .group] {
            if let resolved = try? filter.resolved(against: schema) { _ = resolved.matches(resource) }
        }
    }
    return 0
}
