package import Domain
import ServiceLifecycle
import Synchronization

/// When and from where tokens were last used: noted in memory on every request, written within a second, but for one
/// token once a minute at most.
package final class TokenUses: Service {
    private struct Use {
        let tenant: TenantID
        let time: Timestamp
        let address: String
    }

    private let integration: any IntegrationRepository
    private let unwritten = Mutex<[TokenID: Use]>([:])
    private let written = Mutex<[TokenID: Timestamp]>([:])

    private static let secondsBetweenWritings: Int64 = 60
    private static let entriesKept = 10_000

    package init(integration: any IntegrationRepository) { self.integration = integration }

    func note(_ client: ProvisioningClient, at time: Timestamp, from address: String) {
        let use = Use(tenant: client.tenant, time: time, address: address)
        unwritten.withLock { $0[client.token] = use }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                await self.write { self.isDue($0, $1) }
            }
        }
        await write { _, _ in true }
    }

    private func isDue(_ token: TokenID, _ use: Use) -> Bool {
        written.withLock { written in
            if let last = written[token], use.time < last.adding(seconds: Self.secondsBetweenWritings) { return false }
            if written.count >= Self.entriesKept { written.removeAll() }
            written[token] = use.time
            return true
        }
    }

    private func write(where isDue: (TokenID, Use) -> Bool) async {
        let uses = unwritten.withLock { unwritten in
            let due = unwritten.filter { isDue($0.key, $0.value) }
            for token in due.keys { unwritten[token] = nil }
            return due
        }
        for (token, use) in uses {
            try? await integration.noteUse(of: token, at: use.time, from: use.address, in: use.tenant)
        }
    }
}
