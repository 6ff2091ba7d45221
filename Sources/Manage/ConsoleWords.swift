package import Domain
package import StrictJSON

/// The console's English texts for the operator's tools, so that both use the same words.
package struct ConsoleWords: Sendable {
    private let words: Catalogue

    package init() throws { words = try Catalogue.all().words(.en) }

    /// - Parameter key: of a `ProviderMetadataProblem`.
    package func problem(withMetadata key: String) -> String { words["metadata.\(key)"] }

    /// - Parameter key: one of a `ProviderDescription`'s warnings.
    package func warning(aboutMetadata key: String) -> String { words["done.metadata_\(key)"] }

    /// The advice for a refused request, as the provisioning log of the console gives it.
    package func nextStep(for remedy: ProvisioningLogEntry.Remedy) -> String { words["next.\(remedy.rawValue)"] }

    /// The state of a connection as its page shows it: the state's name, one sentence, and the counts in it.
    package func state(
        of plugin: Plugin, in overview: ConnectionOverview, at now: Timestamp
    ) -> (name: String, sentence: String, counts: JSONObject) {
        let state = HealthWords(of: plugin, in: overview, words: words, now: now)
        return (state.key, state.finding, state.counts)
    }
}
