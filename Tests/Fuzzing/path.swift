import SCIM
import StrictJSON

/// Any text: a path that is read prints to a path that reads the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    if let path = try? AttributePath(parsing: text) {
        precondition(path.description == text)
        guard let again = try? AttributePath(parsing: path.description) else { fatalError("\(path)") }
        precondition(again == path)
        _ = ResourceSchema.user.attribute(for: path)
    }
    if let path = try? PatchPath(parsing: text), path.description.utf8.count <= 32_768 {
        guard let again = try? PatchPath(parsing: path.description) else { fatalError("\(path)") }
        precondition(again == path)
    }
    if let moment = SCIMDateTime(parsing: text) {
        guard let again = SCIMDateTime(parsing: moment.description) else { return 0 }
        precondition(again.microseconds <= moment.microseconds && moment.microseconds - again.microseconds < 1_000)
    }
    _ = Projection(attributes: text, excludedAttributes: nil).apply(to: ["userName": "u"], schema: .user)
    return 0
}
