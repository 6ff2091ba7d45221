public import StrictJSON

/// The features that the service supports (RFC 7643 §5), with the pagination of RFC 9865 §4 if it is on.
public struct ServiceProviderConfig: Sendable, Hashable {
    /// The limits of bulk requests.
    public struct Bulk: Sendable, Hashable {
        /// Whether there is bulk.
        public var supported: Bool
        /// The most operations.
        public var maxOperations: Int
        /// The longest body in bytes.
        public var maxPayloadSize: Int

        /// Limits of the given size.
        public init(supported: Bool, maxOperations: Int, maxPayloadSize: Int) {
            self.supported = supported
            self.maxOperations = maxOperations
            self.maxPayloadSize = maxPayloadSize
        }
    }

    /// One way to authenticate.
    public struct AuthenticationScheme: Sendable, Hashable {
        /// `oauthbearertoken`, `oauth2`, `httpbasic` and so on.
        public var type: String
        /// A short name.
        public var name: String
        /// A description of the scheme.
        public var description: String
        /// Its specification, or nil.
        public var specUri: String?
        /// Help for people, or nil.
        public var documentationUri: String?
        /// Whether it is the preferred one, or nil to say nothing.
        public var primary: Bool?

        /// A scheme of the given parts.
        public init(
            type: String, name: String, description: String, specUri: String? = nil,
            documentationUri: String? = nil, primary: Bool? = nil
        ) {
            self.type = type
            self.name = name
            self.description = description
            self.specUri = specUri
            self.documentationUri = documentationUri
            self.primary = primary
        }

        /// A bearer token (RFC 6750).
        public static let bearer = AuthenticationScheme(
            type: "oauthbearertoken", name: "OAuth Bearer Token",
            description: "A secret token in the Authorization header.",
            specUri: "https://www.rfc-editor.org/info/rfc6750", primary: true)
    }

    /// How lists are paged.
    public struct Pagination: Sendable, Hashable {
        /// Whether cursors work.
        public var cursor: Bool
        /// Whether indexes work.
        public var index: Bool
        /// `cursor` or `index`, or nil.
        public var defaultPaginationMethod: String?
        /// The page size when none is asked for, or nil.
        public var defaultPageSize: Int?
        /// The largest page, or nil.
        public var maxPageSize: Int?
        /// The seconds a cursor lives at least, or nil.
        public var cursorTimeout: Int?

        /// Pagination of the given parts.
        public init(
            cursor: Bool = true, index: Bool = true, defaultPaginationMethod: String? = nil,
            defaultPageSize: Int? = nil, maxPageSize: Int? = nil, cursorTimeout: Int? = nil
        ) {
            self.cursor = cursor
            self.index = index
            self.defaultPaginationMethod = defaultPaginationMethod
            self.defaultPageSize = defaultPageSize
            self.maxPageSize = maxPageSize
            self.cursorTimeout = cursorTimeout
        }
    }

    /// Help for people, or nil.
    public var documentationUri: String?
    /// Whether PATCH works.
    public var patch: Bool
    /// The limits of bulk requests.
    public var bulk: Bulk
    /// Whether filters work.
    public var filter: Bool
    /// The most resources in a list.
    public var maxResults: Int
    /// Whether passwords can be changed.
    public var changePassword: Bool
    /// Whether lists can be sorted.
    public var sort: Bool
    /// Whether there are entity tags.
    public var etag: Bool
    /// The ways to authenticate.
    public var authenticationSchemes: [AuthenticationScheme]
    /// How lists are paged, or nil to say nothing.
    public var pagination: Pagination?

    /// A configuration of the given parts.
    public init(
        documentationUri: String? = nil, patch: Bool = true, bulk: Bulk, filter: Bool = true, maxResults: Int,
        changePassword: Bool, sort: Bool, etag: Bool, authenticationSchemes: [AuthenticationScheme] = [.bearer],
        pagination: Pagination? = nil
    ) {
        self.documentationUri = documentationUri
        self.patch = patch
        self.bulk = bulk
        self.filter = filter
        self.maxResults = maxResults
        self.changePassword = changePassword
        self.sort = sort
        self.etag = etag
        self.authenticationSchemes = authenticationSchemes
        self.pagination = pagination
    }

    /// The configuration as a resource, with `meta`; the base location has no slash at its end.
    public func json(baseLocation: String) -> JSON {
        func supported(_ value: Bool) -> JSON { ["supported": .bool(value)] }
        var object: JSONObject = ["schemas": [.string(SchemaURN.serviceProviderConfig)]]
        object["documentationUri"] = documentationUri.map { .string($0) }
        object["patch"] = supported(patch)
        object["bulk"] = [
            "supported": .bool(bulk.supported), "maxOperations": .integer(Int64(bulk.maxOperations)),
            "maxPayloadSize": .integer(Int64(bulk.maxPayloadSize)),
        ]
        object["filter"] = ["supported": .bool(filter), "maxResults": .integer(Int64(maxResults))]
        object["changePassword"] = supported(changePassword)
        object["sort"] = supported(sort)
        object["etag"] = supported(etag)
        object["authenticationSchemes"] = .array(authenticationSchemes.map(\.json))
        object["pagination"] = pagination?.json
        object["meta"] = .meta("ServiceProviderConfig", "\(baseLocation)/ServiceProviderConfig")
        return .object(object)
    }
}

extension ServiceProviderConfig.AuthenticationScheme {
    var json: JSON {
        var object: JSONObject = ["type": .string(type), "name": .string(name), "description": .string(description)]
        object["specUri"] = specUri.map { .string($0) }
        object["documentationUri"] = documentationUri.map { .string($0) }
        object["primary"] = primary.map { .bool($0) }
        return .object(object)
    }
}

extension ServiceProviderConfig.Pagination {
    var json: JSON {
        var object: JSONObject = ["cursor": .bool(cursor), "index": .bool(index)]
        object["defaultPaginationMethod"] = defaultPaginationMethod.map { .string($0) }
        object["defaultPageSize"] = defaultPageSize.map { .integer(Int64($0)) }
        object["maxPageSize"] = maxPageSize.map { .integer(Int64($0)) }
        object["cursorTimeout"] = cursorTimeout.map { .integer(Int64($0)) }
        return .object(object)
    }
}
