import StrictJSON

extension Filter {
    /// Reads a filter (RFC 7644 figure 1). Attribute names and operators match in any case; `not` binds tighter than
    /// `and`, and `and` tighter than `or`. A value path may go on with `.sub op value`, which is read as one more
    /// term inside its brackets.
    ///
    /// - Throws: `invalidFilter` with the place of the fault.
    public init(
        parsing text: String, syntax: FilterSyntax = .strict, limits: FilterLimits = .standard
    ) throws(SCIMError) {
        var parser = FilterParser(text, syntax: syntax, limits: limits)
        guard parser.bytes.count <= limits.maxBytes else {
            throw .invalidFilter("The filter is longer than \(limits.maxBytes) bytes.")
        }
        self = try parser.filter()
    }
}

/// A recursive-descent parser; its depth is bounded by `FilterLimits.maxDepth`.
struct FilterParser {
    let bytes: [UInt8]
    let syntax: FilterSyntax
    let limits: FilterLimits
    var at = 0
    var depth = 0
    var terms = 0

    init(_ text: String, syntax: FilterSyntax, limits: FilterLimits) {
        bytes = Array(text.utf8)
        self.syntax = syntax
        self.limits = limits
    }

    mutating func filter() throws(SCIMError) -> Filter {
        let filter = try disjunction(inValuePath: false)
        skipBlanks()
        guard at == bytes.count else { throw fault("unexpected text") }
        return filter
    }

    /// Reads what stands between the brackets of a value path, from after `[` to after `]`.
    mutating func valueFilter() throws(SCIMError) -> Filter {
        try enter()
        let filter = try disjunction(inValuePath: true)
        try expect(UInt8(ascii: "]"))
        depth -= 1
        return filter
    }

    private mutating func disjunction(inValuePath: Bool) throws(SCIMError) -> Filter {
        var filters = [try conjunction(inValuePath: inValuePath)]
        while takeWord("or") { filters.append(try conjunction(inValuePath: inValuePath)) }
        return filters.count == 1 ? filters[0] : .or(filters)
    }

    private mutating func conjunction(inValuePath: Bool) throws(SCIMError) -> Filter {
        var filters = [try term(inValuePath: inValuePath)]
        while takeWord("and") { filters.append(try term(inValuePath: inValuePath)) }
        return filters.count == 1 ? filters[0] : .and(filters)
    }

    private mutating func term(inValuePath: Bool) throws(SCIMError) -> Filter {
        skipBlanks()
        if take(UInt8(ascii: "(")) { return try group(inValuePath: inValuePath) }
        let start = at
        if takeWord("not") {
            skipBlanks()
            if take(UInt8(ascii: "(")) { return .not(try group(inValuePath: inValuePath)) }
            at = start
        }
        terms += 1
        guard terms <= limits.maxTerms else {
            throw .invalidFilter("The filter has more than \(limits.maxTerms) terms.")
        }
        let path = try path()
        if take(UInt8(ascii: "[")) {
            guard !inValuePath else { throw fault("a value path cannot hold another") }
            let inner = try valueFilter()
            guard at < bytes.count, bytes[at] == UInt8(ascii: ".") else { return .valuePath(path, inner) }
            at += 1
            // `emails[type eq "work"].value eq "x"`: outside the grammar, yet what large clients send.
            let comparison = try comparison(of: try self.path())
            let terms: [Filter] = if case .and(let filters) = inner { filters } else { [inner] }
            return .valuePath(path, .and(terms + [comparison]))
        }
        return try comparison(of: path)
    }

    private mutating func group(inValuePath: Bool) throws(SCIMError) -> Filter {
        try enter()
        let filter = try disjunction(inValuePath: inValuePath)
        try expect(UInt8(ascii: ")"))
        depth -= 1
        return filter
    }

    private mutating func comparison(of path: AttributePath) throws(SCIMError) -> Filter {
        let before = at
        skipBlanks()
        guard at > before else { throw fault("an operator was expected") }
        let start = at
        let word = letters()
        if word == "pr" { return .present(path) }
        guard let op = CompareOperator(rawValue: word) else { throw fault("an operator was expected", at: start) }
        let end = at
        skipBlanks()
        guard at > end else { throw fault("a value was expected") }
        return .comparison(path, op, try value())
    }

    private mutating func path() throws(SCIMError) -> AttributePath {
        let start = at
        while at < bytes.count, Self.isPathByte(bytes[at]) { at += 1 }
        guard at > start else { throw fault("an attribute was expected") }
        guard let path = AttributePath(lenient: String(decoding: bytes[start..<at], as: UTF8.self)) else {
            throw fault("the attribute path is not valid", at: start)
        }
        return path
    }

    private mutating func value() throws(SCIMError) -> CompareValue {
        let start = at
        guard at < bytes.count else { throw fault("a value was expected") }
        if bytes[at] == UInt8(ascii: "\"") { return .string(try quoted()) }
        while at < bytes.count, !Self.isDelimiter(bytes[at]) { at += 1 }
        guard at > start else { throw fault("a value was expected") }
        let word = bytes[start..<at]
        if let literal = try? JSON.parse(word) {
            switch literal {
            case .null: return .null
            case .bool(let value): return .boolean(value)
            case .integer(let value): return .integer(value)
            case .decimal(let value): return .decimal(value)
            case .string, .array, .object: break
            }
        }
        guard isUnquotedValue(word) else { throw fault("a JSON value was expected", at: start) }
        return .string(String(decoding: word, as: UTF8.self))
    }

    private mutating func quoted() throws(SCIMError) -> String {
        let start = at
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
        guard at < bytes.count else { throw fault("the string does not end", at: start) }
        at += 1
        let parsed: JSON
        do throws(JSONError) {
            parsed = try JSON.parse(bytes[start..<at])
        } catch {
            throw fault("the string is not valid: \(error.reason.rawValue)", at: start + error.offset)
        }
        guard case .string(let text) = parsed else { throw fault("a string was expected", at: start) }
        return text
    }

    /// Whether a word can stand for a string without its quotes.
    private func isUnquotedValue(_ word: ArraySlice<UInt8>) -> Bool {
        // Quotes of any kind are a string gone wrong, braces an object.
        guard !word.contains(where: { [0x22, 0x27, 0x60, 0x7B, 0x7D].contains($0) || $0 < 0x20 }) else { return false }
        switch syntax {
        case .strict: return false
        case .tolerant: return word.contains { ($0 | 0x20) &- 0x61 >= 26 }
        case .anyUnquoted: return true
        }
    }
}
