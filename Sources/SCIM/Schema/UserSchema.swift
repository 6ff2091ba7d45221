extension Schema {
    /// The core User schema (RFC 7643 §4.1, §8.7.1).
    ///
    /// `externalId` is listed too: clients that build their mappings from discovery look for it here.
    public static let user = Schema(
        id: SchemaURN.user, name: "User", description: "User Account",
        attributes: [
            AttributeDefinition(
                "userName", description: "The name the user signs in with; unique in the tenant.", required: true,
                uniqueness: .server),
            .externalID,
            AttributeDefinition(
                "name", .complex, description: "The parts of the user's real name.",
                subAttributes: [
                    AttributeDefinition("formatted", description: "The full name as it is shown."),
                    AttributeDefinition("familyName", description: "The family name, or last name."),
                    AttributeDefinition("givenName", description: "The given name, or first name."),
                    AttributeDefinition("middleName", description: "The middle name or names."),
                    AttributeDefinition("honorificPrefix", description: "The title before the name."),
                    AttributeDefinition("honorificSuffix", description: "The suffix after the name."),
                ]),
            AttributeDefinition("displayName", description: "The name shown to others."),
            AttributeDefinition("nickName", description: "The casual way to address the user."),
            AttributeDefinition(
                "profileUrl", .reference, description: "The address of the user's profile page.",
                referenceTypes: ["external"]),
            AttributeDefinition("title", description: "The user's title, such as Vice President."),
            AttributeDefinition("userType", description: "The relation to the organization, such as Contractor."),
            AttributeDefinition("preferredLanguage", description: "The language wanted, as in Accept-Language."),
            AttributeDefinition("locale", description: "The locale for dates, numbers and currency."),
            AttributeDefinition("timezone", description: "The time zone by its IANA name."),
            AttributeDefinition("active", .boolean, description: "Whether the user may use the service."),
            AttributeDefinition(
                "password", description: "The user's password in clear text, to set it.", mutability: .writeOnly,
                returned: .never),
            .values("emails", "E-mail addresses.", types: ["work", "home", "other"]),
            .values("phoneNumbers", "Phone numbers.", types: ["work", "home", "mobile", "fax", "pager", "other"]),
            .values(
                "ims", "Instant messaging addresses.",
                types: ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]),
            .values(
                "photos", "Addresses of pictures of the user.", of: .reference, types: ["photo", "thumbnail"],
                referenceTypes: ["external"]),
            addresses,
            groups,
            .values("entitlements", "Things the user is entitled to."),
            .values("roles", "Roles that say together who the user is."),
            .values("x509Certificates", "Certificates issued to the user.", of: .binary),
        ])

    private static let addresses = AttributeDefinition(
        "addresses", .complex, multiValued: true, description: "Postal addresses.",
        subAttributes: [
            AttributeDefinition("formatted", description: "The full address as it is printed."),
            AttributeDefinition("streetAddress", description: "Street, house number and the like."),
            AttributeDefinition("locality", description: "The city or locality."),
            AttributeDefinition("region", description: "The state or region."),
            AttributeDefinition("postalCode", description: "The postal code."),
            AttributeDefinition("country", description: "The country as an ISO 3166-1 alpha-2 code."),
            AttributeDefinition(
                "type", description: "What the address is for.", canonicalValues: ["work", "home", "other"]),
            .primary,
        ])

    private static let groups = AttributeDefinition(
        "groups", .complex, multiValued: true, description: "The groups the user belongs to.",
        mutability: .readOnly,
        subAttributes: [
            AttributeDefinition("value", description: "The id of the group.", mutability: .readOnly),
            AttributeDefinition(
                "$ref", .reference, description: "The address of the group.", mutability: .readOnly,
                referenceTypes: ["User", "Group"]),
            AttributeDefinition("display", description: "The name of the group.", mutability: .readOnly),
            AttributeDefinition(
                "type", description: "Whether the membership is direct.", canonicalValues: ["direct", "indirect"],
                mutability: .readOnly),
        ])
}

extension AttributeDefinition {
    static let externalID = AttributeDefinition(
        "externalId", description: "The id the client knows the resource by; unique among those of a connection.",
        caseExact: true, uniqueness: .server)

    static let primary = AttributeDefinition(
        "primary", .boolean, description: "Whether this is the preferred value; true at most once.")

    /// A multi-valued attribute with the usual sub-attributes (RFC 7643 §2.4).
    static func values(
        _ name: String, _ description: String, of type: AttributeType = .string, types: [String] = [],
        referenceTypes: [String] = []
    ) -> AttributeDefinition {
        AttributeDefinition(
            name, .complex, multiValued: true, description: description,
            subAttributes: [
                AttributeDefinition("value", type, description: "The value.", referenceTypes: referenceTypes),
                AttributeDefinition("display", description: "The value in words, for people."),
                AttributeDefinition("type", description: "What the value is for.", canonicalValues: types),
                .primary,
            ])
    }
}
