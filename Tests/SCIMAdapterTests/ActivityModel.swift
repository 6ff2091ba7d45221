import Domain

/// The expected activity and roles of users after a history of operations: the rules once more, in their simplest form.
/// Nothing here makes a person active or gives a role unless an operation asks for exactly that.
struct ActivityModel {
    struct Person: Equatable {
        /// The state that the provider states, or the import that created the person.
        var isStated: Bool
        var isSuspended = false
        var isProvisioned: Bool
        /// Roles that people gave.
        var given: Set<Role>

        var isActive: Bool { isStated && !isSuspended }

        /// A provider does not write to people of others who have such a role.
        var isGuarded: Bool { !isProvisioned && given.contains { $0.isPrivileged } }
    }

    /// How a request states `active`.
    enum Statement: CaseIterable {
        case absent, null, empty, yes, no, yesAsText, noAsText

        var value: Bool? {
            switch self {
            case .absent, .null, .empty: nil
            case .yes, .yesAsText: true
            case .no, .noAsText: false
            }
        }
    }

    enum Operation {
        case post(Statement)
        case put(Statement)
        case patch(Statement)
        case patchWithoutPath(Statement)
        case unassign, patchTitle
        case delete, restore, importNew, importChange, suspend, resume
        case give(Role)
        case take(Role)
        /// A setting, and nothing of the person's.
        case defaultRole(Role)
    }

    private(set) var person: Person?
    private(set) var deleted: Person?
    private(set) var defaultRole = Role.trainee

    func roles(of person: Person) -> Set<Role> {
        person.isProvisioned ? person.given.union([defaultRole]) : person.given
    }

    mutating func apply(_ operation: Operation) {
        switch operation {
        case .post(let active):
            if person == nil {
                person = Person(isStated: active.value ?? true, isProvisioned: true, given: [])
            }
        case .importNew:
            if person == nil { person = Person(isStated: true, isProvisioned: false, given: [.trainee]) }
        case .put(let active): state(active.value, changesMore: true)
        case .patch(let active), .patchWithoutPath(let active): state(active.value, changesMore: false)
        case .patchTitle: state(nil, changesMore: true)
        case .unassign, .importChange: break
        case .delete:
            if let person, !person.isGuarded { (deleted, self.person) = (person, nil) }
        case .restore:
            if person == nil { (person, deleted) = (deleted, nil) }
        case .suspend: person?.isSuspended = true
        case .resume:
            person?.isSuspended = false
            if person?.isProvisioned == false { person?.isStated = true }
        case .give(let role): person?.given.insert(role)
        case .take(let role): person?.given.remove(role)
        case .defaultRole(let role): defaultRole = role
        }
    }

    /// A write of the provider, which takes over whom nothing guards.
    private mutating func state(_ active: Bool?, changesMore: Bool) {
        guard var person, !person.isGuarded else { return }
        let isStated = active ?? person.isStated
        if isStated == person.isStated, !changesMore { return }
        person.isStated = isStated
        person.isProvisioned = true
        self.person = person
    }
}

extension ActivityModel.Operation {
    static func random(using chance: inout SplitMix) -> Self {
        let roles = [Role.admin, .editor, .trainee]
        let statement = ActivityModel.Statement.allCases.randomElement(using: &chance) ?? .absent
        let role = roles.randomElement(using: &chance) ?? .trainee
        let all: [Self] = [
            .post(statement), .put(statement), .patch(statement), .patchWithoutPath(statement), .unassign,
            .patchTitle,
            .delete, .restore, .importNew, .importChange, .suspend, .resume, .give(role), .take(role),
            .defaultRole(role),
        ]
        return all.randomElement(using: &chance) ?? .unassign
    }
}

/// Random numbers that follow from their seed (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
