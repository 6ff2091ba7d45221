/// A file of users that somebody brings, and what came of it.
///
/// First it is tried, which changes nothing and says what would happen; then it can be done.
package struct UserImport: Sendable, Hashable {
    package enum Mode: String, Sendable, Hashable, CaseIterable {
        case create
        /// The user whose address it is.
        case updateByEmail = "update-by-email"
        case updateByEmployeeNumber = "update-by-employee-number"

        /// The column by which a user is found; nil when users are made.
        package var key: EditableAttribute? {
            switch self {
            case .create: nil
            case .updateByEmail: .email
            case .updateByEmployeeNumber: .employeeNumber
            }
        }
    }

    package enum State: String, Sendable, Hashable {
        case running, done
        /// The user who brought the file may no longer import users.
        case stopped
    }

    package var id: UserImportID
    package var madeBy: UserID
    package var fileName: String
    package var mode: Mode
    package var isTrial: Bool
    /// People whom it creates get mail that they can come.
    package var invites: Bool
    package var state: State
    /// Names of columns that stand for nothing here.
    package var ignoredColumns: [String]
    package var createdAt: Timestamp
    package var rowCount: Int
    /// How many rows have come out how; the rest is still to be done.
    package var tally: [ImportResult.Outcome: Int]

    package init(
        id: UserImportID, madeBy: UserID, fileName: String, mode: Mode, isTrial: Bool, invites: Bool = false,
        state: State,
        ignoredColumns: [String], createdAt: Timestamp, rowCount: Int, tally: [ImportResult.Outcome: Int] = [:]
    ) {
        self.id = id
        self.madeBy = madeBy
        self.fileName = fileName
        self.mode = mode
        self.isTrial = isTrial
        self.invites = invites
        self.state = state
        self.ignoredColumns = ignoredColumns
        self.createdAt = createdAt
        self.rowCount = rowCount
        self.tally = tally
    }

    package var doneCount: Int { tally.values.reduce(0, +) }

    /// Rows of one file.
    package static let maximumRows = 20_000
    /// Of the file, in bytes.
    package static let maximumBytes = 8_388_608
    package static let maximumNameLength = 200
    /// Days after which an import is forgotten, with what people wrote into the file.
    package static let daysKept: Int64 = 30
}

package typealias UserImportID = Identifier<UserImport>

/// A row of the file.
package struct ImportRow: Sendable, Hashable {
    /// The line of the row in the file; the header is line 1.
    package var line: Int
    /// Whom it makes, if it makes somebody: decided beforehand, so that a row that is done twice makes one user.
    package var user: UserID
    package var values: [EditableAttribute: String]
    /// As written in the file; nil for the usual role.
    package var role: String?

    package init(line: Int, user: UserID, values: [EditableAttribute: String], role: String?) {
        self.line = line
        self.user = user
        self.values = values
        self.role = role
    }
}

/// The result of a row, or the result that it would have.
package struct ImportResult: Sendable, Hashable {
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case created, updated, unchanged, refused
    }

    /// Why a row was refused.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        case taken, invalid, twice, cells
        /// The managers would form a circle, which the field describes.
        case circle
        /// Nobody has the key, or several do, or the row has none.
        case nobody, several
        case noKey = "no-key"
        /// An identity provider manages what would change.
        case managed
        /// The user is an Owner, or the role is.
        case owner
        /// Something else was in the way; another try may do it.
        case failed
    }

    package var line: Int
    package var outcome: Outcome
    package var user: UserID?
    package var reason: Reason?
    /// The attribute that the reason is about, or what would change; of a circle its user names.
    package var field: String?

    package init(line: Int, outcome: Outcome, user: UserID? = nil, reason: Reason? = nil, field: String? = nil) {
        self.line = line
        self.outcome = outcome
        self.user = user
        self.reason = reason
        self.field = field
    }

    package static func refused(_ line: Int, _ reason: Reason, _ field: String? = nil) -> ImportResult {
        ImportResult(line: line, outcome: .refused, reason: reason, field: field)
    }
}

/// The repository of imports.
package protocol UserImportRepository: Sendable {
    /// - Parameter results: of rows that are decided already.
    func create(
        _ userImport: UserImport, rows: [ImportRow], results: [ImportResult], in scope: TenantScope
    ) async throws(DomainError)
    /// The latest first, without their tallies.
    func imports(in scope: TenantScope) async throws(DomainError) -> [UserImport]
    func userImport(_ id: UserImportID, in scope: TenantScope) async throws(DomainError) -> UserImport
    /// A part of the rows in the order of the file, with what came of them.
    func rows(
        of id: UserImportID, outcome: ImportResult.Outcome?, after line: Int, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [(ImportRow, ImportResult?)]
    /// The imports that have begun and that no process works on.
    func abandoned(in scope: TenantScope) async throws(DomainError) -> [UserImport]
    /// True when nobody else works on it: nobody will for as long as the claim lasts, unless it is renewed.
    func claim(_ id: UserImportID, in scope: TenantScope) async throws(DomainError) -> Bool
    /// Rows without a result.
    func open(_ id: UserImportID, limit: Int, in scope: TenantScope) async throws(DomainError) -> [ImportRow]
    /// Keeps results and renews the claim.
    func note(_ results: [ImportResult], of id: UserImportID, in scope: TenantScope) async throws(DomainError)
    func finish(_ id: UserImportID, as state: UserImport.State, in scope: TenantScope) async throws(DomainError)
    /// After the trial: forgets its results but for rows that cannot be done whatever happens, and begins in earnest.
    /// False when it is no finished trial.
    func begin(_ id: UserImportID, in scope: TenantScope) async throws(DomainError) -> Bool
}
