extension Schema {
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
