import SCIM
import StrictJSON

private let resource: JSONObject = [
    "schemas": [.string(SchemaURN.user)], "id": "1", "userName": "ann", "active": true,
    "name": ["familyName": "B", "givenName": "A"],
    "emails": [["value": "a@x", "type": "work", "primary": true], ["value": "b@x", "type": "home"]],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": ["manager": ["value": "m"], "department": "D"],
]

/// Any JSON: as a patch it applies or is refused; what comes out is a valid resource, and applying what changed
/// nothing tells so.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let body = try? JSON.parse(UnsafeRawBufferPointer(start: start, count: count)) else { return 0 }
    // Fuzzers find operations sooner than URNs.
    let wrapped: JSON = ["schemas": [.string(SchemaURN.patchOp)], "Operations": body.arrayValue != nil ? body : [body]]
    for message in [body, wrapped] {
        guard let patch = try? PatchRequest(parsing: message) else { continue }
        if let result = try? patch.apply(to: resource, schema: .user) {
            precondition(result.resource["id"] == "1" && result.resource["userName"]?.stringValue?.isEmpty == false)
            precondition(result.changed == (!result.changedPaths.isEmpty || result.password != .unchanged))
            guard let read = try? ResourceReader.read(.object(result.resource), as: .user) else {
                fatalError("the outcome is not valid: \(JSON.object(result.resource).text)")
            }
            precondition(read.ignored.isEmpty)
        }
        if let split = try? patch.split(multiValued: "members") {
            _ = try? split.rest.apply(to: ["displayName": "g"], schema: .group)
        }
    }
    _ = try? ResourceReader.read(body, as: .user, options: ReadOptions(schemas: .none))
    _ = try? BulkRequest(parsing: body)
    _ = try? SearchRequest(parsing: body)
    return 0
}
