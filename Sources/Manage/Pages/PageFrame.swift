import Domain
import Edge
import StrictJSON

/// What is around every page: its title, the way to other pages, who is signed in.
struct PageFrame: Sendable {
    /// A place in the navigation.
    enum Section: String, CaseIterable, Sendable {
        case users, groups, plugins, reviews, log, settings

        var path: String {
            switch self {
            case .users: "manage/users"
            case .groups: "manage/groups"
            case .plugins: "manage/integration/plugins"
            case .reviews: "manage/integration/reviews"
            case .log: "manage/integration/log"
            case .settings: "manage/settings"
            }
        }

        var permission: Permission {
            switch self {
            case .users, .groups: .readUsers
            case .plugins, .reviews, .log, .settings: .manageIntegration
            }
        }
    }

    let language: Language
    let title: String
    /// The path that everything of the tenant begins with, without a slash at the end.
    let base: String
    let tenantName: String
    var user: SignedInUser?
    /// Goes into every form.
    var formToken: String?
    var section: Section?
    /// Something went wrong: the browser's title says so too.
    var isError = false
    /// A sentence about what was just done.
    var notice: String?
    let words: Catalogue

    var json: JSONObject {
        let sections: [JSON] = Section.allCases.filter { section in
            user?.permissions.contains(section.permission) == true
        }.map { section in
            [
                "href": .string("\(base)/\(section.path)"), "name": .string(words["nav.\(section.rawValue)"]),
                "isCurrent": .bool(section == self.section),
            ]
        }
        return [
            "language": .string(language.rawValue), "title": .string(title), "base": .string(base),
            "windowTitle": .string(isError ? "\(words["frame.error"]): \(title)" : title),
            "tenant": .string(tenantName), "sections": .array(sections), "hasSections": .bool(!sections.isEmpty),
            "user": user.map { .string($0.name) } ?? .null, "formToken": formToken.map { .string($0) } ?? .null,
            "notice": notice.map { .string($0) } ?? .null, "stylesheet": .string(Resources.stylesheetName),
            "script": .string(Resources.scriptName),
        ]
    }
}
