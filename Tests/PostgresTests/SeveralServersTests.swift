import Foundation
import LecternTesting
import Testing

@testable import Postgres

/// A connection string that names several servers, of which some give no answer.
struct SeveralServersTests {
    /// The test server, as a connection string names it.
    private func testServer() throws -> (host: String, port: String) {
        let values = try ConnectionString(try TestDatabase.serverURL).values
        return (try #require(values["host"]), values["port"] ?? "5432")
    }

    private func proxy() throws -> FreezableProxy {
        let (host, port) = try testServer()
        return try FreezableProxy(to: host.hasPrefix("/") ? "\(host)/.s.PGSQL.\(port)" : port)
    }

    private func configuration(_ servers: [(host: String, port: String)]) throws -> PostgresConfiguration {
        var values = try ConnectionString(try TestDatabase.serverURL).values
        values["host"] = servers.map(\.host).joined(separator: ",")
        values["port"] = servers.map(\.port).joined(separator: ",")
        var configuration = PostgresConfiguration(
            connectionString: values.map { "\($0.key)='\($0.value)'" }.joined(separator: " "))
        // An attempt may take longer than a transaction waits: whoever waits for a silent server is refused.
        configuration.connectTimeout = .seconds(300)
        configuration.queueWait = .seconds(60)
        configuration.exchangeTimeout = .seconds(60)
        return configuration
    }

    @Test(arguments: 0..<3)
    func `a server that gives no answer keeps nobody from the others, wherever it is listed`(
        place: Int
    ) async throws {
        let silent = try FreezableProxy(to: nil)
        defer { silent.close() }
        // Nobody listens on port 1.
        var servers = [("127.0.0.1", "1"), try testServer() as (String, String)]
        servers.insert(("127.0.0.1", "\(silent.port)"), at: place)
        let database = Database(configuration: try configuration(servers), reactors: [Reactor()])
        #expect(try await database.read(["select 1::bigint"])[0][0].bigint(0) == 1)
        _ = try await database.write([.begin, "select 1", .commit])
        database.close()
    }

    @Test func `when the server that was used falls silent, the next one takes over`() async throws {
        let frozen = try proxy()
        defer { frozen.close() }
        var configuration = try configuration([("127.0.0.1", "\(frozen.port)"), try testServer()])
        configuration.connectTimeout = .seconds(2)
        configuration.exchangeTimeout = .seconds(8)
        configuration.readConnections = 3
        let database = Database(configuration: configuration, reactors: [Reactor()])
        let peer: PostgresQuery = "select 1::bigint"
        #expect(try await database.read([peer])[0][0].bigint(0) == 1)
        frozen.freeze()
        // One transaction finds out; those that come later do not have to.
        _ = try? await database.read([peer])
        for _ in 0..<20 { #expect(try await database.read([peer])[0][0].bigint(0) == 1) }
        database.close()
    }

    @Test func `a server that is heard on another connection is not given up`() async throws {
        let server = Servers.Server(ServerAddress(host: "a"))
        let start = MonotonicTime(nanoseconds: 10_000_000_000)
        server.hasAnswered(at: start)
        #expect(!server.hasNotAnswered(for: .seconds(2), at: start + .seconds(1)))
        #expect(server.foundSilent < start)
        #expect(server.hasNotAnswered(for: .seconds(2), at: start + .seconds(3)))
        #expect(server.foundSilent == start + .seconds(3))
    }

    @Test func `the server that was reached is tried first and a silent one last`() throws {
        let servers = Servers(["a", "b", "c"].map { ServerAddress(host: $0) })
        let names = { servers.order.compactMap(\.address.host) }
        let (a, c) = (servers.order[0], servers.order[2])
        #expect(names() == ["a", "b", "c"])
        servers.reached(c)
        #expect(names() == ["c", "a", "b"])
        servers.failed(a, silently: true)
        #expect(names() == ["c", "b", "a"])
        servers.failed(c, silently: true)
        #expect(names() == ["b", "a", "c"])
        servers.reached(a)
        #expect(names() == ["a", "b", "c"])
    }

    @Test func `the login is refused when the last answer of every server says so`() throws {
        let servers = Servers(["a", "b"].map { ServerAddress(host: $0) })
        let (a, b) = (servers.order[0], servers.order[1])
        let refusal = LoginRefusal(
            libpqMessage: "connection to server at \"a\", port 5432 failed: FATAL:  3D000: no such database",
            lacksPassword: false)
        #expect(refusal?.cause == .database && refusal?.message == "no such database")
        #expect(servers.loginRefusal == nil)
        servers.failed(a, silently: false, refusal: refusal)
        #expect(servers.loginRefusal == nil)
        servers.failed(b, silently: false, refusal: refusal)
        #expect(servers.loginRefusal == refusal)
        // One of them is starting up or away by now, and may let the login in afterwards.
        servers.failed(b, silently: false)
        #expect(servers.loginRefusal == nil)
        servers.failed(b, silently: false, refusal: refusal)
        servers.reached(a)
        #expect(servers.loginRefusal == nil)
    }

    @Test func `a refused login is told from a server that cannot be reached or is starting`() {
        let server = "connection to server at \"127.0.0.1\", port 5432 failed: "
        let cause = { (text: String, lacksPassword: Bool) in
            LoginRefusal(libpqMessage: text, lacksPassword: lacksPassword)?.cause
        }
        let location = "\nLOCATION:  auth_failed, auth.c:334\n"
        for (state, expected) in [
            ("28P01", .password), ("28000", .user), ("3D000", .database), ("42501", .privilege), ("22023", .session),
            ("57P03", nil), ("53300", nil), ("57P01", nil),
        ] as [(String, LoginRefusal.Cause?)] {
            #expect(cause("\(server)FATAL:  \(state): because\(location)", false) == expected, "\(state)")
            // In another language of the server, and over a socket.
            let socket = "connection to server on socket \"/run/.s.PGSQL.5432\" failed: "
            #expect(cause("\(socket)ВАЖНО:  \(state): потому\(location)", false) == expected, "\(state)")
        }
        #expect(cause("\(server)fe_sendauth: no password supplied\n", true) == .noPassword)
        #expect(cause("\(server)Connection refused\n\tIs the server running on that host?\n", false) == nil)
        // The last address counts.
        let refused = "\(server)FATAL:  28000: no entry in pg_hba.conf\(location)"
        #expect(cause("\(server)Connection refused\n\(refused)", false) == .user)
        #expect(cause("\(refused)\(server)Connection refused\n", false) == nil)
        #expect(cause("", false) == nil && cause("out of memory\n", false) == nil)
    }

    @Test func `a list is taken apart as libpq does`() throws {
        let list = try ConnectionString("host=a,b port=1,2 hostaddr=10.0.0.1,10.0.0.2").addresses
        #expect(
            list == [
                ServerAddress(host: "a", hostaddr: "10.0.0.1", port: "1"),
                ServerAddress(host: "b", hostaddr: "10.0.0.2", port: "2"),
            ])
        let shared = try ConnectionString("postgresql://a,b:5433,c/x").addresses.map(\.port)
        #expect(shared == ["", "5433", ""])
        #expect(try ConnectionString("host=a,b,c port=5433").addresses.map(\.port) == ["5433", "5433", "5433"])
        // These do not fit together, which libpq says itself.
        #expect(try ConnectionString("host=a,b,c port=1,2").addresses.count == 1)
        #expect(try ConnectionString("dbname=x").addresses == [ServerAddress()])
    }

    @Test func `a second choice of session is asked for when no server has the first`() throws {
        let servers = [Servers.Server(ServerAddress(host: "a")), Servers.Server(ServerAddress(host: "b"))]
        #expect(try ConnectionString("host=a").sessionKinds == ["read-write"])
        #expect(try ConnectionString("host=a target_session_attrs=standby").sessionKinds == ["standby"])
        let kinds = try ConnectionString("host=a target_session_attrs=prefer-standby").sessionKinds
        #expect(kinds == ["standby", "any"])
        let now = MonotonicTime(nanoseconds: 0)
        let race = ConnectionRace(servers: servers, sessionKinds: kinds, now: now)
        let attempt = { (server: Servers.Server) in
            PipelineConnection(
                parameters: [("host", "/nonexistent")], to: server, preparesStatements: true, timeout: .seconds(1),
                now: now)
        }
        var begun: [String] = []
        while let start = race.nextAttempt(now: now) {
            begun.append("\(start.server.address.host ?? "") \(start.sessionKind)")
            let made = attempt(start.server)
            race.began(made)
            #expect(!race.isLost)
            race.failed(made, because: "refused", now: now)
        }
        #expect(begun == ["a standby", "b standby", "a any", "b any"])
        #expect(race.isLost)
    }

    @Test func `an attempt begins when the one before has failed or had its time`() {
        let servers = ["a", "b", "c"].map { Servers.Server(ServerAddress(host: $0)) }
        let start = MonotonicTime(nanoseconds: 1_000_000_000)
        let race = ConnectionRace(servers: servers, sessionKinds: ["any"], now: start)
        let begin = { (now: MonotonicTime) -> PipelineConnection? in
            guard let next = race.nextAttempt(now: now) else { return nil }
            let made = PipelineConnection(
                parameters: [("host", "/nonexistent")], to: next.server, preparesStatements: true,
                timeout: .seconds(2), now: now)
            race.began(made)
            return made
        }
        let first = begin(start)
        #expect(first?.server === servers[0])
        #expect(begin(start) == nil)
        #expect(race.nextDeadline == start + ConnectionRace.stagger)
        let second = begin(start + ConnectionRace.stagger)
        #expect(second?.server === servers[1])
        race.failed(second!, because: "refused", now: start + ConnectionRace.stagger)
        #expect(begin(start + ConnectionRace.stagger)?.server === servers[2])
        #expect(!race.isLost)
    }
}
