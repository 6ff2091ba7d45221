import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Testing

@testable import Manage

/// Which requests may be as large as a file of users.
struct UploadTests {
    private func request(
        _ path: String, _ cookie: String? = nil, method: HTTPRequest.Method = .post
    ) -> HTTPRequest {
        var request = HTTPRequest(method: method, scheme: nil, authority: "lectern.example", path: path)
        request.headerFields[.cookie] = cookie
        return request
    }

    @Test func `a file is sent to the page's exact path, without a query`() async throws {
        let browser = try await Browser()
        let uploads = browser.uploads
        let path = "\(browser.base)/manage/users/imports"
        #expect(uploads.matches(request(path)))
        for other in [
            "\(path)?x", "/x\(path)", "\(path)/", "/t/x?/manage/users/imports", "/t//manage/users/imports",
            "/manage/users/imports", "/t/x/y/manage/users/imports", "\(path)%20",
        ] { #expect(!uploads.matches(request(other)), "\(other)") }
        #expect(!uploads.matches(request(path, method: .put)))
    }

    @Test func `a file is taken from somebody who is signed in and may import users, and from nobody else`()
        async throws
    {
        let browser = try await Browser()
        let uploads = browser.uploads
        let path = "\(browser.base)/manage/users/imports"
        #expect(await !uploads.admits(request(path)))
        _ = try await browser.signedIn(as: "editor@x.example", .editor)
        #expect(await !uploads.admits(request(path, browser.cookie)))
        browser.cookie = nil
        _ = try await browser.signedIn(as: "admin@x.example", .admin)
        #expect(await uploads.admits(request(path, browser.cookie)))
        let elsewhere = try await Browser()
        #expect(await !uploads.admits(request("\(elsewhere.base)/manage/users/imports", browser.cookie)))
        let cookie = browser.cookie
        _ = await browser.post("logout")
        #expect(await !uploads.admits(request(path, cookie)))
    }
}
