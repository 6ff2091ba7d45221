/// Entra ID changes an element of a list by its type, also when the user has none of that type yet:
/// `{"op":"Replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"+44 20 7946 0000"}`, and
/// `{"op":"Replace","path":"roles[primary eq \"True\"].value","value":"Admin"}` where roles are mapped singly.
/// Source: Microsoft's page on known issues of its provisioning, where the element is expected to be made. RFC 7644
/// §3.5.2.3 answers `noTarget`, and so does the product for every other filter that finds nothing.
enum EntraEmptyPlaces {
    static let areFilled = true
}
