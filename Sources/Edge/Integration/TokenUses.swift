package import Domain
import ServiceLifecycle
import Synchronization

/// When and from where tokens were last used: noted in memory on every request, written once a minute.
package final class TokenUses: Service {
    private struct Use {
        let tenant: TenantID
        let time: Timestamp
        let address: String
    }

    private let integration: any IntegrationRepository
    private let unwritten = Mutex<[TokenID: Use]>([:])

    package init(integration: any IntegrationRepository) { self.integration = integration }

    func note(_ client: ProvisioningClient, at time: Timestamp, from address: String) {
        let use = Use(tenant: client.tenant, time: time, address: address)
        unwritten.withLock { $0[client.token] = use }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(60))
                await self.write()
            }
        }
        await write()
    }

    private func write() async {
        let uses = unwritten.withLock { unwritten in
            defer { unwritten = [:] }
            return unwritten
        }
        for (token, use) in uses {
            try? await integration.noteUse(of: token, at: use.time, from: use.address, in: use.tenant)
        }
    }
}
