/// A setting that every session has, whatever the default of the server, the database or the role is.
///
/// The server relies on these, so it asks for them when it connects. A pooler drops what is asked for at that time;
/// behind one the role has to have them (`deploy/roles.sql`), and `lectern doctor` says when it has not.
package struct SessionSetting: Sendable, Hashable {
    package let name: String
    /// In the form of `pg_settings.setting`.
    package let value: String

    /// The form of the `options` of a connection, in which a backslash guards a space.
    var option: String {
        let guarded = value.reduce(into: "") { text, character in
            if character == " " || character == "\\" { text.append("\\") }
            text.append(character)
        }
        return "-c \(name)=\(guarded)"
    }
}

extension PostgresConfiguration {
    package var sessionSettings: [SessionSetting] {
        [
            .init(name: "statement_timeout", value: "\(statementTimeout.milliseconds)"),
            .init(name: "lock_timeout", value: "\(lockTimeout.milliseconds)"),
            .init(name: "idle_in_transaction_session_timeout", value: "10000"),
            // Statements are short. Compiling one to machine code takes a thousand times longer than running it.
            .init(name: "jit", value: "off"),
            // Times that PostgreSQL turns into text, in exports and in positions of lists, read the same everywhere.
            .init(name: "TimeZone", value: "UTC"),
            .init(name: "DateStyle", value: "ISO, YMD"),
            // Writes compare versions and take row locks; they are written for this level.
            .init(name: "default_transaction_isolation", value: "read committed"),
        ]
    }

    /// The options that the server sets when it connects, followed by those of the connection string.
    var sessionOptions: String {
        var options = sessionSettings.map(\.option) + ["-c client_min_messages=error"]
        if plansOnce { options.append("-c plan_cache_mode=force_generic_plan") }
        if let role { options.append(SessionSetting(name: "role", value: role).option) }
        if let own = parts.values["options"] { options.append(own) }
        return options.joined(separator: " ")
    }
}
