import Crypto
import CryptoExtras
import Foundation

@testable import XMLSecurity

/// Signs as providers do: in more ways than our own messages are signed.
struct Signing {
    var algorithm = SignatureAlgorithm.rsaSHA256
    var digest = DigestAlgorithm.sha256
    /// Of `InclusiveNamespaces`; nil for none.
    var prefixes: String?
    /// Of the signed information.
    var isInclusive = false
    var prefix = "ds"
    /// The content of `KeyInfo`; nil for no such element.
    var information: String?
    var pair = Keys.kept.provider

    /// The place for the signature of the element with an identifier: a comment, so that it may as well stay.
    static func mark(_ id: String) -> String { "<!--\(id)-->" }

    /// The document with the signature of one of its elements in place of the mark.
    func signed(_ document: String, _ id: String) -> String {
        let list = prefixes?.split(separator: " ").map { $0 == "#default" ? "" : String($0) } ?? []
        let content = CanonicalForm.bytes(of: Self.element(id, of: document), .exclusive(prefixes: Set(list)))
        let marked = document.replacing(Self.mark(id), with: text(digest.hash(content), id))
        let signature = Self.element(id, of: marked).elements.first { $0.is("Signature", in: XMLSignature.namespace) }
        let info = CanonicalForm.bytes(of: signature!.elements[0], isInclusive ? .inclusive : .exclusive(prefixes: []))
        return marked.replacing(">?<", with: ">\(Data(try! value(of: info)).base64EncodedString())<")
    }

    private static func element(_ id: String, of document: String) -> XMLElement {
        var found: XMLElement?
        try! XMLReader.read(Array(document.utf8)).forEach { if found == nil, $0.attribute("ID") == id { found = $0 } }
        return found!
    }

    private func value(of info: [UInt8]) throws -> [UInt8] {
        let digest = algorithm.digest.digest(of: info)
        guard let padding = algorithm.padding else {
            return [UInt8](
                try P256.Signing.PrivateKey(derRepresentation: pair.key).signature(for: digest).rawRepresentation)
        }
        let key = try _RSA.Signing.PrivateKey(derRepresentation: pair.key)
        return [UInt8](try key.signature(for: digest, padding: padding).rawRepresentation)
    }

    private func text(_ digest: [UInt8], _ id: String) -> String {
        let p = prefix.isEmpty ? "" : prefix + ":"
        let declaration = prefix.isEmpty ? "xmlns" : "xmlns:" + prefix
        let form = isInclusive ? "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" : XMLSignature.exclusive
        let list = prefixes.map {
            "<ec:InclusiveNamespaces xmlns:ec=\"\(XMLSignature.exclusive)\" PrefixList=\"\($0)\"/>"
        }
        return "<\(p)Signature \(declaration)=\"\(XMLSignature.namespace)\"><\(p)SignedInfo>"
            + "<\(p)CanonicalizationMethod Algorithm=\"\(form)\"/>"
            + "<\(p)SignatureMethod Algorithm=\"\(algorithm.rawValue)\"/><\(p)Reference URI=\"#\(id)\"><\(p)Transforms>"
            + "<\(p)Transform Algorithm=\"\(XMLSignature.enveloped)\"/>"
            + "<\(p)Transform Algorithm=\"\(XMLSignature.exclusive)\">\(list ?? "")</\(p)Transform></\(p)Transforms>"
            + "<\(p)DigestMethod Algorithm=\"\(self.digest.rawValue)\"/>"
            + "<\(p)DigestValue>\(Data(digest).base64EncodedString())</\(p)DigestValue></\(p)Reference>"
            + "</\(p)SignedInfo><\(p)SignatureValue>?</\(p)SignatureValue>"
            + (information.map { "<\(p)KeyInfo>\($0)</\(p)KeyInfo>" } ?? "") + "</\(p)Signature>"
    }
}
