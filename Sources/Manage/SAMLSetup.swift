import Domain
import StrictJSON

/// The steps that are missing before people can sign in with a connection, in their order, each with its page.
struct SAMLSetup {
    enum Step: String {
        case connection, describe, domain, domains, create, link, test

        /// Below the tenant's address.
        ///
        /// - Parameter page: of the connection.
        func path(_ page: String) -> String {
            switch self {
            case .connection: "manage/integration/plugins"
            case .describe: "\(page)/provider"
            case .domain: DomainController.path
            case .domains: "\(page)#allowed_domains"
            case .create: "\(page)#auto_create"
            case .link: "manage/account"
            case .test: "\(page)#test"
            }
        }
    }

    let connection: SAMLConnection
    let request: ConsoleRequest

    /// The steps after which a sign-in that a rule refused would be accepted.
    static func steps(after rule: String) -> [Step] {
        switch SAMLAdmission.Refusal(rawValue: rule) {
        case .foreignDomain: [.domain, .link, .test]
        case .privilegedUser: [.link, .test]
        case .unknownUser: [.create, .link, .test]
        case .domainNotAllowed, .domainsNeeded: [.domains, .test]
        case .noAddress, .suspendedUser, .deletedUser, .ambiguous, .unstableName, nil: []
        }
    }

    /// The steps that are missing at present.
    ///
    /// - Parameters:
    ///   - hasDomain: the tenant has proved a mail domain.
    ///   - isLinked: whoever looks need not link their account, or has done so.
    func missing(hasDomain: Bool, isLinked: Bool) -> [Step] {
        if connection.provider == nil { return [.describe] }
        var steps: [Step] = hasDomain ? [] : [.domain]
        if connection.needsDomains { steps.append(.domains) }
        if connection.testedAt == nil { steps += isLinked ? [.test] : [.link, .test] }
        return steps
    }

    func json(_ steps: [Step]) -> JSON {
        let page = "manage/integration/plugins/\(connection.id.plugin)"
        return .array(
            steps.map { step in
                [
                    "href": .string("\(request.base)/\(step.path(page))"),
                    "text": .string(request.words["samlStep.\(step.rawValue)", ["name": connection.name]]),
                ]
            })
    }
}
