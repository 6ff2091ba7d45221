import Testing

@testable import Edge

struct ConsolePathTests {
    @Test(arguments: [
        "manage", "manage/users", "manage?done=x", "manage/users?search=a%2Fb&x=../y",
        "manage/integration/plugins/1#keys",
    ])
    func `a page of the console is where somebody goes`(_ path: String) { #expect(ConsolePath.checked(path) == path) }

    @Test(arguments: [
        nil, "", "/", "/manage", "//evil.example", "https://evil.example/manage", "managed", "manage@evil.example",
        "manage:80", "Manage", "manage/..", "manage/../x", "manage/.hidden", "manage/a/../../x", "manage/%2e%2e/x",
        "manage/%2F", "manage/a\\b", "manage/\u{00E9}", "manage/a b", "manage\r\nx: y", "manage/\0",
        "javascript:alert(1)",
        " manage", "manage/" + String(repeating: "a", count: 2000),
    ])
    func `anywhere else is the first page`(_ path: String?) { #expect(ConsolePath.checked(path) == "manage") }
}
