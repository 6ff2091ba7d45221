import DequeModule
package import Domain

/// For whom a password is hashed.
package struct HashingClient: Sendable, Hashable {
    /// Nil for the program itself.
    package var tenant: TenantID?
    package var network: String
    /// The account that is signed in to, or a name that belongs to nobody.
    package var account: String

    package init(tenant: TenantID, address: String, account: String) {
        self.tenant = tenant
        network = ClientNetwork.name(of: address)
        self.account = account
    }

    private init() {
        network = ""
        account = ""
    }

    /// A command of the operator.
    package static let program = HashingClient()
}

/// How many passwords wait to be hashed.
package struct HashLimits: Sendable, Hashable {
    /// Hashes that run at once: each takes 46 MiB and a core.
    package var running = 2
    package var waitingOfTenant = 128
    package var waitingOfNetwork = 32
    package var waitingOfAccount = 4
    /// Seconds after which one that waits is given up.
    package var patience: Int64 = 10

    package init() {}
}

/// Decides whose password is hashed next: tenants take turns, and within a tenant its networks do, so whoever sends many
/// right passwords delays nobody by more than one hash.
///
/// Pure: it is told what happened and the time, and answers what to do. `Work` is whatever stands for a hash that waits.
struct HashQueue<Work> {
    enum Decision {
        case runs, waits, refused
        /// It waits in place of another of the same tenant, whose network has most in line.
        case replaces(Work)
    }

    private struct Waiting {
        let work: Work
        let account: String
        let until: Timestamp
    }

    private struct Tenant {
        /// Networks with a line, in the order of their turns.
        var turns: Deque<String> = []
        var lines: [String: Deque<Waiting>] = [:]
        var count = 0
    }

    private let limits: HashLimits
    private var running = 0
    private var turns: Deque<TenantID?> = []
    private var tenants: [TenantID?: Tenant] = [:]

    init(limits: HashLimits) { self.limits = limits }

    /// A hash asks to run; unless it may, it waits or is refused.
    mutating func submit(_ work: Work, of client: HashingClient, now: Timestamp) -> Decision {
        if running < limits.running, turns.isEmpty {
            running += 1
            return .runs
        }
        var tenant = tenants[client.tenant] ?? Tenant()
        let line = tenant.lines[client.network] ?? []
        if line.count >= limits.waitingOfNetwork { return .refused }
        if line.count(where: { $0.account == client.account }) >= limits.waitingOfAccount { return .refused }
        var replaced: Work?
        if tenant.count >= limits.waitingOfTenant {
            guard let longest = tenant.lines.max(by: { $0.value.count < $1.value.count }),
                longest.value.count > line.count + 1
            else { return .refused }
            replaced = tenant.lines[longest.key]?.removeLast().work
            tenant.count -= 1
        }
        if line.isEmpty { tenant.turns.append(client.network) }
        if tenant.count == 0 { turns.append(client.tenant) }
        tenant.lines[client.network, default: []].append(
            Waiting(work: work, account: client.account, until: now.adding(seconds: limits.patience)))
        tenant.count += 1
        tenants[client.tenant] = tenant
        return replaced.map { .replaces($0) } ?? .waits
    }

    /// A hash is done; gives the one that runs now, and those that have waited too long.
    mutating func finish(now: Timestamp) -> (next: Work?, late: [Work]) {
        running -= 1
        var late: [Work] = []
        while let waiting = takeNext() {
            if waiting.until <= now {
                late.append(waiting.work)
                continue
            }
            running += 1
            return (waiting.work, late)
        }
        return (nil, late)
    }

    /// The first of the line whose turn it is.
    private mutating func takeNext() -> Waiting? {
        guard let id = turns.popFirst(), var tenant = tenants[id], let network = tenant.turns.popFirst(),
            let waiting = tenant.lines[network]?.popFirst()
        else { return nil }
        tenant.count -= 1
        if tenant.lines[network]?.isEmpty == true {
            tenant.lines[network] = nil
        } else {
            tenant.turns.append(network)
        }
        if tenant.count == 0 {
            tenants[id] = nil
        } else {
            tenants[id] = tenant
            turns.append(id)
        }
        return waiting
    }
}
