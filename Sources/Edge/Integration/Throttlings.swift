import Domain

/// Which connections' requests were held back, noted once a minute for each: who is held back comes again and again.
struct Throttlings {
    private var noted: [PluginID: Timestamp] = [:]
    private var unwritten: [PluginID: (tenant: TenantID, time: Timestamp)] = [:]

    private static let secondsBetweenNotes: Int64 = 60
    private static let entriesKept = 10_000

    mutating func note(_ client: ProvisioningClient, at time: Timestamp) {
        if let last = noted[client.plugin], time < last.adding(seconds: Self.secondsBetweenNotes) { return }
        if noted.count >= Self.entriesKept { noted.removeAll() }
        noted[client.plugin] = time
        unwritten[client.plugin] = (client.tenant, time)
    }

    mutating func takeUnwritten() -> [PluginID: (tenant: TenantID, time: Timestamp)] {
        defer { unwritten = [:] }
        return unwritten
    }
}
