import Domain
import Edge
import StrictJSON

/// How links name the page of a list that they lead to.
enum PlaceInList {
    /// The position that the query asks for: the start of the list if it names no place.
    static func start(_ query: Form) -> PageRequest.Start {
        guard let at = time(query), let id = query["id"].flatMap({ UserID($0) }),
            let value = query["after"] ?? query["before"]
        else {
            return .after(
                ListPosition(
                    value: "", createdAt: Timestamp(microseconds: 0), id: UserID(rawValue: 0).description))
        }
        let place = ListPosition(value: value, createdAt: Timestamp(microseconds: at), id: id.description)
        return query["after"] != nil ? .after(place) : .before(place)
    }

    /// The place after which the page begins that the query asks for; nil for the first page.
    static func place(_ query: Form) -> ListPosition? {
        guard let at = time(query), let id = query["id"].flatMap({ UserID($0) }) else {
            return nil
        }
        return ListPosition(value: nil, createdAt: Timestamp(microseconds: at), id: id.description)
    }

    /// A time that something can have been made at.
    private static func time(_ query: Form) -> Int64? {
        query["at"].flatMap { Int64($0) }.flatMap { (0...Self.endOfTime).contains($0) ? $0 : nil }
    }

    /// The end of the year 9999, in microseconds.
    private static let endOfTime: Int64 = 253_402_300_799_999_999

    /// - Parameter choice: the fields that say which list it is.
    static func path(_ path: String, _ choice: [(name: String, value: String)] = []) -> String {
        path + "?" + choice.map { "\($0.name)=\(PercentEncoding.encode($0.value))&" }.joined()
    }

    static func link(_ path: String, after place: ListPosition?) -> JSON { link(path, "after", place) }
    /// Nothing on the first page, which follows no place.
    static func link(_ path: String, before place: ListPosition?, on query: Form) -> JSON {
        link(path, "before", query["at"] == nil ? nil : place)
    }

    private static func link(_ path: String, _ direction: String, _ place: ListPosition?) -> JSON {
        guard let place else { return .null }
        let value = PercentEncoding.encode(place.value ?? "")
        return .string("\(path)\(direction)=\(value)&at=\(place.createdAt.microseconds)&id=\(place.id)")
    }
}
