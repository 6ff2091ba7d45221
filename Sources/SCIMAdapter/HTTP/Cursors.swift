import Domain
import Edge
import SCIM
import StrictJSON

/// The cursors of RFC 9865: a place in a list, sealed for one connection and one query.
struct Cursors: Sendable {
    let sealer: Sealer
    let now: @Sendable () -> Timestamp

    /// How long one can be used.
    static let seconds: Int64 = 3600

    /// The context that a cursor is sealed for. It leaves out the page size and the requested attributes, which may
    /// change between pages.
    static func context(_ query: ListQuery, of resourceType: String, _ request: SCIMRequest) -> String {
        JSON.array(
            [
                request.client.tenant.description, request.client.plugin.description, resourceType, query.filter,
                query.sortBy?.description, query.sortOrder.rawValue,
            ].map { $0.map { .string($0) } ?? .null }
        ).text
    }

    func after(_ place: ListPosition, for context: String) -> String { seal(place, "after", context) }
    func before(_ place: ListPosition, for context: String) -> String { seal(place, "before", context) }

    /// - Throws: `invalidCursor` for anything else than a cursor of this query, `expiredCursor` for an old one.
    func start(_ cursor: String, for context: String) throws(SCIMError) -> PageRequest.Start {
        guard let bytes = sealer.open(cursor, for: context), let json = try? JSON.parse(bytes),
            case .integer(let until)? = json["until"], case .integer(let created)? = json["created"],
            let id = json["id"]?.stringValue
        else { throw .invalidCursor }
        if until < now().microseconds { throw .expiredCursor }
        let place = ListPosition(
            value: json["value"]?.stringValue, createdAt: Timestamp(microseconds: created), id: id)
        return json["side"]?.stringValue == "before" ? .before(place) : .after(place)
    }

    private func seal(_ place: ListPosition, _ side: String, _ context: String) -> String {
        let json: JSON = [
            "side": .string(side), "value": place.value.map { .string($0) } ?? .null,
            "created": .integer(place.createdAt.microseconds), "id": .string(place.id),
            "until": .integer(now().adding(seconds: Self.seconds).microseconds),
        ]
        return sealer.seal(json.utf8, for: context)
    }
}
