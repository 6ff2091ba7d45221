import XMLSecurity

/// Any bytes: a document that is read has a canonical form that is read as the same, and stays as it is.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let document = try? XMLReader.read(bytes) else { return 0 }
    for method in [CanonicalForm.Method.inclusive, .exclusive(prefixes: []), .exclusive(prefixes: ["", "a"])] {
        let form = CanonicalForm.bytes(of: document, method)
        // It may be longer than what it came from.
        var limits = XMLLimits()
        limits.bytes = 1 << 24
        guard let again = try? XMLReader.read(form, limits: limits) else { fatalError("no document") }
        precondition(CanonicalForm.bytes(of: again, method) == form)
        precondition(again.name == document.name && again.attributes.count == document.attributes.count)
    }
    return 0
}
