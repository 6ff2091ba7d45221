/// A schema: a URN and the attributes it defines (RFC 7643 §7).
public struct Schema: Sendable, Hashable {
    /// The URN.
    public var id: String
    /// A short name.
    public var name: String
    /// The purpose of the schema.
    public var description: String
    /// The attributes in their order.
    public var attributes: [AttributeDefinition]

    /// A schema of the given parts.
    public init(id: String, name: String, description: String, attributes: [AttributeDefinition]) {
        self.id = id
        self.name = name
        self.description = description
        self.attributes = attributes
    }

    /// The attribute of a name in any case, or nil.
    public func attribute(named name: String) -> AttributeDefinition? {
        attributes.first { $0.name.equalsIgnoringASCIICase(name) }
    }
}

/// The URNs of schemas and messages (RFC 7643 §10, RFC 7644 §8.2).
public enum SchemaURN {
    /// The core User schema.
    public static let user = "urn:ietf:params:scim:schemas:core:2.0:User"
    /// The core Group schema.
    public static let group = "urn:ietf:params:scim:schemas:core:2.0:Group"
    /// The enterprise extension of User.
    public static let enterpriseUser = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    /// The service provider configuration.
    public static let serviceProviderConfig = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
    /// The resource type.
    public static let resourceType = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
    /// The schema of schemas.
    public static let schema = "urn:ietf:params:scim:schemas:core:2.0:Schema"
    /// A list of resources.
    public static let listResponse = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
    /// A query in a body.
    public static let searchRequest = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
    /// A patch.
    public static let patchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
    /// A bulk request.
    public static let bulkRequest = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
    /// A bulk answer.
    public static let bulkResponse = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
    /// An error.
    public static let error = "urn:ietf:params:scim:api:messages:2.0:Error"
}
