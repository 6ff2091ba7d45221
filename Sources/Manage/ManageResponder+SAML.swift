package import Domain
package import Edge
import HTTPTypes
package import Hummingbird
import StrictJSON

/// The pages of signing in by a company, which are shown outside of any tenant's address.
extension ManageResponder {
    /// - Parameter tenant: nil while nobody knows whose it is.
    package func page(_ page: SAMLPage, of tenant: Tenant?, for request: Request) -> Response {
        let language = Language.chosen(
            accept: request.headers[.acceptLanguage], tenant: tenant?.defaultLanguage ?? "en")
        let words = renderer.words(language)
        let base = tenant.map { parts.address.path(of: $0.slug) }
        if case .post(let url, let fields) = page { return post(fields, to: url, tenant, base, words) }
        let (key, status): (String, HTTPResponse.Status) =
            switch page {
            case .refused: ("providerSignIn.refused", .forbidden)
            case .unknown: ("providerSignIn.unknown", .notFound)
            case .paused: ("providerSignIn.paused", .serviceUnavailable)
            case .unavailable: ("problem.unavailable", .serviceUnavailable)
            case .throttled: ("providerSignIn.throttled", .tooManyRequests)
            case .invalid: ("providerSignIn.invalid", .badRequest)
            case .notAllowed: ("problem.notFound", .methodNotAllowed)
            case .post: preconditionFailure("answered above")
            }
        var frame = PageFrame(
            language: language, title: words[key], base: base ?? "", tenantName: tenant?.name ?? "Lectern",
            words: words)
        frame.isError = true
        var trace = ""
        if case .refused(let id) = page { trace = id }
        var content: JSONObject = ["text": .string(words["\(key)Text", ["id": trace]])]
        if let base {
            content["link"] = ["href": .string("\(base)/login"), "text": .string(words["signIn.title"])]
        }
        var response = renderer.response("message", content, frame: frame, status: status)
        if case .notAllowed(let methods) = page { response.headers[.allow] = methods }
        if case .throttled(let seconds) = page { response.headers[.retryAfter] = "\(seconds)" }
        if status == .serviceUnavailable { response.headers[.retryAfter] = "60" }
        return response
    }

    /// A form that leads to the provider: sent by a script where scripts run, else by a button.
    private func post(
        _ fields: [String: String], to url: String, _ tenant: Tenant?, _ base: String?, _ words: Catalogue
    ) -> Response {
        let frame = PageFrame(
            language: words.language, title: words["providerSignIn.going"], base: base ?? "",
            tenantName: tenant?.name ?? "Lectern", words: words)
        let content: JSONObject = [
            "action": .string(url),
            "fields": .array(
                fields.sorted { $0.key < $1.key }.map { ["name": .string($0.key), "value": .string($0.value)] }),
        ]
        return renderer.response("provider-form", content, frame: frame, formTarget: url)
    }
}
