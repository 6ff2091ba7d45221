import Domain
import Edge
import StrictJSON

/// The frame around every page: its title, the navigation, the signed-in user.
struct PageFrame: Sendable {
    /// A place in the navigation.
    enum Section: String, CaseIterable, Sendable {
        case team, users, groups, plugins, reviews, log, security, settings

        var path: String {
            switch self {
            case .team: "manage/team"
            case .users: "manage/users"
            case .groups: "manage/groups"
            case .plugins: "manage/integration/plugins"
            case .reviews: "manage/integration/reviews"
            case .log: "manage/integration/log"
            case .security: "manage/security"
            case .settings: "manage/settings"
            }
        }

        /// Whether the user sees the section; a supervisor sees their section because of the people whom they look
        /// after.
        func isFor(_ user: SignedInUser) -> Bool {
            switch self {
            case .team: user.isSupervisor
            case .users, .groups: user.permissions.contains(.readUsers)
            case .plugins, .reviews, .log, .security, .settings: user.permissions.contains(.manageIntegration)
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
    /// The server does nothing by itself, which who manages the tenant should know.
    var isHeld = false
    /// A sentence about what was just done.
    var notice: String?
    let words: Catalogue

    var json: JSONObject {
        let sections: [JSON] = Section.allCases.filter { section in
            user.map(section.isFor) == true
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
            "held": isHeld && user?.permissions.contains(.manageIntegration) == true
                ? .string(words["frame.held"]) : .null,
            "notice": notice.map { .string($0) } ?? .null, "stylesheet": .string(Resources.stylesheetName),
            "script": .string(Resources.scriptName),
        ]
    }
}
