import Foundation

@testable import SAML
@testable import XMLSecurity

/// The facts in a signed document, found without any rule about their place: nothing else may be read from it.
struct SignedFacts {
    private var found: [String: Set<[UInt8]>] = [:]

    init(_ document: XMLElement) { add(document) }

    private mutating func add(_ document: XMLElement) {
        document.forEach { element in
            let text = element.text ?? ""
            let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
            found[element.name.local, default: []].formUnion([Array(text.utf8), Array(trimmed.utf8)])
            for attribute in element.attributes {
                found["@" + attribute.name.local, default: []].insert(Array(attribute.value.utf8))
            }
            if let hidden = try? Provider.expectation.decrypted(element) { add(hidden) }
        }
    }

    private func holds(_ name: String, _ value: String?) -> Bool {
        value.map { found[name]?.contains(Array($0.utf8)) ?? false } ?? true
    }

    func hold(_ assertion: VerifiedAssertion) -> Bool {
        let attributes = assertion.attributes.allSatisfy { attribute in
            holds("@Name", attribute.name) && attribute.values.allSatisfy { holds("AttributeValue", $0) }
        }
        return attributes && holds("@ID", assertion.id) && holds("Issuer", assertion.issuer)
            && holds("NameID", assertion.subject.value) && holds("@InResponseTo", assertion.inResponseTo)
            && holds("@SessionIndex", assertion.sessionIndex) && holds("Audience", Provider.audience)
            && holds("@Recipient", Provider.recipient)
    }

    func hold(_ logout: VerifiedLogout) -> Bool {
        switch logout {
        case .request(let request):
            holds("@ID", request.id) && holds("Issuer", request.issuer) && holds("NameID", request.subject.value)
                && holds("@Destination", Provider.recipient)
                && request.sessionIndexes.allSatisfy { holds("SessionIndex", $0) }
        case .response(let response):
            holds("@ID", response.id) && holds("Issuer", response.issuer) && holds("@Destination", Provider.recipient)
                && holds("@InResponseTo", response.inResponseTo)
        }
    }
}
