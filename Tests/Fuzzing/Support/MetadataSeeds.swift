import Foundation

@testable import SAML
@testable import XMLSecurity

/// The metadata of providers, with a mark at the place of the signature.
enum MetadataSeeds {
    static let entity = text(keys: key(Keys.kept.provider))

    /// The documents that are accepted, by their signer.
    static let unsigned = [
        entity,
        text(
            keys: key(Keys.kept.provider, "signing") + key(Keys.kept.curve, "signing")
                + key(Keys.kept.service, "encryption")),
        group(entity + text("https://two.example", "_m2", keys: key(Keys.kept.curve))),
        group(group(entity, "_g2") + "<md:EntityDescriptor entityID=\"a\"/>"),
        text(
            keys: key(Keys.kept.provider),
            attributes: " validUntil=\"\(Provider.time(86_400))\" cacheDuration=\"P1DT2H\""),
        "<?xml version=\"1.0\" encoding='utf-8' standalone=\"no\" ?>\n"
            + text(keys: key(Keys.kept.provider), extensions: name),
    ]

    static let signed = [Signing().signed(entity, "_m1"), Signing().signed(group(entity), "_g1")]

    static let others = [
        Signing(pair: Keys.kept.stranger).signed(entity, "_m1"), Signing(algorithm: .rsaSHA1).signed(entity, "_m1"),
        text(keys: ""), text("https://login.example/{tenant}", keys: key(Keys.kept.provider)),
        entity.replacing("IDPSSO", with: "SPSSO"),
        "<!DOCTYPE html><html/>",
    ]

    private static func text(
        _ entityID: String = Provider.issuer, _ id: String = "_m1", keys: String, attributes: String = "",
        extensions: String = ""
    ) -> String {
        "<md:EntityDescriptor xmlns:md=\"\(Namespace.metadata)\" xmlns:ds=\"\(Namespace.signature)\" ID=\"\(id)\""
            + " entityID=\"\(entityID)\"\(attributes)>\(Signing.mark(id))"
            + "<md:IDPSSODescriptor protocolSupportEnumeration=\"\(Namespace.protocol)\">\(extensions)\(keys)"
            + services("SingleLogoutService") + "<md:NameIDFormat>\(NameIDFormat.persistent.rawValue)</md:NameIDFormat>"
            + services("SingleSignOnService") + "</md:IDPSSODescriptor></md:EntityDescriptor>"
    }

    private static func group(_ content: String, _ id: String = "_g1") -> String {
        "<md:EntitiesDescriptor xmlns:md=\"\(Namespace.metadata)\" ID=\"\(id)\" cacheDuration=\"PT6H\">"
            + "\(Signing.mark(id))\(content)</md:EntitiesDescriptor>"
    }

    private static func key(_ pair: Keys.Pair, _ use: String? = nil) -> String {
        "<md:KeyDescriptor\(use.map { " use=\"\($0)\"" } ?? "")><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
            + Data(pair.certificate).base64EncodedString()
            + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    }

    private static func services(_ name: String) -> String {
        Binding.allCases.map {
            "<md:\(name) Binding=\"\($0.rawValue)\" Location=\"https://idp.example:443/a?b=c\" ResponseLocation=\"http://[::1]/\"/>"
        }.joined()
    }

    private static let name =
        "<md:Extensions><mdui:UIInfo xmlns:mdui=\"\(Namespace.userInterface)\"><mdui:DisplayName xml:lang=\"de\">Ü"
        + "</mdui:DisplayName><mdui:DisplayName xml:lang=\"en\">U</mdui:DisplayName></mdui:UIInfo></md:Extensions>"
}
