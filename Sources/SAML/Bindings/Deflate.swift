import CZlib

/// DEFLATE without a header (RFC 1951), as the Redirect binding has it.
enum Deflate {
    static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        precondition(lectern_deflate_begin(&stream) == Z_OK, "out of memory")
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let status = run(&stream, bytes, &output) { deflate(&$0, Z_FINISH) }
        precondition(status == Z_STREAM_END, "the bound is one")
        return Array(output.prefix(Int(stream.total_out)))
    }

    /// Nil when it is not in that form, is cut off, or has more bytes than the limit.
    static func expanded(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
        var stream = z_stream()
        guard lectern_inflate_begin(&stream) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: limit)
        guard run(&stream, bytes, &output, { inflate(&$0, Z_FINISH) }) == Z_STREAM_END, stream.avail_in == 0 else {
            return nil
        }
        return Array(output.prefix(Int(stream.total_out)))
    }

    private static func run(
        _ stream: inout z_stream, _ input: [UInt8], _ output: inout [UInt8],
        _ body: (inout z_stream) -> Int32
    ) -> Int32 {
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return body(&stream)
            }
        }
    }
}
