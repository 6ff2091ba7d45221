import Foundation

@testable import SAML
@testable import XMLSecurity

/// Our own metadata with any texts in it, and where they have to be found again.
func checkWriting(_ input: Input) {
    let texts = input.text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    guard texts.allSatisfy(isReadable) else { return }
    func text(_ place: Int) -> String { texts[place % texts.count] }
    var metadata = ServiceProviderMetadata(
        entityID: text(0), id: text(1), signingCertificates: [Keys.kept.service.certificate],
        encryptionCertificates: [Keys.kept.service.certificate], assertionConsumers: [text(2), text(3)],
        singleLogout: text(4))
    metadata.userInterface = ServiceProviderMetadata.UserInterface(
        displayName: text(5), description: text(6), informationURL: text(7), language: text(8))
    metadata.requestedAttributes = ServiceProviderMetadata.RequestedAttribute.allCases
    metadata.organization = ServiceProviderMetadata.Organization(
        name: text(9), displayName: text(10), url: text(11), language: text(12))
    metadata.contacts = [ServiceProviderMetadata.Contact(.support, givenName: text(13), mail: text(14))]
    guard let root = try? XMLReader.read(Array(metadata.text.utf8), limits: MetadataLimits.reading) else {
        fatalError("what was written cannot be read: \(metadata.text)")
    }
    check(root, text)
    // It takes a hundred times as long as all else.
    guard input.pick([true, false, false, false]) else { return }
    guard let signed = try? metadata.signed(with: Keys.kept.service.signing) else {
        return demand(allowed(text(1)).isEmpty, "it has an identifier and is not signed")
    }
    let key = Keys.kept.service.verification
    guard let tree = try? XMLReader.read(signed, limits: MetadataLimits.signed),
        let signature = try? XMLSignature(of: tree, after: nil, allowing: [.rsaSHA256]),
        let content = try? signature.verified(by: [key], limits: MetadataLimits.signed)
    else { fatalError("what was signed cannot be verified: \(metadata.text)") }
    check(content, text)
}

private func check(_ root: XMLElement, _ text: (Int) -> String) {
    let (role, organization, contact) = (root.elements[0], root.elements[1], root.elements[2])
    demand(root.elements.count == 3, "\(root.elements.count) elements")
    func found(_ element: XMLElement, _ name: String, _ attribute: String) -> [String] {
        element.elements.filter { $0.name.local == name }.map { $0.attribute(attribute) ?? "" }
    }
    let information = role.elements[0].elements[0].elements
    let pairs: [([String], [Int])] = [
        ([root.attribute("entityID") ?? "", root.attribute("ID") ?? ""], [0, 1]),
        (found(role, "AssertionConsumerService", "Location"), [2, 3]),
        (found(role, "SingleLogoutService", "Location"), [4, 4]),
        (information.map { $0.text ?? "?" }, [5, 6, 7]), (information.map { $0.attributes[0].value }, [8, 8, 8]),
        (organization.elements.map { $0.text ?? "?" }, [9, 10, 11]),
        (organization.elements.map { $0.attributes[0].value }, [12, 12, 12]),
    ]
    for (found, places) in pairs {
        demand(found.map { spelled($0) } == places.map { spelled(allowed(text($0))) }, "\(places): \(found)")
    }
    let mail = contact.elements[1].text ?? ""
    demand(spelled(mail) == spelled("mailto:" + allowed(text(14))), "mail: \(mail)")
}
