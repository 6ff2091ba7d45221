import ArgumentParser
import CoreMetrics
import Domain
import Edge
import Foundation
import Hummingbird
import Logging
import Postgres
import SCIMAdapter
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Run the server.")

    func run() async throws {
        let configuration = try LecternConfiguration(SettingSource())
        let level = configuration.logLevel
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, logLevel: level) }
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        let services = Services(configuration, reactors: configuration.reactors)
        try await DatabaseReadiness(database: services.database).checkRole()
        try await services.requireMigrated()
        let secretKey = try await services.adoptSecretKey()
        let welcome = try await Demonstration(services).prepare()
        let application = LecternApplication(services, secretKey: secretKey, metrics: metrics)
        try await application.run { welcome?.print() }
    }
}
