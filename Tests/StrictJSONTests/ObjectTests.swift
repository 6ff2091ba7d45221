import StrictJSON
import Testing

@Suite struct ObjectTests {
    @Test func `members keep their order`() throws {
        var object: JSONObject = ["b": 1, "a": 2]
        object["c"] = 3
        object["b"] = 4
        #expect(object.keys == ["b", "a", "c"])
        #expect(object["b"] == 4)
        object["a"] = nil
        #expect(object.keys == ["b", "c"])
        #expect(object.removeValue(forKey: "x") == nil)
    }

    @Test func `equality disregards order but not values`() {
        #expect(JSON.object(["a": 1, "b": 2]) == ["b": 2, "a": 1])
        #expect(JSON.object(["a": 1, "b": 2]) != ["b": 1, "a": 2])
        #expect(JSON.object(["a": 1]) != ["a": 1, "b": .null])
        let many = (0..<40).map { ("key\($0)", JSON.integer(Int64($0))) }
        #expect(JSONObject(many) == JSONObject(many.reversed()))
        #expect(JSONObject(many).hashValue == JSONObject(many.reversed()).hashValue)
        #expect(JSONObject(many) != JSONObject(many.dropLast() + [("key39", 0)]))
    }

    @Test func `composed and decomposed text differ`() {
        #expect(JSON.string("\u{e9}") != JSON.string("e\u{301}"))
        #expect(JSONObject([("\u{e9}", 1)])["e\u{301}"] == nil)
    }

    @Test func `of two members with one key the later value stays`() {
        #expect(JSONObject([("a", 1), ("b", 2), ("a", 3)]) == ["a": 3, "b": 2])
        let many = (0..<40).map { ("key\($0 % 20)", JSON.integer(Int64($0))) }
        #expect(JSONObject(many).count == 20)
        #expect(JSONObject(many)["key0"] == 20)
    }

    @Test func `accessors give the value of their kind only`() {
        #expect(JSON.integer(3).doubleValue == 3)
        #expect(JSON.string("a").stringValue == "a")
        #expect(JSON.bool(true).stringValue == nil)
        #expect((["a": [1]] as JSON)["a"]?[0] == 1)
        #expect((["a": [1]] as JSON)["a"]?[1] == nil)
    }
}
