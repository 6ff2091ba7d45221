import Foundation
import Testing

@testable import SAML

/// Every time in a message, at the last second that is taken and at the first that is not.
struct TimeLimitTests {
    private typealias Response = ResponseBuilder

    /// A time that a response holds.
    struct Limit: Sendable, CustomTestStringConvertible {
        var name: String
        var rule: Rule
        /// Seconds from now.
        var accepted: [Double]
        var refused: [Double]
        var isRequired: Bool
        var set: @Sendable (inout ResponseBuilder, String?) -> Void

        var testDescription: String { name }
    }

    private static let (skew, age, lifetime) = (60.0, 7200.0, 86_400.0)

    static let limits: [Limit] = [
        Limit(
            name: "Response IssueInstant", rule: .issueInstant, accepted: [-age, skew], refused: [-age - 1, skew + 1],
            isRequired: true
        ) { $0.issued = $1 },
        Limit(
            name: "Assertion IssueInstant", rule: .issueInstant, accepted: [-age, skew], refused: [-age - 1, skew + 1],
            isRequired: true
        ) { $0.assertionIssued = $1 },
        Limit(
            name: "Conditions NotBefore", rule: .conditions, accepted: [-age, skew], refused: [skew + 1],
            isRequired: false
        ) { $0.conditions = ResponseBuilder.conditions(from: $1) },
        Limit(
            name: "Conditions NotOnOrAfter", rule: .conditions, accepted: [-skew + 1, lifetime + skew],
            refused: [-skew, lifetime + skew + 1], isRequired: false
        ) { $0.conditions = ResponseBuilder.conditions(from: nil, until: $1) },
        Limit(
            name: "SubjectConfirmationData NotBefore", rule: .confirmation, accepted: [-age, skew],
            refused: [skew + 1], isRequired: false
        ) { $0.confirmations = ResponseBuilder.confirmation(from: $1) },
        Limit(
            name: "SubjectConfirmationData NotOnOrAfter", rule: .confirmation,
            accepted: [-skew + 1, lifetime + skew], refused: [-skew, lifetime + skew + 1], isRequired: true
        ) { $0.confirmations = ResponseBuilder.confirmation(until: $1) },
        Limit(
            name: "AuthnInstant", rule: .authentication, accepted: [-lifetime, skew], refused: [skew + 1],
            isRequired: true
        ) { $0.statements = ResponseBuilder.authentication(at: $1) },
        Limit(
            name: "AuthnInstant of a fresh sign-in", rule: .authentication, accepted: [-100 - skew, skew],
            refused: [-101 - skew, skew + 1], isRequired: true
        ) { response, time in
            response.expectation.mustBeAuthenticatedAfter = [
                ResponseBuilder.request: ResponseBuilder.now.addingTimeInterval(-100)
            ]
            response.statements = ResponseBuilder.authentication(at: time)
        },
        Limit(
            name: "SessionNotOnOrAfter", rule: .authentication, accepted: [-skew + 1, lifetime * 30], refused: [-skew],
            isRequired: false
        ) { $0.statements = ResponseBuilder.authentication(until: $1) },
    ]

    @Test(arguments: limits)
    func `a time is taken to the second, and never where it cannot be read`(_ limit: Limit) throws {
        for seconds in limit.accepted {
            try Response.accepts("\(seconds)") { limit.set(&$0, Response.at(seconds)) }
        }
        for seconds in limit.refused {
            try refuses(limit, Response.at(seconds))
        }
        for text in ["", "never", "2026-11-22", "1795341600"] { try refuses(limit, text) }
        if limit.isRequired {
            try refuses(limit, nil)
        } else {
            try Response.accepts("none") { limit.set(&$0, nil) }
        }
    }

    private func refuses(_ limit: Limit, _ time: String?) throws {
        var response = Response()
        limit.set(&response, time)
        let found = try response.verify()
        #expect(found.assertion == nil && found.failure?.rule == limit.rule, "\(time ?? "none")")
        #expect(found.checks.filter { $0.state == .failed }.count == 1, "\(time ?? "none")")
    }

    @Test func `the condition, restriction and confirmation that are missing or another one's are refused`() throws {
        let wrong = "https://other.example/"
        let cases: [(String, Rule, @Sendable (inout ResponseBuilder) -> Void)] = [
            ("no conditions", .conditions, { $0.conditions = "" }),
            ("unknown condition", .conditions, { $0.conditions = Response.conditions("<saml:Condition/>") }),
            ("no audience", .audience, { $0.conditions = Response.conditions("") }),
            ("another audience", .audience, { $0.conditions = Response.conditions(Response.audience(wrong)) }),
            (
                "two restrictions", .audience,
                { $0.conditions = Response.conditions(Response.audience(Response.audience) + Response.audience(wrong)) }
            ),
            ("no recipient", .confirmation, { $0.confirmations = Response.confirmation(recipient: nil) }),
            ("another recipient", .confirmation, { $0.confirmations = Response.confirmation(recipient: wrong) }),
            ("another destination", .destination, { $0.destination = wrong }),
            ("another issuer", .issuer, { $0.assertionIssuer = Response.issuer(wrong) }),
            ("another response issuer", .issuer, { $0.responseIssuer = Response.issuer(wrong) }),
            ("no statement", .authentication, { $0.statements = "" }),
        ]
        for (name, rule, change) in cases {
            var response = Response()
            change(&response)
            let found = try response.verify()
            #expect(
                found.assertion == nil && found.failure?.rule == rule, "\(name): \(found.failure?.rule.rawValue ?? "")")
        }
    }

    @Test func `a request to log out ends to the second`() throws {
        for (seconds, isTaken) in [(-59.0, true), (-60, false), (300, true)] {
            var logout = LogoutBuilder()
            logout.until = " NotOnOrAfter=\"\(Response.at(seconds))\""
            #expect(((try? logout.posted()) != nil) == isTaken, "\(seconds)")
        }
        for (seconds, isTaken) in [(-7200.0, true), (-7201, false), (60, true), (61, false)] {
            var logout = LogoutBuilder()
            logout.issued = " IssueInstant=\"\(Response.at(seconds))\""
            #expect(((try? logout.posted()) != nil) == isTaken, "\(seconds)")
        }
    }

    @Test func `a request to log out is remembered for longer than it is taken`() throws {
        guard case .request(let request) = try LogoutBuilder().posted() else { throw CocoaError(.coderInvalidValue) }
        var logout = LogoutBuilder()
        logout.until = ""
        for (offset, isTaken) in [(0.0, false), (-61, true)] {
            logout.expectation.now = request.end(Tolerance()).addingTimeInterval(offset)
            #expect(((try? logout.posted()) != nil) == isTaken, "\(offset)")
        }
    }
}
