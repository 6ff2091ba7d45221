import CLibPQ

/// The parameters of one statement in the form that libpq takes; its memory serves one statement after another.
struct ParameterBuffer {
    private var bytes: [UInt8] = []
    private var types: [Oid] = []
    private var formats: [Int32] = []
    private var lengths: [Int32] = []
    private var values: [UnsafePointer<CChar>?] = []

    /// Count, types, values, lengths and formats, as `PQsendQueryParams` takes them; valid during the call.
    typealias Body<Result> = (
        Int32, UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> Result

    mutating func withParameters<Result>(_ binds: [PostgresBind], _ body: Body<Result>) -> Result {
        if binds.isEmpty { return body(0, nil, nil, nil, nil) }
        bytes.removeAll(keepingCapacity: true)
        types.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        for bind in binds {
            let start = bytes.count
            bind.append(to: &bytes)
            lengths.append(Int32(bytes.count - start))
            types.append(bind.type.rawValue)
            formats.append(bind.format)
        }
        bytes.append(0)  // so that an empty value has an address too
        return bytes.withUnsafeBytes { buffer in
            var next = buffer.baseAddress!.assumingMemoryBound(to: CChar.self)
            for (bind, length) in zip(binds, lengths) {
                if case .null = bind { values.append(nil) } else { values.append(next) }
                next += Int(length)
            }
            return body(Int32(binds.count), types, values, lengths, formats)
        }
    }
}
