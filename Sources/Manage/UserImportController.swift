import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Manage > Users > Import: bringing a file, trying it, doing it, and seeing row by row what came of it.
struct UserImportController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50
    static let path = "manage/users/imports"

    // MARK: All of them

    func imports(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        if request.method == .get { return try await page(request, user) }
        do {
            let made = try await make(request, user)
            parts.importRunner.start(made, of: user.tenant, parts)
            return .redirect("\(Self.path)/\(made.id)")
        } catch let problem as FileProblem {
            return try await page(request, user, problem: problem.sentence)
        }
    }

    private struct FileProblem: Error { let sentence: String }

    private func make(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> UserImport {
        let words = request.words
        guard let file = request.file, !file.bytes.isEmpty else { throw FileProblem(sentence: words["import.noFile"]) }
        if file.bytes.count > UserImport.maximumBytes {
            throw FileProblem(
                sentence: words["import.tooLarge", ["n": "\(UserImport.maximumBytes / 1_048_576)"]])
        }
        let mode = request.form["mode"].flatMap { UserImport.Mode(rawValue: $0) } ?? .create
        let identifiers = parts.environment.identifiers
        // Reading a large file takes a while, and others are waiting for this thread.
        let table = try await Task.detached {
            let cells: [[String]]
            do throws(CSVFile.Problem) {
                cells = try CSVFile.read(file.bytes, maximumRows: UserImport.maximumRows)
            } catch {
                throw FileProblem(
                    sentence: words[
                        "import.\(error.rawValue)",
                        ["n": "\(error == .tooManyColumns ? CSVFile.maximumColumns : UserImport.maximumRows)"]])
            }
            return try Self.table(cells, mode, words, identifiers)
        }.value
        let made = UserImport(
            id: UserImportID(rawValue: identifiers.next()), madeBy: user.user,
            fileName: String(file.name.prefix(UserImport.maximumNameLength)), mode: mode, isTrial: true,
            invites: request.form["invite"] != nil && parts.courier != nil, state: .running,
            ignoredColumns: table.ignoredColumns, createdAt: request.now,
            rowCount: table.rows.count)
        try await parts.imports.create(
            made, rows: table.rows, results: table.refused, in: user.scope(.manageUsers))
        return made
    }

    private static func table(
        _ cells: [[String]], _ mode: UserImport.Mode, _ words: Catalogue, _ identifiers: IdentifierSource
    ) throws -> ImportTable {
        do throws(ImportTable.Problem) {
            return try ImportTable(cells, mode: mode, names: columnNames, identifiers: identifiers)
        } catch {
            let sentence =
                switch error {
                case .empty: words["import.empty"]
                case .tooManyRows: words["import.tooManyRows", ["n": "\(UserImport.maximumRows)"]]
                case .missing(let attribute):
                    words["import.missingColumn", ["name": words["attribute.\(attribute.rawValue)"]]]
                case .twice(let name): words["import.columnTwice", ["name": name]]
                }
            throw FileProblem(sentence: sentence)
        }
    }

    /// The console's names of the attributes, in every language; the columns of a file may use them.
    private static let columnNames: [FoldedKey: String] = {
        var names: [FoldedKey: String] = [:]
        for words in ((try? Catalogue.all()) ?? [:]).values {
            for attribute in EditableAttribute.allCases {
                names[ImportTable.key(words["attribute.\(attribute.rawValue)"])] = attribute.rawValue
            }
            names[ImportTable.key(words["newUser.role"])] = ImportTable.role
        }
        return names
    }()

    private func page(
        _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil
    ) async throws -> ConsoleAnswer {
        let words = request.words
        let chosen = request.form["mode"] ?? UserImport.Mode.create.rawValue
        let earlier = try await parts.imports.imports(in: user.scope(.manageUsers))
        return .page(
            "user-imports", title: words["import.title"],
            [
                "problem": problem.map { .string($0) } ?? .null, "problemField": "file",
                "limit": .string(
                    words[
                        "import.limit",
                        ["n": "\(UserImport.maximumRows)", "m": "\(UserImport.maximumBytes / 1_048_576)"]]),
                "modes": .array(
                    UserImport.Mode.allCases.map { mode in
                        [
                            "value": .string(mode.rawValue), "text": .string(words["import.\(mode.rawValue)"]),
                            "isChosen": .bool(mode.rawValue == chosen),
                        ]
                    }),
                "mayInvite": .bool(parts.courier != nil), "isInviting": .bool(request.form["invite"] != nil),
                "columns": .array(
                    EditableAttribute.allCases.map { attribute in
                        [
                            "name": .string(attribute.rawValue),
                            "text": .string(words["attribute.\(attribute.rawValue)"]),
                        ]
                    } + [["name": .string(ImportTable.role), "text": .string(words["newUser.role"])]]),
                "imports": .array(
                    earlier.map { found in
                        [
                            "href": .string("\(request.base)/\(Self.path)/\(found.id)"),
                            "name": .string(found.fileName), "at": request.moment(found.createdAt),
                            "mode": .string(words["import.\(found.mode.rawValue)"]),
                            "state": .string(Self.state(found, words)),
                        ]
                    }),
                "hasImports": .bool(!earlier.isEmpty),
            ], section: .users, status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    private static func state(_ found: UserImport, _ words: Catalogue) -> String {
        words["import.\(found.isTrial ? "trial" : "real")-\(found.state.rawValue)"]
    }

    /// A file with nothing but the names of the columns.
    func template(_ request: ConsoleRequest) -> ConsoleAnswer {
        let names = EditableAttribute.allCases.map { request.words["attribute.\($0.rawValue)"] }
        return .download(
            CSVFile.text([names + [request.words["newUser.role"]]]), type: "text/csv; charset=utf-8",
            name: "users.csv")
    }

    // MARK: One of them

    func userImport(
        _ id: UserImportID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> ConsoleAnswer {
        let scope = user.scope(.manageUsers)
        let found = try await parts.imports.userImport(id, in: scope)
        if found.state == .running { parts.importRunner.start(found, of: user.tenant, parts) }
        let outcome = request.query["outcome"].flatMap { ImportResult.Outcome(rawValue: $0) }
        let after = request.query["after"].flatMap { Int($0) }.flatMap { (0...Int(Int32.max)).contains($0) ? $0 : nil }
        let rows = try await parts.imports.rows(
            of: id, outcome: outcome, after: after ?? 0, limit: Self.pageLength + 1, in: scope)
        let shown = rows.prefix(Self.pageLength)
        let words = request.words
        let href = "\(request.base)/\(Self.path)/\(id)"
        let choice = outcome.map { "outcome=\($0.rawValue)&" } ?? ""
        let mayBegin = found.isTrial && found.state == .done
        let useful = (found.tally[.created] ?? 0) + (found.tally[.updated] ?? 0)
        return .page(
            "user-import", title: words["import.of", ["name": found.fileName]],
            [
                "href": .string(href), "state": .string(Self.state(found, words)),
                "isRunning": .bool(found.state == .running), "mode": .string(words["import.\(found.mode.rawValue)"]),
                "done": .integer(Int64(found.doneCount)), "total": .integer(Int64(found.rowCount)),
                "progress": .string(
                    words["import.progress", ["done": "\(found.doneCount)", "total": "\(found.rowCount)"]]),
                "mayBegin": .bool(mayBegin && useful > 0), "isUseless": .bool(mayBegin && useful == 0),
                "begin": .string(words.counted("import.begin", useful)),
                "ignored": found.ignoredColumns.isEmpty
                    ? .null
                    : .string(words["import.ignored", ["names": found.ignoredColumns.joined(separator: ", ")]]),
                "tally": .array(
                    ImportResult.Outcome.allCases.map { each in
                        [
                            "text": .string(words["import.\(found.isTrial ? "would-" : "was-")\(each.rawValue)"]),
                            "count": .integer(Int64(found.tally[each] ?? 0)), "isChosen": .bool(each == outcome),
                            "href": .string("\(href)?outcome=\(each.rawValue)"),
                        ]
                    }),
                "isFiltered": .bool(outcome != nil),
                "rows": .array(shown.map { Self.row($0, found, request) }), "isEmpty": .bool(shown.isEmpty),
                "next": rows.count > Self.pageLength
                    ? .string("\(href)?\(choice)after=\(shown[shown.count - 1].0.line)") : .null,
                "first": after == nil ? .null : .string("\(href)?\(choice)"),
            ], section: .users)
    }

    private static func row(
        _ pair: (ImportRow, ImportResult?), _ found: UserImport, _ request: ConsoleRequest
    ) -> JSON {
        let (row, result) = pair
        let name = [row.values[.givenName], row.values[.familyName]].compactMap(\.self).joined(separator: " ")
        let key = row.values[found.mode.key ?? .userName] ?? row.values[.email] ?? ""
        let isThere = result?.user != nil && (!found.isTrial || result?.outcome != .created)
        return [
            "line": .integer(Int64(row.line)), "name": .string(name), "key": .string(key),
            "outcome": .string(
                result.map {
                    request.words["import.\(found.isTrial ? "would-" : "was-")\($0.outcome.rawValue)"]
                } ?? request.words["import.open"]),
            "class": .string(result?.outcome == .refused ? "bad" : result == nil ? "" : "fine"),
            "why": .string(result.map { why($0, request.words) } ?? ""),
            "user": isThere ? .string("\(request.base)/manage/users/\(result?.user?.description ?? "")") : .null,
        ]
    }

    /// Why a row was refused, or what it changes.
    private static func why(_ result: ImportResult, _ words: Catalogue) -> String {
        let names = (result.field ?? "").split(separator: " ").map { field in
            field == ImportTable.role ? words["newUser.role"] : words["attribute.\(field)"]
        }.joined(separator: ", ")
        guard let reason = result.reason else { return names }
        if reason == .invalid, let field = result.field { return words.problem(withAttribute: field) }
        if reason == .circle { return words["attributeProblem.managerCircle", ["circle": result.field ?? ""]] }
        return words["importReason.\(reason.rawValue)", ["name": names]]
    }

    func begin(_ id: UserImportID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        if try await parts.imports.begin(id, in: user.scope(.manageUsers)) {
            let begun = try await parts.imports.userImport(id, in: user.scope(.manageUsers))
            parts.importRunner.start(begun, of: user.tenant, parts)
        }
        return .redirect("\(Self.path)/\(id)")
    }

    /// The results of all rows, as a file.
    func results(_ id: UserImportID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let found = try await parts.imports.userImport(id, in: user.scope(.manageUsers))
        let rows = try await parts.imports.rows(
            of: id, outcome: nil, after: 0, limit: UserImport.maximumRows, in: user.scope(.manageUsers))
        let header = ["row", "key", "outcome", "reason", "user_id"]
        let lines = rows.map { row, result in
            [
                "\(row.line)", row.values[found.mode.key ?? .userName] ?? "", result?.outcome.rawValue ?? "",
                result.map { Self.why($0, request.words) } ?? "", result?.user?.description ?? "",
            ]
        }
        return .download(CSVFile.text([header] + lines), type: "text/csv; charset=utf-8", name: "import-\(id).csv")
    }
}
