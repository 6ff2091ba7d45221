/// Reads metadata again where it came from an address: what changes is taken at once if a key signed it that was known
/// before, and otherwise waits for an admin.
package struct ProviderRefresh: Sendable {
    package typealias Fetch = @Sendable (String) async throws(DownloadProblem) -> [UInt8]

    package enum Outcome: Sendable, Hashable {
        case unchanged, taken, waiting
        case failed(key: String)
    }

    private let connections: any SAMLRepository
    private let reader: any ProviderMetadataReading
    private let fetch: Fetch
    private let identifiers: IdentifierSource

    /// Seconds between two readings.
    package static let interval: Int64 = 86_400

    package init(
        connections: any SAMLRepository, reader: any ProviderMetadataReading, fetch: @escaping Fetch,
        identifiers: IdentifierSource
    ) {
        self.connections = connections
        self.reader = reader
        self.fetch = fetch
        self.identifiers = identifiers
    }

    /// Reads all of a tenant that are due, and deletes what is kept of sign-ins for longer than the tenant wants.
    package func refresh(tenant: TenantID, now: Timestamp) async throws(DomainError) {
        try await connections.forgetOld(of: tenant)
        let scope = TenantScope(tenant: tenant, admission: .operator)
        for connection in try await connections.connections(in: scope) {
            let read = connection.metadataReadAt ?? Timestamp(microseconds: 0)
            guard connection.isUsable, connection.metadataURL != nil, read.adding(seconds: Self.interval) < now else {
                continue
            }
            _ = try await refresh(connection, now: now, in: scope)
        }
    }

    package func refresh(
        _ connection: SAMLConnection, now: Timestamp, in scope: TenantScope
    ) async throws(DomainError) -> Outcome {
        guard let url = connection.metadataURL, let known = connection.provider else { return .unchanged }
        let document: [UInt8]
        let found: (differences: [ProviderDifference], next: ProviderDescription, mayApply: Bool)
        do throws(DownloadProblem) { document = try await fetch(url) } catch {
            try await note(nil, connection, now, scope)
            return .failed(key: error.rawValue)
        }
        do throws(ProviderMetadataProblem) {
            found = try reader.differences(from: known, to: document, now: now)
        } catch {
            try await note(nil, connection, now, scope)
            return .failed(key: error.key)
        }
        if found.differences.isEmpty {
            try await connections.notePending(nil, readAt: now, of: connection.id.plugin, in: scope)
            return .unchanged
        }
        guard found.mayApply else {
            try await note(String(decoding: document, as: UTF8.self), connection, now, scope)
            return .waiting
        }
        let changes = SAMLConnectionChanges(
            connections: connections, identifiers: identifiers,
            origin: ChangeOrigin(actor: .program, requestID: "refresh"))
        do throws(DomainError) {
            try await changes.describe(connection, as: found.next, metadataURL: url, now: now, in: scope)
        } catch {
            // An admin was faster: what they have said counts, and tomorrow is another day.
            if case .stale = error { return .unchanged }
            throw error
        }
        return .taken
    }

    /// Metadata that waited before go on waiting if there is nothing newer.
    private func note(
        _ document: String?, _ connection: SAMLConnection, _ now: Timestamp, _ scope: TenantScope
    ) async throws(DomainError) {
        try await connections.notePending(
            document ?? connection.pendingMetadata, readAt: now, of: connection.id.plugin, in: scope)
    }
}
