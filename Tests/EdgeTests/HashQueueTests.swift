import Domain
import Testing

@testable import Edge

struct HashQueueTests {
    private let now = Timestamp(microseconds: 0)

    private func client(_ tenant: UInt128, _ network: Int = 1, _ account: Int = 1) -> HashingClient {
        HashingClient(tenant: TenantID(rawValue: tenant), address: "10.0.\(network).1", account: "\(account)")
    }

    private func limits(_ change: (inout HashLimits) -> Void = { _ in }) -> HashLimits {
        var limits = HashLimits()
        limits.waitingOfAccount = 100
        change(&limits)
        return limits
    }

    /// The decision of `submit`, as a word.
    private func submit(
        _ queue: inout HashQueue<String>, _ work: String, _ client: HashingClient, at now: Timestamp? = nil
    ) -> String {
        switch queue.submit(work, of: client, now: now ?? self.now) {
        case .runs: "runs"
        case .waits: "waits"
        case .refused: "refused"
        case .replaces(let other): "replaces \(other)"
        }
    }

    @Test func `tenants take turns, and within a tenant its networks`() {
        var queue = HashQueue<String>(limits: limits())
        #expect(submit(&queue, "r1", client(1)) == "runs" && submit(&queue, "r2", client(1)) == "runs")
        for number in 1...3 { #expect(submit(&queue, "a\(number)", client(1)) == "waits") }
        #expect(submit(&queue, "b1", client(2)) == "waits")
        #expect(submit(&queue, "c1", client(1, 2)) == "waits" && submit(&queue, "c2", client(1, 2)) == "waits")
        var order: [String] = []
        while let next = queue.finish(now: now).next { order.append(next) }
        #expect(order == ["a1", "b1", "c1", "a2", "c2", "a3"])
        #expect(queue.finish(now: now).next == nil)
        #expect(submit(&queue, "x", client(3)) == "runs" && submit(&queue, "y", client(3)) == "runs")
        #expect(submit(&queue, "z", client(3)) == "waits")
    }

    @Test func `an account and a network have a short line, and nobody else is refused for it`() {
        var queue = HashQueue<String>(limits: limits { ($0.waitingOfAccount, $0.waitingOfNetwork) = (2, 3) })
        for _ in 0..<2 { _ = submit(&queue, "", client(1)) }
        let decisions = (0..<3).map { submit(&queue, "\($0)", client(1)) }
        #expect(decisions == ["waits", "waits", "refused"])
        #expect(submit(&queue, "", client(1, 1, 2)) == "waits" && submit(&queue, "", client(1, 1, 3)) == "refused")
        #expect(submit(&queue, "", client(1, 2)) == "waits" && submit(&queue, "", client(2)) == "waits")
    }

    @Test func `a tenant whose line is full takes in other networks for those that have most in it`() {
        var queue = HashQueue<String>(limits: limits { $0.waitingOfTenant = 4 })
        for _ in 0..<2 { _ = submit(&queue, "", client(1)) }
        for number in 0..<4 { #expect(submit(&queue, "\(number)", client(1)) == "waits") }
        #expect(submit(&queue, "4", client(1)) == "refused")
        #expect(submit(&queue, "b", client(1, 2)) == "replaces 3")
        #expect(submit(&queue, "c", client(1, 2)) == "replaces 2")
        #expect(submit(&queue, "d", client(1, 2)) == "refused")
        #expect(["replaces 1", "replaces c"].contains(submit(&queue, "e", client(1, 3))))
        var order: [String] = []
        while let next = queue.finish(now: now).next { order.append(next) }
        #expect(order.count == 4 && order.contains("e"))
    }

    @Test func `one that has waited too long is given up`() {
        var queue = HashQueue<String>(limits: limits())
        for _ in 0..<2 { _ = submit(&queue, "", client(1)) }
        _ = submit(&queue, "old", client(1))
        _ = submit(&queue, "new", client(1), at: now.adding(seconds: 5))
        let (next, late) = queue.finish(now: now.adding(seconds: 10))
        #expect(next == "new" && late == ["old"])
    }

    @Test func `fifty sign-ins of one account delay another tenant by no more than one hash each`() async throws {
        let hasher = PasswordHasher(environment: .system)
        let hash = try await hasher.hash("seven grey herons wade")
        let flooder = client(1)
        await withTaskGroup(of: String.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do throws(DomainError) {
                        return try await hasher.matches("seven grey herons wade", hash, for: flooder) ? "in" : "wrong"
                    } catch {
                        if case .throttled = error { return "throttled" }
                        return "\(error)"
                    }
                }
            }
            for account in 0..<4 {
                let quiet = client(2, 1, account)
                group.addTask {
                    let isGood = try? await hasher.matches("seven grey herons wade", hash, for: quiet)
                    return isGood == true ? "quiet" : "starved"
                }
            }
            let outcomes = await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            #expect(outcomes["quiet"] == 4 && outcomes["starved"] == nil && outcomes["wrong"] == nil)
            #expect((outcomes["in"] ?? 0) + (outcomes["throttled"] ?? 0) == 50)
        }
    }
}
