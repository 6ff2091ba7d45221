import CLibCrypto

/// A private key of one's own that keys of encrypted content are wrapped for (RSA-OAEP, XML Encryption 1.1 §5.5.2).
///
/// By libcrypto: the only library here that lets the digest and the mask of OAEP differ, as providers have it.
public struct DecryptionKey: Sendable {
    private let der: [UInt8]

    /// The key as it was given; one that cannot be read decrypts nothing.
    ///
    /// - Parameter der: an RSA key in PKCS #1 or PKCS #8.
    public init(der: [UInt8]) { self.der = der }

    /// Nil when it was not wrapped for this key, in this way.
    func unwrap(_ wrapped: [UInt8], digest: DigestAlgorithm, mask: DigestAlgorithm) -> [UInt8]? {
        guard let key = withKey(), let context = EVP_PKEY_CTX_new(key, nil) else { return nil }
        defer {
            EVP_PKEY_CTX_free(context)
            EVP_PKEY_free(key)
            // The error would otherwise stay in a queue of the thread.
            ERR_clear_error()
        }
        guard EVP_PKEY_decrypt_init(context) == 1,
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1,
            EVP_PKEY_CTX_set_rsa_oaep_md(context, digest.ofLibCrypto) == 1,
            EVP_PKEY_CTX_set_rsa_mgf1_md(context, mask.ofLibCrypto) == 1
        else { return nil }
        var count = Int(EVP_PKEY_get_size(key))
        var unwrapped = [UInt8](repeating: 0, count: count)
        guard EVP_PKEY_decrypt(context, &unwrapped, &count, wrapped, wrapped.count) == 1 else { return nil }
        return Array(unwrapped.prefix(count))
    }

    private func withKey() -> OpaquePointer? {
        der.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            return d2i_AutoPrivateKey(nil, &start, bytes.count)
        }
    }
}

extension DigestAlgorithm {
    fileprivate var ofLibCrypto: OpaquePointer? {
        switch self {
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}
