import Domain
import LecternTesting
import Postgres
import Testing

@testable import Persistence

/// The program and PostgreSQL fold text alike.
struct FoldingTests {
    /// Gives the texts that PostgreSQL folds in another way than the program.
    private func disagreements(_ texts: [String]) async throws -> [String] {
        let folded = texts.map { FoldedKey($0).description }
        let query: PostgresQuery = """
            select t.text from unnest(\(.textArray(texts)), \(.textArray(folded))) t(text, folded)
            where \(SQLComparison.folded("t.text")) collate "C" <> t.folded
            """
        let rows = try await TestDatabase.shared().app.read([.beginReadOnly, query, .commit])[1]
        return try rows.map { row throws(PostgresError) in try row.text(0) }
    }

    @Test func `every code point is folded alike by the program and by PostgreSQL, alone and among others`()
        async throws
    {
        let scalars = (UInt32(1)...0x10FFFF).compactMap { Unicode.Scalar($0) }
        // A few at a time: the threads are those of every other test.
        for start in stride(from: 0, to: scalars.count, by: 2000) {
            let some = scalars[start..<min(start + 2000, scalars.count)]
            let alone = some.map { String(Character($0)) }
            let found = try await disagreements(alone) + disagreements(alone.map { "Az\($0)Q\u{301}" })
            #expect(found.isEmpty, "\(found.prefix(10).map { $0.unicodeScalars.map(\.value) })")
        }
    }

    @Test func `whole words are folded alike`() async throws {
        let words = [
            "ΝΊΚΟΣ ΠΑΠΑΔΌΠΟΥΛΟΣ", "νίκος", "İbrahim ÇELİK", "Straße", "ÅNGSTRÖM", "Ａｌｉｃｅ＠ａｃｍｅ．ｔｅｓｔ", "ｶﾞｷﾞｸﾞ",
            "Nguyễn Văn",
            "А\u{306}", "q\u{307}\u{323}", "\u{1E14D}\u{10D50}\u{301}a\u{301}", "e\u{1E4EC}\u{301}",
            "\u{113C5}\u{113BB}",
        ]
        #expect(try await disagreements(words).isEmpty)
    }
}
