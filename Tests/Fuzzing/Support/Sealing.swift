import CLibCrypto
import Crypto
import CryptoExtras
import Foundation

@testable import XMLSecurity

/// Encrypts as providers do.
struct Sealing {
    var algorithm = XMLEncryption.Algorithm.aes256GCM
    /// Nil for the older method of wrapping, whose mask is SHA-1.
    var mask: DigestAlgorithm?
    var digest = DigestAlgorithm.sha1
    /// The wrapped key stands beside the content instead of inside it.
    var isBeside = false
    /// Keys for others, in front of the one for us.
    var strangers = 0
    /// The declarations of namespaces that are put into the element with the content.
    var declarations = ""

    private static let namespace11 = "http://www.w3.org/2009/xmlenc11#"
    private static let functions: [DigestAlgorithm: String] = [
        .sha1: "mgf1sha1", .sha256: "mgf1sha256", .sha384: "mgf1sha384", .sha512: "mgf1sha512",
    ]

    /// A key that is always the same costs no operation but that of the one who decrypts.
    func sealed(_ plain: String) -> String {
        let secret = [UInt8](repeating: 9, count: algorithm.keySize.bitCount / 8)
        let keys =
            String(repeating: wrapped([UInt8](repeating: 1, count: 256)), count: strangers) + wrapped(wrap(secret))
        let content = try! content(Array(plain.utf8), SymmetricKey(data: secret))
        let information = isBeside ? "<ds:RetrievalMethod URI=\"#k\"/>" : keys
        return "<xenc:EncryptedData xmlns:xenc=\"\(XMLEncryption.namespace)\" xmlns:ds=\"\(XMLSignature.namespace)\""
            + " Type=\"\(XMLEncryption.namespace)Element\"\(declarations)>"
            + "<xenc:EncryptionMethod Algorithm=\"\(algorithm.rawValue)\"/><ds:KeyInfo>\(information)</ds:KeyInfo>"
            + "\(Self.value(content))</xenc:EncryptedData>\(isBeside ? keys : "")"
    }

    private func content(_ plain: [UInt8], _ key: SymmetricKey) throws -> [UInt8] {
        if algorithm.isCBC {
            let vector = AES._CBC.IV()
            return Array(vector) + (try AES._CBC.encrypt(plain, using: key, iv: vector))
        }
        return [UInt8](try AES.GCM.seal(plain, using: key).combined!)
    }

    private static func value(_ bytes: [UInt8]) -> String {
        let text = Data(bytes).base64EncodedString()
        return "<xenc:CipherData><xenc:CipherValue>\(text)</xenc:CipherValue></xenc:CipherData>"
    }

    // MARK: Keys

    private func wrapped(_ bytes: [UInt8]) -> String {
        let name = mask == nil ? XMLEncryption.namespace + "rsa-oaep-mgf1p" : Self.namespace11 + "rsa-oaep"
        let function = mask.map {
            "<xenc11:MGF xmlns:xenc11=\"\(Self.namespace11)\" Algorithm=\"\(Self.namespace11)\(Self.functions[$0]!)\"/>"
        }
        return
            "<xenc:EncryptedKey xmlns:xenc=\"\(XMLEncryption.namespace)\"><xenc:EncryptionMethod Algorithm=\"\(name)\">"
            + "<ds:DigestMethod xmlns:ds=\"\(XMLSignature.namespace)\" Algorithm=\"\(digest.rawValue)\"/>"
            + "\(function ?? "")</xenc:EncryptionMethod>\(Self.value(bytes))</xenc:EncryptedKey>"
    }

    /// By libcrypto, as it is unwrapped: the digest and the mask may differ.
    private func wrap(_ secret: [UInt8]) -> [UInt8] {
        let key = Keys.kept.service.key.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            return d2i_AutoPrivateKey(nil, &start, bytes.count)
        }
        let context = EVP_PKEY_CTX_new(key, nil)
        defer {
            EVP_PKEY_CTX_free(context)
            EVP_PKEY_free(key)
        }
        var (count, output) = (256, [UInt8](repeating: 0, count: 256))
        precondition(
            EVP_PKEY_encrypt_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_oaep_md(context, Self.function(digest)) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md(context, Self.function(mask ?? .sha1)) == 1
                && EVP_PKEY_encrypt(context, &output, &count, secret, secret.count) == 1)
        return output
    }

    private static func function(_ digest: DigestAlgorithm) -> OpaquePointer? {
        switch digest {
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}
