import CQRencode

/// A text as a picture that telephones read (ISO/IEC 18004), by libqrencode.
package struct QRCode: Sendable {
    /// In modules, with the quiet zone around the symbol.
    package let width: Int
    /// The dark modules, as the path data of SVG: one unit for a module.
    package let path: String

    /// The free modules on every side that the standard asks for.
    private static let quietZone = 4

    /// Nil for a text that no symbol can hold.
    package init?(_ text: String) {
        guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
        defer { QRcode_free(code) }
        let size = Int(code.pointee.width)
        var path = ""
        for row in 0..<size {
            for column in 0..<size where code.pointee.data[row * size + column] & 1 == 1 {
                path += "M\(column + Self.quietZone) \(row + Self.quietZone)h1v1h-1z"
            }
        }
        self.path = path
        width = size + 2 * Self.quietZone
    }
}
