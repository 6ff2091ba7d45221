import ArgumentParser
import Domain
import Edge
import Persistence
import StrictJSON

struct DomainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "Mail domains of a tenant, where single sign-on may create people.",
        discussion: "A domain is verified by a TXT record that only who keeps its DNS can set.",
        subcommands: [Add.self, List.self, Verify.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a domain and print the record to set.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Flag(help: "You know that it is the tenant's: no record is needed.") var verified = false
        @Argument(help: "What stands behind the @.") var domain: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let scope = TenantScope(tenant: try await services.tenant(tenant).id, admission: .operator)
            let name = try MailDomain.parsing(domain)
            do throws(DomainError) {
                let added = try await services.domainChanges.add(
                    name, challenge: DomainChallenge(random: services.environment.random()), isVouchedFor: verified,
                    now: services.environment.now(), in: scope)
                output.show(added.fields)
            } catch {
                if case .conflict = error { throw CommandFailure("The tenant has the domain “\(name)” already.") }
                throw error
            }
        }
    }

    struct List: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let domains = try await services.domains.domains(
                in: TenantScope(tenant: tenant.id, admission: .operator))
            output.list(domains.map(\.fields), empty: "The tenant has no mail domains.")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Look now whether the record is set.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The domain.") var domain: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let scope = TenantScope(tenant: try await services.tenant(tenant).id, admission: .operator)
            let found = try await services.domain(domain, in: scope)
            switch try await services.domainChanges.check(found, in: scope, by: services.txtRecords()) {
            case .verified: break
            case .missing: throw CommandFailure("There is no TXT record of \(found.recordName) yet.")
            case .different(let records):
                // As JSON, which leaves nothing in it that a terminal would obey.
                let text = JSON.string(String((records.first ?? "").prefix(100))).text
                throw CommandFailure(
                    "The TXT record of \(found.recordName) is \(text), not “\(found.challenge.text)”.")
            case .unanswered: throw CommandFailure("DNS did not answer for \(found.recordName).")
            }
            output.show(try await services.domain(domain, in: scope).fields)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let single sign-on create and recognise nobody there any more.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The domain.") var domain: String

        func run() async throws {
            let services = try Services.forTools()
            let scope = TenantScope(tenant: try await services.tenant(tenant).id, admission: .operator)
            try await services.domainChanges.remove(try await services.domain(domain, in: scope), in: scope)
        }
    }
}

extension Services {
    /// The operator's operations on mail domains.
    var domainChanges: DomainChanges {
        DomainChanges(
            domains: domains, identifiers: identifiers, origin: ChangeOrigin(actor: .operator, requestID: "cli"))
    }

    fileprivate func domain(_ text: String, in scope: TenantScope) async throws -> TenantDomain {
        let name = try MailDomain.parsing(text)
        guard let domain = try await domains.domains(in: scope).first(where: { $0.name == name }) else {
            throw CommandFailure("The tenant has no domain “\(name)”.")
        }
        return domain
    }
}

extension MailDomain {
    static func parsing(_ text: String) throws(CommandFailure) -> MailDomain {
        guard let name = MailDomain(text) else {
            throw CommandFailure("“\(text)” is no domain; one is like example.com, in other letters like xn--….")
        }
        return name
    }
}

extension TenantDomain {
    fileprivate var fields: [(String, JSON)] {
        [
            ("domain", .string(name.description)), ("state", .string(state.rawValue)),
            ("record_name", .string(recordName)), ("record_value", .string(challenge.text)),
            ("added_at", addedAt.json), ("verified_at", verifiedAt.json), ("checked_at", checkedAt.json),
        ]
    }
}
