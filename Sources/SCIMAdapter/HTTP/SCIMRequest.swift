import Domain
import Edge
import HTTPTypes
import Hummingbird
import NIOCore
import SCIM
import StrictJSON

/// A request below a tenant's `/scim/v2` whose token is good: without a client there is none.
struct SCIMRequest {
    var client: ProvisioningClient
    let credentials: Credentials
    /// The beginning of locations: `https://host/t/slug/scim/v2`.
    let baseURL: String
    let method: HTTPRequest.Method
    let headers: HTTPFields
    /// The query as pairs, decoded.
    let query: [(String, String)]
    let body: Body
    let requestID: String
    let limits: SCIMLimits
    let cursors: Cursors
    /// The identifier of a new resource, if it has been decided before.
    var assignedID: String?

    /// How the client was recognised, and can be again.
    struct Credentials {
        let token: BearerToken
        let slug: Slug
        /// The client's network address.
        let address: String
    }

    enum Body {
        case bytes(ByteBuffer)
        /// Of an operation in a bulk, which came as JSON.
        case json(JSON)
    }

    var scope: TenantScope { TenantScope(client) }

    var origin: ChangeOrigin {
        ChangeOrigin(actor: .token(client.token, of: client.plugin), requestID: requestID)
    }

    /// The body as JSON.
    ///
    /// - Throws: 415 for another media type, 400 `invalidSyntax` for what is no JSON (RFC 7644 §3.12).
    func json() throws(SCIMError) -> JSON {
        let bytes: ByteBuffer
        switch body {
        case .json(let json): return json
        case .bytes(let buffer): bytes = buffer
        }
        try MediaType.requireJSON(headers[.contentType])
        // Nothing is unpacked here: a small message could hold a very large one (RFC 9110 §15.5.16).
        if let coding = headers[.contentEncoding], coding.lowercased() != "identity" {
            throw SCIMError(status: 415, detail: "The body must come without a content coding.")
        }
        do throws(JSONError) {
            return try bytes.withUnsafeReadableBytes { bytes throws(JSONError) in
                try JSON.parse(bytes, limits: limits.json)
            }
        } catch { throw SCIMError(error) }
    }

    private var isPartOfBulk: Bool { if case .json = body { true } else { false } }

    /// The body of a create or a replacement.
    func resource(_ schema: ResourceSchema) throws(SCIMError) -> JSON {
        JSONText(schema: schema, limits: limits.json).resource(try json())
    }

    /// The body of a patch.
    func patch(_ schema: ResourceSchema) throws(SCIMError) -> PatchRequest {
        let body = DottedURN(schema: schema).patch(JSONText(schema: schema, limits: limits.json).patch(try json()))
        return try PatchRequest(parsing: body, limits: limits.patch, requiresSchema: !isPartOfBulk)
    }

    func listQuery() throws(SCIMError) -> ListQuery { try ListQuery(items: query) }

    /// `attributes` and `excludedAttributes` (RFC 7644 §3.9).
    func projection() throws(SCIMError) -> Projection { try listQuery().projection }

    /// The client asks for no body in the answer to a change (RFC 7240 §4.2).
    var prefersMinimal: Bool { prefers("return=minimal") }
    var prefersRepresentation: Bool { prefers("return=representation") }

    private func prefers(_ preference: String) -> Bool {
        headers[values: .prefer].contains { $0.lowercased().contains(preference) }
    }
}

/// The limits on a SCIM request. Each has its key in the configuration.
package struct SCIMLimits: Sendable, Hashable {
    /// A group of 40,000 members in the form that clients send most takes half of it.
    package var bodyBytes = 8_388_608
    package var jsonDepth = 32
    /// Values in a body; a group's members are three to five each.
    package var jsonElements = 500_000
    package var filterBytes = 2048
    package var filterDepth = 20
    package var filterTerms = 50
    package var patchOperations = 1000
    package var bulkOperations = 1000
    /// Resources in a page when the client does not say, and at most.
    package var pageSize = 100
    package var pageMaximum = 1000

    /// The longest value of an attribute that is looked up by an index, folded: PostgreSQL takes a third of a page.
    static let indexedBytes = 1024

    package init() {}

    var json: JSONLimits { JSONLimits(maxBytes: bodyBytes, maxDepth: jsonDepth, maxElements: jsonElements) }

    var patch: PatchLimits { PatchLimits(maxOperations: patchOperations) }

    var filter: FilterLimits { FilterLimits(maxBytes: filterBytes, maxDepth: filterDepth, maxTerms: filterTerms) }
}

extension HTTPField.Name {
    static let prefer = Self("Prefer")!
}

extension String {
    /// The value, if an index can hold it.
    ///
    /// - Throws: 400 `invalidValue` that names the attribute.
    func checkIndexed(_ attribute: String) throws(SCIMError) -> String {
        if max(utf8.count, FoldedKey(self).description.utf8.count) > SCIMLimits.indexedBytes {
            throw .invalidValue("\(attribute) is longer than \(SCIMLimits.indexedBytes) bytes.")
        }
        return self
    }
}
