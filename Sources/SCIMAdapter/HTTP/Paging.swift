import Domain
import Hummingbird
import SCIM

/// How a list is asked for and answered: by index (RFC 7644 §3.4.2.4) or by cursor (RFC 9865).
struct Paging {
    let request: PageRequest
    private let query: ListQuery
    private let context: String
    private let cursors: Cursors

    init(_ query: ListQuery, of resourceType: String, _ request: SCIMRequest) throws(SCIMError) {
        self.query = query
        cursors = request.cursors
        context = Cursors.context(query, of: resourceType, request)
        let limit = min(query.count ?? request.limits.pageSize, request.limits.pageMaximum)
        let start: PageRequest.Start =
            switch query.cursor {
            case nil: .offset(query.startIndex - 1)
            case "": .offset(0)
            case let cursor?: try cursors.start(cursor, for: context)
            }
        self.request = PageRequest(start: start, limit: limit)
    }

    func respond(_ page: Page<[UInt8]>) -> Response {
        // A client that pages by index needs no cursor as well; a client that asked for neither may continue by either.
        let offersCursor = query.cursor != nil || query.startIndex == 1
        let list = ListResponse(
            totalResults: page.total, startIndex: query.cursor == nil ? query.startIndex : nil,
            nextCursor: offersCursor ? page.end.map { cursors.after($0, for: context) } : nil,
            previousCursor: query.cursor == nil ? nil : page.beginning.map { cursors.before($0, for: context) },
            resources: page.elements)
        return SCIMResponse.json(list.utf8)
    }
}

extension FilterTranslation {
    /// The order that a query asks for; the default one for an attribute that has none (RFC 7644 §3.4.2.3).
    func order(_ query: ListQuery, schema: ResourceSchema) -> ListOrder<Field> {
        guard let path = query.sortBy, let named = schema.attribute(for: path), !named.isNeverReturned,
            let attribute = named.definition.type == .complex ? named.subAttribute(named: "value") : named,
            case .field(let field) = meaning(attribute)
        else { return ListOrder() }
        return ListOrder(
            key: SortKey(field: field, kind: .init(attribute.definition)), isDescending: query.sortOrder == .descending)
    }
}

extension SortKey.Kind {
    init(_ definition: AttributeDefinition) {
        switch definition.type {
        case .boolean: self = .boolean
        case .integer, .decimal: self = .number
        case .dateTime: self = .timestamp
        case .string, .reference, .binary, .complex: self = .text(caseExact: definition.caseExact)
        }
    }
}
