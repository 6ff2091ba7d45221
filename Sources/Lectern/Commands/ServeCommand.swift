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
        let secretKey = try SecretKey(file: configuration.secretKeyFile, creating: true)
        try await LecternApplication(services, secretKey: secretKey, metrics: metrics).run()
    }
}
