extension [MembershipChange] {
    /// The removals that the steps come to in a group of these members; nil when a step adds anyone.
    package func removals(from members: Set<UInt128>) -> [MembershipChange]? {
        var remaining = members
        var removals: [MembershipChange] = []
        for step in self {
            let ids = Set(step.names.ids)
            switch step {
            case .remove(let names):
                // Only the database can resolve a name that is not an id.
                remaining = names.others.isEmpty ? remaining.subtracting(ids) : []
                removals.append(step)
            case .add(let names):
                guard names.others.isEmpty, remaining.isSuperset(of: ids) else { return nil }
            case .replace(let names):
                guard names.others.isEmpty, remaining.isSuperset(of: ids) else { return nil }
                let gone = remaining.subtracting(ids)
                if !gone.isEmpty { removals.append(.remove(MemberNames(ids: gone.sorted()))) }
                remaining = ids
            case .exchange(let old, let new):
                guard new.others.isEmpty, remaining.isSuperset(of: new.ids) else { return nil }
                removals.append(.remove(old))
                remaining = old.others.isEmpty ? remaining.subtracting(old.ids) : []
            }
        }
        return removals
    }
}
