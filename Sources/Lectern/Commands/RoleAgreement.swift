import ArgumentParser
import Domain
import StrictJSON

/// `--yes`: agreeing to what a command does to the roles of people who are there already.
struct RoleAgreement: ParsableArguments {
    @Flag(help: "Also when people's roles change by it. Without this they are only shown.") var yes = false

    /// Shows what would become of people's roles, and goes on only when that is agreed to.
    func save(
        _ output: OutputOptions, _ attempt: (_ agreed: String?) async throws -> SettingOutcome
    ) async throws {
        var agreed: String?
        while case .asks(let preview) = try await attempt(agreed) {
            if !yes || !output.json { output.list(preview.moves.map(\.fields), empty: "") }
            guard yes else {
                throw CommandFailure(
                    "Nothing was changed. Add --yes to change the roles of \(preview.count) people as shown.")
            }
            agreed = preview.digest
        }
    }
}

extension RolePreview.Move {
    fileprivate var fields: [(String, JSON)] {
        [
            ("people", .integer(Int64(count))), ("gain", .array(gained.map { .string($0.rawValue) })),
            ("lose", .array(lost.map { .string($0.rawValue) })), ("names", .array(people.map { .string($0.userName) })),
        ]
    }
}
