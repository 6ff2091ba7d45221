import ArgumentParser
import Foundation
import Postgres
import StrictJSON

/// The program: its server and the tools of whoever runs it.
@main
struct LecternCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lectern",
        abstract: "A multi-tenant backend for workplace training.",
        version: Version.current,
        subcommands: [
            ServeCommand.self, MigrateCommand.self, DoctorCommand.self, ResumeCommand.self, KeyCommand.self,
            ConfigCommand.self,
            TenantCommand.self,
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
            leave(nil)
        } catch {
            let error = CommandFailure.readable(error)
            if let failure = error as? CommandFailure, CommandLine.arguments.contains("--json") {
                let json: JSON = ["error": .string(failure.description)]
                FileHandle.standardError.write(Data((json.text + "\n").utf8))
                leave(ExitCode.failure)
            }
            leave(error)
        }
    }

    /// The one way out. The threads that use the database end first, because exiting tears down OpenSSL under them.
    private static func leave(_ error: (any Error)?) -> Never {
        if Reactor.endAll(within: .seconds(2)) { exit(withError: error) }
        // One of them looks up a name and cannot be stopped: the process ends without tearing anything down.
        let message = error.map { fullMessage(for: $0) } ?? ""
        if !message.isEmpty { FileHandle.standardError.write(Data((message + "\n").utf8)) }
        fflush(nil)
        _exit(error.map { exitCode(for: $0).rawValue } ?? ExitCode.success.rawValue)
    }
}

enum Version {
    static let current = "0.1.0"
}
