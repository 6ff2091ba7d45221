import ArgumentParser
import Foundation
import StrictJSON

/// The program: its server and the tools of whoever runs it.
@main
struct LecternCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lectern",
        abstract: "A multi-tenant backend for workplace training.",
        version: Version.current,
        subcommands: [
            ServeCommand.self, MigrateCommand.self, DoctorCommand.self, ConfigCommand.self, TenantCommand.self,
            UserCommand.self, PluginCommand.self, SAMLCommand.self, ReviewCommand.self, RoleCommand.self,
            AttributeCommand.self, DomainCommand.self,
            LogCommand.self, TokenCommand.self, ClientCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let error = CommandFailure.readable(error)
            if let failure = error as? CommandFailure, CommandLine.arguments.contains("--json") {
                let json: JSON = ["error": .string(failure.description)]
                FileHandle.standardError.write(Data((json.text + "\n").utf8))
                exit(withError: ExitCode.failure)
            }
            exit(withError: error)
        }
    }
}

enum Version {
    static let current = "0.1.0"
}
