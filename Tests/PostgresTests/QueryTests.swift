import Postgres
import Testing

struct QueryTests {
    @Test func `an interpolated value becomes a bind and never text`() {
        let hostile = "'; drop table users; --"
        let query: PostgresQuery = "select \(hostile), \(Int64(3)) where \(true)"
        #expect(query.text.description == "select $1, $2 where $3")
        #expect(query.binds == [.text(hostile), .bigint(3), .boolean(true)])
    }

    @Test func `fragments number their binds after those before them`() {
        let fragment: PostgresFragment = "a = \("x") and b = \("y")"
        let query: PostgresQuery = "select \(Int64(1)) where \(fragment) and c = \(false)"
        #expect(query.text.description == "select $1 where a = $2 and b = $3 and c = $4")
    }

    @Test func `a missing text is a null with a type`() {
        let nothing: String? = nil
        let query: PostgresQuery = "select \(nothing)"
        #expect(query.binds == [.null(.text)])
    }

    @Test func `the same place in the source is the same statement, whatever is bound`() {
        func statement(_ number: Int64) -> PostgresQuery { "select \(number)" }
        #expect(statement(1).text == statement(2).text)
        #expect(statement(1).text != ("select \(Int64(1)) " as PostgresQuery).text)
        #expect(statement(1).text != ("select " as PostgresQuery).text)
    }
}
