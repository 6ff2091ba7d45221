import Domain
import Testing

struct ImportedManagersTests {
    private let managers = ImportedManagers()

    /// Adds a row, and gives the circle that it closes.
    private func circle(
        _ name: String, _ id: UserID, manager: String, existing: [String: ImportedManagers.Person] = [:]
    ) async throws -> String? {
        let attributes = try UserAttributes.entered([
            .userName: name, .email: "\(name)@x.example", .manager: manager,
        ])
        do throws(DomainError) {
            try await managers.add(id, attributes) { existing[$0] }
            return nil
        } catch {
            guard case .managerCircle(let circle) = error else { throw error }
            return circle.description
        }
    }

    @Test func `a circle that three rows close is found with the third, and the rows after it are free of it`()
        async throws
    {
        #expect(try await circle("r1", UserID(rawValue: 1), manager: "R2") == nil)
        #expect(try await circle("r2", UserID(rawValue: 2), manager: "r3") == nil)
        #expect(try await circle("r3", UserID(rawValue: 3), manager: "r1") == "r3 → r1 → r2 → r3")
        #expect(try await circle("r4", UserID(rawValue: 4), manager: "r1") == nil)
        #expect(try await circle("r5", UserID(rawValue: 5), manager: "r5") == "r5 → r5")
    }

    @Test func `a circle is found through a person who exists and waits for a row`() async throws {
        let ann = ImportedManagers.Person(id: UserID(rawValue: 9), userName: "ann", manager: "r2")
        #expect(try await circle("r1", UserID(rawValue: 1), manager: "ann", existing: ["ann": ann]) == nil)
        #expect(
            try await circle("r2", UserID(rawValue: 2), manager: "r1", existing: ["ann": ann])
                == "r2 → r1 → ann → r2")
    }

    @Test func `the manager of a row takes the place of the one before`() async throws {
        let (one, two) = (UserID(rawValue: 1), UserID(rawValue: 2))
        let existing: [String: ImportedManagers.Person] = [
            "r1": .init(id: one, userName: "r1", manager: two.description),
            two.description: .init(id: two, userName: "r2", manager: nil),
        ]
        #expect(try await circle("r1", one, manager: "boss", existing: existing) == nil)
        #expect(try await circle("r2", two, manager: "r1", existing: existing) == nil)
    }
}
