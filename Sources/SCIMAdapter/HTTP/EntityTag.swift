import Domain
import HTTPTypes

/// The version of a resource as an entity tag (RFC 7644 §3.14, RFC 9110 §8.8.3): weak, and counting per resource.
///
/// The parts of a representation that come from other resources, such as the names of groups, change without a new
/// version; a digest of them is therefore appended to the version.
struct EntityTag: Hashable, CustomStringConvertible {
    let version: Int64
    private var related: UInt64?

    init(version: Int64, showing related: [String] = []) {
        self.version = version
        if !related.isEmpty { self.related = Self.digest(related) }
    }

    var description: String { "W/\(opaque)" }

    /// The part in quotes.
    fileprivate var opaque: String {
        "\"v\(version)" + (related.map { "-" + String($0, radix: 36) } ?? "") + "\""
    }

    /// FNV-1a: the same in every process.
    private static func digest(_ texts: [String]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in texts.joined(separator: "\0").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }
}

/// `If-Match` and `If-None-Match` of a request (RFC 9110 §13.1).
///
/// Tags are equal when their quoted parts are. RFC 9110 wants the strong comparison for `If-Match`, in which no weak tag
/// equals another; RFC 7644 §3.14 shows clients that send the service's weak tag back there, and ours always are weak.
struct Preconditions {
    private enum Tags {
        case any
        case listed([String])

        func contains(_ tag: EntityTag) -> Bool {
            switch self {
            case .any: true
            case .listed(let list): list.contains(tag.opaque)
            }
        }
    }

    private let match: Tags?
    private let noneMatch: Tags?

    init(_ headers: HTTPFields) {
        match = Self.parse(headers[values: .ifMatch])
        noneMatch = Self.parse(headers[values: .ifNoneMatch])
    }

    /// Checks that a change of what the client has seen under this tag is wanted.
    ///
    /// - Throws: `stale`, which is 412.
    func checkChange(of tag: EntityTag) throws(DomainError) {
        try checkMatch(tag)
        if let noneMatch, noneMatch.contains(tag) { throw .stale }
    }

    /// Checks `If-Match` alone, which holds for reading too.
    ///
    /// - Throws: `stale`, which is 412.
    func checkMatch(_ tag: EntityTag) throws(DomainError) {
        if let match, !match.contains(tag) { throw .stale }
    }

    /// Whether the version has to be known before the change.
    var hasConditions: Bool { match != nil || noneMatch != nil }

    /// Whether the client has this version already: 304.
    func isCurrent(_ tag: EntityTag) -> Bool {
        noneMatch?.contains(tag) ?? false
    }

    /// Deletes what has a version that the client allows, again if somebody else was faster.
    ///
    /// - Parameters:
    ///   - tag: looks the tag up; asked for only where there are conditions.
    ///   - remove: deletes the resource at the version, or at any; false when it was not there.
    func delete(
        _ tag: () async throws -> EntityTag, at remove: (Int64?) async throws -> Bool
    ) async throws {
        guard hasConditions else {
            guard try await remove(nil) else { throw DomainError.notFound }
            return
        }
        for _ in 0..<Self.attempts {
            let current = try await tag()
            try checkChange(of: current)
            if try await remove(current.version) { return }
        }
        throw DomainError.unavailable(retryAfter: 1)
    }

    private static let attempts = 10

    private static func parse(_ values: [String]) -> Tags? {
        if values.isEmpty { return nil }
        let tags = values.flatMap { $0.split(separator: ",") }.map { tag in
            var tag = tag.drop { $0 == " " }
            while tag.last == " " { tag = tag.dropLast() }
            return String(tag.hasPrefix("W/") ? tag.dropFirst(2) : tag)
        }
        return tags.contains("*") ? .any : .listed(tags)
    }
}
