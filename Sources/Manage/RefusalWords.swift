import Domain

/// Why an identity provider was refused something, in the language of the page. What is recorded is the English that it
/// was told.
struct RefusalWords {
    let words: Catalogue

    /// A sentence, and what was recorded where the sentence says only of which kind it is. Nil for what was done.
    func reason(of entry: ProvisioningLogEntry) -> (text: String, detail: String?)? {
        guard case .refused(_, let status, let scimType, let reason) = entry.outcome else { return nil }
        if words.language == .en { return (reason, nil) }
        if let known = Refusal(sentence: reason) { return (words["refusal.\(known.rawValue)"], nil) }
        let kind = [scimType, "\(status)"].compactMap(\.self).compactMap { words.known("refusal.\($0)") }.first
        return (kind ?? words["refusal.other"], reason)
    }

    /// Both as one text.
    func line(for entry: ProvisioningLogEntry) -> String {
        guard let (text, detail) = reason(of: entry) else { return "" }
        return detail.map { "\(text) (\($0))" } ?? text
    }
}
