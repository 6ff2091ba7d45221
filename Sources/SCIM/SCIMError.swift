public import StrictJSON

/// An error of the protocol (RFC 7644 §3.12): what the client is told.
public struct SCIMError: Error, Sendable, Hashable {
    /// The HTTP status.
    public var status: Int
    /// The keyword of table 9, where there is one.
    public var scimType: SCIMErrorType?
    /// A sentence for people; never empty, never with a secret.
    public var detail: String

    /// An error of the given parts.
    public init(status: Int, scimType: SCIMErrorType? = nil, detail: String) {
        self.status = status
        self.scimType = scimType
        self.detail = detail.isEmpty ? "The request failed." : detail
    }

    /// The error message with its schema; `status` is a string (RFC 7644 §3.12).
    public var json: JSON {
        var object: JSONObject = ["schemas": [.string(SchemaURN.error)], "status": .string(String(status))]
        if let scimType { object["scimType"] = .string(scimType.rawValue) }
        object["detail"] = .string(detail)
        return .object(object)
    }
}

/// The keywords of RFC 7644 table 9 and RFC 9865 §2.1.
public enum SCIMErrorType: String, Sendable, Hashable, CaseIterable {
    /// The filter is broken, or compares what cannot be compared.
    case invalidFilter
    /// There are more results than the server gives.
    case tooMany
    /// A value is taken.
    case uniqueness
    /// The attribute cannot be changed so.
    case mutability
    /// The message is not built as its schema says.
    case invalidSyntax
    /// The path of an operation is broken or names nothing known.
    case invalidPath
    /// The path of an operation led to nothing.
    case noTarget
    /// A required value is missing, or a value does not fit.
    case invalidValue
    /// The version of the protocol is not supported.
    case invalidVers
    /// The request would put a secret into a URL.
    case sensitive
    /// The cursor is not one of ours.
    case invalidCursor
    /// The cursor is too old.
    case expiredCursor
    /// The page size is not acceptable.
    case invalidCount
}

extension SCIMError {
    /// 400 `invalidFilter`.
    public static func invalidFilter(_ detail: String) -> SCIMError { bad(.invalidFilter, detail) }
    /// 400 `invalidValue`.
    public static func invalidValue(_ detail: String) -> SCIMError { bad(.invalidValue, detail) }
    /// 400 `invalidPath`.
    public static func invalidPath(_ detail: String) -> SCIMError { bad(.invalidPath, detail) }
    /// 400 `invalidSyntax`.
    public static func invalidSyntax(_ detail: String) -> SCIMError { bad(.invalidSyntax, detail) }
    /// 400 `noTarget`.
    public static func noTarget(_ detail: String) -> SCIMError { bad(.noTarget, detail) }
    /// 400 `noTarget` in plain words.
    public static let noTarget = noTarget("The path leads to nothing that could be operated on.")
    /// 400 `mutability`.
    public static func mutability(_ detail: String) -> SCIMError { bad(.mutability, detail) }
    /// 400 `mutability` in plain words.
    public static let mutability = mutability("The attribute cannot be changed.")
    /// 409 `uniqueness`.
    public static func uniqueness(_ detail: String) -> SCIMError {
        SCIMError(status: 409, scimType: .uniqueness, detail: detail)
    }
    /// 409 `uniqueness` in plain words.
    public static let uniqueness = uniqueness("A value that must be unique is taken.")
    /// 400 `tooMany`.
    public static let tooMany = bad(.tooMany, "There are too many results; use a narrower filter.")
    /// 403 `sensitive`.
    public static let sensitive = SCIMError(
        status: 403, scimType: .sensitive, detail: "The query holds sensitive values; use POST and .search.")
    /// 400 `invalidVers`.
    public static let invalidVers = bad(.invalidVers, "This version of the protocol is not supported.")
    /// 400 `invalidCursor` (RFC 9865 §2.1).
    public static let invalidCursor = bad(.invalidCursor, "The cursor is not valid for this query.")
    /// 400 `expiredCursor` (RFC 9865 §2.1).
    public static let expiredCursor = bad(.expiredCursor, "The cursor has expired; start again.")
    /// 400 `invalidCount` (RFC 9865 §2.1).
    public static let invalidCount = bad(.invalidCount, "The count is not valid for this query.")
    /// 404.
    public static let notFound = notFound("There is no such resource.")
    /// 404 with a sentence of one's own.
    public static func notFound(_ detail: String) -> SCIMError { SCIMError(status: 404, detail: detail) }
    /// 401.
    public static let unauthorized = SCIMError(status: 401, detail: "Valid credentials are needed.")
    /// 403.
    public static func forbidden(_ detail: String) -> SCIMError { SCIMError(status: 403, detail: detail) }
    /// 405.
    public static let methodNotAllowed = SCIMError(status: 405, detail: "The method is not allowed here.")
    /// 409 without a keyword.
    public static func conflict(_ detail: String) -> SCIMError { SCIMError(status: 409, detail: detail) }
    /// 412 (RFC 7644 §3.14).
    public static let preconditionFailed = SCIMError(status: 412, detail: "The resource has changed since.")
    /// 413.
    public static func payloadTooLarge(_ detail: String) -> SCIMError { SCIMError(status: 413, detail: detail) }
    /// 415.
    public static let unsupportedMediaType = SCIMError(
        status: 415, detail: "The body must be application/scim+json or application/json.")
    /// 500; says nothing about the cause.
    public static let internalError = SCIMError(status: 500, detail: "The service failed; try again later.")
    /// 501.
    public static func notImplemented(_ detail: String) -> SCIMError { SCIMError(status: 501, detail: detail) }

    /// The error for a body that is not JSON: 413 if it is too large, or else 400 `invalidSyntax`.
    public init(_ error: JSONError) {
        switch error.reason {
        case .tooLarge: self = .payloadTooLarge("The body is too large.")
        case .nul, .tooManyMarks: self = .invalidValue("The body cannot be read: \(error).")
        case .tooDeep, .tooManyElements, .numberTooLong, .numberOutOfRange, .byteOrderMark, .unexpectedEnd,
            .unexpectedByte, .trailingBytes, .invalidUTF8, .controlCharacter, .invalidEscape, .loneSurrogate,
            .duplicateKey:
            self = .invalidSyntax("The body cannot be read: \(error).")
        }
    }

    private static func bad(_ type: SCIMErrorType, _ detail: String) -> SCIMError {
        SCIMError(status: 400, scimType: type, detail: detail)
    }
}
