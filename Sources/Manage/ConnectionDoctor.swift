import Domain
import StrictJSON

/// The last requests of a connection, beside its state: the last change, the last refusal and what can be done about it.
struct ConnectionDoctor {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    func report(
        _ plugin: Plugin, _ secrets: ConnectionSecrets, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> JSONObject {
        let scope = user.scope(.manageIntegration)
        let done = try await parts.provisioningLog.entries(
            ProvisioningLogFilter(outcome: .done, plugin: plugin.id), before: nil, limit: 1, in: scope
        ).first
        let refused = try await parts.provisioningLog.entries(
            ProvisioningLogFilter(outcome: .refused, plugin: plugin.id), before: nil, limit: 1, in: scope
        ).first
        let contact = [secrets.lastUsedAt, done?.at, refused?.at, plugin.throttledAt].compactMap(\.self).max()
        // The connection that the caller meant is unknown, so the caller is shown for a connection without a later
        // request.
        var stranger = try await parts.provisioningLog.lastStranger(in: scope)
        if let at = stranger?.at, at < contact ?? at || at.adding(seconds: Self.strangerSeconds) < request.now {
            stranger = nil
        }
        let reason = refused.flatMap { RefusalWords(words: request.words).reason(of: $0) }
        return [
            "stranger": request.moment(stranger?.at),
            "strangerText": stranger.map {
                .string(request.words["stranger.\($0.kind.rawValue)", ["address": $0.address]])
            } ?? .null,
            "throttled": request.moment(plugin.throttledAt),
            "contact": request.moment(contact), "success": request.moment(done?.at),
            "successText": done.map { .string(LogRow(entry: $0, request: request).action) } ?? .null,
            "failure": request.moment(refused?.at), "failureReason": reason.map { .string($0.text) } ?? .null,
            "failureDetail": reason?.detail.map { .string($0) } ?? .null,
            "failureNext": refused?.remedy.map { .string(request.words["next.\($0.rawValue)"]) } ?? .null,
        ]
    }

    /// How long an unknown caller is news.
    private static let strangerSeconds: Int64 = 86_400
}
