import Domain
import Synchronization

/// Tells the provisioning log that a token was known and let nobody in: revoked, expired, switched off, not paid for.
///
/// Once a minute for each token, since who shows it goes on showing it. A token that nobody knows is no connection's.
final class TokenRefusals: Sendable {
    private let recorder: any RefusalRecorder
    private let environment: Environment
    private let noted = Mutex<[TokenID: Timestamp]>([:])

    private static let secondsBetweenNotes: Int64 = 60
    private static let entriesKept = 10_000

    init(recorder: any RefusalRecorder, environment: Environment) {
        self.recorder = recorder
        self.environment = environment
    }

    func note(_ error: DomainError, _ client: ProvisioningClient, now: Timestamp) {
        let (status, reason): (Int, String)
        switch error {
        case .unauthenticated(let text): (status, reason) = (401, text)
        case .forbidden(let text): (status, reason) = (403, text)
        default: return
        }
        let isDue = noted.withLock { noted in
            if let last = noted[client.token], now < last.adding(seconds: Self.secondsBetweenNotes) { return false }
            if noted.count >= Self.entriesKept { noted.removeAll() }
            noted[client.token] = now
            return true
        }
        guard isDue else { return }
        recorder.record(
            RefusedRequest(
                id: ChangeID(rawValue: environment.identifiers.next()), at: now, plugin: client.plugin,
                token: client.token, method: RefusedRequest.anyMethod, resourceType: nil, resourceID: nil,
                status: status, scimType: nil, reason: reason, requestID: "-"), of: client.tenant)
    }
}
