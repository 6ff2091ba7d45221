import Domain
import Postgres

/// The words that users are searched for by, which `app.search_words` finds in their attributes.
extension UserStore {
    static func insertWords(
        of id: UserID, _ document: [UInt8], _ tenant: TenantID, if condition: PostgresFragment = "true"
    ) -> PostgresQuery {
        """
        insert into app.user_words (tenant_id, word, user_id)
        select \(tenant), w.word, \(id) from (\(words("\(.jsonb(document))"))) w(word) where \(condition)
        on conflict do nothing
        """
    }

    /// The index leads to a word of a user by the word, so those that the user had are named.
    static func replaceWords(
        of id: UserID, _ before: [UInt8], by document: [UInt8], _ tenant: TenantID, if condition: PostgresFragment
    ) -> [PostgresQuery] {
        [
            """
            delete from app.user_words where tenant_id = \(tenant) and user_id = \(id)
                and word = any(array(
                    \(words("\(.jsonb(before))")) except \(words("\(.jsonb(document))")))) and \(condition)
            """,
            insertWords(of: id, document, tenant, if: condition),
        ]
    }

    /// Adds the words of users that the version of the program before this one wrote beside it.
    static func addMissingWords(_ tenant: TenantID) -> PostgresQuery {
        """
        insert into app.user_words (tenant_id, word, user_id)
        select u.tenant_id, w.word, u.id from app.users u
        cross join lateral (\(words("u.attributes"))) w(word)
        where u.tenant_id = \(tenant) and u.updated_at > now() - interval '7 hours'
        on conflict do nothing returning user_id
        """
    }

    /// A query for the words in a document, each at most as long as an index may hold.
    private static func words(_ document: PostgresFragment) -> PostgresFragment {
        "select left(w.word, 100) from unnest(app.search_words(\(document))) w(word) where w.word <> ''"
    }
}

extension Difference {
    /// Whether something moved that a user is searched for by.
    fileprivate static let searchedPaths = [
        "userName", "displayName", "nickName", "name", "emails", EditableAttribute.employeeNumber.path,
    ]

    var touchesSearchWords: Bool { Self.searchedPaths.contains(where: touches) }
}
