import Testing

@testable import XMLSecurity

struct ReaderTests {
    private func read(_ text: String) throws -> XMLElement { try XMLReader.read(Array(text.utf8)) }

    private func reason(_ text: String, _ limits: XMLLimits = XMLLimits()) -> XMLError.Reason? {
        do throws(XMLError) {
            _ = try XMLReader.read(Array(text.utf8), limits: limits)
            return nil
        } catch { return error.reason }
    }

    @Test func `names, namespaces, text and attributes`() throws {
        let root = try read(
            "\u{FEFF}<?xml version='1.0' encoding=\"utf-8\"?>\n<!-- a --><a:r xmlns:a='urn:a' xmlns='urn:b' x='1\t2&#9;3' a:x='&lt;&#x41;'>"
                + "te<!-- c -->xt<![CDATA[<&]]>\r\n<b/></a:r ><!-- b -->\n")
        #expect(root.is("r", in: "urn:a") && root.attribute("x") == "1 2\t3")
        #expect(root.attributes[1].name.namespace == "urn:a" && root.attributes[1].value == "<A")
        #expect(root.text == nil && root.elements.count == 1 && root.elements[0].is("b", in: "urn:b"))
        guard case .text(let text) = root.children[0] else { throw XMLError(reason: .syntax, offset: 0) }
        #expect(text == "text<&\n" && root.children.count == 2)
        #expect(try read("<a>x<!-- -->y<![CDATA[z]]></a>").text == "xyz")
        #expect(try read("<a xmlns='urn:a'><b xmlns=''/></a>").elements[0].name.namespace == "")
    }

    @Test(
        arguments: [
            ("<!DOCTYPE a><a/>", .documentType), ("<a><!DOCTYPE b></a>", .documentType),
            ("<?pi x?><a/>", .processingInstruction), ("<a><?pi x?></a>", .processingInstruction),
            ("<a/><?pi?>", .processingInstruction), ("<?xml version='1.1'?><a/>", .declaration),
            ("<?xml version='1.0' encoding='latin1'?><a/>", .declaration),
            ("<?xml encoding='utf-8'?><a/>", .declaration),
            ("<?xml version='1.0' standalone='maybe'?><a/>", .declaration),
            (" <?xml version='1.0'?><a/>", .processingInstruction),
            ("<a>&nbsp;</a>", .reference), ("<a>&#0;</a>", .reference), ("<a>&#xD800;</a>", .reference),
            ("<a>&#;</a>", .reference),
            ("<a>&#x110000;</a>", .reference), ("<a>&amp</a>", .reference), ("<a>& b</a>", .reference),
            ("<ä/>", .name), ("<aä/>", .name), ("<1/>", .name), ("<:a/>", .name), ("<a:/>", .name),
            ("<a:b:c xmlns:a='urn:x'/>", .syntax),
            ("<p:a/>", .namespace), ("<a p:b=''/>", .namespace), ("<a xmlns:p=''/>", .namespace),
            ("<a xmlns:p='rel/ative'/>", .namespace), ("<a xmlns='rel'/>", .namespace),
            ("<a xmlns:xml='urn:x'/>", .namespace),
            ("<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", .namespace),
            ("<a xmlns:xmlns='urn:x'/>", .namespace),
            ("<a xmlns:p='urn:a b'/>", .namespace), ("<xmlns:a/>", .namespace),
            ("<a b='1' b='2'/>", .duplicateAttribute),
            ("<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='' q:b=''/>", .duplicateAttribute),
            ("<a xmlns:p='urn:x' xmlns:p='urn:y'/>", .duplicateAttribute),
            ("<a></b>", .mismatch), ("<a xmlns:p='urn:x' xmlns:q='urn:x'><p:b></q:b></a>", .mismatch),
            ("<a", .syntax), ("<a>", .syntax), ("<a b/>", .syntax), ("<a b=1/>", .syntax), ("<a b='<'/>", .syntax),
            ("<a b='1'c='2'/>", .syntax), ("<a>]]></a>", .syntax), ("<a><!-- -- --></a>", .syntax),
            ("<a><![CDATA[x</a>", .syntax), ("", .syntax), ("x", .syntax), ("<a/><b/>", .trailing),
            ("<a/>x", .trailing),
            ("<a>\u{1}</a>", .encoding), ("<a>\u{FFFE}</a>", .encoding),
        ] as [(String, XMLError.Reason)])
    func `what is not of the strict part is refused`(text: String, expected: XMLError.Reason) {
        #expect(reason(text) == expected, "\(text)")
    }

    @Test func `what is not UTF-8 is refused`() {
        for bytes: [UInt8] in [
            [0x3C, 0x61, 0x3E, 0xFF, 0x3C, 0x2F, 0x61, 0x3E], [0xFF, 0xFE, 0x3C, 0x00], [0xC0, 0x80],
        ] {
            #expect(throws: XMLError.self) { try XMLReader.read(bytes) }
        }
    }

    @Test func `every limit holds, and what is just within it passes`() {
        var limits = XMLLimits()
        (limits.depth, limits.elements, limits.attributes, limits.bytes) = (3, 4, 2, 60)
        #expect(reason("<a><a><a/></a></a>", limits) == nil)
        #expect(reason("<a><a><a><a/></a></a></a>", limits) == .tooDeep)
        #expect(reason("<a><b/><b/><b/></a>", limits) == nil)
        #expect(reason("<a><b/><b/><b/><b/></a>", limits) == .tooManyElements)
        #expect(reason("<a b='' c=''/>", limits) == nil)
        #expect(reason("<a b='' c='' d=''/>", limits) == .tooManyAttributes)
        #expect(reason("<a>" + String(repeating: "x", count: 60) + "</a>", limits) == .tooLarge)
        #expect(reason(String(repeating: "<a>", count: 100_000)) == .tooDeep)
    }

    @Test func `a document may have as many bytes as the limit says`() {
        var limits = XMLLimits()
        limits.bytes = 4
        #expect(reason("<a/>", limits) == nil)
        limits.bytes = 3
        #expect(reason("<a/>", limits) == .tooLarge)
    }
}
