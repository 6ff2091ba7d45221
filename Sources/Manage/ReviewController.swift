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
        return .page(
            "reviews", title: request.words["reviews.title"],
            [
                "isEmpty": .bool(reviews.isEmpty),
                "rows": .array(
                    reviews.map { review in
                        [
                            "plugin": .string(review.plugin.description), "pluginName": .string(review.pluginName),
                            "user": .string(review.user.description), "userName": .string(review.userName),
                            "href": .string("\(request.base)/manage/users/\(review.user)"),
                            "source": .string(review.sourceName ?? request.words["user.madeHere"]),
                            "asked": request.moment(review.lastAskedAt),
                            "state": .string(request.words["reviews.\(review.decision?.rawValue ?? "waiting")"]),
                            "class": .string(review.decision == nil ? "waiting" : ""),
                            "mayApprove": .bool(review.decision != .approved),
                            "mayRefuse": .bool(review.decision != .refused && review.decision != .approved),
                        ]
                    }),
            ], section: .reviews)
    }

    private func decide(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        guard let plugin = request.form["plugin"].flatMap({ PluginID($0) }),
            let subject = request.form["user"].flatMap({ UserID($0) }),
            let decision = request.form["decision"].flatMap({ LinkReview.Decision(rawValue: $0) })
        else { throw .invalid(field: "decision", reason: "is missing") }
        // Who gets the user can change their address, and so their way in.
        guard try await user.mayManage(subject, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        let reviews = LinkReviews(repository: parts.linkReviews, identifiers: parts.environment.identifiers)
        _ = try await reviews.decide(
            decision, for: subject, of: plugin, origin: request.origin(user), in: user.scope(.manageIntegration))
        return .redirect("\(PageFrame.Section.reviews.path)?done=\(decision.rawValue)")
    }
}
