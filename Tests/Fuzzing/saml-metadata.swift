import Foundation

@testable import SAML
@testable import XMLSecurity

private let trusted = [Keys.kept.provider.verification]

/// The documents that the provider signed.
private let meanings = Set(
    MetadataSeeds.signed.map { text -> [UInt8] in
        let document = try! MetadataDocument(Array(text.utf8), trusting: trusted, at: Provider.now)
        demand(document.isTrusted, text)
        return spelled(document.providers)
    })

/// Modes: `s`, a document that is signed before it is read; `c`, a file with certificates; `t`, texts for metadata of
/// ours, with a NUL between them.
let seeds: [[UInt8]] = {
    for text in MetadataSeeds.unsigned { demand(read(Array(text.utf8)) != nil, text) }
    demand((try? CertificateFile(ShortKey.certificate)) == nil, "a short key is taken")
    let documents = MetadataSeeds.unsigned + MetadataSeeds.signed + MetadataSeeds.others
    let files = [Keys.kept.provider, Keys.kept.curve].flatMap { pair in
        [pair.certificate, Array(pem(pair.certificate).utf8), Array(Data(pair.certificate).base64EncodedData())]
    }
    let both = pem(Keys.kept.provider.certificate) + "text\n" + pem(Keys.kept.curve.certificate)
    let texts = ["", "_a\0b\0c", "\"><x a='1'/>\0]]>&amp;\u{1}\u{FFFE}\r\n\tÄ 🙂<!--", "'\0 \0\n\0en"]
    return documents.map { Array($0.utf8) } + MetadataSeeds.unsigned.map { Array("s\($0)".utf8) }
        + (files + [Array(both.utf8), ShortKey.certificate]).map { [UInt8(ascii: "c")] + $0 }
        + texts.map { Array("t\($0)".utf8) }
}()

private func pem(_ certificate: [UInt8]) -> String {
    let text = Data(certificate).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    return "-----BEGIN CERTIFICATE-----\n\(text)\n-----END CERTIFICATE-----\n"
}

/// Metadata of either side, and certificates: what is taken meets the rules about its parts, what is trusted is what the
/// provider signed, and any text may stand in what we write.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Input(start, count, modes: "sct")
    switch input.mode {
    case "c": checkFile(input.bytes)
    case "t": checkWriting(input)
    case "s": checkSigned(input.bytes)
    default: checkDocument(input.bytes)
    }
    return 0
}

private func checkDocument(_ bytes: [UInt8]) {
    guard let document = read(bytes), document.isSigned else { return }
    demand(!document.isTrusted || meanings.contains(spelled(document.providers)), "not signed: \(document.providers)")
    let again = try? MetadataDocument(bytes, at: Provider.now)
    demand(again?.isTrusted == false, "taken only by trust")
}

private func read(_ bytes: [UInt8]) -> MetadataDocument? {
    guard let document = try? MetadataDocument(bytes, trusting: trusted, at: Provider.now) else { return nil }
    demand((document.isSigned || !document.isTrusted) && !document.providers.isEmpty, "\(document)")
    for provider in document.providers { check(provider, in: document) }
    return document
}

private func check(_ provider: IdentityProviderMetadata, in document: MetadataDocument) {
    demand(document[provider.entityID] == provider, "another of the name: \(provider)")
    let places = provider.singleSignOn + provider.singleLogout
    for place in places.flatMap({ [$0.location] + ($0.responseLocation.map { [$0] } ?? []) }) {
        // To others it is an address of the same kind.
        let components = URLComponents(string: place)
        demand(components?.host?.isEmpty == false && components?.user == nil, "no address: \(place)")
    }
    let isShort =
        (1...MetadataLimits.entityID).contains(provider.entityID.unicodeScalars.count)
        && (1...MetadataLimits.values).contains(provider.signingCertificates.count)
        && (1...MetadataLimits.values).contains(provider.singleSignOn.count)
        && provider.singleLogout.count <= MetadataLimits.values
        && (provider.displayName?.unicodeScalars.count ?? 0) <= MetadataLimits.displayName
        && (0...MetadataLimits.cacheDuration).contains(provider.cacheDuration ?? 0)
    demand(isShort, "beyond a limit: \(provider)")
    demand(provider.validUntil.map { $0 > Provider.now } ?? true, "expired: \(provider)")
    demand(provider.signingCertificates.allSatisfy(isKey), "no key: \(provider)")
}

private func isKey(_ certificate: [UInt8]) -> Bool { (try? VerificationKey(certificate: certificate)) != nil }

/// Signed, a document says what it said before.
private func checkSigned(_ bytes: [UInt8]) {
    // Two elements may be called the same in a document that is not signed, and in others signatures stand elsewhere.
    guard let tree = try? XMLReader.read(bytes), !XMLSignature.isPresent(in: tree),
        (try? XMLSignature.checkIdentifiers(in: tree)) != nil, tree.elements.first?.name.local != "Issuer",
        let signed = try? XMLSignature.signing(tree, with: Keys.kept.provider.signing)
    else { return }
    // A private key may stand in a comment, or be spelled so that it is none.
    if CertificateFile.holdsPrivateKey(bytes) || CertificateFile.holdsPrivateKey(signed) { return }
    let (before, after) = (read(bytes), read(signed))
    demand(before?.providers == after?.providers && before?.refusals == after?.refusals, "another meaning when signed")
    demand(after?.isTrusted ?? true, "signed and not trusted")
}

private func checkFile(_ bytes: [UInt8]) {
    guard let file = try? CertificateFile(bytes) else { return }
    demand((1...MetadataLimits.values).contains(file.certificates.count), "\(file.certificates.count) certificates")
    for certificate in file.certificates {
        demand(isKey(certificate), "no key: \(certificate)")
        // A name in one may look like a file.
        if certificate.firstRange(of: Array("-----".utf8)) != nil { continue }
        let again = try? CertificateFile(certificate)
        demand(again?.certificates == [certificate], "none as DER: \(certificate)")
    }
    // It grows on the way.
    let text = file.certificates.map(pem).joined()
    if text.utf8.count > MetadataLimits.certificateFile { return }
    demand((try? CertificateFile(Array(text.utf8))) == file, "others as PEM: \(text)")
}
