import Domain
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// Random histories of what providers, imports and administrators do to a person, against a model of the rules.
/// `LECTERN_HISTORIES` is how many there are, `LECTERN_HISTORY_SEED` the number of the first.
struct ActivityHistoryTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let count = environment["LECTERN_HISTORIES"].flatMap { UInt64($0) } ?? 200
    private static let first = environment["LECTERN_HISTORY_SEED"].flatMap { UInt64($0) } ?? 1
    private static let lanes: UInt64 = 4

    @Test
    func
        `no history makes a person active or gives a role unless an operation asks for exactly that`()
        async throws
    {
        try await withThrowingTaskGroup { group in
            for lane in 0..<Self.lanes {
                group.addTask {
                    let site = try await HistorySite()
                    for number in stride(from: lane, to: Self.count, by: Int(Self.lanes)) {
                        try await site.run(seed: Self.first + number)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// A tenant in which histories run one after the other, each with a person of its own.
private struct HistorySite {
    private let scim: SCIMClient
    private let administrator: UserID

    private static let origin = ChangeOrigin(actor: .operator, requestID: "t")
    private static let length = 8

    init() async throws {
        scim = try await SCIMClient()
        administrator = try await UserChanges(
            users: scim.test.users, identifiers: TestDatabase.identifiers
        ).create(
            .named("admin@x.example"), role: .admin, origin: Self.origin,
            in: TenantScope(tenant: scim.tenant.id, admission: .operator)
        ).id
    }

    private var scope: TenantScope { TenantScope(tenant: scim.tenant.id, admission: .operator) }
    private var changes: UserChanges {
        UserChanges(users: scim.test.users, identifiers: TestDatabase.identifiers)
    }

    /// One history; the ids of its person, who may be made several times.
    private struct Run {
        let name: String
        var id: UserID?
        var deleted: UserID?
        var title = 0
    }

    func run(seed: UInt64) async throws {
        var chance = SplitMix(state: seed)
        var model = ActivityModel()
        var run = Run(name: "h\(seed)@x.example")
        try await setDefaultRole(.trainee)
        var history: [ActivityModel.Operation] = []
        for _ in 0..<Self.length {
            let operation = ActivityModel.Operation.random(using: &chance)
            history.append(operation)
            model.apply(operation)
            try await perform(operation, &run)
            let found = try await state(run)
            let isRight =
                found.person?.isActive == model.person?.isActive
                && found.roles == model.person.map(model.roles) ?? []
                && found.canSignIn == (model.person?.isActive ?? false)
                && (model.person == nil || found.shown == model.person?.isStated)
            #expect(isRight, "LECTERN_HISTORY_SEED=\(seed) \(history): found \(found), expected \(model)")
            if !isRight { return }
        }
    }

    private func state(
        _ run: Run
    ) async throws -> (person: User?, roles: Set<Role>, canSignIn: Bool, shown: Bool?) {
        guard let id = run.id else { return (nil, [], false, nil) }
        let user = try await scim.test.users.user(id, in: scope)
        let roles = try await scim.test.users.roles(of: id, in: scope).map(\.role)
        let holder = try await scim.test.signIn.passwordHolder(id, in: scim.tenant.id)
        return (
            user, Set(roles), holder != nil,
            await scim.send(.get, "/Users/\(id)").json["active"]?.boolValue
        )
    }

    // MARK: Operations

    private func perform(_ operation: ActivityModel.Operation, _ run: inout Run) async throws {
        switch operation {
        case .post(let active):
            let answer = await scim.send(.post, "/Users", body(run.name, active))
            if answer.status == 201 { try await arrive(UserID(answer.id), &run) }
        case .importNew:
            let id = UserID(rawValue: TestDatabase.identifiers.next())
            let result = try await importRow(.create, [.userName: run.name, .email: run.name], as: id)
            if result.outcome == .created { try await arrive(id, &run) }
        case .importChange:
            run.title += 1
            _ = try await importRow(
                .updateByEmail, [.email: run.name, .title: "import \(run.title)"], as: administrator)
        case .defaultRole(let role): try await setDefaultRole(role)
        case .restore:
            guard run.id == nil, let id = run.deleted else { return }
            try await changes.restore(id, origin: Self.origin, in: scope)
            (run.id, run.deleted) = (id, nil)
        case .put, .patch, .patchWithoutPath, .unassign, .patchTitle, .delete, .suspend, .resume, .give,
            .take:
            guard let id = run.id else { return }
            try await perform(operation, on: id, &run)
        }
    }

    private func perform(_ operation: ActivityModel.Operation, on id: UserID, _ run: inout Run)
        async throws
    {
        switch operation {
        case .put(let active):
            run.title += 1
            var body = body(run.name, active).objectValue ?? JSONObject()
            body["title"] = .string("put \(run.title)")
            _ = await scim.send(.put, "/Users/\(id)", .object(body))
        case .patch(let active):
            guard let value = active.json else { return }
            _ = await scim.patch("/Users/\(id)", ["op": "replace", "path": "active", "value": value])
        case .patchWithoutPath(let active):
            guard let value = active.json else { return }
            _ = await scim.patch("/Users/\(id)", ["op": "add", "value": ["active": value]])
        case .unassign: _ = await scim.patch("/Users/\(id)", ["op": "remove", "path": "active"])
        case .patchTitle:
            run.title += 1
            _ = await scim.patch(
                "/Users/\(id)", ["op": "replace", "path": "title", "value": .string("patch \(run.title)")])
        case .delete:
            if await scim.send(.delete, "/Users/\(id)").status == 204 {
                (run.deleted, run.id) = (id, nil)
            }
        case .suspend:
            try await changes.suspend(id, at: Timestamp(microseconds: 1), origin: Self.origin, in: scope)
        case .resume:
            let isLocal = try await scim.test.users.user(id, in: scope).source == nil
            try await changes.resume(id, statesActive: isLocal, origin: Self.origin, in: scope)
        case .give(let role): try await set(role, isGiven: true, to: id)
        case .take(let role): try await set(role, isGiven: false, to: id)
        case .post, .importNew, .importChange, .restore, .defaultRole: break
        }
    }

    /// Every user has a password, so that only the activity decides whether they can sign in.
    private func arrive(_ id: UserID?, _ run: inout Run) async throws {
        let id = try #require(id)
        run.id = id
        try await scim.test.signIn.setPassword(
            "no hash", of: id, change: TestDatabase.change(.setPassword, .user(id)), in: scope)
    }

    private func body(_ name: String, _ active: ActivityModel.Statement) -> JSON {
        var body = JSONObject([("schemas", [.string(SCIMClient.user)]), ("userName", .string(name))])
        if let value = active.json { body["active"] = value }
        return .object(body)
    }

    private func importRow(
        _ mode: UserImport.Mode, _ values: [EditableAttribute: String], as id: UserID
    ) async throws -> ImportResult {
        let userImport = UserImport(
            id: UserImportID(rawValue: TestDatabase.identifiers.next()), madeBy: administrator,
            fileName: "people.csv",
            mode: mode, isTrial: false, invites: false, state: .running, ignoredColumns: [],
            createdAt: Timestamp(microseconds: 0), rowCount: 1)
        return try await ImportWork(
            userImport, mayManageOwners: false, users: scim.test.users, roles: scim.test.users,
            integration: scim.test.integration, history: scim.test.history,
            identifiers: TestDatabase.identifiers,
            in: scope
        ).result(of: ImportRow(line: 1, user: id, values: values, role: nil))
    }

    private func set(_ role: Role, isGiven: Bool, to id: UserID) async throws {
        var change = TestDatabase.change(.assignRoles, .user(id))
        change.origin = ChangeOrigin(actor: .admin(administrator), requestID: "t")
        do throws(DomainError) {
            try await scim.test.users.set(role, isGiven: isGiven, to: id, change: change, in: scope)
        } catch { if error != .notFound { throw error } }
    }

    private func setDefaultRole(_ role: Role) async throws {
        let plugins = try await scim.test.integration.plugins(in: scope)
        let before = try #require(plugins.first { $0.id == scim.client.plugin })
        var plugin = before
        plugin.defaultRole = role
        try await IntegrationChanges(
            integration: scim.test.integration, identifiers: TestDatabase.identifiers, origin: Self.origin
        ).updateAgreed(plugin, from: before, in: scope)
    }
}

extension ActivityModel.Statement {
    /// Nil where the attribute is left out.
    fileprivate var json: JSON? {
        switch self {
        case .absent: nil
        case .null: .null
        case .empty: ""
        case .yes: true
        case .no: false
        case .yesAsText: "True"
        case .noAsText: "False"
        }
    }
}
