import CLibPQ

/// How to reach PostgreSQL, and how much of it to use.
package struct PostgresConfiguration: Sendable {
    /// A libpq connection string or URI; several hosts are allowed.
    package var connectionString: String
    /// Run every session as this role, whoever logs in.
    package var role: String?
    /// Shown in `pg_stat_activity`.
    package var applicationName = "lectern"
    /// Connections for short reads, for long ones, for writes and for long ones of these, on each reactor.
    package var readConnections = 1
    package var scanConnections = 2
    package var writeConnections = 4
    package var longWriteConnections = 1
    /// Batches of short reads under way at once on one connection.
    package var readDepth = 8
    /// Transactions that go out together when they are there together.
    package var readBatch = 4
    package var writeBatch = 8
    /// Whether writes that go out together share one flush of the log. Their log has to be on one server.
    package var sharesFlush = true
    /// Transactions that may wait for a connection.
    package var queue = 512
    package var queueWait: Duration = .seconds(1)
    package var connectTimeout: Duration = .seconds(2)
    /// From sending a transaction to its last byte; a connection that is silent longer is given up.
    package var exchangeTimeout: Duration = .seconds(4)
    /// The same for a write of which is known that it may take long.
    package var longExchangeTimeout: Duration = .seconds(65)
    package var statementTimeout: Duration = .seconds(3)
    package var lockTimeout: Duration = .seconds(1)
    /// Whether statements are planned once, whatever their parameters; planning takes longer than running them.
    var plansOnce = false
    /// False for poolers that hand each transaction to another session.
    package var preparesStatements = true

    package init(connectionString: String) { self.connectionString = connectionString }

    /// True when the connection string is one that libpq can read.
    package var connectionStringProblem: String? {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(connectionString, &message) else {
            defer { PQfreemem(message) }
            return message.map { String(cString: $0).split(separator: "\n").first.map(String.init) ?? "" }
        }
        PQconninfoFree(options)
        return nil
    }

    /// Host and database without user or password, for messages.
    package var target: String {
        guard let options = PQconninfoParse(connectionString, nil) else { return "an unreadable address" }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        let host = values["host"] ?? values["hostaddr"] ?? "the local socket"
        return "database \(values["dbname"] ?? "(default)") at \(host)\(values["port"].map { ":\($0)" } ?? "")"
    }

    /// What libpq gets. Our settings come first: with `expand_dbname` what the connection string says wins.
    var libpqParameters: [(key: String, value: String)] {
        var options = "-c statement_timeout=\(statementTimeout.milliseconds)"
        options += " -c lock_timeout=\(lockTimeout.milliseconds)"
        options += " -c idle_in_transaction_session_timeout=10000 -c client_min_messages=error"
        if plansOnce { options += " -c plan_cache_mode=force_generic_plan" }
        if let role { options += " -c role=\(role)" }
        return [
            ("target_session_attrs", "read-write"),
            ("connect_timeout", "2"),
            ("tcp_user_timeout", "3000"),
            ("keepalives_idle", "2"),
            ("keepalives_interval", "1"),
            ("keepalives_count", "2"),
            ("application_name", applicationName),
            ("options", options),
            ("client_encoding", "UTF8"),
            ("dbname", connectionString),
        ]
    }

    /// Half an hour, spread so that connections do not end together.
    func connectionLife(slot: Int) -> Duration { .seconds(1800 + 37 * (slot % 16)) }
}

extension Duration {
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
