import Testing

@testable import Edge

struct MultipartFormTests {
    private func form(_ body: String, _ type: String = "multipart/form-data; boundary=xyz") -> MultipartForm? {
        MultipartForm(Array(body.replacing("\n", with: "\r\n").utf8), contentType: type)
    }

    @Test func `fields and one file`() throws {
        let body = """
            --xyz
            Content-Disposition: form-data; name="mode"

            create
            --xyz
            Content-Disposition: form-data; name="file"; filename="C:\\dir\\a%22b.csv"
            Content-Type: text/csv

            --xy
            - -xyz is within

            --xyz--

            """
        let parsed = try #require(form(body))
        #expect(parsed.form["mode"] == "create" && parsed.form["file"] == nil)
        #expect(parsed.file?.name == "a\"b.csv")
        #expect(parsed.file.map { String(decoding: $0.bytes, as: UTF8.self) } == "--xy\r\n- -xyz is within\r\n")
        #expect(MultipartForm.isOne("Multipart/Form-Data; boundary=x") && !MultipartForm.isOne("text/plain"))
    }

    @Test func `no file chosen is no file`() throws {
        let body = "--xyz\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\n\n\n--xyz--\n"
        #expect(try #require(form(body)).file == nil)
        #expect(form(body, "multipart/form-data; boundary=\"xyz\"") != nil)
    }

    @Test(arguments: [
        "", "--xyz", "--xyz\n", "--xyz\nContent-Disposition: form-data; name=\"a\"\n\nb", "--xyz\n\n\nb\n--xyz--",
        "--xyz\nContent-Disposition: form-data\n\nb\n--xyz--",
        "--xyz\nContent-Disposition: form-data; name=\"a\"\n\nb\n--xyz\nContent-Disposition: form-data; name=\"a\"\n\nb\n--xyz--",
        "--abc\nContent-Disposition: form-data; name=\"a\"\n\nb\n--abc--",
    ])
    func `what is no such form is none`(body: String) {
        #expect(form(body) == nil)
        #expect(form(body, "multipart/form-data") == nil)
    }

    @Test func `a form with two files is none`() throws {
        let file = "--xyz\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\n\nb\n"
        #expect(try #require(form(file + "--xyz--\n")).file?.name == "a.csv")
        #expect(form(file + file + "--xyz--\n") == nil)
    }

    @Test func `a form whose characters have far too many marks is none`() {
        let marks = String(repeating: "%CC%81", count: 31)
        #expect(Form("a=e\(marks)".utf8) == nil && Form("e\(marks)=a".utf8) == nil)
        #expect(Form("a=e\(marks.dropLast(6))".utf8)?["a"]?.unicodeScalars.count == 31)
    }
}
