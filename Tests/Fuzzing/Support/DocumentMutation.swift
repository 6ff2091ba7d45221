import Foundation

/// Changes documents as an attacker does, by their parts. What can be done to bytes alone is the fuzzer's own business.
struct DocumentMutation {
    /// The documents whose parts are taken.
    let donors: [[UInt8]]
    private var chance: Chance
    private var bytes: [UInt8]

    init(_ bytes: [UInt8], seed: UInt32, donors: [[UInt8]]) {
        self.bytes = bytes
        self.donors = donors
        chance = Chance(state: UInt64(seed))
    }

    /// After one to three changes.
    mutating func mutated() -> [UInt8] {
        for _ in 0...chance.number(below: 3) { step(DocumentMap(bytes)) }
        return bytes
    }

    private mutating func step(_ map: DocumentMap) {
        guard let element = chance.pick(map.elements), let content = chance.pick(map.contents) else { return }
        let donor = chance.pick(donors) ?? bytes
        let gift = Array(donor[chance.pick(DocumentMap(donor).elements) ?? 0..<0])
        let place = chance.pick([element.lowerBound, element.upperBound, content.lowerBound, content.upperBound])!
        switch chance.number(below: 14) {
        case 0: bytes.removeSubrange(element)
        case 1: bytes.insert(contentsOf: Array(bytes[element]), at: place)
        case 2: swap(element, chance.pick(map.elements)!)
        case 3: bytes.insert(contentsOf: gift, at: place)
        case 4: bytes.replaceSubrange(element, with: gift)
        case 5: wrap(element, in: gift)
        case 6: bytes.replaceSubrange(content, with: Array(bytes[element]))
        case 7: move(element, to: place)
        case 8: insertWord(in: map.texts + map.values)
        case 9: replace(chance.pick(map.values), with: chance.pick(Words.values).map { Array($0.utf8) })
        case 10: replace(chance.pick(map.values + map.texts), with: otherValue(of: donor))
        case 11: confuse(map.values)
        case 12: mutateInside(chance.pick(map.texts + map.values))
        default: rename(map.prefixes)
        }
    }

    // MARK: Elements

    /// Nothing happens when one is inside the other.
    private mutating func swap(_ one: Range<Int>, _ other: Range<Int>) {
        if one.overlaps(other) { return }
        let (first, second) = one.lowerBound < other.lowerBound ? (one, other) : (other, one)
        let (early, late) = (Array(bytes[first]), Array(bytes[second]))
        bytes.replaceSubrange(second, with: early)
        bytes.replaceSubrange(first, with: late)
    }

    private mutating func move(_ element: Range<Int>, to place: Int) {
        if element.contains(place) { return }
        let moved = Array(bytes[element])
        bytes.removeSubrange(element)
        bytes.insert(contentsOf: moved, at: place < element.lowerBound ? place : place - element.count)
    }

    private mutating func wrap(_ element: Range<Int>, in gift: [UInt8]) {
        guard let content = chance.pick(DocumentMap(gift).contents) else { return }
        bytes.replaceSubrange(element, with: gift[..<content.lowerBound] + bytes[element] + gift[content.upperBound...])
    }

    private mutating func rename(_ prefixes: [Range<Int>]) {
        guard let one = chance.pick(prefixes), let other = chance.pick(prefixes) else { return }
        let (old, new) = (bytes[one], Array(bytes[other]))
        // In all tags from there on, or in one.
        let renamed = chance.number(below: 2) == 0 ? [one] : prefixes.filter { bytes[$0] == old }
        for prefix in renamed.reversed() { bytes.replaceSubrange(prefix, with: new) }
    }

    // MARK: Texts and values

    private mutating func replace(_ place: Range<Int>?, with value: [UInt8]?) {
        if let place, let value { bytes.replaceSubrange(place, with: value) }
    }

    private mutating func otherValue(of donor: [UInt8]) -> [UInt8]? {
        let map = DocumentMap(donor)
        return chance.pick(map.values + map.texts).map { Array(donor[$0]) }
    }

    private mutating func insertWord(in places: [Range<Int>]) {
        guard let place = chance.pick(places), let word = chance.pick(Words.insertions) else { return }
        bytes.insert(contentsOf: word.utf8, at: place.lowerBound + chance.number(below: place.count + 1))
    }

    /// A letter becomes the other one that Swift's strings take for the same.
    private mutating func confuse(_ places: [Range<Int>]) {
        let letter = UInt8(ascii: "K")
        guard let place = chance.pick(places.filter { bytes[$0].contains(letter) }),
            let index = bytes[place].firstIndex(of: letter)
        else { return }
        bytes.replaceSubrange(index...index, with: "\u{212A}".utf8)
    }

    /// Base64 is changed as the bytes that it encodes.
    private mutating func mutateInside(_ place: Range<Int>?) {
        guard let place else { return }
        let value = Array(bytes[place])
        if value.count > 15, let data = Data(base64Encoded: Data(value)) {
            bytes.replaceSubrange(place, with: libFuzzerMutated([UInt8](data)).base64)
        } else {
            bytes.replaceSubrange(place, with: libFuzzerMutated(value))
        }
    }
}

extension [UInt8] {
    fileprivate var base64: [UInt8] { [UInt8](Data(self).base64EncodedData()) }
}

/// Random numbers that follow from their seed (SplitMix64).
struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func number(below end: Int) -> Int { Int.random(in: 0..<end, using: &self) }

    mutating func pick<Element>(_ list: [Element]) -> Element? { list.randomElement(using: &self) }
}
