import Domain
import StrictJSON

/// How a connection is doing: what came last, what went wrong last and what can be done about it.
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
        // Whose caller it was, nobody can know; it is worth a word where nothing has arrived since.
        var stranger = try await parts.provisioningLog.lastStranger(in: scope)
        if let at = stranger?.at, at < contact ?? at || at.adding(seconds: Self.strangerSeconds) < request.now {
            stranger = nil
        }
        let isLocked = !request.tenant.entitlements.contains(.scim)
        let finding = isLocked ? .locked : finding(plugin, secrets, contact, done, refused, request.now)
        let reason = refused.flatMap { RefusalWords(words: request.words).reason(of: $0) }
        return [
            "finding": .string(request.words["doctor.\(finding.rawValue)"]),
            "next": .string(request.words["doctor.\(finding.rawValue)Next"]),
            "class": .string(finding.isFine ? "fine" : finding.isWaiting ? "waiting" : "bad"),
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

    /// How long after it has begun to send too much a provider may still be waiting.
    private static let throttlingSeconds: Int64 = 900

    private enum Finding: String {
        case locked, off, paused, noToken, tokensOver, secretsOver, silent, reached, rate, failing, working

        var isFine: Bool { self == .working || self == .reached }
        var isWaiting: Bool {
            switch self {
            case .silent, .noToken, .off, .paused, .locked, .rate: true
            case .tokensOver, .secretsOver, .reached, .failing, .working: false
            }
        }
    }

    private func finding(
        _ plugin: Plugin, _ secrets: ConnectionSecrets, _ contact: Timestamp?, _ done: ProvisioningLogEntry?,
        _ refused: ProvisioningLogEntry?, _ now: Timestamp
    ) -> Finding {
        if !plugin.isEnabled { return .off }
        if plugin.isPaused { return .paused }
        if secrets.isEmpty { return .noToken }
        if !secrets.letIn(at: now) { return secrets.liveClients.isEmpty ? .tokensOver : .secretsOver }
        guard contact != nil else { return .silent }
        let failure = refused.flatMap { $0.at > (done?.at ?? .distantPast) ? $0.at : nil }
        if let throttled = plugin.throttledAt, throttled.adding(seconds: Self.throttlingSeconds) > now,
            throttled > failure ?? .distantPast
        {
            return .rate
        }
        if failure != nil { return .failing }
        return done == nil ? .reached : .working
    }
}

extension Timestamp {
    fileprivate static let distantPast = Timestamp(microseconds: 0)
}
