import Testing

@testable import SAML

/// The result of a response, compared with the expected one.
struct ResponseTrial {
    /// The rules for the content, each of which is checked whatever the result of the others.
    static let content: [Rule] = [
        .issuer, .destination, .correlation, .issueInstant, .subject, .confirmation, .conditions,
        .audience,
        .authentication,
    ]

    let found: ResponseVerification

    init(_ found: ResponseVerification) { self.found = found }

    var failed: Set<Rule> { Set(found.checks.filter { $0.state == .failed }.map(\.rule)) }

    /// Every rule is named once and in order, those failed that had to, and nothing came of it.
    func expectRefusal(_ rules: Set<Rule>, _ comment: String, _ location: SourceLocation) {
        #expect(found.assertion == nil, "\(comment)", sourceLocation: location)
        #expect(found.checks.map(\.rule) == Rule.allCases, "\(comment)", sourceLocation: location)
        #expect(failed == rules, "\(comment): \(found.failure?.found ?? "")", sourceLocation: location)
        #expect(
            found.failure?.rule == Rule.allCases.first { rules.contains($0) }, sourceLocation: location)
        let isAboutContent = rules.isSubset(of: Self.content)
        for (place, check) in found.checks.enumerated() where check.state != .failed {
            let isBehind = found.checks[..<place].contains { $0.state == .failed }
            let isReached = isAboutContent || !isBehind
            let states: [Check.State] = isReached ? [.passed, .notNeeded] : [.notReached]
            #expect(states.contains(check.state), "\(comment): \(check.rule)", sourceLocation: location)
        }
    }

    /// Every rule was met or not needed.
    func expectAcceptance(_ comment: String, _ location: SourceLocation) throws -> VerifiedAssertion {
        #expect(found.checks.map(\.rule) == Rule.allCases, "\(comment)", sourceLocation: location)
        let others = found.checks.filter { $0.state != .passed && $0.state != .notNeeded }
        #expect(others.isEmpty, "\(comment): \(others)", sourceLocation: location)
        return try #require(found.assertion, "\(comment)", sourceLocation: location)
    }
}

extension ResponseBuilder {
    /// A response that differs in one thing is taken.
    @discardableResult static func accepts(
        _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout ResponseBuilder) -> Void = { _ in }
    ) throws -> VerifiedAssertion {
        var builder = ResponseBuilder()
        change(&builder)
        return try ResponseTrial(try builder.verify()).expectAcceptance(comment, sourceLocation)
    }

    /// A response that differs in one thing fails by exactly these rules.
    static func refuses(
        _ rules: Rule..., of comment: String = "", sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout ResponseBuilder) -> Void
    ) throws {
        var builder = ResponseBuilder()
        change(&builder)
        ResponseTrial(try builder.verify()).expectRefusal(Set(rules), comment, sourceLocation)
    }

    /// Likewise of a text as it is.
    static func refuses(
        _ rules: Rule..., text: String, of comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        ResponseTrial(try ResponseBuilder().verify(text)).expectRefusal(Set(rules), comment, sourceLocation)
    }
}
