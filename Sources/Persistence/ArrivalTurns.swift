import Domain
import Postgres

/// Turns that are taken by those who name somebody who is not there yet, and by those who arrive under that name.
///
/// Both look for the other and then write: without turns, two at the same moment would both see nobody and stay apart.
/// The turns are advisory locks until the end of the transaction; a name picks one of `count`. Those who arrive share a
/// turn. To be taken before any row is locked, since those who hold a turn wait for rows.
struct ArrivalTurns {
    let tenant: TenantID

    /// A turn more, for those who put groups into groups: circles could only arise from two at the same time.
    static let nesting: PostgresFragment = "256"

    /// The turn of a name.
    static func turn(_ name: PostgresFragment) -> PostgresFragment {
        "hashtext(\(SQLComparison.folded(name))) & 255"
    }

    /// Expressions that take the turns of somebody who arrives, for the select list of a statement before the one
    /// that looks.
    func arrive(under names: [String]) -> PostgresFragment {
        let turns = names.map { Self.turn("\($0)::text") }
        // In one order everywhere, or two could wait for each other.
        switch turns.count {
        case 1: return take(turns[0])
        default: return "\(take("least(\(turns[0]), \(turns[1]))")), \(take("greatest(\(turns[0]), \(turns[1]))"))"
        }
    }

    /// Takes all turns of a transaction.
    ///
    /// - Parameter awaiting: a query for the turns of names that are nobody's.
    func take(arrivingUnder names: [String] = [], awaiting: PostgresFragment? = nil) -> PostgresQuery {
        let awaited: PostgresFragment = awaiting.map { "union all select a.turn, true from (\($0)) a(turn)" } ?? ""
        return """
            select case when x.waits then pg_advisory_xact_lock(hashtext(\(tenant)::text), x.turn)
                else pg_advisory_xact_lock_shared(hashtext(\(tenant)::text), x.turn) end
            from (
                select t.turn, bool_or(t.waits) as waits from (
                    select \(Self.turn("n.name")), false from unnest(\(.textArray(names))) n(name)
                    \(awaited)) t(turn, waits)
                group by t.turn order by t.turn) x
            """
    }

    private func take(_ turn: PostgresFragment) -> PostgresFragment {
        "pg_advisory_xact_lock_shared(hashtext(\(tenant)::text), \(turn))"
    }
}
