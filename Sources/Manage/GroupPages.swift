import Domain
import Edge
import StrictJSON

/// Manage > Groups: which there are, and who is in them.
struct GroupPages {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50

    func groups(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        let search = request.query.text("search")
        let page = try await parts.groups.groups(
            matching: search.map { .comparison(.displayName, .startsWith, .text($0, caseExact: false)) },
            order: ListOrder(key: SortKey(field: .displayName, kind: .text(caseExact: true))),
            page: PageRequest(start: PlaceInList.start(request.query), limit: Self.pageLength), withMembers: false,
            in: user.scope(.readUsers))
        let path = PlaceInList.path("\(request.base)/\(PageFrame.Section.groups.path)", search: search)
        return .page(
            "groups", title: request.words["groups.title"],
            [
                "search": .string(search ?? ""), "isSearch": .bool(search != nil),
                "isEmpty": .bool(page.elements.isEmpty),
                "rows": .array(
                    page.elements.map { group in
                        [
                            "href": .string("\(request.base)/manage/groups/\(group.id)"),
                            "name": .string(group.displayName), "changed": request.moment(group.updatedAt),
                        ]
                    }),
                "next": PlaceInList.link(path, after: page.end),
                "previous": PlaceInList.link(path, before: page.beginning, on: request.query),
            ], section: .groups)
    }

    func group(_ id: GroupID, _ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError)
        -> ConsoleAnswer
    {
        let scope = user.scope(.readUsers)
        let group = try await parts.groups.group(id, withMembers: false, in: scope)
        let members = try await parts.users.users(
            matching: .comparison(.group, .equal, .text(id.description, caseExact: true)),
            order: ListOrder(key: SortKey(field: .userName, kind: .text(caseExact: true))),
            page: PageRequest(start: PlaceInList.start(request.query), limit: Self.pageLength), in: scope)
        let path = "\(request.base)/manage/groups/\(id)?"
        var content: JSONObject = [
            "id": .string(id.description), "made": request.moment(group.createdAt),
            "changed": request.moment(group.updatedAt), "isEmpty": .bool(members.elements.isEmpty),
            "rows": .array(
                try members.elements.map { user throws(DomainError) in
                    try UserRow(user: user, request: request).json
                }),
            "next": PlaceInList.link(path, after: members.end),
            "previous": PlaceInList.link(path, before: members.beginning, on: request.query),
        ]
        let timeline = try await Timeline(parts).page(of: id, at: "manage/groups/\(id)", request, scope)
        for (key, value) in timeline { content[key] = value }
        return .page("group", title: group.displayName, content, section: .groups)
    }
}
