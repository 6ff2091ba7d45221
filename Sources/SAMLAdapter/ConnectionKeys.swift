package import Domain
package import Edge
import Foundation
import NIOPosix
import SAML
import StrictJSON
import XMLSecurity

/// Our keys of a connection, opened.
package struct ConnectionKeys: Sendable {
    private let current: [UInt8]
    /// Current, next and previous: whatever a provider may still encrypt for.
    let decryption: [DecryptionKey]
    /// Of the key that signs, then of the next one.
    let published: [[UInt8]]
    /// Of the last of these.
    let end: Timestamp

    /// Days: how long a key is good, how long before its end there is a next one, and when that takes over.
    private static let (lifetime, announcement, change): (Int64, Int64, Int64) = (1095, 60, 30)

    /// Read when it is needed: that takes longer than all else that an answer of a provider asks for.
    var signing: SigningKey {
        get throws {
            guard let key = SigningKey(der: current) else { throw DomainError.unexpected("no key to sign with") }
            return key
        }
    }

    /// The keys of a connection; makes the first when there is none, and the next in time.
    ///
    /// - Parameter known: those that there are.
    static func load(
        _ connection: SAMLConnectionID, _ known: [SAMLKey], _ parts: SAMLParts
    ) async throws -> ConnectionKeys {
        var keys = known
        let now = parts.environment.now()
        if !keys.contains(where: { $0.state == .current }) {
            keys = try await parts.connections.add(try await make(.current, for: connection, parts), to: connection)
        }
        if let current = keys.first(where: { $0.state == .current }) {
            let next = keys.first { $0.state == .next }
            if next == nil, current.expiresAt < now.adding(seconds: announcement * 86_400) {
                keys = try await parts.connections.add(try await make(.next, for: connection, parts), to: connection)
            } else if let next, current.expiresAt < now.adding(seconds: change * 86_400) {
                var difference = Difference()
                difference.set("key", from: .string(current.id.description), to: .string(next.id.description))
                let change = Change(
                    id: ChangeID(rawValue: parts.environment.identifiers.next()), action: .update,
                    subject: .plugin(connection.plugin), difference: difference,
                    origin: ChangeOrigin(actor: .program, requestID: "roll-over"))
                let scope = TenantScope(tenant: connection.tenant, admission: .operator)
                _ = try await parts.connections.promoteNextKey(of: connection.plugin, change: change, in: scope)
                keys = try await parts.connections.keys(of: connection)
            }
        }
        return try ConnectionKeys(keys, connection, parts.keySealer)
    }

    private init(_ keys: [SAMLKey], _ connection: SAMLConnectionID, _ sealer: Sealer) throws {
        let opened = keys.compactMap { key in
            sealer.open(key.sealedKey, for: Self.context(connection)).map { (key, $0) }
        }
        guard let current = opened.first(where: { $0.0.state == .current }) else {
            throw DomainError.unexpected("the key of a connection cannot be opened")
        }
        self.current = current.1
        decryption = opened.sorted { $0.0.state.order < $1.0.state.order }.map { DecryptionKey(der: $0.1) }
        end = opened.filter { $0.0.state != .previous }.map(\.0.expiresAt).max() ?? current.0.expiresAt
        published = [current.0.certificate] + opened.filter { $0.0.state == .next }.map(\.0.certificate)
    }

    private static func make(
        _ state: SAMLKey.State, for connection: SAMLConnectionID, _ parts: SAMLParts
    ) async throws -> SAMLKey {
        try await make(state, for: connection, sealer: parts.keySealer, environment: parts.environment)
    }

    /// A new pair, sealed. Making one takes a while, so other threads than those that answer do it.
    package static func make(
        _ state: SAMLKey.State, for connection: SAMLConnectionID, sealer: Sealer, environment: Edge.Environment
    ) async throws -> SAMLKey {
        let now = environment.now()
        let end = now.adding(seconds: lifetime * 86_400)
        let serial = Array(environment.secretBytes().prefix(16))
        let pair = try await NIOThreadPool.singleton.runIfActive {
            try KeyPair.make(
                name: "Lectern \(connection)", serialNumber: serial, notBefore: now.date.addingTimeInterval(-3600),
                notAfter: end.date)
        }
        return SAMLKey(
            id: SAMLKeyID(rawValue: environment.identifiers.next()), state: state, certificate: pair.certificate,
            sealedKey: sealer.seal(pair.privateKey, for: context(connection)), createdAt: now, expiresAt: end)
    }

    /// The context for which the keys of a connection are sealed.
    package static func context(_ connection: SAMLConnectionID) -> String { "saml key \(connection)" }
}

extension SAMLKey.State {
    /// Which is tried first.
    fileprivate var order: Int {
        switch self {
        case .current: 0
        case .next: 1
        case .previous: 2
        }
    }
}

extension Timestamp {
    var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

    init(_ date: Date) { self.init(microseconds: Int64(date.timeIntervalSince1970 * 1_000_000)) }
}
