import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Manage > Link reviews: connections that want to write to users of another source.
struct ReviewController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let shown = 200

    func reviews(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        if request.method == .post { return try await decide(request, user) }
        let reviews = try await parts.linkReviews.reviews(
            of: nil, limit: Self.shown, in: user.scope(.manageIntegration))
        let attributes = AttributeWords(words: request.words)
        let people = reviews.reduce(into: Set<UserID>()) { $0.formUnion(ChangedField.people(in: $1.difference)) }
        let managers: [UserID: SubjectName] =
            people.isEmpty ? [:] : try await parts.history.names(of: people, in: user.scope(.manageIntegration))
        let moves = try await decisions.roleMoves(of: reviews, in: user.scope(.manageIntegration))
        let keeps = Set(
            try await parts.integration.plugins(in: user.scope(.manageIntegration))
                .filter { $0.policy.takeoverRoles == .keep }.map(\.id))
        return .page(
            "reviews", title: request.words["reviews.title"],
            [
                "isEmpty": .bool(reviews.isEmpty),
                "rows": .array(
                    reviews.map { review in
                        [
                            "plugin": .string(review.plugin.description),
                            "wish": .string(
                                request.words[
                                    "reviews.\(review.act?.rawValue ?? "unknown")", ["name": review.pluginName]]),
                            "act": review.act.map { .string($0.rawValue) } ?? .null,
                            "isDeletion": .bool(review.act == .delete),
                            "fields": .array(Self.fields(of: review, attributes, managers)),
                            "user": .string(review.user.description), "userName": .string(review.userName),
                            "href": .string("\(request.base)/manage/users/\(review.user)"),
                            "source": .string(review.sourceName ?? request.words["user.madeHere"]),
                            "asked": request.moment(review.lastAskedAt),
                            "roles": review.decision == .approved
                                ? .null : .string(text(moves[review], request)),
                            "keepable": names(moves[review]?.keepable ?? [], request),
                            "keeps": .bool(keeps.contains(review.plugin)),
                            "state": .string(request.words["reviews.\(review.decision?.rawValue ?? "waiting")"]),
                            "class": .string(review.decision == nil ? "waiting" : ""),
                            "mayApprove": .bool(review.decision != .approved),
                            "mayRefuse": .bool(review.decision != .refused && review.decision != .approved),
                        ]
                    }),
            ], section: .reviews)
    }

    /// The fields that the act would change, in the form of a user's history.
    private static func fields(
        of review: LinkReview, _ words: AttributeWords, _ names: [UserID: SubjectName]
    ) -> [JSON] {
        review.difference.compactMap { name, sides in ChangedField(name, sides, words, names)?.json }
    }

    private var decisions: LinkReviews {
        LinkReviews(repository: parts.linkReviews, identifiers: parts.environment.identifiers)
    }

    /// The roles that the person gains and loses by an approval.
    private func text(_ move: RolePreview.Move?, _ request: ConsoleRequest) -> String {
        move.map { RoleMoveRow(move: $0, request: request).textOfOne } ?? request.words["reviews.rolesStay"]
    }

    private func names(_ roles: [Role], _ request: ConsoleRequest) -> JSON {
        if roles.isEmpty { return .null }
        let names = roles.map { request.words["role.\($0.rawValue)"] }.joined(separator: ", ")
        return .string(request.words["reviews.keepRoles", ["roles": names]])
    }

    private func decide(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        guard let plugin = request.form["plugin"].flatMap({ PluginID($0) }),
            let subject = request.form["user"].flatMap({ UserID($0) }),
            let decision = request.form["decision"].flatMap({ LinkReview.Decision(rawValue: $0) })
        else { throw .invalid(field: "decision", reason: "is missing") }
        // The connection that takes over the user can change their address, and so their way to sign in.
        guard try await user.mayManage(subject, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        let act = request.form["act"].flatMap { LinkReview.Act(rawValue: $0) }
        do throws(DomainError) {
            _ = try await decisions.decide(
                decision, on: act, for: subject, of: plugin, keepsRoles: request.form["keep_roles"] != nil,
                origin: request.origin(user),
                in: user.scope(.manageIntegration))
        } catch {
            guard case .stale = error else { throw error }
            return .message(
                request.words, "reviews.changed", status: .conflict,
                link: ("\(request.base)/\(PageFrame.Section.reviews.path)", request.words["reviews.back"]))
        }
        return .redirect("\(PageFrame.Section.reviews.path)?done=\(decision.rawValue)")
    }
}
