import SCIM

/// PingOne's documented look-up by address names the attribute in the singular: `GET /Users?filter=email Co "anna@x"`.
/// Source: PingOne's page on SCIM provisioning filter expressions. Users have no attribute `email`, so nothing else can
/// be meant.
enum PingOneFilters {
    static func meant(_ filter: Filter) -> Filter {
        guard case .comparison(let path, let op, let value) = filter, path.schema == nil, path.subAttribute == nil,
            path.attribute.lowercased() == "email"
        else { return filter }
        return .comparison(AttributePath(attribute: "emails", subAttribute: "value"), op, value)
    }
}
