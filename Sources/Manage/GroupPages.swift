import Domain
import Edge
import HTTPTypes
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
        let path = PlaceInList.path(
            "\(request.base)/\(PageFrame.Section.groups.path)", search.map { [("search", $0)] } ?? [])
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

    func group(
        _ id: GroupID, _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil
    ) async throws(DomainError) -> ConsoleAnswer {
        let scope = user.scope(.readUsers)
        let group = try await parts.groups.group(id, withMembers: false, in: scope)
        let structure = try await parts.groups.structure(of: id, in: scope)
        let after = request.query["after"].flatMap { UserID($0) }
        let members = try await parts.users.members(of: id, after: after, limit: Self.pageLength + 1, in: scope)
        let shown = members.prefix(Self.pageLength)
        let href = "\(request.base)/manage/groups/\(id)"
        var content: JSONObject = [
            "href": .string(href), "id": .string(id.description), "made": request.moment(group.createdAt),
            "changed": request.moment(group.updatedAt), "isEmpty": .bool(shown.isEmpty),
            "problem": problem.map { .string($0) } ?? .null, "problemField": "user",
            "typed": .string(request.form.text("user") ?? ""),
            "mayManage": .bool(user.permissions.contains(.manageUsers)),
            "rows": .array(
                try shown.map { user throws(DomainError) in
                    try UserRow(user: user, request: request, group: id).json
                }),
            "next": members.count > shown.count ? .string("\(href)?after=\(shown[shown.count - 1].id)") : .null,
            "previous": .null, "first": after == nil ? .null : .string(href),
        ]
        for (key, value) in Self.content(structure, request) { content[key] = value }
        let timeline = try await Timeline(parts).page(of: id, at: "manage/groups/\(id)", request, scope)
        for (key, value) in timeline { content[key] = value }
        return .page(
            "group", title: group.displayName, content, section: .groups,
            status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    private static func content(_ structure: GroupStructure, _ request: ConsoleRequest) -> JSONObject {
        [
            "hasSubgroups": .bool(!structure.subgroups.isEmpty),
            "subgroups": .array(
                structure.subgroups.map { group in
                    [
                        "name": .string(group.displayName),
                        "href": .string("\(request.base)/manage/groups/\(group.id)"),
                    ]
                }),
            "hasAwaited": .bool(structure.awaitedCount > 0),
            "awaitedText": .string(request.words.counted("groups.awaited", structure.awaitedCount)),
            "awaited": .array(structure.awaited.map { .string($0) }),
            "hasSupervisors": .bool(!structure.supervisors.isEmpty),
            "supervisors": .array(
                structure.supervisors.map { supervisor in
                    [
                        "name": .string(supervisor.userName),
                        "page": .string("\(request.base)/manage/users/\(supervisor.id)"),
                    ]
                }),
        ]
    }

    // MARK: Supervisors

    func setSupervisor(
        of id: GroupID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> ConsoleAnswer {
        let scope = user.scope(.manageUsers)
        _ = try await parts.groups.group(id, withMembers: false, in: scope)
        let found = try await parts.users.users(
            matching: .comparison(.userName, .equal, .text(request.form.text("user") ?? "", caseExact: false)),
            order: ListOrder(), page: PageRequest(offset: 0, limit: 1), in: scope
        ).elements.first
        guard let found else {
            return try await group(id, request, user, problem: request.words["groups.noSuchUser"])
        }
        let isOne = request.form["remove"] == nil
        let name = JSON.string(try found.profile.attributes()["userName"]?.stringValue ?? "")
        var difference = Difference()
        difference.set("supervisors", from: isOne ? .null : name, to: isOne ? name : .null)
        let change = Change(
            id: ChangeID(rawValue: parts.environment.identifiers.next()), action: .update, subject: .group(id),
            difference: difference, origin: request.origin(user))
        try await parts.groups.setSupervisor(found.id, isOne: isOne, of: id, change: change, in: scope)
        return .redirect("manage/groups/\(id)?done=saved")
    }
}
