import Domain

/// The attributes that were left out, noted once a minute for each connection and name: a provider sends the same ones
/// in every request.
struct IgnoredNames {
    private struct Key: Hashable {
        let plugin: PluginID
        let name: String
    }

    /// The connections of one tenant, with the last time of each name.
    typealias Notes = [PluginID: [String: Timestamp]]

    private var noted: [Key: Timestamp] = [:]
    private var unwritten: [TenantID: Notes] = [:]

    private static let secondsBetweenNotes: Int64 = 60
    private static let entriesKept = 10_000

    mutating func note(_ names: [String], _ client: ProvisioningClient, at time: Timestamp) {
        for name in names {
            let name = String(name.prefix(IgnoredAttribute.nameLength))
            let key = Key(plugin: client.plugin, name: name)
            if let last = noted[key], time < last.adding(seconds: Self.secondsBetweenNotes) { continue }
            guard unwritten[client.tenant]?[client.plugin]?.count ?? 0 < IgnoredAttribute.limit else { return }
            if noted.count >= Self.entriesKept { noted.removeAll() }
            noted[key] = time
            unwritten[client.tenant, default: [:]][client.plugin, default: [:]][name] = time
        }
    }

    mutating func takeUnwritten() -> [TenantID: Notes] {
        defer { unwritten = [:] }
        return unwritten
    }
}
