@testable import XMLSecurity

private let plaintexts = [
    "<t:Name xmlns:t=\"urn:t\">ann</t:Name>", "<t:Name>bob</t:Name>", "<Name xmlns=\"urn:u\" a=\"&#10;&quot;\"/>",
    "<u:Person xmlns:u=\"urn:u\" t:id=\"1\">a<u:Name>carl</u:Name><!-- --> <t:Age>9</t:Age></u:Person>",
]

/// As the plaintexts are read where `t` means something.
private let meanings: Set<[UInt8]> = Set(
    plaintexts.map { shape(of: try! XMLReader.read(Array(wrapped($0).utf8)).elements[0]) })

/// Mode: `p`, a plaintext that is encrypted before it is decrypted.
let seeds: [[UInt8]] = {
    let algorithms = XMLEncryption.Algorithm.allCases.map { Sealing(algorithm: $0) }
    let functions: [DigestAlgorithm] = [.sha1, .sha256, .sha384, .sha512]
    let transports = functions.flatMap { mask in functions.map { Sealing(mask: mask, digest: $0) } }
    let places = [
        Sealing(isBeside: true), Sealing(strangers: 1), Sealing(isBeside: true, strangers: 3),
        Sealing(declarations: " xmlns:t=\"urn:other\" Id=\"d\""),
    ]
    let sealed = zip(algorithms + transports + places, 0...).map { sealing, number in
        wrapped(sealing.sealed(plaintexts[number % plaintexts.count]))
    }
    return (sealed + plaintexts.map { "p" + $0 }).map { Array($0.utf8) }
}()

private let service = Keys.kept.service.decryption

/// Something encrypted: what comes out is what was put in, unless its cipher lets others change it; without our key
/// nothing does; and whatever is wrong behind the shape is one problem.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Input(start, count, modes: "p")
    if input.mode == "p" {
        roundTrip(input)
        return 0
    }
    guard let element = try? XMLReader.read(input.bytes) else { return 0 }
    let all = Set(XMLEncryption.Algorithm.allCases)
    let isSound = (try? XMLEncryption(in: element, allowing: XMLEncryption.Algorithm.sound)) != nil
    guard let encryption = try? XMLEncryption(in: element, allowing: all) else {
        demand(!isSound, "taken only when less is allowed")
        return 0
    }
    demand((try? XMLEncryption(in: element, allowing: [])) == nil, "taken though nothing is allowed")
    do throws(XMLEncryption.Problem) {
        let content = try encryption.decrypted(by: [service])
        demand(!isSound || meanings.contains(shape(of: content)), "not what was encrypted: \(content)")
    } catch {
        demand(error == .undecipherable, "another problem: \(error)")
    }
    demand((try? encryption.decrypted(by: [])) == nil, "decrypted without a key")
    return 0
}

/// An encrypted element means the same as it would in plain text in its place.
private func roundTrip(_ input: Input) {
    guard let sealed = try? XMLReader.read(Array(wrapped(Sealing().sealed(input.text)).utf8)),
        let content = try? XMLEncryption(in: sealed, allowing: XMLEncryption.Algorithm.sound)
            .decrypted(by: [service])
    else { return }
    guard let place = try? XMLReader.read(Array(wrapped(input.text).utf8)) else { return }
    demand(place.elements.count == 1 && place.holdsOnlyElements, "something got out")
    let form = CanonicalForm.Method.exclusive(prefixes: [])
    let isSame = CanonicalForm.bytes(of: content, form) == CanonicalForm.bytes(of: place.elements[0], form)
    demand(isSame, "another meaning: \(content)")
}

private func wrapped(_ content: String) -> String { "<t:Sealed xmlns:t=\"urn:t\">\(content)</t:Sealed>" }

private func written(_ name: XMLName) -> String { name.prefix.isEmpty ? name.local : "\(name.prefix):\(name.local)" }

/// An element without what prefixes mean: around what is encrypted, anybody may declare them.
private func shape(of element: XMLElement) -> [UInt8] {
    var text = written(element.name)
    for attribute in element.attributes { text += " \(written(attribute.name))=\(attribute.value.debugDescription)" }
    for child in element.children {
        switch child {
        case .text(let value): text += ">\(value.debugDescription)"
        case .element(let inner): text += "<\(String(decoding: shape(of: inner), as: UTF8.self))/"
        }
    }
    return Array(text.utf8)
}
