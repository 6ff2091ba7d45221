import Foundation

@testable import SAML
@testable import XMLSecurity

/// Messages of ours with any text in them: what is written is read as the same.
func checkMessages(_ input: String) {
    guard isReadable(input) else { return }
    let text = allowed(input)
    let subject = NameID(value: input, format: input, nameQualifier: input, spNameQualifier: input)
    let request = LogoutRequest(
        id: input, issueInstant: Provider.now, issuer: input, destination: input, subject: subject,
        sessionIndexes: [input, input])
    let response = LogoutResponse(
        id: input, issueInstant: Provider.now, issuer: input, destination: input, inResponseTo: input, isSuccess: true)
    var expectation = Provider.expectation
    expectation.issuer = text
    expectation.recipient = text
    var wish = AuthnRequest(
        id: input, issueInstant: Provider.now, issuer: input, destination: input, assertionConsumerServiceURL: input)
    wish.nameIDFormat = input
    wish.authenticationContexts = [input, input]
    let asked = read(wish.xml)
    let contexts = asked.elements[2].elements.map { $0.text ?? "?" }
    let values = ["ID", "Destination", "AssertionConsumerServiceURL"].map { asked.attribute($0) ?? "?" }
    let found = contexts + values + [asked.elements[0].text ?? "?", asked.elements[1].attribute("Format") ?? "?"]
    demand(found.allSatisfy { spelled($0) == spelled(text) }, "not what was written: \(found)")
    let (asking, answering) = (read(request.xml), read(response.xml))
    // Messages are called something, and so are people.
    guard text.utf8.count <= NameID.maximumLength, !text.allSatisfy(\.isWhitespace) else { return }
    let again = try? LogoutRequest(asking, expectation)
    let expected = LogoutRequest(
        id: text, issueInstant: Provider.now, issuer: text, destination: text,
        subject: NameID(value: text, format: text, nameQualifier: text, spNameQualifier: text),
        sessionIndexes: [text, text])
    demand(again.map { spelled($0) } == spelled(expected), "not what was written: \(request.xml)")
    let answer = try? LogoutResponse(answering, expectation)
    demand(answer.map { spelled($0.inResponseTo) } == spelled(text), "not what was written: \(response.xml)")
}

private func read(_ text: String) -> XMLElement {
    guard let element = try? XMLReader.read(Array(text.utf8)) else { fatalError("cannot be read: \(text)") }
    return element
}

/// Without what cannot stand in a document.
func allowed(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter(\.isAllowedInXML)))
}

/// Whether a text has as few marks on each character as others take.
func isReadable(_ text: String) -> Bool {
    do throws(XMLError) {
        _ = try XMLReader.read(Array("<a>\(XMLText.text(text))</a>".utf8))
        return true
    } catch {
        demand(error.reason == .tooManyMarks, "cannot be read: \(text)")
        return false
    }
}
