import Foundation
import LecternTesting
import Postgres
import Testing

struct DatabaseTests {
    @Test func `every type comes back as it was sent`() async throws {
        let database = try await TestDatabase.shared().superuser
        let row = try await database.read([
            """
            select \(.uuid(42)), \(Int64(-7)), \(true), \("ä\u{1F600}"), \([UInt8]([0, 255])), \(.timestamp(1_700_000_000_123_456)),
                \(.textArray(["a", "with \"quotes\" and \\", "", "{,}"])), \(.jsonb(Array("{\"a\": [1, null]}".utf8))),
                \(.null(.text)), \(.uuidArray([1, 2]))::text, \(.textArray([])), cardinality(\(.uuidArray([])))::bigint
            """
        ])[0][0]
        #expect(try row.uuid(0) == 42)
        #expect(try row.bigint(1) == -7)
        #expect(try row.boolean(2))
        #expect(try row.text(3) == "ä\u{1F600}")
        #expect(try row.bytes(4) == [0, 255])
        #expect(try row.timestamp(5) == 1_700_000_000_123_456)
        #expect(try row.textArray(6) == ["a", "with \"quotes\" and \\", "", "{,}"])
        #expect(try String(decoding: row.jsonb(7), as: UTF8.self) == "{\"a\": [1, null]}")
        #expect(row.isNull(8) && row.textOrNull(8) == nil)
        #expect(try row.textArray(10) == [] && row.bigint(11) == 0)
        #expect(try row.text(9).hasPrefix("{00000000-0000-0000-0000-000000000001,"))
    }

    @Test func `an error fails its own transaction and no other on the connection`() async throws {
        let database = try await TestDatabase.shared().superuser
        let outcomes = await withTaskGroup(of: Bool.self, returning: [Bool].self) { group in
            for number in 0..<200 {
                group.addTask {
                    do {
                        let divisor = Int64(number % 5)
                        let rows = try await database.read([
                            .beginReadOnly, "select \(Int64(100)) / \(divisor)", .commit,
                        ])
                        return try divisor != 0 && rows[1][0].bigint(0) == 100 / divisor
                    } catch let error as PostgresError {
                        return number % 5 == 0 && error.sqlState?.rawValue == "22012"
                    } catch { return false }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 200 && outcomes.allSatisfy(\.self))
    }

    @Test func `a statement that cannot be prepared fails alone`() async throws {
        let database = try await TestDatabase.shared().superuser
        async let good = database.read(["select 1::bigint"])
        await #expect(throws: PostgresError.self) { try await database.read(["select no_such_column"]) }
        let rows = try await good
        #expect(try rows[0][0].bigint(0) == 1)
        #expect(try await database.read(["select 2::bigint"])[0][0].bigint(0) == 2)
    }

    @Test func `a transaction with a failing statement leaves nothing behind`() async throws {
        let database = try await TestDatabase.empty()
        _ = try await database.write(["create table t (n bigint primary key)"])
        await #expect(throws: PostgresError.self) {
            try await database.write([
                .begin, "insert into t values (1)", "insert into t values (1)", .commit,
            ])
        }
        #expect(try await database.read(["select count(*) from t"])[0][0].bigint(0) == 0)
        database.close()
    }

    @Test func `a read survives the loss of its connection`() async throws {
        let database = try await TestDatabase.empty()
        let killer = try await TestDatabase.shared().superuser
        let pid = try await database.read(["select pg_backend_pid()::bigint"])[0][0].bigint(0)
        _ = try await killer.write(["select pg_terminate_backend(\(pid)::int)"])
        let other = try await database.read(["select pg_backend_pid()::bigint"])[0][0].bigint(0)
        #expect(other != pid)
        database.close()
    }

    @Test func `a write whose connection is lost under it is reported as such`() async throws {
        let database = try await TestDatabase.empty()
        let error = await #expect(throws: PostgresError.self) {
            try await database.write(["select pg_terminate_backend(pg_backend_pid())", "select pg_sleep(1)"])
        }
        let isLoss =
            switch error {
            case .connectionLost: true
            case .server(let state, _, _): state.rawValue == "57P01"
            default: false
            }
        #expect(isLoss)
        #expect(try await database.read(["select 1::bigint"])[0][0].bigint(0) == 1)
        database.close()
    }

    @Test func `without a server the answer comes soon and says why`() async throws {
        var configuration = PostgresConfiguration(connectionString: "host=/nonexistent dbname=x")
        configuration.queueWait = .milliseconds(200)
        let database = Database(configuration: configuration, reactors: [Reactor()])
        let error = await #expect(throws: PostgresError.self) { try await database.read(["select 1"]) }
        guard case .unavailable(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("/nonexistent"))
    }

    @Test func `a request waits for a database without an answer only once`() async throws {
        var configuration = PostgresConfiguration(connectionString: "host=/nonexistent dbname=x")
        configuration.queueWait = .milliseconds(300)
        let database = Database(configuration: configuration, reactors: [Reactor()])
        let reasons = await RequestOutage.tracked {
            var reasons: [String] = []
            for _ in 0..<3 {
                do throws(PostgresError) { _ = try await database.read(["select 1"]) } catch {
                    reasons.append(String(describing: error))
                }
            }
            return reasons
        }
        #expect(reasons.count == 3)
        #expect(reasons.first?.contains("/nonexistent") == true)
        #expect(reasons.dropFirst().allSatisfy { $0.contains("earlier") })
        // Another request tries for itself.
        let error = await #expect(throws: PostgresError.self) { try await database.read(["select 1"]) }
        #expect(String(describing: error).contains("/nonexistent"))
    }

    @Test func `a statement that takes too long is cancelled by PostgreSQL`() async throws {
        var configuration = try TestDatabase.configuration("postgres")
        configuration.statementTimeout = .milliseconds(50)
        let database = Database(configuration: configuration, reactors: [Reactor()])
        let error = await #expect(throws: PostgresError.self) { try await database.read(["select pg_sleep(5)"]) }
        #expect(error?.sqlState == .queryCanceled)
        database.close()
    }

    @Test func `unprepared statements work as well, for poolers`() async throws {
        var configuration = try TestDatabase.configuration("postgres")
        configuration.preparesStatements = false
        let database = Database(configuration: configuration, reactors: [Reactor()])
        for number in 0..<3 as Range<Int64> {
            #expect(try await database.read(["select \(number)"])[0][0].bigint(0) == number)
        }
        #expect(try await database.read(["select count(*) from pg_prepared_statements"])[0][0].bigint(0) == 0)
        database.close()
    }

    @Test func `statements forgotten by the session are prepared again`() async throws {
        let database = try await TestDatabase.empty()
        let query: PostgresQuery = "select \(Int64(5)) + 1"
        #expect(try await database.read([query])[0][0].bigint(0) == 6)
        _ = try await database.read([PostgresQuery(unsafeSQL: "deallocate all")])
        #expect(try await database.read([query])[0][0].bigint(0) == 6)
        database.close()
    }

    @Test func `of several hosts the first that answers is taken`() async throws {
        // Nobody listens on port 1; libpq gives the next socket the number of the one that was refused.
        var url = try #require(URLComponents(string: try TestDatabase.connectionString("postgres")))
        var items = url.queryItems ?? []
        if let host = url.host, !host.isEmpty {
            items += [
                URLQueryItem(name: "host", value: host), URLQueryItem(name: "port", value: "\(url.port ?? 5432)"),
            ]
            (url.host, url.port) = ("", nil)
        }
        url.queryItems = items.map { item in
            let dead = ["host": "127.0.0.1", "port": "1"][item.name]
            return URLQueryItem(name: item.name, value: [dead, item.value].compactMap(\.self).joined(separator: ","))
        }
        var configuration = try TestDatabase.configuration("postgres")
        configuration.connectionString = try #require(url.string)
        let database = Database(configuration: configuration, reactors: [Reactor()])
        #expect(try await database.read(["select 1::bigint"])[0][0].bigint(0) == 1)
        database.close()
    }

    // MARK: Writes that go out together

    /// A database with a table of unique numbers and one connection for writes, so that these have to share it.
    private func narrow(sharesFlush: Bool = true) async throws -> Database {
        let name = try await TestDatabase.emptyName()
        let server = try await TestDatabase.shared().superuser
        _ = try await server.write([
            PostgresQuery(unsafeSQL: "alter database \(name) set synchronous_commit = on")
        ])
        var configuration = try TestDatabase.configuration(name)
        configuration.writeConnections = 1
        configuration.sharesFlush = sharesFlush
        let database = Database(configuration: configuration, reactors: [Reactor()])
        _ = try await database.write(["create table t (n bigint primary key, mode text)"])
        return database
    }

    /// Inserts numbers at once; gives those that were accepted.
    private func insert(_ numbers: [Int64], _ database: Database) async -> [Int64] {
        await withTaskGroup(of: Int64?.self, returning: [Int64].self) { group in
            for number in numbers {
                group.addTask {
                    let done = try? await database.write([
                        .begin, "insert into t values (\(number), current_setting('synchronous_commit'))", .commit,
                    ])
                    return done == nil ? nil : number
                }
            }
            return await group.reduce(into: []) { if let number = $1 { $0.append(number) } }
        }
    }

    @Test(arguments: [true, false])
    func `writes that go out together are each kept or refused by themselves`(sharesFlush: Bool) async throws {
        let database = try await narrow(sharesFlush: sharesFlush)
        // Each number twice: one of the two is refused, wherever it stands among the others.
        let accepted = await insert((0..<200).map { Int64($0 % 100) }.shuffled(), database)
        #expect(accepted.sorted() == Array(0..<100))
        let rows = try await database.read(["select count(*), count(distinct mode) from t"])[0][0]
        #expect(try rows.bigint(0) == 100)
        // With the switch on some of the commits left the flush to another's, with it off none did.
        #expect(try rows.bigint(1) == (sharesFlush ? 2 : 1))
        database.close()
    }

    @Test func `a commit is acknowledged only when the log up to it is flushed`() async throws {
        let database = try await narrow()
        let early = try await withThrowingTaskGroup(of: Bool.self, returning: Int.self) { group in
            for number in 0..<300 as Range<Int64> {
                group.addTask {
                    // Most change nothing, so that many a batch ends with a commit that flushes nothing.
                    let writes = number % 3 == 0
                    let statement: PostgresQuery =
                        writes ? "insert into t values (\(number), '')" : "update t set mode = '' where n < 0"
                    let place: PostgresQuery = "select pg_current_wal_insert_lsn()::text"
                    let lsn = try await database.write([.begin, statement, place, .commit])[2][0].text(0)
                    let flushed = try await database.read(["select pg_current_wal_flush_lsn() >= \(lsn)::pg_lsn"])
                    return try writes && !flushed[0][0].boolean(0)
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(early == 0)
        database.close()
    }

    @Test(.timeLimit(.minutes(10)))
    func `closing answers every write under way, keeps what it acknowledged, and does nothing of what it refused`()
        async throws
    {
        for round in 0..<10 {
            let name = try await TestDatabase.emptyName()
            var configuration = try TestDatabase.configuration(name)
            let witness = Database(configuration: configuration, reactors: [Reactor()])
            _ = try await witness.write(["create table t (n bigint primary key)"])
            configuration.writeConnections = 1
            let database = Database(configuration: configuration, reactors: [Reactor()])
            async let answers = answers(to: 0..<64, database)
            // Into the middle of them, wherever that is; in the last round before anything is sent.
            if round < 9 { try await Task.sleep(for: .milliseconds(Int.random(in: 0...4))) }
            database.close()
            let given = await answers
            #expect(Set(given.keys) == Set(0..<64))
            let rows = try await witness.read(["select n from t"])[0]
            let kept = Set(try rows.map { row throws(PostgresError) in try row.bigint(0) })
            for (number, answer) in given {
                switch answer {
                case .none: #expect(kept.contains(number) && number % 4 != 0)
                case .closed, .unavailable, .server: #expect(!kept.contains(number), "\(number): \(answer as Any)")
                // Whether it was done nobody knows.
                case .connectionLost: #expect(number % 4 != 0 || !kept.contains(number))
                case .rolledBack, .unexpectedResult: Issue.record("\(number): \(answer as Any)")
                }
            }
            witness.close()
        }
    }

    /// Inserts numbers at once, every fourth in a transaction that fails; gives the error of each, nil for done.
    private func answers(to numbers: Range<Int64>, _ database: Database) async -> [Int64: PostgresError?] {
        await withTaskGroup(of: (Int64, PostgresError?).self) { group in
            for number in numbers {
                group.addTask {
                    let second: PostgresQuery = number % 4 == 0 ? "select 1 / 0" : "select 1"
                    do throws(PostgresError) {
                        _ = try await database.write([.begin, "insert into t values (\(number))", second, .commit])
                        return (number, nil)
                    } catch { return (number, error) }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = .some($1.1) }
        }
    }

    @Test func `a long read does not hold up a short one`() async throws {
        let database = try await TestDatabase.empty()
        async let long = database.read(["select pg_sleep(2), clock_timestamp()"], mayTakeLong: true)
        let short = try await database.read(["select clock_timestamp()"])[0][0].timestamp(0)
        #expect(try await short < long[0][0].timestamp(1))
        database.close()
    }
}
