import Domain
import Edge
import StrictJSON

/// Manage > My team: what somebody sees of the people who report to them, or are in a group that they look after.
///
/// Which people these are is a condition of each query, so that there is no other way to anybody.
struct TeamPages {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50

    private static func isMine(_ user: SignedInUser) -> Predicate<User.Field> {
        .comparison(.supervisor, .equal, .text(user.user.description, caseExact: true))
    }

    func team(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        let page = try await parts.users.users(
            matching: Self.isMine(user),
            order: ListOrder(key: SortKey(field: .userName, kind: .text(caseExact: true))),
            page: PageRequest(start: PlaceInList.start(request.query), limit: Self.pageLength),
            in: user.scope(.takeTraining))
        let path = PlaceInList.path("\(request.base)/\(PageFrame.Section.team.path)")
        return .page(
            "team", title: request.words["nav.team"],
            [
                "isEmpty": .bool(page.elements.isEmpty),
                "rows": .array(
                    try page.elements.map { found throws(DomainError) in
                        try UserRow(user: found, request: request, folder: "team").json
                    }),
                "next": PlaceInList.link(path, after: page.end),
                "previous": PlaceInList.link(path, before: page.beginning, on: request.query),
            ], section: .team)
    }

    func member(
        _ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> ConsoleAnswer {
        let itself = Predicate<User.Field>.comparison(.id, .equal, .text(id.description, caseExact: true))
        let found = try await parts.users.users(
            matching: .and(itself, Self.isMine(user)), order: ListOrder(), page: PageRequest(offset: 0, limit: 1),
            in: user.scope(.takeTraining)
        ).elements.first
        guard let found else { throw .notFound }
        let attributes = try found.profile.attributes()
        let shown: [EditableAttribute] = [.userName, .email, .title, .department, .locality, .country]
        return .page(
            "team-member", title: UserAttributes.personName(in: attributes),
            [
                "isActive": .bool(found.isActive), "isSuspended": .bool(found.suspension != nil),
                "isDisabled": .bool(!found.isActive && found.suspension == nil),
                "attributes": .array(
                    shown.compactMap { attribute in
                        attribute.value(in: attributes).map {
                            [
                                "name": .string(request.words["attribute.\(attribute.rawValue)"]),
                                "value": .string($0),
                            ]
                        }
                    }),
                "groups": .array(found.groups.map { .string($0.displayName) }),
                "hasGroups": .bool(!found.groups.isEmpty),
            ], section: .team)
    }
}
