/// The files that the pages are made of, embedded in the program.
enum Resources {
    static let templates: [String: [UInt8]] = [
        "account": PackageResources.account_mustache,
        "client-secret": PackageResources.client_secret_mustache,
        "clients": PackageResources.clients_mustache,
        "code": PackageResources.code_mustache,
        "confirmation": PackageResources.confirmation_mustache,
        "date": PackageResources.date_mustache,
        "domains": PackageResources.domains_mustache,
        "forgotten": PackageResources.forgotten_mustache,
        "group": PackageResources.group_mustache,
        "groups": PackageResources.groups_mustache,
        "guide": PackageResources.guide_mustache,
        "history": PackageResources.history_mustache,
        "layout": PackageResources.layout_mustache,
        "log": PackageResources.log_mustache,
        "login": PackageResources.login_mustache,
        "mailbox": PackageResources.mailbox_mustache,
        "mappings": PackageResources.mappings_mustache,
        "message": PackageResources.message_mustache,
        "password": PackageResources.password_mustache,
        "password-link": PackageResources.password_link_mustache,
        "plugin": PackageResources.plugin_mustache,
        "plugin-deletion": PackageResources.plugin_deletion_mustache,
        "plugins": PackageResources.plugins_mustache,
        "problem": PackageResources.problem_mustache,
        "provider-form": PackageResources.provider_form_mustache,
        "question": PackageResources.question_mustache,
        "recovery-codes": PackageResources.recovery_codes_mustache,
        "reviews": PackageResources.reviews_mustache,
        "role-preview": PackageResources.role_preview_mustache,
        "saml": PackageResources.saml_mustache,
        "saml-choice": PackageResources.saml_choice_mustache,
        "saml-provider": PackageResources.saml_provider_mustache,
        "saml-sign-in": PackageResources.saml_sign_in_mustache,
        "saml-sign-ins": PackageResources.saml_sign_ins_mustache,
        "second-factor": PackageResources.second_factor_mustache,
        "secret": PackageResources.secret_mustache,
        "secret-table": PackageResources.secret_table_mustache,
        "security": PackageResources.security_mustache,
        "settings": PackageResources.settings_mustache,
        "team": PackageResources.team_mustache,
        "team-member": PackageResources.team_member_mustache,
        "time": PackageResources.time_mustache,
        "user": PackageResources.user_mustache,
        "user-import": PackageResources.user_import_mustache,
        "user-imports": PackageResources.user_imports_mustache,
        "user-deleted": PackageResources.user_deleted_mustache,
        "user-edit": PackageResources.user_edit_mustache,
        "user-new": PackageResources.user_new_mustache,
        "user-table": PackageResources.user_table_mustache,
        "users-deleted": PackageResources.users_deleted_mustache,
        "users": PackageResources.users_mustache,
    ]

    static let messages: [Language: [UInt8]] = [.en: PackageResources.en_json, .de: PackageResources.de_json]

    static let stylesheetName = name(of: PackageResources.lectern_css, "css")
    static let scriptName = name(of: PackageResources.lectern_js, "js")

    /// By the name in their address: content type and content.
    static let assets: [String: (type: String, bytes: [UInt8])] = [
        stylesheetName: ("text/css; charset=utf-8", PackageResources.lectern_css),
        scriptName: ("text/javascript; charset=utf-8", PackageResources.lectern_js),
    ]

    /// Another content has another name (FNV-1a), so that browsers may keep it for ever.
    private static func name(of bytes: [UInt8], _ kind: String) -> String {
        let hash = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "lectern-\(String(hash, radix: 36)).\(kind)"
    }
}
