import Foundation

@testable import SAML
@testable import XMLSecurity

/// Responses to begin with, and what each of them means; nil for those that nobody may take.
enum ResponseSeeds {
    typealias Seed = (text: String, meaning: VerifiedAssertion?)

    static let all = taken + refused + wrapped

    private static let (ann, eve) = (Statement(), Statement(id: "_a9", name: "eve@x.example"))

    // MARK: Good ones

    private static let taken: [Seed] = signatures + encryptions + spellings + [started]

    private static let signatures: [Seed] = {
        let reply = Reply()
        return [
            reply.text(ann.signed()), reply.signed(ann.text), reply.signed(ann.signed()),
            reply.text(ann.signed(Signing(algorithm: .rsaSHA384, digest: .sha512, prefix: ""))),
            reply.text(ann.signed(Signing(algorithm: .ecdsaSHA256, pair: Keys.kept.curve))),
            reply.signed(ann.text, Signing(isInclusive: true, prefix: "saml")),
            reply.text(ann.signed(Signing(prefixes: "saml #default", information: certificate))),
        ].map { ($0, ann.meaning) }
    }()

    private static let certificate =
        "<ds:X509Data><ds:X509Certificate>\(Data(Keys.kept.stranger.certificate).base64EncodedString())"
        + "</ds:X509Certificate></ds:X509Data>"

    private static let encryptions: [Seed] = {
        let reply = Reply()
        let sealings =
            XMLEncryption.Algorithm.allCases.map { Sealing(algorithm: $0) } + [
                Sealing(mask: .sha256, digest: .sha256), Sealing(mask: .sha1, digest: .sha512),
                Sealing(digest: .sha384),
                Sealing(isBeside: true), Sealing(strangers: 1),
            ]
        let hidden = Statement(
            id: "_a3", subject: "<saml:EncryptedID>\(Sealing().sealed(name("ann@x.example")))</saml:EncryptedID>")
        return sealings.map { (reply.sealing(ann.signed(), $0), ann.meaning) } + [
            (Signing().signed(reply.sealing(ann.text), reply.id), ann.meaning),
            (Signing().signed(reply.sealing(ann.signed()), reply.id), ann.meaning),
            (reply.text(hidden.signed()), hidden.meaning),
        ]
    }()

    static func name(_ text: String) -> String {
        "<saml:NameID xmlns:saml=\"\(Namespace.assertion)\" Format=\"\(NameIDFormat.persistent.rawValue)\">\(text)"
            + "</saml:NameID>"
    }

    /// The same said otherwise, and what a careless reader takes for something else.
    private static let spellings: [Seed] = {
        let statements = [
            Statement(id: "_a4", name: "bob@x.example.evil", subject: name("bob@x.example<!---->.evil")),
            Statement(id: "_a5", name: "bob<x>&\"", subject: name("<![CDATA[bob<x>]]>&#38;&quot;")),
            Statement(id: "_a6", name: "A\u{30A}\u{212A}", values: ["\u{C5}K"]),
            Statement(prefix: ""), Statement(prefix: "ds:"), Statement(prefix: "samlp:"),
            Statement(declarations: " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:b=\"urn:b\" b:a=\"\""),
        ]
        return statements.map { (Reply().text($0.signed(Signing(prefix: "saml"))), $0.meaning) }
    }()

    private static let started: Seed = {
        let statement = Statement(id: "_a7", request: nil)
        return (Reply(request: nil).text(statement.signed()), statement.meaning)
    }()

    // MARK: Bad ones

    private static let refused: [Seed] = {
        let statements = [
            Statement(issuer: Provider.other), Statement(audience: Provider.other),
            Statement(recipient: Provider.other),
            Statement(request: "_r9"), Statement(request: nil), Statement(issued: -9000, end: -7000),
            Statement(issued: 90, end: 600),
        ]
        let stranger = Signing(pair: Keys.kept.stranger)
        let failure =
            "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"/>"
            + "<samlp:StatusMessage>no</samlp:StatusMessage>"
        let texts =
            statements.map { Reply().signed($0.signed()) } + [
                Reply().text(ann.text), Reply().sealing(ann.text), Reply().signed(ann.text, stranger),
                Reply().text(ann.signed(stranger)),
                Reply().text(ann.signed(Signing(algorithm: .rsaSHA1, digest: .sha1))),
                Reply(status: failure).signed(""), LogoutSeeds.request, LogoutSeeds.response,
            ]
        return texts.map { ($0, nil) }
    }()

    /// Signatures that hold, around or beside what they are not about (Somorovsky and others, 2012).
    private static let wrapped: [Seed] = {
        let (good, bad) = (ann.signed(), eve.text)
        let object = Signing(information: "<ds:Object>\(ann.text)</ds:Object>")
        let reply = Reply().signed(ann.text)
        let texts = [
            Reply().text(good + bad), Reply().text(bad + good),
            Reply().text(bad.replacing(Signing.mark("_a9"), with: good)),
            Reply(more: "<samlp:Extensions>\(good)</samlp:Extensions>").text(bad),
            Reply().text(Statement(id: "_a9", name: eve.name, more: "<saml:Advice>\(good)</saml:Advice>").text),
            Reply().text(eve.signed(Signing(pair: Keys.kept.stranger)) + good),
            Reply().text(good.replacing("ann@", with: "eve@")), Reply().sealing(bad) + good,
            Reply(id: "_p9", more: "<samlp:Extensions>\(reply)</samlp:Extensions>").text(bad),
            Reply(more: "<samlp:Extensions>\(reply)</samlp:Extensions>").text(bad),
            Reply().text(ann.signed(object)), Reply().sealing(bad).replacing("</samlp:Response>", with: good),
        ]
        return texts.map { ($0, nil) }
    }()
}
