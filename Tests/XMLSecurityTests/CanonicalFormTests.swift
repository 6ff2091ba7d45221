import Foundation
import LecternTesting
import Testing

@testable import XMLSecurity

struct CanonicalFormTests {
    private func exclusive(_ text: String, _ prefixes: Set<String> = []) throws -> String {
        let root = try XMLReader.read(Array(text.utf8))
        return String(decoding: CanonicalForm.bytes(of: root, .exclusive(prefixes: prefixes)), as: UTF8.self)
    }

    private func inclusive(_ text: String) throws -> String {
        String(decoding: CanonicalForm.bytes(of: try XMLReader.read(Array(text.utf8)), .inclusive), as: UTF8.self)
    }

    @Test func `declarations stand where they are used, once and in order`() throws {
        let text = "<a:r xmlns:z='urn:z' xmlns:a='urn:a' xmlns='urn:d' z:b='2' a='1'><a:s/><t xmlns=''/></a:r>"
        #expect(
            try exclusive(text)
                == #"<a:r xmlns:a="urn:a" xmlns:z="urn:z" a="1" z:b="2"><a:s></a:s><t></t></a:r>"#)
        #expect(
            try inclusive(text)
                == #"<a:r xmlns="urn:d" xmlns:a="urn:a" xmlns:z="urn:z" a="1" z:b="2"><a:s></a:s><t xmlns=""></t></a:r>"#
        )
        #expect(
            try exclusive("<r xmlns:a='urn:a' xmlns:b='urn:b'><a:s/></r>", ["b"])
                == #"<r xmlns:b="urn:b"><a:s xmlns:a="urn:a"></a:s></r>"#)
    }

    @Test func `characters are written one way`() throws {
        #expect(
            try exclusive("<a b=\"&#9;&#10;&#13;&lt;&gt;&amp;'&quot;\">&#13;&lt;&gt;&amp;\"'<![CDATA[<>]]></a>")
                == "<a b=\"&#x9;&#xA;&#xD;&lt;>&amp;'&quot;\">&#xD;&lt;&gt;&amp;\"'&lt;&gt;</a>")
    }

    @Test func `what is left out leaves nothing behind`() throws {
        let root = try XMLReader.read(Array("<a><b><c/></b>text<b/></a>".utf8))
        let bytes = CanonicalForm.bytes(of: root, .exclusive(prefixes: []), omitting: root.elements[0].index)
        #expect(String(decoding: bytes, as: UTF8.self) == "<a>text<b></b></a>")
    }

    /// Documents at random, from a grammar that has what canonical forms are difficult about.
    private struct Writer {
        var random: SystemRandomNumberGenerator = .init()
        var budget = 40
        var hasInner = false

        mutating func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }

        mutating func text() -> String {
            pick([
                "", "x", " \n\t", "&amp;", "&#13;", "&lt;a&gt;", "<![CDATA[<&>]]>", "ä€😀", "<!-- c -->", "\r\n",
                "&quot;'",
            ])
        }

        mutating func value() -> String {
            pick(["", "1", " a  b ", "&#10;", "&#9;x", "\n", "&quot;'", "&lt;&gt;&amp;", "ä"])
        }

        mutating func element(_ known: Set<String>) -> String {
            budget -= 1
            var known = known
            var tag = ""
            for prefix in ["", "p", "q", "r"] where Int.random(in: 0..<4, using: &random) == 0 {
                let uri =
                    prefix.isEmpty ? pick(["", "urn:a", "urn:b"]) : pick(["urn:a", "urn:b", "http://x.example/c?d"])
                tag += prefix.isEmpty ? " xmlns=\"\(uri)\"" : " xmlns:\(prefix)='\(uri)'"
                if !prefix.isEmpty { known.insert(prefix) }
            }
            let prefix = pick([""] + known.sorted())
            var name = pick(["a", "b", "c"])
            if !hasInner, budget < 20 { (name, hasInner) = ("inner", true) }
            var used: Set<String> = []
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                let local = pick(["x", "y", "z"])
                // One local name once, so that no two attributes can be the same.
                guard used.insert(local).inserted else { continue }
                let prefix = pick([""] + known.sorted())
                tag += " \(prefix.isEmpty ? local : "\(prefix):\(local)")=\"\(value().replacing("\"", with: ""))\""
            }
            let written = prefix.isEmpty ? name : "\(prefix):\(name)"
            var body = text()
            while budget > 0, Int.random(in: 0..<3, using: &random) > 0 { body += element(known) + text() }
            return body.isEmpty ? "<\(written)\(tag)/>" : "<\(written)\(tag)>\(body)</\(written) >"
        }
    }

    @Test func `libxml2 makes the same of documents at random`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("c14n-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for number in 0..<1000 {
            var writer = Writer()
            try Data(writer.element([]).utf8).write(to: folder.appendingPathComponent("\(number).xml"))
        }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("XML/canonical.py")
        let run = try ChildProcess.run(
            "/usr/bin/python3", [script.path, folder.path], environment: ProcessInfo.processInfo.environment)
        #expect(run.status == 0, "\(run.errors)")
        var compared = 0
        for number in 0..<1000 {
            let file = folder.appendingPathComponent("\(number)")
            let document = [UInt8](try Data(contentsOf: file.appendingPathExtension("xml")))
            let theirs = try? Data(contentsOf: file.appendingPathExtension("exclusive"))
            guard let root = try? XMLReader.read(document) else { continue }
            let text = String(decoding: document, as: UTF8.self)
            let exclusive = CanonicalForm.bytes(of: root, .exclusive(prefixes: []))
            #expect(theirs.map { [UInt8]($0) } == exclusive, "\(text)")
            let inclusive = try Data(contentsOf: file.appendingPathExtension("inclusive"))
            #expect([UInt8](inclusive) == CanonicalForm.bytes(of: root, .inclusive), "\(text)")
            var inner: XMLElement?
            root.forEach { if inner == nil, $0.name.local == "inner" { inner = $0 } }
            if let inner, let theirs = try? Data(contentsOf: file.appendingPathExtension("inner")) {
                #expect([UInt8](theirs) == CanonicalForm.bytes(of: inner, .exclusive(prefixes: [])), "\(text)")
            }
            compared += 1
        }
        #expect(compared > 900)
    }
}
