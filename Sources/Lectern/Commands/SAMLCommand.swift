import ArgumentParser
import Domain
import Edge
import Foundation
import Manage
import Persistence
import SAMLAdapter
import StrictJSON

struct SAMLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "saml", abstract: "Connections by which people sign in with their company.",
        subcommands: [Show.self, Import.self, Update.self, RotateKey.self])

    /// Which connection.
    struct Place: ParsableArguments {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The connection's name.") var plugin: String

        func find(_ services: Services) async throws -> (connection: SAMLConnection, scope: TenantScope) {
            let tenant = try await services.tenant(tenant)
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            let connections = try await services.saml.connections(in: scope)
            guard let found = connections.first(where: { $0.name == plugin }) else {
                throw CommandFailure("There is no connection “\(plugin)” of the kind saml.")
            }
            return (found, scope)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What the provider is given, and the settings.")
        @OptionGroup var place: Place
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            output.show(try await services.shown(place))
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take the provider's metadata from a file.")
        @OptionGroup var place: Place
        @Option(help: "The file; - for standard input.") var metadata: String
        @Option(help: "Which provider, when the file describes several.") var entityID: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let (connection, scope) = try await place.find(services)
            let now = services.environment.now()
            let document = try read()
            let found: [ProviderDescription]
            do throws(ProviderMetadataProblem) {
                found = try MetadataReader().providers(in: document, known: connection.provider, now: now)
            } catch {
                throw CommandFailure(try ConsoleWords().problem(withMetadata: error.key))
            }
            let wanted = entityID ?? (found.count == 1 ? nil : connection.provider?.issuer)
            guard let chosen = wanted.map({ id in found.first { $0.provider.issuer == id } }) ?? found.first,
                wanted != nil || found.count == 1
            else {
                let names = found.map(\.provider.issuer).joined(separator: "\n  ")
                throw CommandFailure("Say with --entity-id which provider is meant:\n  \(names)")
            }
            // A document that comes from a file has no address to be read from again.
            try await services.samlChanges.describe(connection, as: chosen, metadataURL: nil, now: now, in: scope)
            let words = try ConsoleWords()
            output.show(
                try await services.shown(place) + [
                    ("warnings", .array(chosen.warnings.map { .string(words.warning(aboutMetadata: $0)) })),
                    (
                        "unusable_certificates",
                        .array(
                            chosen.provider.unusableCertificates.map {
                                [
                                    "sha256": $0.sha256.map { .string($0) } ?? .null,
                                    "reason": .string(words.problem(withMetadata: $0.problem)),
                                ]
                            })
                    ),
                ])
        }

        private func read() throws(CommandFailure) -> [UInt8] {
            let handle = metadata == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: metadata)
            guard let handle, let data = try? handle.readToEnd() ?? Data() else {
                throw CommandFailure("The file “\(metadata)” does not exist or cannot be read.")
            }
            return [UInt8](data)
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change how people are let in.")
        @OptionGroup var place: Place
        @Flag(inversion: .prefixedNo, help: "Whoever signs in and is nobody yet becomes a user.") var autoCreate: Bool?
        @Option(help: "Whose people may sign in; give it for each domain, or empty for every proved one.")
        var allowedDomain: [String] = []
        @Flag(inversion: .prefixedNo, help: "Let the provider begin.") var idpInitiated: Bool?
        @Flag(inversion: .prefixedNo, help: "Take content that is encrypted with AES-CBC.") var cbc: Bool?
        @Option(help: "Take signatures with SHA-1 until this day (2027-01-31), or never.") var sha1Until: String?
        @Flag(help: "End the links and sessions of people outside the allowed domains, which are listed without this.")
        var endLinks = false
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let (before, scope) = try await place.find(services)
            var connection = before
            connection.settings.createsUsers = autoCreate ?? before.settings.createsUsers
            connection.settings.takesUnsolicited = idpInitiated ?? before.settings.takesUnsolicited
            connection.settings.takesCBC = cbc ?? before.settings.takesCBC
            if !allowedDomain.isEmpty {
                connection.settings.allowedDomains = try allowedDomain.filter { !$0.isEmpty }.map { name in
                    guard let domain = MailDomain(name) else {
                        throw CommandFailure("“\(name)” is no mail domain; write it like company.example.")
                    }
                    return domain.description
                }
            }
            if let sha1Until {
                connection.settings.takesSHA1Until = try day(sha1Until, now: services.environment.now())
            }
            let ended = try await services.samlChanges.linksEnded(by: connection, from: before, in: scope)
            if ended.count > 0, !endLinks {
                let names = ended.userNames.joined(separator: "\n  ")
                throw CommandFailure(
                    """
                    People outside the allowed domains who are linked by this connection: \(ended.count). Their links and \
                    sessions end with --end-links; nothing was changed.
                      \(names)
                    """)
            }
            try await services.samlChanges.update(connection, from: before, in: scope)
            output.show(try await services.shown(place))
        }

        private func day(_ text: String, now: Timestamp) throws -> Timestamp? {
            if text == "never" { return nil }
            let date = try? Date(text + "T23:59:59Z", strategy: .iso8601)
            let end = date.map { Timestamp(microseconds: Int64($0.timeIntervalSince1970) * 1_000_000) }
            guard let end, SAMLConnection.Settings.takesSHA1(until: end, now: now) else {
                throw CommandFailure(
                    "--sha1-until is a day within the next year, such as 2027-01-31, or never; not “\(text)”.")
            }
            return end
        }
    }

    struct RotateKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish a next key beside ours, or with --finish let it sign.",
            discussion: "Both decrypt meanwhile, and the previous one still does until --forget-previous.")
        @OptionGroup var place: Place
        @Flag(help: "The provider has the next certificate: sign with its key.") var finish = false
        @Flag(help: "Nothing is encrypted for the previous certificate any more: remove its key.")
        var forgetPrevious = false
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let (connection, scope) = try await place.find(services)
            if finish, forgetPrevious { throw CommandFailure("Say --finish or --forget-previous, not both.") }
            if forgetPrevious {
                guard try await services.samlChanges.forgetPreviousKey(of: connection.id, in: scope) else {
                    throw CommandFailure("There is no previous key.")
                }
            } else if finish {
                guard try await services.samlChanges.promoteNextKey(of: connection.id, in: scope) else {
                    throw CommandFailure("There is no next key yet; begin without --finish.")
                }
            } else {
                let sealer = try await services.adoptSecretKey().sealer(for: "saml keys")
                try await services.publishNextKey(of: connection.id, sealer: sealer)
            }
            output.show(try await services.shown(place))
        }
    }
}

extension Services {
    var samlChanges: SAMLConnectionChanges {
        SAMLConnectionChanges(
            connections: saml, identifiers: identifiers, origin: ChangeOrigin(actor: .operator, requestID: "cli"))
    }

    fileprivate func shown(_ place: SAMLCommand.Place) async throws -> [(String, JSON)] {
        let connection = try await place.find(self).connection
        let slug = try await tenant(place.tenant).slug
        let addresses = SAMLAddresses(connection.id, of: slug, at: configuration.address)
        return [
            ("connection_id", .string(connection.id.description)), ("entity_id", .string(addresses.entityID)),
            ("metadata_url", .string(addresses[.metadata])), ("acs_url", .string(addresses[.acs])),
            ("login_url", .string(addresses[.login])), ("slo_url", .string(addresses[.slo])),
            ("name", .string(connection.name)), ("needs_domains", .bool(connection.needsDomains)),
        ] + connection.fields
    }
}
