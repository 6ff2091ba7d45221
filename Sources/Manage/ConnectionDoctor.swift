import Domain
import StrictJSON

/// How a connection is doing: what came last, what went wrong last and what can be done about it.
struct ConnectionDoctor {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    func report(
        _ plugin: Plugin, _ tokens: [Token], _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> JSONObject {
        let scope = user.scope(.manageIntegration)
        let done = try await parts.provisioningLog.entries(
            ProvisioningLogFilter(outcome: .done, plugin: plugin.id), before: nil, limit: 1, in: scope
        ).first
        let refused = try await parts.provisioningLog.entries(
            ProvisioningLogFilter(outcome: .refused, plugin: plugin.id), before: nil, limit: 1, in: scope
        ).first
        let good = tokens.filter { $0.revokedAt == nil && $0.expiresAt.map { $0 > request.now } ?? true }
        let contact = (tokens.map(\.lastUsedAt) + [done?.at, refused?.at]).compactMap(\.self).max()
        // Whose caller it was, nobody can know; it is worth a word where nothing has arrived since.
        var stranger = try await parts.provisioningLog.lastStranger(in: scope)
        if let at = stranger?.at, at < contact ?? at || at.adding(seconds: Self.strangerSeconds) < request.now {
            stranger = nil
        }
        let isLocked = !request.tenant.entitlements.contains(.scim)
        let finding = isLocked ? .locked : finding(plugin, tokens, good, contact, done, refused)
        return [
            "finding": .string(request.words["doctor.\(finding.rawValue)"]),
            "next": .string(request.words["doctor.\(finding.rawValue)Next"]),
            "class": .string(finding.isFine ? "fine" : finding.isWaiting ? "waiting" : "bad"),
            "stranger": request.moment(stranger?.at),
            "strangerText": stranger.map {
                .string(request.words["stranger.\($0.kind.rawValue)", ["address": $0.address]])
            } ?? .null,
            "contact": request.moment(contact), "success": request.moment(done?.at),
            "successText": done.map { .string(LogRow(entry: $0, request: request).action) } ?? .null,
            "failure": request.moment(refused?.at), "failureReason": refused?.reason.map { .string($0) } ?? .null,
            "failureNext": refused?.remedy.map { .string(request.words["next.\($0.rawValue)"]) } ?? .null,
        ]
    }

    /// How long an unknown caller is news.
    private static let strangerSeconds: Int64 = 86_400

    private enum Finding: String {
        case locked, off, paused, noToken, tokensOver, silent, reached, failing, working

        var isFine: Bool { self == .working || self == .reached }
        var isWaiting: Bool {
            self == .silent || self == .noToken || self == .off || self == .paused || self == .locked
        }
    }

    private func finding(
        _ plugin: Plugin, _ tokens: [Token], _ good: [Token], _ contact: Timestamp?, _ done: ProvisioningLogEntry?,
        _ refused: ProvisioningLogEntry?
    ) -> Finding {
        if !plugin.isEnabled { return .off }
        if plugin.isPaused { return .paused }
        if tokens.isEmpty { return .noToken }
        if good.isEmpty { return .tokensOver }
        guard contact != nil else { return .silent }
        if let refused, refused.at > (done?.at ?? Timestamp(microseconds: 0)) { return .failing }
        return done == nil ? .reached : .working
    }
}
