import Domain
import Postgres
import StrictJSON

extension MemberStep {
    /// The steps of a change `c` as `[[field, count, the first ten], …]`. The other members stay in PostgreSQL, as there
    /// may be very many.
    static let column: PostgresFragment = """
        coalesce((select jsonb_agg(jsonb_build_array(s.key, jsonb_array_length(s.list),
                jsonb_path_query_array(s.list, '$[0 to 9]')) order by s.key)
            from (select f.key, case jsonb_typeof(f.value -> 0) when 'array' then f.value -> 0 else f.value -> 1 end as list
                from jsonb_each(c.difference) f where starts_with(f.key, 'members.')) s
            where jsonb_typeof(s.list) = 'array'), '[]'::jsonb)
        """

    /// The steps that a value of `column` holds. A row that is no change has none.
    static func list(_ json: [UInt8]?) throws(PostgresError) -> [MemberStep] {
        guard let json else { return [] }
        guard let steps = (try? JSON.parse(json, limits: .stored))?.arrayValue else {
            throw .unexpectedResult("the members of a change are no list")
        }
        return steps.compactMap { step in
            guard let kind = step[0]?.stringValue.flatMap({ Kind(rawValue: $0) }), let count = step[1]?.integerValue,
                let first = step[2]?.arrayValue
            else { return nil }
            return MemberStep(kind: kind, count: Int(count), first: first.compactMap(\.stringValue))
        }
    }
}
