/// The input of the fuzzer: bytes, sometimes with a letter before them that says what to do with them. Input from
/// outside never begins with a small letter.
struct Input {
    let mode: Character?
    let bytes: [UInt8]

    init(_ start: UnsafePointer<UInt8>, _ count: Int, modes: String) {
        let all = UnsafeBufferPointer(start: start, count: count)
        let first = all.first.map { Character(Unicode.Scalar($0)) }
        mode = first.flatMap { modes.contains($0) ? $0 : nil }
        bytes = Array(mode == nil ? all[...] : all.dropFirst())
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// One of a list, always the same for the same input.
    func pick<Element>(_ list: [Element]) -> Element {
        list[Int(bytes.reduce(UInt32(7)) { $0 &* 31 &+ UInt32($1) } % UInt32(list.count))]
    }
}

/// The text of a value, byte by byte: Swift's strings are equal if they only look the same.
func spelled(_ value: some Any) -> [UInt8] { Array("\(value)".utf8) }

/// Demands a property that must hold for every input, and names the property that does not, as optimised preconditions
/// do not.
func demand(_ isTrue: Bool, _ words: @autoclosure () -> String, line: UInt = #line, file: StaticString = #file) {
    if !isTrue { fatalError(words(), file: file, line: line) }
}
