import StrictJSON

/// Any bytes: read, written and read again, the value stays the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    guard let value = try? JSON.parse(bytes) else { return 0 }
    let written = value.utf8
    guard let again = try? JSON.parse(written, limits: JSONLimits(maxNumberLength: 400)) else {
        fatalError("what was written cannot be read")
    }
    precondition(again == value && again.utf8 == written)
    precondition(again.hashValue == value.hashValue)
    return 0
}
