import StrictJSON

/// Our attributes, and what each provider calls them where its mapping is made: the tables of `docs/integration`.
struct GuideAttributes {
    /// The source from which a provider takes an attribute.
    private enum Source {
        case fields([String])
        /// It comes unasked.
        case sent
        /// From an attribute of the admin's own.
        case custom
        /// The provider has no place for it.
        case none

        init(_ text: String) { self = .fields([text]) }
    }

    let provider: SetupGuide.Provider
    let words: Catalogue

    var json: JSON {
        .array(
            zip(Self.names, sources).map { name, source in
                let fields: [String] = if case .fields(let fields) = source { fields } else { [] }
                return [
                    "ours": .string(name), "fields": .array(fields.map { .string($0) }), "remark": remark(of: source),
                ]
            })
    }

    private func remark(of source: Source) -> JSON {
        switch source {
        case .fields: .null
        case .sent: .string(words["guide.sent"])
        case .custom: .string(words["guide.custom"])
        case .none: .string(words["guide.absent"])
        }
    }

    private static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"

    private static let names = [
        "userName", "externalId", "active", "name.givenName", "name.familyName", "name.formatted", "displayName",
        "emails[type eq \"work\"].value", "title", "preferredLanguage", "phoneNumbers[type eq \"mobile\"].value",
        "addresses[type eq \"work\"].locality", "addresses[type eq \"work\"].country", enterprise + "employeeNumber",
        enterprise + "department", enterprise + "manager",
    ]

    /// In the order of the names.
    private var sources: [Source] {
        switch provider {
        case .entra:
            [
                .init("userPrincipalName"), .init("objectId"),
                .init("Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\")"), .init("givenName"),
                .init("surname"), .init("Join(\" \", [givenName], [surname])"), .init("displayName"), .init("mail"),
                .init("jobTitle"), .init("preferredLanguage"), .init("mobile"), .init("city"), .init("country"),
                .init("employeeId"), .init("department"), .init("manager"),
            ]
        case .okta:
            [
                .init("login"), .sent, .sent, .init("firstName"), .init("lastName"),
                .init("user.firstName + \" \" + user.lastName"), .init("displayName"), .init("email"), .init("title"),
                .init("preferredLanguage"), .init("mobilePhone"), .init("city"), .init("countryCode"),
                .init("employeeNumber"), .init("department"), .init("managerId"),
            ]
        case .onelogin:
            [
                .init("{$parameters.scimusername}"), .custom, .init("{$user.active}"), .init("{$user.firstname}"),
                .init("{$user.lastname}"), .init("{$user.display_name}"), .init("{$user.display_name}"),
                .init("{$user.email}"), .init("{$parameters.title}"), .init("{$user.custom_fields.language}"),
                .init("{$user.custom_fields.mobile}"), .init("{$user.city}"), .init("{$user.country}"),
                .init("{$user.custom_fields.employee_number}"), .init("{$parameters.department}"),
                .init("{$parameters.external_manager_id}"),
            ]
        case .google:
            [
                .init("Basic Information > Primary email"), .none, .sent, .init("Basic Information > First name"),
                .init("Basic Information > Last name"), Self.googleName, Self.googleName,
                .init("Basic Information > Primary email"), .init("Employee details > Title"), .none,
                .init("Contact information > Phone > Mobile"), .init("Address"), .init("Address"),
                .init("Employee details > Employee ID"), .init("Employee details > Department"),
                .init("Employee details > Manager's email"),
            ]
        case .jumpcloud:
            [
                .init("Username"), .sent, .sent, .init("First Name"), .init("Last Name"), .none,
                .init("Display Name"), .init("Company Email"), .init("Job Title"), .none, .init("Work Cell"),
                .init("Work Address"), .init("Work Address"), .init("Employee ID"), .init("Department"),
                .init("Manager"),
            ]
        case .ping:
            [
                .init("Username"), .init("User ID"), .init("Enabled"), .init("Given Name"), .init("Family Name"),
                .init("Formatted Name"), .init("Formatted Name"), .init("Email Address"), .init("Title"),
                .init("Preferred Language"), .init("Mobile Phone"), .init("Locality"), .init("Country Code"), .custom,
                .custom, .custom,
            ]
        }
    }

    private static let googleName = Source.fields([
        "Basic Information > First name", "Basic Information > Last name",
    ])
}
