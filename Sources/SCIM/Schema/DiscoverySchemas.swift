extension Schema {
    /// The schema of the service provider configuration (RFC 7643 §5, §8.7.2; `pagination` of RFC 9865 §4).
    public static let serviceProviderConfig = Schema(
        id: SchemaURN.serviceProviderConfig, name: "Service Provider Configuration",
        description: "What the service provider supports",
        attributes: [
            .readOnly("documentationUri", .reference, "The address of help for people.", referenceTypes: ["external"]),
            .option("patch", "PATCH"),
            .option(
                "bulk", "bulk operations",
                .readOnly("maxOperations", .integer, "The most operations in a request.", required: true),
                .readOnly("maxPayloadSize", .integer, "The longest request in bytes.", required: true)),
            .option(
                "filter", "filters", .readOnly("maxResults", .integer, "The most results.", required: true)),
            .option("changePassword", "changing passwords"),
            .option("sort", "sorting"),
            .option("etag", "entity tags"),
            .readOnly(
                "authenticationSchemes", .complex, "How clients authenticate.", multiValued: true, required: true,
                subAttributes: [
                    .readOnly(
                        "type", "The kind of scheme.", required: true,
                        canonicalValues: ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"]),
                    .readOnly("name", "The name of the scheme.", required: true),
                    .readOnly("description", "What the scheme is.", required: true),
                    .readOnly("specUri", .reference, "Its specification.", referenceTypes: ["external"]),
                    .readOnly("documentationUri", .reference, "Help for people.", referenceTypes: ["external"]),
                    .readOnly("primary", .boolean, "Whether it is the preferred scheme."),
                ]),
            .readOnly(
                "pagination", .complex, "How lists are paged.",
                subAttributes: [
                    .readOnly("cursor", .boolean, "Whether cursors are supported.", required: true),
                    .readOnly("index", .boolean, "Whether indexes are supported.", required: true),
                    .readOnly(
                        "defaultPaginationMethod", "The method used when none is asked for.",
                        canonicalValues: ["cursor", "index"]),
                    .readOnly("defaultPageSize", .integer, "The page size when none is asked for."),
                    .readOnly("maxPageSize", .integer, "The largest page."),
                    .readOnly("cursorTimeout", .integer, "The seconds a cursor lives at least."),
                ]),
        ])

    /// The schema of resource types (RFC 7643 §6, §8.7.2).
    public static let resourceType = Schema(
        id: SchemaURN.resourceType, name: "ResourceType", description: "The types of resources there are",
        attributes: [
            .readOnly("name", "The name of the resource type.", required: true),
            .readOnly("description", "What the resource type is."),
            .readOnly(
                "endpoint", .reference, "Where it is served, below the base address.", required: true,
                referenceTypes: ["uri"]),
            .readOnly(
                "schema", .reference, "The URN of its core schema.", required: true, caseExact: true,
                referenceTypes: ["uri"]),
            .readOnly(
                "schemaExtensions", .complex, "The extensions of the resource type.", multiValued: true,
                subAttributes: [
                    .readOnly(
                        "schema", .reference, "The URN of an extension.", required: true, caseExact: true,
                        referenceTypes: ["uri"]),
                    .readOnly("required", .boolean, "Whether resources must have it.", required: true),
                ]),
        ])

    /// The schema of schemas (RFC 7643 §7, §8.7.2).
    public static let schema = Schema(
        id: SchemaURN.schema, name: "Schema", description: "The schemas there are",
        attributes: [
            .readOnly("name", "The name of the schema.", required: true),
            .readOnly("description", "What the schema is for."),
            .readOnly(
                "attributes", .complex, "The attributes of the schema.", multiValued: true, required: true,
                subAttributes: characteristics + [
                    // The one place where complex values nest (RFC 7643 §7); the second level is a leaf.
                    .readOnly(
                        "subAttributes", .complex, "The parts of a complex attribute.", multiValued: true,
                        subAttributes: characteristics)
                ]),
        ])

    private static let characteristics: [AttributeDefinition] = [
        .readOnly("name", "The name of the attribute.", required: true, caseExact: true),
        .readOnly(
            "type", "The data type.", required: true, canonicalValues: AttributeType.allCases.map(\.rawValue)),
        .readOnly("multiValued", .boolean, "Whether it holds a list.", required: true),
        .readOnly("description", "What the attribute is for.", caseExact: true),
        .readOnly("required", .boolean, "Whether resources must have it."),
        .readOnly("canonicalValues", "Suggested values.", multiValued: true, caseExact: true),
        .readOnly("caseExact", .boolean, "Whether case matters in comparisons."),
        .readOnly(
            "mutability", "Who may write it.", caseExact: true,
            canonicalValues: Mutability.allCases.map(\.rawValue)),
        .readOnly(
            "returned", "When it is returned.", caseExact: true, canonicalValues: Returned.allCases.map(\.rawValue)),
        .readOnly(
            "uniqueness", "How far values differ.", caseExact: true,
            canonicalValues: Uniqueness.allCases.map(\.rawValue)),
        .readOnly("referenceTypes", "What a reference points at.", multiValued: true, caseExact: true),
    ]
}

extension AttributeDefinition {
    static func readOnly(
        _ name: String, _ type: AttributeType = .string, _ description: String, multiValued: Bool = false,
        required: Bool = false, caseExact: Bool = false, canonicalValues: [String] = [],
        referenceTypes: [String] = [], subAttributes: [AttributeDefinition] = []
    ) -> AttributeDefinition {
        AttributeDefinition(
            name, type, multiValued: multiValued, description: description, required: required,
            canonicalValues: canonicalValues, caseExact: caseExact, mutability: .readOnly,
            referenceTypes: referenceTypes, subAttributes: subAttributes)
    }

    static func readOnly(
        _ name: String, _ description: String, multiValued: Bool = false, required: Bool = false,
        caseExact: Bool = false, canonicalValues: [String] = []
    ) -> AttributeDefinition {
        .readOnly(
            name, .string, description, multiValued: multiValued, required: required, caseExact: caseExact,
            canonicalValues: canonicalValues)
    }

    static func option(_ name: String, _ what: String, _ more: AttributeDefinition...) -> AttributeDefinition {
        .readOnly(
            name, .complex, "The settings for \(what).", required: true,
            subAttributes: [.readOnly("supported", .boolean, "Whether \(what) are supported.", required: true)] + more)
    }
}
