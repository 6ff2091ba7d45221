extension AttributeDefinition {
    /// The attributes every resource has without a schema naming them (RFC 7643 §3, §3.1).
    static let common: [AttributeDefinition] = [
        AttributeDefinition(
            "schemas", .reference, multiValued: true, description: "The URNs of the schemas in use.", required: true,
            returned: .always, referenceTypes: ["uri"]),
        AttributeDefinition(
            "id", description: "The id the service gave the resource.", required: true, caseExact: true,
            mutability: .readOnly, returned: .always, uniqueness: .server),
        .externalID,
        .readOnly(
            "meta", .complex, "What the service knows about the resource itself.",
            subAttributes: [
                .readOnly("resourceType", "The name of the resource type.", caseExact: true),
                .readOnly("created", .dateTime, "When it was made."),
                .readOnly("lastModified", .dateTime, "When it last changed."),
                .readOnly("location", .reference, "Its address.", caseExact: true, referenceTypes: ["uri"]),
                .readOnly("version", "Its entity tag.", caseExact: true),
            ]),
    ]
}
