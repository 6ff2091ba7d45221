import NIOPosix

/// Looks TXT records up (RFC 1035 §3.3.14), on threads of its own.
package struct TXTLookup: Sendable {
    private let server: NameServer?
    private let patience: Duration
    private let threads = NIOThreadPool(numberOfThreads: Self.atOnce)

    private static let atOnce = 8
    /// How many records of a name are read.
    package static let maximumRecords = 50

    /// - Parameters:
    ///   - server: who is asked; nil for the servers of the system (`/etc/resolv.conf`).
    ///   - patience: how long an answer may take, with everything that is asked again.
    package init(server: NameServer?, patience: Duration = .seconds(5)) {
        self.server = server
        self.patience = patience
        threads.start()
    }

    /// The texts of a name's records, at most `maximumRecords`, each with its character-strings joined. None when
    /// there is no such name, or no such record of it.
    ///
    /// - Parameter name: in full, without a dot at its end.
    /// - Throws: when no server answers in time, or those who do cannot tell.
    package func records(of name: String) async throws(DNSFailure) -> [String] {
        let result: Result<[String], DNSFailure>
        do {
            result = try await threads.runIfActive { [server, patience] in
                Result { () throws(DNSFailure) in
                    try Resolver(server: server).texts(of: name, atMost: Self.maximumRecords, within: patience)
                }
            }
        } catch { throw DNSFailure(reason: "The server is stopping.") }
        return try result.get()
    }
}

/// Why nothing is known of a name: neither what its records are nor that it has none.
package struct DNSFailure: Error, Sendable, Hashable {
    /// For an operator.
    package var reason: String
}
