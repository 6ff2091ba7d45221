import Foundation
import LecternTesting
import Testing

@testable import Postgres

struct SessionSettingTests {
    /// The name of a database whose sessions are unlike what the server needs, unless they ask for something else.
    private func contraryDatabase() async throws -> String {
        let name = try await TestDatabase.emptyName()
        let server = try await TestDatabase.shared().superuser
        for setting in [
            "jit = on", "statement_timeout = 0", "lock_timeout = 0", "timezone = 'Asia/Tokyo'",
            "datestyle = 'German'", "default_transaction_isolation = 'serializable'",
            "plan_cache_mode = 'force_custom_plan'",
        ] {
            _ = try await server.write([PostgresQuery(unsafeSQL: "alter database \(name) set \(setting)")])
        }
        return name
    }

    @Test func `sessions have the settings that the server needs, whatever the defaults are`() async throws {
        let configuration = try TestDatabase.configuration(try await contraryDatabase())
        let database = Database(configuration: configuration, reactors: [Reactor()])
        for setting in configuration.sessionSettings {
            let rows = try await database.read(["select setting from pg_settings where name = \(setting.name)"])
            #expect(try rows[0][0].text(0) == setting.value, "\(setting.name)")
        }
        let names = Set(configuration.sessionSettings.map(\.name))
        #expect(names.isSuperset(of: ["jit", "statement_timeout", "lock_timeout", "TimeZone", "DateStyle"]))
        database.close()
    }

    @Test func `short statements are planned once, long ones for their parameters`() async throws {
        let database = Database(
            configuration: try TestDatabase.configuration(try await contraryDatabase()), reactors: [Reactor()])
        let mode: PostgresQuery = "select current_setting('plan_cache_mode')"
        #expect(try await database.read([mode])[0][0].text(0) == "force_generic_plan")
        #expect(try await database.write([.begin, mode, .commit])[1][0].text(0) == "force_generic_plan")
        #expect(try await database.read([mode], mayTakeLong: true)[0][0].text(0) == "force_custom_plan")
        database.close()
    }

    @Test func `options of the connection string stand beside those of the server`() async throws {
        var url = try #require(URLComponents(string: try TestDatabase.connectionString("postgres")))
        url.queryItems = (url.queryItems ?? []) + [URLQueryItem(name: "options", value: "-c work_mem=5MB")]
        var configuration = PostgresConfiguration(connectionString: try #require(url.string))
        configuration.queueWait = .seconds(60)
        configuration.role = "pg_monitor"
        let database = Database(configuration: configuration, reactors: [Reactor()])
        let row = try await database.read([
            "select current_setting('work_mem'), current_setting('jit'), current_user::text"
        ])[0][0]
        #expect(try row.text(0) == "5MB")
        #expect(try row.text(1) == "off")
        #expect(try row.text(2) == "pg_monitor")
        database.close()
    }
}
