extension Schema {
    /// The core Group schema (RFC 7643 §4.2, §8.7.1; `displayName` is required by the text and its errata).
    public static let group = Schema(
        id: SchemaURN.group, name: "Group", description: "Group",
        attributes: [
            AttributeDefinition("displayName", description: "The name of the group.", required: true),
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
                    AttributeDefinition("display", description: "The name of the member.", mutability: .readOnly),
                ]),
        ])

    /// The enterprise extension of User (RFC 7643 §4.3, §8.7.1).
    public static let enterpriseUser = Schema(
        id: SchemaURN.enterpriseUser, name: "EnterpriseUser", description: "Enterprise User",
        attributes: [
            AttributeDefinition("employeeNumber", description: "The number the organization gave the user."),
            AttributeDefinition("costCenter", description: "The name of a cost center."),
            AttributeDefinition("organization", description: "The name of an organization."),
            AttributeDefinition("division", description: "The name of a division."),
            AttributeDefinition("department", description: "The name of a department."),
            AttributeDefinition(
                "manager", .complex, description: "The user's manager.",
                subAttributes: [
                    AttributeDefinition("value", description: "The id of the manager."),
                    AttributeDefinition(
                        "$ref", .reference, description: "The address of the manager.", referenceTypes: ["User"]),
                    AttributeDefinition(
                        "displayName", description: "The manager's name.", mutability: .readOnly),
                ]),
        ])
}
