extension Schema {
    /// The core Group schema (RFC 7643 §4.2, §8.7.1; `displayName` is required by the text and its errata).
    public static let group = Schema(
        id: SchemaURN.group, name: "Group", description: "Group",
        attributes: [
            AttributeDefinition(
                "displayName", description: "The name of the group; unique among those of a connection.",
                required: true,
                uniqueness: .server),
            .externalID,
            AttributeDefinition(
                "members", .complex, multiValued: true, description: "The members of the group.",
                subAttributes: [
                    AttributeDefinition("value", description: "The id of the member.", mutability: .immutable),
                    AttributeDefinition(
                        "$ref", .reference, description: "The address of the member.", mutability: .immutable,
                        referenceTypes: ["User", "Group"]),
                    AttributeDefinition(
                        "type", description: "What kind of resource the member is.",
                        canonicalValues: ["User", "Group"], mutability: .immutable),
                    AttributeDefinition(
                        "display", description: "The name of the member.", mutability: .readOnly),
                ]),
        ])
}
