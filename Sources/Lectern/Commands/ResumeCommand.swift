import ArgumentParser
import Domain
import Persistence
import Postgres
import StrictJSON

/// Tells a restored or copied database that it is the one to act.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let the server act on a restored or copied database: send mail, ask providers, resume imports.",
        discussion: """
            A server that finds a database in another place, or in an older state, than it was served before answers \
            requests but does nothing by itself. Mail that waits there has probably been sent already.
            """)

    @Flag(help: "Send the mail that waits in the database.") var sendMail = false
    @Flag(help: "Give up the mail that waits in the database.") var discardMail = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if sendMail, discardMail { throw ValidationError("Say either --send-mail or --discard-mail.") }
    }

    func run() async throws {
        let services = try Services.forTools()
        let check = PlaceCheck(services)
        let reason: String?
        do throws(PostgresError) { reason = try await check.reasonToHold(adopting: false) } catch {
            throw CommandFailure(DatabaseReadiness(database: services.database).sentence(error))
        }
        var waiting = 0
        if reason != nil {
            let tenants = try await services.tenants.tenants()
            for tenant in tenants { waiting += try await services.mails.waiting(in: tenant.id) }
            if waiting > 0, !sendMail, !discardMail {
                throw CommandFailure(
                    "\(waiting) mails wait in the database. Say --send-mail to send them or --discard-mail to give them up."
                )
            }
            if discardMail { for tenant in tenants { try await services.mails.discardWaiting(in: tenant.id) } }
            do throws(PostgresError) { try await check.adopt() } catch {
                throw CommandFailure(DatabaseReadiness(database: services.database).sentence(error))
            }
        }
        output.show([
            ("was_held", .bool(reason != nil)), ("reason", reason.map { .string($0) } ?? .null),
            ("mails_discarded", .integer(Int64(discardMail ? waiting : 0))),
        ])
    }
}
