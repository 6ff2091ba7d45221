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
    /// Whether a statement may rightly be silent for longer than others take.
    var isPatient = false
    /// False for poolers that hand each transaction to another session.
    package var preparesStatements = true

    package init(connectionString: String) { self.connectionString = connectionString }

    /// Why libpq cannot read the connection string; nil when it can.
    package var connectionStringProblem: String? {
        do throws(ConnectionString.Unreadable) {
            _ = try ConnectionString(connectionString)
            return nil
        } catch { return error.reason }
    }

    /// Host and database without user or password, for messages.
    package var target: String {
        if connectionStringProblem != nil { return "an unreadable address" }
        let values = parts.values
        let host = values["host"] ?? values["hostaddr"] ?? "the local socket"
        return "database \(values["dbname"] ?? "(default)") at \(host)\(values["port"].map { ":\($0)" } ?? "")"
    }

    /// The parts of the connection string; empty for one that cannot be read, which nothing can be reached by.
    var parts: ConnectionString { (try? ConnectionString(connectionString)) ?? .empty }

    /// The parameters of libpq for an attempt to reach one server. Of a keyword that occurs twice, the last value
    /// counts.
    func libpqParameters(
        _ address: ServerAddress, sessionKind: String
    ) -> [(key: String, value: String)] {
        var own: [(key: String, value: String)] = [
            ("tcp_user_timeout", "3000"),
            ("keepalives_idle", "2"),
            ("keepalives_interval", "1"),
            ("keepalives_count", "2"),
            ("application_name", applicationName),
        ]
        let perServer: Set = ["host", "hostaddr", "port", "options", "target_session_attrs"]
        own += parts.values.filter { !perServer.contains($0.key) }.map { ($0.key, $0.value) }
        let chosen = [("host", address.host), ("hostaddr", address.hostaddr), ("port", address.port)]
        own += chosen.compactMap { key, value in value.map { (key, $0) } }
        return own + [
            ("client_encoding", "UTF8"), ("options", sessionOptions), ("target_session_attrs", sessionKind),
        ]
    }

    /// How long an attempt to reach one server may take. libpq leaves `connect_timeout` to whoever does not block.
    var attemptTimeout: Duration {
        guard let seconds = parts.values["connect_timeout"].flatMap({ Int($0) }), seconds > 0 else {
            return connectTimeout
        }
        return .seconds(seconds)
    }

    /// A server from which no connection has heard for so long, while one waits in vain, is taken for frozen or gone.
    var silence: Duration { exchangeTimeout / 2 }

    /// Half an hour, spread so that connections do not end together.
    func connectionLife(slot: Int) -> Duration { .seconds(1800 + 37 * (slot % 16)) }
}

extension Duration {
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
