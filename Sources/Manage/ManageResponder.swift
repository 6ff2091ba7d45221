package import Domain
package import Edge
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import StrictJSON

/// The console of a tenant: sign-in, and the pages under Manage.
package struct ManageResponder: Sendable {
    let parts: ConsoleParts
    let renderer: PageRenderer

    /// - Throws: when a template or a catalogue that the program holds is broken.
    package init(_ parts: ConsoleParts) throws {
        self.parts = parts
        renderer = try PageRenderer(isSecure: parts.address.publicURL.hasPrefix("https:"))
    }

    /// The largest form.
    private static let formBytes = 65_536

    /// Goes on with imports that another process has left.
    ///
    /// - Parameter tenants: the tenants to look at; nil for all that are active.
    package func resumeImports(of tenants: [Tenant]? = nil) async {
        let all = try? await parts.tenants.tenants()
        for tenant in tenants ?? all ?? [] where tenant.status == .active {
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            for userImport in (try? await parts.imports.abandoned(in: scope)) ?? [] {
                parts.importRunner.start(userImport, of: tenant.id, parts)
            }
        }
    }

    /// - Parameters:
    ///   - slug: the tenant's part of the path, as it stands there.
    ///   - path: what follows it, in its parts.
    package func respond(to request: Request, slug: Substring, path: [String], context: EdgeContext) async -> Response {
        let response = await answer(request, slug, path, context)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(
        _ request: Request, _ slug: Substring, _ path: [String], _ context: EdgeContext
    ) async -> Response {
        let accept = request.headers[.acceptLanguage]
        var language = Language.chosen(accept: accept, tenant: "en")
        var frame: (tenant: Tenant, base: String)?
        var called: ConsoleRequest?
        do {
            guard let slug = Slug(slug) else { throw DomainError.notFound }
            let tenant = try await parts.tenants.tenant(slug: slug)
            language = Language.chosen(accept: accept, tenant: tenant.defaultLanguage)
            let base = parts.address.path(of: slug)
            frame = (tenant, base)
            guard let route = ConsoleRoute(path) else { throw DomainError.notFound }
            if case .asset(let name) = route {
                guard let response = renderer.asset(name) else { throw DomainError.notFound }
                return response
            }
            guard let method = ConsoleMethod(rawValue: request.method == .head ? "GET" : request.method.rawValue),
                route.methods.contains(method)
            else { throw NotAllowed(route: route) }
            guard tenant.status == .active else { throw TenantSuspended() }
            let cookie = SessionCookie(slug: slug)
            let isWatching = request.headers[.watching] != nil
            let user = try await signedIn(
                cookie.token(in: request.headers), tenant, isUse: !isWatching)
            let (form, file) = try await form(request, method)
            let console = ConsoleRequest(
                tenant: tenant, slug: slug, route: route, method: method, base: base,
                place: path.joined(separator: "/") + (request.uri.query.map { "?\($0)" } ?? ""),
                query: Form((request.uri.query ?? "").utf8) ?? .empty, form: form, file: file, isWatching: isWatching,
                user: user, words: renderer.words(language), cookie: cookie,
                step: StepCookie(slug: slug).token(in: request.headers), requestID: context.requestID,
                address: context.clientAddress, isFromThisMachine: request.isFromThisMachine(context),
                userAgent: String((request.headers[.userAgent] ?? "").prefix(300)),
                now: parts.environment.now())
            called = console
            let response = render(try await answer(console, request.headers), console)
            await note(response, console, request.headers)
            return try await renewing(response, console)
        } catch {
            let response = render(error, language, frame, context)
            if let called { await note(response, called, request.headers) }
            return response
        }
    }

    /// A refusal is delayed by this time, which slows down a client that ignores refusals: its asking again at once
    /// would cost more than the answer is worth.
    private static let refusalTakes = Duration.milliseconds(500)

    /// Keeps a record of requests that are refused, whichever page refuses them.
    private func note(_ response: Response, _ request: ConsoleRequest, _ headers: HTTPFields) async {
        let subject = request.user.map { SecurityEvent.Subject.user($0.user) } ?? .unknown
        switch response.status {
        case .forbidden:
            if let reason = foreignForm(request, headers) {
                parts.security.record(.foreignForm, subject, request, reason)
            } else {
                parts.security.record(.forbidden, subject, request, request.route.name)
            }
        case .tooManyRequests:
            parts.security.record(.throttled, subject, request, request.route.name)
            try? await Task.sleep(for: Self.refusalTakes)
        default: break
        }
    }

    /// A session whose permissions have changed since it began continues with another secret (OWASP on session
    /// fixation).
    private func renewing(_ response: Response, _ request: ConsoleRequest) async throws(DomainError) -> Response {
        guard let user = request.user, user.needsNewSecret, response.headers[.setCookie] == nil else { return response }
        let secret = parts.environment.secret(for: .session)
        // Of requests that come side by side one renews it, and the others leave the browser what it has.
        let isRenewed = try await parts.signIn.renew(
            user.session.id, digest: TokenDigest(of: secret.text), isProven: false, in: user.tenant)
        if !isRenewed { return response }
        var response = response
        response.headers[.setCookie] = request.cookie.setting(secret)
        return response
    }

    /// - Parameter isUse: somebody does something; a page that looks by itself keeps no session alive.
    private func signedIn(
        _ token: PlainToken?, _ tenant: Tenant, isUse: Bool
    ) async throws(DomainError) -> SignedInUser? {
        guard let token else { return nil }
        return try await parts.signIn.signedInUser(TokenDigest(of: token.text), isUse: isUse, in: tenant.id)
    }

    private func form(
        _ request: Request, _ method: ConsoleMethod
    ) async throws -> (Form, MultipartForm.File?) {
        guard method == .post else { return (.empty, nil) }
        let type = request.headers[.contentType]
        let isMultipart = MultipartForm.isOne(type)
        // How large a file may be was decided when it arrived.
        guard let body = try? await request.body.collect(upTo: isMultipart ? .max : Self.formBytes) else {
            throw DomainError.invalid(field: "form", reason: "too large")
        }
        if isMultipart, let type, let parts = MultipartForm(Array(buffer: body), contentType: type) {
            return (parts.form, parts.file)
        }
        guard !isMultipart, let form = Form(body.readableBytesView) else {
            throw DomainError.invalid(field: "form", reason: "not in the encoding of a form")
        }
        return (form, nil)
    }

    // MARK: Rules that hold for every page

    private func answer(_ request: ConsoleRequest, _ headers: HTTPFields) async throws -> ConsoleAnswer {
        let words = request.words
        if foreignForm(request, headers) != nil {
            return .message(words, "problem.foreignForm", status: .forbidden)
        }
        let user: SignedInUser
        switch request.route.access {
        case .anybody: return try await ConsolePages(parts).open(request)
        case .signedIn, .permission:
            guard let found = request.user else { return signIn(before: request) }
            user = found
        }
        if case .permission(let permission) = request.route.access, !user.permissions.contains(permission) {
            return .message(words, "problem.forbidden", status: .forbidden)
        }
        let isFresh = user.session.isFresh(at: request.now)
        let proof = isFresh ? nil : try await Confirmation(parts).proof(with: request, user)
        var step = request
        step.form = request.form.without(Confirmation.fields)
        switch proof {
        case nil: return try await answer(step, user)
        case .wrong(let problem): return try await Confirmation(parts).before(step, user, problem: problem)
        case .given(let secret):
            var proved = user
            proved.session.authenticatedAt = request.now
            step.user = proved
            return .withCookie(try await answer(step, proved), setCookie: request.cookie.setting(secret))
        }
    }

    private func answer(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        if request.route.needsFreshSignIn(request.method), !user.session.isFresh(at: request.now) {
            return try await Confirmation(parts).before(request, user)
        }
        if let question = request.route.question, request.form["confirmed"] == nil {
            return .question(request.words[question], request)
        }
        return try await ConsolePages(parts).page(request, user)
    }

    /// The sign that a form comes from a page of another site; nil for our own.
    private func foreignForm(_ request: ConsoleRequest, _ headers: HTTPFields) -> String? {
        guard request.method == .post else { return nil }
        if !isFromOurPages(headers, of: request.slug) { return "origin" }
        guard request.route.access != .anybody, let user = request.user else { return nil }
        return parts.formToken.isValid(request.form["form_token"], for: user.session.id) ? nil : "form-token"
    }

    /// Whether the request comes from our own pages, by the headers that browsers set themselves (Fetch Metadata, or
    /// else RFC 6454).
    private func isFromOurPages(_ headers: HTTPFields, of slug: Slug) -> Bool {
        if let site = headers[.secFetchSite], site != "same-origin", site != "none" { return false }
        guard let origin = headers[.origin] else { return true }
        return origin != "null" && parts.address.isOrigin(origin, of: slug)
    }

    private func signIn(before request: ConsoleRequest) -> ConsoleAnswer {
        let next = request.method == .get ? request.place : "manage"
        return .redirect("login?next=\(PercentEncoding.encode(next))")
    }

    // MARK: Answers

    private func render(_ answer: ConsoleAnswer, _ request: ConsoleRequest) -> Response {
        switch answer {
        case .page(let template, let title, let content, let section, let status, let isError):
            var frame = PageFrame(
                language: request.words.language, title: title, base: request.base, tenantName: request.tenant.name,
                user: request.user, formToken: request.user.map { parts.formToken.text(for: $0.session.id) },
                words: request.words)
            frame.section = section
            frame.isError = isError
            frame.isHeld = parts.hold.isHeld
            frame.notice = request.query["done"].flatMap { done in
                // A key of ours and nothing that a link could put into somebody's page.
                request.words.keys.contains("done.\(done)") ? request.words["done.\(done)"] : nil
            }
            return renderer.response(template, content, frame: frame, status: status)
        case .redirect(let path): return renderer.redirect(to: "\(request.base)/\(path)")
        case .outside(let path): return renderer.redirect(to: path)
        case .download(let text, let type, let name): return renderer.download(text, type: type, name: name)
        case .session(let setCookie, let path):
            var response = renderer.redirect(to: "\(request.base)/\(path)")
            response.headers[.setCookie] = setCookie
            return response
        case .withCookie(let inner, let setCookie):
            var response = render(inner, request)
            if response.headers[.setCookie] == nil { response.headers[.setCookie] = setCookie }
            return response
        }
    }

    private func render(
        _ failure: any Error, _ language: Language, _ frame: (tenant: Tenant, base: String)?, _ context: EdgeContext
    ) -> Response {
        let isSuspended = failure is TenantSuspended
        let notAllowed = failure as? NotAllowed
        let error =
            failure as? DomainError
            ?? (isSuspended
                ? .forbidden(reason: "") : notAllowed != nil ? .notFound : .unexpected("\(type(of: failure))"))
        let words = renderer.words(language)
        let (key, status): (String, HTTPResponse.Status) =
            switch error {
            case .forbidden where isSuspended: ("problem.suspended", .forbidden)
            case .notFound where notAllowed != nil: ("problem.notFound", .methodNotAllowed)
            case .notFound: ("problem.notFound", .notFound)
            case .invalid, .managerCircle, .conflict, .refused, .stale: ("problem.invalid", .unprocessableContent)
            case .unauthenticated, .forbidden: ("problem.forbidden", .forbidden)
            case .throttled: ("problem.throttled", .tooManyRequests)
            case .unavailable, .paused, .tookTooLong: ("problem.unavailable", .serviceUnavailable)
            case .unexpected: ("problem.unexpected", .internalServerError)
            }
        switch error {
        case .unexpected(let cause), .tookTooLong(let cause):
            parts.logger.error("unexpected", metadata: ["request_id": "\(context.requestID)", "cause": "\(cause)"])
        default: break
        }
        var page = PageFrame(
            language: language, title: words[key], base: frame?.base ?? "", tenantName: frame?.tenant.name ?? "Lectern",
            words: words)
        page.isError = true
        var content: JSONObject = ["text": .string(words["\(key)Text", ["id": context.requestID]])]
        if let frame {
            content["link"] = ["href": .string("\(frame.base)/manage"), "text": .string(words["problem.back"])]
        }
        var response = renderer.response("message", content, frame: page, status: status)
        if let notAllowed { response.headers[.allow] = notAllowed.methods }
        if case .throttled(let seconds) = error { response.headers[.retryAfter] = "\(seconds)" }
        if case .unavailable(let seconds) = error { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }
}

/// The page exists, and this is not how it is asked.
private struct NotAllowed: Error {
    let route: ConsoleRoute

    var methods: String {
        (route.methods.map(\.rawValue) + (route.methods.contains(.get) ? ["HEAD"] : [])).sorted().joined(
            separator: ", ")
    }
}

/// Nobody of the tenant is let in; everything is kept.
private struct TenantSuspended: Error {}

extension HTTPField.Name {
    fileprivate static let secFetchSite = Self("Sec-Fetch-Site")!
    /// Of pages that look at themselves again.
    fileprivate static let watching = Self("X-Lectern-Watching")!
}
