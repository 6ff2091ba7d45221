import Synchronization

/// The memory that bodies of requests take together, of all clients and of those of one network.
package final class BodyBudget: Sendable {
    private struct State {
        var total = 0
        var networks: [String: Int] = [:]
    }

    private let limits: HTTPLimits
    private let state = Mutex(State())

    package init(limits: HTTPLimits) { self.limits = limits }

    /// Bytes of each body that are always there, so that ordinary requests go on while large bodies use up the rest.
    static let freeBytes = 16_384

    /// Whether a body may take this much in place of what it has taken so far.
    func grow(from former: Int, to bytes: Int, of network: String) -> Bool {
        let more = Self.counted(bytes) - Self.counted(former)
        if more <= 0 { return true }
        return state.withLock { state in
            let ofNetwork = state.networks[network] ?? 0
            guard state.total + more <= limits.bufferedBytes, ofNetwork + more <= limits.bufferedBytesOfNetwork else {
                return false
            }
            state.total += more
            state.networks[network] = ofNetwork + more
            return true
        }
    }

    func giveBack(_ bytes: Int, of network: String) {
        let less = Self.counted(bytes)
        if less == 0 { return }
        state.withLock { state in
            state.total -= less
            let rest = (state.networks[network] ?? 0) - less
            state.networks[network] = rest > 0 ? rest : nil
        }
    }

    private static func counted(_ bytes: Int) -> Int { max(bytes - freeBytes, 0) }
}
