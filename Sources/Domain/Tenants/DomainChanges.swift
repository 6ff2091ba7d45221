import StrictJSON

/// The operations of administrators and operators on the mail domains of a tenant.
package struct DomainChanges: Sendable {
    /// Finds the texts of the TXT records of a name; none where there are none.
    package typealias TXTRecords = @Sendable (_ name: String) async throws -> [String]

    private let domains: any DomainRepository
    private let identifiers: IdentifierSource
    private let origin: ChangeOrigin

    package init(domains: any DomainRepository, identifiers: IdentifierSource, origin: ChangeOrigin) {
        self.domains = domains
        self.identifiers = identifiers
        self.origin = origin
    }

    /// Adds a domain, to be verified afterwards.
    ///
    /// - Parameters:
    ///   - challenge: what has to be found in DNS.
    ///   - isVouchedFor: it counts as verified at once.
    /// - Throws: `invalid` for a public mail provider's, `conflict` when the tenant has it already, `refused` when it
    ///   has too many.
    package func add(
        _ name: MailDomain, challenge: DomainChallenge, isVouchedFor: Bool = false, now: Timestamp,
        in scope: TenantScope
    ) async throws(DomainError) -> TenantDomain {
        if name.isPublic {
            throw .invalid(field: "domain", reason: "Its mail provider gives addresses to everybody.")
        }
        let domain = TenantDomain(
            name: name, challenge: challenge, addedAt: now, verifiedAt: isVouchedFor ? now : nil,
            isVouchedFor: isVouchedFor)
        try await domains.add(domain, change: change(of: name, from: nil, to: domain.state, in: scope), in: scope)
        return domain
    }

    /// The result of a DNS check.
    package enum Check: Sendable, Hashable {
        case verified
        /// There is no record of the name.
        case missing
        /// There are other ones.
        case different([String])
        /// DNS did not tell.
        case unanswered
    }

    /// Asks DNS whether the record is set; what is verified stays it, without being asked.
    ///
    /// - Throws: `notFound` when the domain was removed meanwhile.
    package func check(
        _ domain: TenantDomain, in scope: TenantScope, by lookUp: TXTRecords
    ) async throws(DomainError) -> Check {
        if domain.isVerified { return .verified }
        let records: [String]
        do { records = try await lookUp(domain.recordName) } catch {
            try await domains.noteCheck(of: domain.name, in: scope)
            return .unanswered
        }
        guard records.contains(where: domain.challenge.isMet) else {
            try await domains.noteCheck(of: domain.name, in: scope)
            return records.isEmpty ? .missing : .different(records)
        }
        let change = change(of: domain.name, from: .waiting, to: .verified, in: scope)
        try await domains.verify(domain.name, by: domain.challenge, change: change, in: scope)
        return .verified
    }

    /// - Throws: `notFound` when the tenant has no such domain any more.
    package func remove(_ domain: TenantDomain, in scope: TenantScope) async throws(DomainError) {
        let change = change(of: domain.name, from: domain.state, to: nil, in: scope)
        try await domains.remove(domain.name, change: change, in: scope)
    }

    private func change(
        of name: MailDomain, from: TenantDomain.State?, to: TenantDomain.State?, in scope: TenantScope
    ) -> Change {
        var difference = Difference()
        difference.set("domains.\(name)", from: Self.json(from), to: Self.json(to))
        return Change(
            id: ChangeID(rawValue: identifiers.next()), action: .update, subject: .tenant(scope.tenant),
            difference: difference, origin: origin)
    }

    private static func json(_ state: TenantDomain.State?) -> JSON { state.map { .string($0.rawValue) } ?? .null }
}
