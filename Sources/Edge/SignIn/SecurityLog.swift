package import CoreMetrics
import Crypto
package import Domain
package import Logging
import ServiceLifecycle
import Synchronization

/// Security events on their way to the database: noted in memory and written every second, equal ones of a minute as
/// one record with a count. The first of them is a line of the program's log, too.
package final class SecurityLog: SecurityEventRecorder, Service {
    private struct Fold: Hashable {
        let minute: Int64
        let kind: SecurityEvent.Kind
        let subject: SecurityEvent.Subject
        let network: String
        let reason: String
    }

    private struct State {
        var unwritten: [TenantID: [Fold: SecurityEventRecord]] = [:]
        /// The events of the current minute, for each tenant.
        var seen: [TenantID: Set<Fold>] = [:]
        var minute: Int64 = 0
    }

    private let repository: any SecurityEventRepository
    private let attempts: any AttemptRepository
    private let environment: Environment
    private let logger: Logger
    private let counters: [SecurityEvent.Kind: Counter]
    private let state = Mutex(State())
    private let cleaned = Mutex<[TenantID: Timestamp]>([:])

    /// Records of one tenant that a minute makes in this process; what is beyond them is one record for each kind.
    package static let recordsPerMinute = 200
    private static let secondsBetweenCleanings: Int64 = 3600
    private static let minute: Int64 = 60_000_000

    /// - Parameter attempts: whose forgotten counters are deleted along with old events.
    package init(
        repository: any SecurityEventRepository, attempts: any AttemptRepository, environment: Environment,
        metrics: any MetricsFactory, logger: Logger
    ) {
        self.repository = repository
        self.attempts = attempts
        self.environment = environment
        self.logger = logger
        counters = Dictionary(
            uniqueKeysWithValues: SecurityEvent.Kind.allCases.map { kind in
                let dimensions = [("kind", kind.rawValue)]
                return (
                    kind, Counter(label: "lectern_security_events_total", dimensions: dimensions, factory: metrics)
                )
            })
    }

    package func record(_ event: SecurityEvent, of tenant: TenantID) {
        counters[event.kind]?.increment()
        let minute = event.at.microseconds / Self.minute
        var fold = Fold(
            minute: minute, kind: event.kind, subject: event.subject,
            network: ClientNetwork.name(of: event.address), reason: event.reason)
        let isFirst = state.withLock { state in
            if minute > state.minute {
                state.minute = minute
                state.seen = [:]
            }
            var event = event
            if state.seen[tenant, default: []].count >= Self.recordsPerMinute,
                state.seen[tenant]?.contains(fold) == false
            {
                fold = Fold(minute: minute, kind: event.kind, subject: .unknown, network: "", reason: Self.more)
                (event.subject, event.address, event.reason) = (.unknown, "", Self.more)
            }
            let isFirst = state.seen[tenant, default: []].insert(fold).inserted
            if var known = state.unwritten[tenant]?[fold] {
                known.count += 1
                known.lastAt = max(known.lastAt, event.at)
                state.unwritten[tenant]?[fold] = known
            } else {
                state.unwritten[tenant, default: [:]][fold] = SecurityEventRecord(
                    id: SecurityEventID(rawValue: environment.identifiers.next()), event: event, count: 1,
                    lastAt: event.at)
            }
            return isFirst
        }
        if isFirst { log(event, of: tenant) }
    }

    /// The reason of a record that stands for events of many kinds of subjects.
    private static let more = "more"

    private func log(_ event: SecurityEvent, of tenant: TenantID) {
        var metadata: Logger.Metadata = [
            "tenant": "\(tenant)", "kind": "\(event.kind.rawValue)", "address": "\(event.address)",
            "request_id": "\(event.requestID)",
        ]
        if !event.reason.isEmpty { metadata["reason"] = "\(event.reason)" }
        switch event.subject {
        case .unknown: break
        case .user(let id): metadata["user"] = "\(id)"
        case .claimed(let hash):
            metadata["claimed"] = "\(hash.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())"
        case .plugin(let id): metadata["plugin"] = "\(id)"
        case .client(let id): metadata["client"] = "\(id)"
        }
        logger.notice("security event", metadata: metadata)
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                await self.write()
            }
        }
        await write()
    }

    /// Writes what has been noted so far.
    package func write() async {
        let all = state.withLock { state in
            defer { state.unwritten = [:] }
            return state.unwritten
        }
        for (tenant, records) in all {
            let folded = records.map { fold, record in
                FoldedSecurityEvent(
                    record: record, minute: Timestamp(microseconds: fold.minute * Self.minute), fold: Self.digest(fold))
            }
            do {
                try await repository.add(folded, of: tenant)
                if isDueForCleaning(tenant) {
                    try await repository.forgetOld(of: tenant)
                    try await attempts.forgetOld(of: tenant)
                }
            } catch {
                logger.warning(
                    "security events were not kept",
                    metadata: ["tenant": "\(tenant)", "count": "\(folded.count)", "cause": "\(error)"])
            }
        }
    }

    private static func digest(_ fold: Fold) -> [UInt8] {
        Array(SHA256.hash(data: Array("\(fold.kind.rawValue)\n\(fold.subject)\n\(fold.network)\n\(fold.reason)".utf8)))
    }

    private func isDueForCleaning(_ tenant: TenantID) -> Bool {
        let now = environment.now()
        return cleaned.withLock { cleaned in
            if let last = cleaned[tenant], now < last.adding(seconds: Self.secondsBetweenCleanings) { return false }
            cleaned[tenant] = now
            return true
        }
    }
}
