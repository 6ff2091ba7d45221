import StrictJSON

/// Changing groups. Membership steps go straight to the rows: nobody reads a group to add to it.
package struct GroupChanges: Sendable {
    package let groups: any GroupRepository
    package let identifiers: IdentifierSource
    private let policy: ProvisioningPolicy
    private let reach: Reach

    package init(
        groups: any GroupRepository, identifiers: IdentifierSource, source: PluginID? = nil,
        policy: ProvisioningPolicy = .init()
    ) {
        reach = source.map { policy.matching.reach(of: $0) } ?? .everybody
        self.groups = groups
        self.identifiers = identifiers
        self.policy = policy
    }

    package func create(
        _ attributes: GroupAttributes, members: MemberNames, as id: GroupID? = nil, source: PluginID?,
        origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) -> Group {
        let id = id ?? GroupID(rawValue: identifiers.next())
        var difference = Difference(from: JSONObject(), to: attributes.document)
        difference.note(.add(members))
        let change = change(.create, of: id, difference, origin)
        return try await groups.create(
            NewGroup(
                id: id, source: source, attributes: attributes, members: members, change: change,
                unknownMembers: policy.unknownMembers), in: scope)
    }

    /// Membership steps only: one write, whatever the size of the group.
    ///
    /// - Returns: the version of the group afterwards, which stays where nothing changed.
    @discardableResult
    package func changeMembers(
        of id: GroupID, by steps: [MembershipChange], version: Int64?, origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) -> Int64 {
        var difference = Difference()
        for step in steps { difference.note(step) }
        let update = GroupUpdate(version: version, attributes: nil, membership: steps, policy: policy, reach: reach)
        let change = change(steps.action, of: id, difference, origin)
        switch try await groups.update(id, update, change: change, in: scope) {
        case .updated(let version): return version
        case .missingOrStale: throw version == nil ? .notFound : .stale
        case .beyondReach: throw DomainError.groupBeyondReach
        }
    }

    /// New attributes, and membership steps with them.
    ///
    /// - Returns: the version of the group afterwards, which stays where nothing changed.
    @discardableResult
    package func update(
        _ id: GroupID, membership: [MembershipChange], origin: ChangeOrigin, in scope: TenantScope,
        decide: (Group) throws -> GroupAttributes
    ) async throws -> Int64 {
        for _ in 0..<UserChanges.attempts {
            let group = try await groups.group(id, withMembers: false, in: scope)
            let after = try decide(group)
            var difference = Difference(from: try group.profile.attributes(), to: after.document)
            let isOfMembersOnly = difference.isEmpty
            if isOfMembersOnly, membership.isEmpty { return group.version }
            for step in membership { difference.note(step) }
            let update = GroupUpdate(
                version: group.version, attributes: isOfMembersOnly ? nil : after, membership: membership,
                policy: policy, reach: reach)
            let change = change(isOfMembersOnly ? membership.action : .update, of: id, difference, origin)
            switch try await groups.update(id, update, change: change, in: scope) {
            case .updated(let version): return version
            case .beyondReach: throw DomainError.groupBeyondReach
            case .missingOrStale: continue
            }
        }
        throw DomainError.unavailable(retryAfter: 1)
    }

    package func delete(
        _ id: GroupID, version: Int64?, origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        try await groups.delete(
            id, version: version, reach: reach, mayTakeLong: policy.mapsGroups,
            change: change(.delete, of: id, Difference(), origin),
            in: scope)
    }

    private func change(
        _ action: Change.Action, of id: GroupID, _ difference: Difference, _ origin: ChangeOrigin
    ) -> Change {
        Change(
            id: ChangeID(rawValue: identifiers.next()), action: action, subject: .group(id), difference: difference,
            origin: origin)
    }
}

extension [MembershipChange] {
    var action: Change.Action {
        let removesOnly = allSatisfy {
            switch $0 {
            case .remove: true
            case .replace(let names): names.isEmpty
            case .add, .exchange: false
            }
        }
        return removesOnly ? .removeMembers : .addMembers
    }
}

extension Difference {
    /// Members by id; what was there before is in the log already, so only the step is written down.
    mutating func note(_ step: MembershipChange) {
        func texts(_ names: MemberNames, after field: String, side: Int) -> JSON {
            let earlier = fields[field]?[side]?.arrayValue ?? []
            return .array(earlier + names.texts.map { .string($0) })
        }
        switch step {
        case .add(let names):
            if !names.isEmpty { set("members.add", from: .null, to: texts(names, after: "members.add", side: 1)) }
        case .remove(let names):
            set("members.remove", from: texts(names, after: "members.remove", side: 0), to: .null)
        case .exchange(let old, let new):
            note(.remove(old))
            note(.add(new))
        case .replace(let names):
            set("members.replace", from: .null, to: texts(names, after: "members.replace", side: 1))
        }
    }
}
