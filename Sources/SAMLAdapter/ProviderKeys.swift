import Synchronization
import XMLSecurity

/// Keys of providers, each read from its certificate once: reading takes longer than verifying by it.
final class ProviderKeys: Sendable {
    private let remembered = Mutex<[[UInt8]: VerificationKey]>([:])

    private static let entriesRemembered = 10_000

    /// Nil for a certificate whose key nothing here verifies by.
    func key(in certificate: [UInt8]) -> VerificationKey? {
        if let key = remembered.withLock({ $0[certificate] }) { return key }
        guard let key = try? VerificationKey(certificate: certificate) else { return nil }
        remembered.withLock { keys in
            if keys.count >= Self.entriesRemembered { keys.removeAll() }
            keys[certificate] = key
        }
        return key
    }
}
