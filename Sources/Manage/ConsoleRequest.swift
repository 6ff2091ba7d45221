import Domain
import Edge
import HTTPTypes
import Hummingbird
import StrictJSON

/// A request to one page, with all that is known about it.
struct ConsoleRequest: Sendable {
    let tenant: Tenant
    /// The tenant's name in the address, which may be a former one.
    let slug: Slug
    let route: ConsoleRoute
    let method: ConsoleMethod
    /// The path that everything of the tenant begins with.
    let base: String
    /// The request's own path and query, below `base`.
    let place: String
    let query: Form
    var form: Form
    /// A file that came with the form.
    let file: MultipartForm.File?
    /// Whether a page that is open asks for the parts of itself that may have changed (`data-live`), and for no others.
    let isWatching: Bool
    var user: SignedInUser?
    let words: Catalogue
    let cookie: SessionCookie
    /// The cookie that binds the step between password and code to this browser; nil when there is none.
    let step: PlainToken?
    let requestID: String
    let address: String
    /// Whether the browser runs on this machine, with no proxy in between.
    let isFromThisMachine: Bool
    let userAgent: String
    let now: Timestamp

    /// The origin of a change that the request makes.
    func origin(_ user: SignedInUser) -> ChangeOrigin {
        ChangeOrigin(actor: .admin(user.user), requestID: requestID)
    }

    /// For whom a password is hashed.
    func hashing(_ account: String) -> HashingClient {
        HashingClient(tenant: tenant.id, address: address, account: account)
    }

    func moment(_ time: Timestamp) -> JSON { Moment(time: time, now: now, words: words).json }
    func moment(_ time: Timestamp?) -> JSON { time.map { moment($0) } ?? .null }
}

/// The answer of a controller, before the frame is put around it.
enum ConsoleAnswer: Sendable {
    case page(
        _ template: String, title: String, JSONObject, section: PageFrame.Section? = nil,
        status: HTTPResponse.Status = .ok, isError: Bool = false)
    /// To a path below the tenant's.
    case redirect(String)
    /// To a path of this server that is not below the tenant's.
    case outside(String)
    case download(String, type: String, name: String)
    /// A redirect that begins or ends a session.
    case session(setCookie: String, then: String)
    /// An answer that gives the browser another secret.
    indirect case withCookie(ConsoleAnswer, setCookie: String)

    /// Asks before it does what the form is for, which comes along.
    ///
    /// - Parameters:
    ///   - items: the things that it concerns.
    ///   - document: what was in the form's file, which goes on as its field `text`.
    static func question(
        _ text: String, _ request: ConsoleRequest, items: [String] = [], document: [UInt8]? = nil
    ) -> ConsoleAnswer {
        var fields = request.form.all
        if let document {
            fields.removeAll { $0.name == "text" }
            fields.append((name: "text", value: String(decoding: document, as: UTF8.self)))
        }
        return .page(
            "question", title: request.words["question.title"],
            [
                "text": .string(text), "hasItems": .bool(!items.isEmpty), "items": .array(items.map { .string($0) }),
                "action": .string("\(request.base)/\(request.place)"),
                "back": .string("\(request.base)/\(request.route.page)"),
                "isLarge": .bool(CarriedFields.areLarge(fields)),
                "fields": .array(fields.map { ["name": .string($0.name), "value": .string($0.value)] }),
            ])
    }

    /// A page with one sentence.
    static func message(
        _ words: Catalogue, _ key: String, status: HTTPResponse.Status, link: (href: String, text: String)? = nil
    ) -> ConsoleAnswer {
        var content: JSONObject = ["text": .string(words["\(key)Text"])]
        if let link { content["link"] = ["href": .string(link.href), "text": .string(link.text)] }
        return .page("message", title: words[key], content, status: status, isError: true)
    }
}
