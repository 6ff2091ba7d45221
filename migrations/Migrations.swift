/// One numbered file of SQL, embedded in the program.
package struct Migration: Sendable {
    /// `0001_roles`: the order and the name, as the file is called.
    package let name: String
    package let sql: [UInt8]

    package init(name: String, sql: [UInt8]) {
        self.name = name
        self.sql = sql
    }

    /// Every migration in the order in which they run. Once released, a file never changes.
    package static let all: [Migration] = [
        Migration(name: "0001_roles", sql: PackageResources._001_roles_sql),
        Migration(name: "0002_tenants", sql: PackageResources._002_tenants_sql),
        Migration(name: "0003_integration", sql: PackageResources._003_integration_sql),
        Migration(name: "0004_users", sql: PackageResources._004_users_sql),
        Migration(name: "0005_groups", sql: PackageResources._005_groups_sql),
        Migration(name: "0006_changes", sql: PackageResources._006_changes_sql),
        Migration(name: "0007_consequences", sql: PackageResources._007_consequences_sql),
        Migration(name: "0008_pending_members", sql: PackageResources._008_pending_members_sql),
        Migration(name: "0009_provisioning_policy", sql: PackageResources._009_provisioning_policy_sql),
        Migration(name: "0010_ways_in", sql: PackageResources._010_ways_in_sql),
        Migration(name: "0011_custom_attributes", sql: PackageResources._011_custom_attributes_sql),
        Migration(name: "0012_refused_requests", sql: PackageResources._012_refused_requests_sql),
        Migration(name: "0013_arrivals", sql: PackageResources._013_arrivals_sql),
        Migration(name: "0014_link_reviews", sql: PackageResources._014_link_reviews_sql),
        Migration(name: "0015_sign_in", sql: PackageResources._015_sign_in_sql),
        Migration(name: "0016_deleted_users", sql: PackageResources._016_deleted_users_sql),
        Migration(name: "0017_session_roles", sql: PackageResources._017_session_roles_sql),
        Migration(name: "0018_user_imports", sql: PackageResources._018_user_imports_sql),
        Migration(name: "0019_mails", sql: PackageResources._019_mails_sql),
        Migration(name: "0020_second_factors", sql: PackageResources._020_second_factors_sql),
        Migration(name: "0021_connections", sql: PackageResources._021_connections_sql),
        Migration(name: "0022_supervisors", sql: PackageResources._022_supervisors_sql),
        Migration(name: "0023_lists", sql: PackageResources._023_lists_sql),
        Migration(name: "0024_tenant_domains", sql: PackageResources._024_tenant_domains_sql),
        Migration(name: "0025_saml", sql: PackageResources._025_saml_sql),
        Migration(name: "0026_secrets", sql: PackageResources._026_secrets_sql),
        Migration(name: "0027_user_filters", sql: PackageResources._027_user_filters_sql),
        Migration(name: "0028_saml_names", sql: PackageResources._028_saml_names_sql),
        Migration(name: "0029_deleted_names", sql: PackageResources._029_deleted_names_sql),
        Migration(name: "0030_unknown_attributes", sql: PackageResources._030_unknown_attributes_sql),
        Migration(name: "0031_unique_per_connection", sql: PackageResources._031_unique_per_connection_sql),
        Migration(name: "0032_suspensions", sql: PackageResources._032_suspensions_sql),
        Migration(name: "0033_settings_version", sql: PackageResources._033_settings_version_sql),
        Migration(name: "0034_review_acts", sql: PackageResources._034_review_acts_sql),
        Migration(name: "0035_mapped_groups", sql: PackageResources._035_mapped_groups_sql),
        Migration(name: "0036_kept_roles", sql: PackageResources._036_kept_roles_sql),
        Migration(name: "0037_attempts", sql: PackageResources._037_attempts_sql),
        Migration(name: "0038_security_events", sql: PackageResources._038_security_events_sql),
        Migration(name: "0039_client_assertions", sql: PackageResources._039_client_assertions_sql),
        Migration(name: "0040_saml_refusals", sql: PackageResources._040_saml_refusals_sql),
        Migration(name: "0041_saml_ciphers", sql: PackageResources._041_saml_ciphers_sql),
        Migration(name: "0042_saml_certificates", sql: PackageResources._042_saml_certificates_sql),
        Migration(name: "0043_folding", sql: PackageResources._043_folding_sql),
        Migration(name: "0044_order_of_names", sql: PackageResources._044_order_of_names_sql),
        Migration(name: "0045_user_words", sql: PackageResources._045_user_words_sql),
        Migration(name: "0046_statistics", sql: PackageResources._046_statistics_sql),
        Migration(name: "0047_places", sql: PackageResources._047_places_sql),
        Migration(name: "0048_connection_health", sql: PackageResources._048_connection_health_sql),
        Migration(name: "0049_refused_names", sql: PackageResources._049_refused_names_sql),
        Migration(name: "0050_log_tokens", sql: PackageResources._050_log_tokens_sql),
    ]
}
