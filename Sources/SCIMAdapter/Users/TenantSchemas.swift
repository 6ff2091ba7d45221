import Domain
import SCIM
import Synchronization

/// The User resource type of each tenant: the standard one, with an extension for the attributes it has defined.
final class TenantSchemas: Sendable {
    private let made = Mutex<[[CustomAttribute]: ResourceSchema]>([:])

    /// How many are kept ready.
    private static let limit = 1000

    func user(with attributes: [CustomAttribute]) -> ResourceSchema {
        if attributes.isEmpty { return .user }
        return made.withLock { made in
            if let schema = made[attributes] { return schema }
            if made.count >= Self.limit { made.removeAll() }
            let schema = ResourceSchema(
                name: ResourceSchema.user.name, endpoint: ResourceSchema.user.endpoint, core: .user,
                extensions: ResourceSchema.user.extensions + [.init(Self.extensionSchema(attributes))])
            made[attributes] = schema
            return schema
        }
    }

    private static func extensionSchema(_ attributes: [CustomAttribute]) -> Schema {
        Schema(
            id: SchemaURN.customUser, name: "Custom", description: "What this account has defined itself.",
            attributes: attributes.map { attribute in
                AttributeDefinition(
                    attribute.name, AttributeType(attribute.kind), multiValued: attribute.isMultiValued,
                    description: attribute.description.isEmpty ? attribute.name : attribute.description,
                    caseExact: attribute.isCaseExact,
                    referenceTypes: attribute.kind == .reference ? ["external"] : [])
            })
    }
}

extension SchemaURN {
    /// The extension of User with a tenant's own attributes.
    package static let customUser = "urn:ietf:params:scim:schemas:extension:lectern:2.0:User"
}

extension AttributeType {
    init(_ kind: CustomAttribute.Kind) {
        switch kind {
        case .string: self = .string
        case .boolean: self = .boolean
        case .integer: self = .integer
        case .decimal: self = .decimal
        case .dateTime: self = .dateTime
        case .reference: self = .reference
        }
    }
}
