/// Why a document could not be fetched.
package enum DownloadProblem: String, Error, Sendable, Hashable {
    /// The address is not https, or not one of the public Internet.
    case badAddress
    /// Nobody answered, or not in time, or not with a document.
    case noAnswer
    case tooLarge
}
